package segment

import "fmt"

// Weights turns segments of m into masks for features of h x w places: [len(labels), h, w], row-major.
//
// The weight of a place is the share of its area that the segment covers, divided by the sum over all places, so that
// each mask sums to 1 and features times weights sum to their mean over the segment. The mask of a segment that m does
// not show, and of None, is 0 throughout.
//
// Errors: h or w is less than 1; m has not W·H labels.
//
// Source: equation 1 of arXiv:2103.10957.
func (m Map) Weights(labels []int32, h, w int) ([]float32, error) {
	if h < 1 || w < 1 || h > maxPixels/w {
		return nil, fmt.Errorf("segment.Weights: %d x %d places; want 1 to %d", h, w, maxPixels)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("segment.Weights: %w", err)
	}
	slots := map[int32][]int{}
	for i, l := range labels {
		if l >= 0 {
			slots[l] = append(slots[l], i)
		}
	}
	out := make([]float32, len(labels)*h*w)
	down, across := overlaps(m.H, h), overlaps(m.W, w)
	for y := range m.H {
		for x := range m.W {
			for _, i := range slots[m.Labels[y*m.W+x]] {
				for _, v := range down[y] {
					for _, u := range across[x] {
						out[(i*h+v.place)*w+u.place] += float32(v.share * u.share)
					}
				}
			}
		}
	}
	for mask := range len(labels) {
		normalise(out[mask*h*w:][:h*w])
	}
	return out, nil
}

func normalise(mask []float32) {
	sum := 0.
	for _, v := range mask {
		sum += float64(v)
	}
	if sum == 0 {
		return
	}
	for i, v := range mask {
		mask[i] = float32(float64(v) / sum)
	}
}

// overlap says how much of a pixel lies in a place.
type overlap struct {
	place int
	share float64
}

// overlaps lists the places that each of from pixels lies in when they are spread over to places.
func overlaps(from, to int) [][]overlap {
	lists := make([][]overlap, from)
	for i := range lists {
		lo, hi := i*to, (i+1)*to // in units of 1/from of a place
		for p := lo / from; p*from < hi; p++ {
			if part := min(hi, (p+1)*from) - max(lo, p*from); part > 0 {
				lists[i] = append(lists[i], overlap{p, float64(part) / float64(to)})
			}
		}
	}
	return lists
}
