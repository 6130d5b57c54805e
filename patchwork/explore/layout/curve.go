package layout

import "math"

// curve is the likeness that UMAP gives two points at a distance on the plane, 1 / (1 + a·d^(2b)), as the squared distance
// to the power of b, from a table: a float32 has 2^14 beginnings of its bits, between which the line is straight enough.
type curve struct {
	a, b  float32
	power []float32
}

// newCurve fits a and b by least squares to what is wanted: 1 up to minDist, then exp(-(d - minDist)/spread), at 300
// distances from 0 to 3·spread. As umap-learn's find_ab_params; for 0.1 and 1 they are 1.577 and 0.895.
func newCurve(minDist, spread float64) *curve {
	const n = 300
	var x, y [n]float64
	for i := range n {
		x[i] = 3 * spread * float64(i) / (n - 1)
		y[i] = math.Min(1, math.Exp(-(x[i]-minDist)/spread))
	}
	loss := func(a, b float64) (s float64) {
		for i := range n {
			r := 1/(1+a*math.Pow(x[i], 2*b)) - y[i]
			s += r * r
		}
		return s
	}
	// Levenberg and Marquardt in two numbers.
	a, b, damp := 1.0, 1.0, 1e-3
	best := loss(a, b)
	for range 500 {
		var aa, ab, bb, ga, gb float64
		for i := 1; i < n; i++ {
			p := math.Pow(x[i], 2*b)
			f := 1 / (1 + a*p)
			r := f - y[i]
			da := -f * f * p
			db := -f * f * a * p * 2 * math.Log(x[i])
			aa, ab, bb = aa+da*da, ab+da*db, bb+db*db
			ga, gb = ga+da*r, gb+db*r
		}
		p, q := aa*(1+damp), bb*(1+damp)
		det := p*q - ab*ab
		stepA, stepB := (q*ga-ab*gb)/det, (p*gb-ab*ga)/det
		if next := loss(a-stepA, b-stepB); next < best {
			a, b, damp = a-stepA, b-stepB, damp/3
			if best-next < 1e-15 {
				break
			}
			best = next
		} else if damp *= 4; damp > 1e12 {
			break
		}
	}
	c := &curve{a: float32(a), b: float32(b), power: make([]float32, 1<<14+1)}
	for i := range c.power {
		at := math.Float32frombits(uint32(min(i, 255<<6-1)) << 17)
		c.power[i] = float32(math.Pow(float64(at), b))
	}
	return c
}

// pow is d2 to the power of b, for d2 of 0 or more and finite; off by up to 1e-4 of it.
func (c *curve) pow(d2 float32) float32 {
	bits := math.Float32bits(d2)
	i := bits >> 17 & (1<<14 - 1)
	part := float32(bits&(1<<17-1)) * (1.0 / (1 << 17))
	low := c.power[i]
	return low + (c.power[i+1]-low)*part
}

// pull is by what the difference of two neighbours is multiplied, negative; push that of two others, positive.
func (c *curve) pull(d2 float32) float32 {
	if d2 <= 0 {
		return 0
	}
	p := c.pow(d2)
	return -2 * c.a * c.b * (p / d2) / (1 + c.a*p)
}

func (c *curve) push(d2 float32) float32 {
	return 2 * c.b / ((0.001 + d2) * (1 + c.a*c.pow(d2)))
}
