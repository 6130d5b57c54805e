package scenes

import "math"

// stand is a kind of wood.
type stand struct {
	colours []rgb
	radius  [2]float64 // metres, from and to
	pointed bool       // conifers
	spacing float64    // between trees, in radii
}

var stands = []stand{
	{[]rgb{srgb(70, 88, 48), srgb(84, 100, 54), srgb(60, 78, 44), srgb(98, 108, 60)}, [2]float64{2.2, 4.4}, false, 1.35},
	{[]rgb{srgb(66, 86, 62), srgb(74, 94, 66), srgb(58, 78, 60)}, [2]float64{1.5, 2.6}, true, 1.5},
	{[]rgb{srgb(72, 90, 54), srgb(60, 78, 56), srgb(96, 104, 62)}, [2]float64{1.6, 3.8}, false, 1.45},
	{[]rgb{srgb(150, 110, 54), srgb(130, 84, 50), srgb(112, 104, 56), srgb(84, 92, 52)}, [2]float64{2.2, 4.2}, false, 1.4},
}

// wood fills a zone with trees. What stands there already keeps its place.
func (c *canvas) wood(z zone) {
	kind := stands[pickWeighted(c, 5, 3, 3, 1)]
	floor := c.vary(srgb(66, 64, 44), 0.15)
	n := c.noise()
	c.paint(func(x, y float64, at *cell) {
		if z(x, y) > 0 && (at.class == field || at.class == other) {
			*at = cell{colour: floor.times(1 + 0.25*n.cloud(x, y, 2)), class: forest}
		}
	})
	density := c.noise()
	step := kind.spacing * (kind.radius[0] + kind.radius[1]) / 2
	reach := c.half + margin/c.metre
	for y := -reach; y < reach; y += step {
		for x := -reach; x < reach; x += step {
			px, py := x+c.uniform(-0.45, 0.45)*step, y+c.uniform(-0.45, 0.45)*step
			r := c.uniform(kind.radius[0], kind.radius[1])
			if z(px, py) < 0.2*r || density.cloud(px/15, py/15, 2) < -0.75 || !c.free(px, py, 0.5*r, road, building, vehicle, water) {
				continue
			}
			c.tree(px, py, r, c.vary(kind.colours[c.rand.IntN(len(kind.colours))], 0.22), kind.pointed, forest)
		}
	}
}

// tree draws one crown, as high as it belongs to its radius. Seen is the class of its cells.
func (c *canvas) tree(x0, y0, r float64, colour rgb, pointed bool, seen class) {
	n := c.noise()
	tall := 1.6 * r * c.uniform(0.9, 1.2)
	if pointed {
		tall = 3.2 * r
	}
	c.paintNear(x0, y0, 1.3*r, func(x, y float64, at *cell) {
		d := math.Hypot(x-x0, y-y0)/r + 0.28*n.cloud((x-x0)/(0.6*r), (y-y0)/(0.6*r), 2)
		if d >= 1 {
			return
		}
		dome := math.Sqrt(1 - d*d)
		if pointed {
			dome = 1 - d
		}
		h := tall*(0.45+0.55*dome) + 0.35*n.cloud(x/0.9, y/0.9, 2)
		if h < at.height {
			return
		}
		*at = cell{colour: colour.times(0.72 + 0.36*dome + 0.16*n.cloud(x/0.7, y/0.7, 2)), height: h, class: seen}
	})
}

// scatter plants up to n single trees and bushes on open ground. They are too few to be a forest.
func (c *canvas) scatter(n int) {
	kind := stands[pickWeighted(c, 5, 1, 3, 1)]
	for range n {
		x, y := c.uniform(-1, 1)*c.half, c.uniform(-1, 1)*c.half
		r := c.uniform(1.1, 3)
		if c.free(x, y, r, road, building, vehicle, water) {
			c.tree(x, y, r, c.vary(kind.colours[c.rand.IntN(len(kind.colours))], 0.2), kind.pointed, other)
		}
	}
}

// pickWeighted draws an index with probability proportional to its weight.
func pickWeighted(c *canvas, weights ...float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	x := c.uniform(0, total)
	for i, w := range weights {
		if x < w {
			return i
		}
		x -= w
	}
	return len(weights) - 1
}
