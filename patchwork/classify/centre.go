package classify

// centreRows is how many images the centre is found from at most.
const centreRows = 4096

// centre is where heads that are made at once see features from: their mean over all images that could be learned from, or
// over every so manieth of them, whether labelled or not. Features of networks mostly lie in one corner of their space, where
// all angles are small; seen from their centre they are not. The scales are 1: what counts behind is the direction alone.
func (p *prepared) centre() (mean, scale []float32) {
	var usable []int
	for row := range p.table.Len() {
		if p.kind(row) == 't' {
			usable = append(usable, row)
		}
	}
	sums, n := make([]float64, p.Dim), 0
	every := max(1, len(usable)/centreRows)
	for k := 0; k < len(usable); k += every {
		if x := p.Features(usable[k]); len(x) == p.Dim && finite(usable[k], x) == nil {
			n++
			for i, v := range x {
				sums[i] += float64(v)
			}
		}
	}
	mean, scale = make([]float32, p.Dim), make([]float32, p.Dim)
	for i := range mean {
		mean[i], scale[i] = float32(sums[i]/float64(n)), 1
	}
	return mean, scale
}

// direction is the direction of a row's features from the head's mean, of length 1, or zeros at the mean itself.
func (h *head) direction(to []float32, row int, features func(row int) []float32) error {
	x := features(row)
	if err := checkFeatures(row, x, h.dim); err != nil {
		return err
	}
	for k, v := range x {
		to[k] = (v - h.mean[k]) * h.scale[k]
	}
	bringToUnit(to)
	return nil
}
