package classify

import "math"

const (
	evenAt   = 40   // labels of a class at which half of the way is gone
	evenMost = 3    // times that a class is stretched or drawn together
	evenRows = 1024 // images whose logits are looked at
)

// even draws the regressions towards logits of equal spread, while labels are few:
//
//	w_c ← w_c·(s/s_c)^e      e = 1/(1 + (k/40)²)
//
// with s_c the standard deviation of x·w_c over the images that could be learned from, labelled or not, or over every so manieth of
// them, s the geometric mean of all s_c, s/s_c no less than 1/3 and no more than 3, and k the images that class c is known of. A class of which few
// labels are present is held back by λ more than the others, and so is seldom the highest however well it is told apart. The logits
// of one class stay in their order, and the constants as they are.
//
// A class that has one side only has no w and takes no part.
func (h *head) even(p *prepared, q *problems, oneSided []bool) error {
	spread, err := h.spread(p)
	if err != nil {
		return err
	}
	logs, mean, some := make([]float64, h.classes), 0.0, 0.0
	for c, s := range spread {
		if !oneSided[c] && s > 0 {
			logs[c] = math.Log(s)
			mean, some = mean+logs[c], some+1
		}
	}
	for c, s := range spread {
		if oneSided[c] || !(s > 0) {
			continue
		}
		r := float64(len(q.rowsOf(c))) / evenAt
		most := math.Log(evenMost)
		by := float32(math.Exp(min(max(mean/some-logs[c], -most), most) / (1 + r*r)))
		for k := range h.dim {
			h.weights[k*h.classes+c] *= by
		}
	}
	return nil
}

// spread is the standard deviation of x·w of each class over the images that could be learned from.
func (h *head) spread(p *prepared) ([]float64, error) {
	sums, squares := make([]float64, h.classes), make([]float64, h.classes)
	x, z, n := make([]float32, h.dim), make([]float32, h.classes), 0.0
	for _, row := range p.usable(evenRows) {
		if err := h.direction(x, row, p.Features); err != nil {
			return nil, err
		}
		clear(z)
		for k, v := range x {
			for c, w := range h.weights[k*h.classes : (k+1)*h.classes] {
				z[c] += v * w
			}
		}
		n++
		for c, v := range z {
			sums[c] += float64(v)
			squares[c] += float64(v) * float64(v)
		}
	}
	for c := range sums {
		sums[c] = math.Sqrt(max(0, squares[c]/n-sums[c]/n*sums[c]/n))
	}
	return sums, nil
}
