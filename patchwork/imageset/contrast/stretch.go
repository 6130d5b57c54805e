package contrast

// StretchOptions says how much of a channel is cut off. The zero value cuts 1 percent at each end.
type StretchOptions struct {
	Low, High float64 // percentiles, 0 to 100, that become 0 and 1; both 0 means 1 and 99
}

// Stretch changes pix in place: in each channel apart, the Low percentile of its values becomes 0 and the High one 1, in
// a straight line, and what lies beyond is cut off. Percentiles between two values are interpolated, as numpy does. A
// channel whose two percentiles are equal keeps its values.
//
// Errors: pix is no picture of that size with one or three channels; the percentiles are not 0 ≤ Low < High ≤ 100.
func Stretch(pix []float32, width, height, channels int, o StretchOptions) error {
	if o == (StretchOptions{}) {
		o = StretchOptions{Low: 1, High: 99}
	}
	if !(0 <= o.Low && o.Low < o.High && o.High <= 100) {
		return errorf("StretchOptions: Low %v and High %v; want 0 ≤ Low < High ≤ 100", o.Low, o.High)
	}
	if err := check(pix, width, height, channels); err != nil {
		return err
	}
	for c := range channels {
		values := rankedOf(pix, c, channels)
		low, high := values.percentile(o.Low), values.percentile(o.High)
		for i := c; i < len(pix); i += channels {
			switch v := float64(pix[i]); {
			case v != v:
				pix[i] = 0
			case high > low:
				pix[i] = float32(min(max((v-low)/(high-low), 0), 1))
			default:
				pix[i] = float32(min(max(v, 0), 1))
			}
		}
	}
	return nil
}
