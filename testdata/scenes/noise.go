package scenes

import "math"

// noise is a smooth random field over the plane; its value is the seed. Features have a size of about 1.
type noise uint64

// at returns a value in [-1, 1]: random values at whole coordinates, blended with a smooth step.
func (n noise) at(x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := smooth(x-x0), smooth(y-y0)
	i, j := int64(x0), int64(y0)
	top := mix(n.lattice(i, j), n.lattice(i+1, j), fx)
	bottom := mix(n.lattice(i, j+1), n.lattice(i+1, j+1), fx)
	return mix(top, bottom, fy)
}

// cloud sums octaves of noise, each half as large and half as strong; about in [-1, 1].
func (n noise) cloud(x, y float64, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for o := range octaves {
		sum += weight * (n+noise(o)*7919).at(x, y)
		total += weight
		weight /= 2
		x, y = 2*x+17.3, 2*y-9.1 // shifted, so that the octaves do not line up
	}
	return sum / total * 1.4
}

// lattice is the random value in [-1, 1] at a whole coordinate: the splitmix64 finaliser of seed and position.
func (n noise) lattice(i, j int64) float64 {
	h := uint64(n) + uint64(i)*0x9e3779b97f4a7c15 + uint64(j)*0xc2b2ae3d27d4eb4f
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return float64((h^h>>31)>>11)/(1<<52) - 1
}

func mix(a, b, t float64) float64 { return a + (b-a)*t }

func smooth(t float64) float64 { return t * t * (3 - 2*t) }

// ramp rises smoothly from 0 at a to 1 at b.
func ramp(a, b, x float64) float64 { return smooth(max(0, min(1, (x-a)/(b-a)))) }
