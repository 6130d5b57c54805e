package scenes

import (
	"math"
	"math/rand/v2"
)

// Size is the side of a scene in pixels.
const Size = 96

const (
	fine   = 2  // canvas cells per pixel along a side; averaged at the end, which smooths edges
	margin = 20 // cells around the picture, so that what lies outside can throw its shadow in
	cells  = fine*Size + 2*margin
)

// class is what a cell of the canvas shows.
type class uint8

const (
	field class = iota
	forest
	water
	road
	building
	vehicle
	other
)

// rgb is a linear reflectance, 0 to 1 a channel.
type rgb [3]float64

// srgb makes a reflectance of a colour as seen on a screen.
func srgb(r, g, b float64) rgb {
	return rgb{math.Pow(r/255, 2.2), math.Pow(g/255, 2.2), math.Pow(b/255, 2.2)}
}

func (c rgb) times(k float64) rgb { return rgb{c[0] * k, c[1] * k, c[2] * k} }

func (c rgb) towards(d rgb, t float64) rgb {
	return rgb{mix(c[0], d[0], t), mix(c[1], d[1], t), mix(c[2], d[2], t)}
}

// cell is one spot of ground or of what stands on it, seen from above.
type cell struct {
	colour rgb
	height float64 // metres
	class  class
}

// canvas is the scene while it is built, in metres: (0, 0) is its middle.
type canvas struct {
	cells [cells * cells]cell
	metre float64 // cells per metre
	half  float64 // metres from the middle to the edge of the picture
	rand  *rand.Rand
}

// newCanvas makes an empty canvas at a random scale.
func newCanvas(r *rand.Rand) *canvas {
	metresPerPixel := 0.42 + 0.24*r.Float64()
	return &canvas{metre: fine / metresPerPixel, half: Size / 2 * metresPerPixel, rand: r}
}

// uniform draws from [a, b).
func (c *canvas) uniform(a, b float64) float64 { return a + (b-a)*c.rand.Float64() }

// chance is true with probability p.
func (c *canvas) chance(p float64) bool { return c.rand.Float64() < p }

func (c *canvas) noise() noise { return noise(c.rand.Uint64()) }

// vary returns a colour whose lightness and channels differ a little from x.
func (c *canvas) vary(x rgb, amount float64) rgb {
	k := 1 + amount*c.uniform(-1, 1)
	for i := range x {
		x[i] = max(0, min(1, x[i]*k*(1+amount/2*c.uniform(-1, 1))))
	}
	return x
}

// paint calls f for every cell.
func (c *canvas) paint(f func(x, y float64, at *cell)) { c.paintNear(0, 0, math.Inf(1), f) }

// paintNear calls f for the cells of the square of side 2r around (x0, y0).
func (c *canvas) paintNear(x0, y0, r float64, f func(x, y float64, at *cell)) {
	left, right := c.span(x0, r)
	top, bottom := c.span(y0, r)
	for j := top; j < bottom; j++ {
		for i := left; i < right; i++ {
			f(c.coord(i), c.coord(j), &c.cells[j*cells+i])
		}
	}
}

func (c *canvas) span(x, r float64) (from, to int) {
	if math.IsInf(r, 1) {
		return 0, cells
	}
	from = max(0, int((x-r)*c.metre+cells/2))
	to = min(cells, int((x+r)*c.metre+cells/2)+1)
	return from, to
}

// coord returns the metres from the middle to the middle of cell i.
func (c *canvas) coord(i int) float64 { return (float64(i) + 0.5 - cells/2) / c.metre }

// free says whether no cell of the square of side 2r around (x, y) has one of the classes.
func (c *canvas) free(x, y, r float64, classes ...class) bool {
	ok := true
	c.paintNear(x, y, r, func(_, _ float64, at *cell) {
		for _, k := range classes {
			ok = ok && at.class != k
		}
	})
	return ok
}

// shares returns the part of the picture that each class covers.
func (c *canvas) shares() (share [other]float64) {
	for j := margin; j < cells-margin; j++ {
		for i := margin; i < cells-margin; i++ {
			if k := c.cells[j*cells+i].class; k < other {
				share[k] += 1.0 / (fine * Size * fine * Size)
			}
		}
	}
	return share
}
