package classify

// centreRows is how many images the centre is found from at most.
const centreRows = 4096

// centre is where heads that are made at once see features from: their mean over all images that could be learned from, or
// over every so manieth of them, whether labelled or not. Features of networks mostly lie in one corner of their space, where
// all angles are small; seen from their centre they are not. The scales are 1: what counts behind is the direction alone.
func (p *prepared) centre() (mean, scale []float32) {
	sums, n := make([]float64, p.Dim), 0
	for _, row := range p.usable(centreRows) {
		n++
		for i, v := range p.Features(row) {
			sums[i] += float64(v)
		}
	}
	mean, scale = make([]float32, p.Dim), make([]float32, p.Dim)
	for i := range mean {
		mean[i], scale[i] = float32(sums[i]/float64(n)), 1
	}
	return mean, scale
}

// usable are the rows that could be learned from, labelled or not, whose features are numbers; of more than most, every so manieth.
func (p *prepared) usable(most int) (rows []int) {
	for row := range p.table.Len() {
		if p.kind(row) == 't' {
			rows = append(rows, row)
		}
	}
	every := max(1, len(rows)/most)
	some := rows[:0]
	for k := 0; k < len(rows); k += every {
		if x := p.Features(rows[k]); len(x) == p.Dim && finite(rows[k], x) == nil {
			some = append(some, rows[k])
		}
	}
	return some
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
