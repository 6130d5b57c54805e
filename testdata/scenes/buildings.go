package scenes

import "math"

// house is a building with one roof over a rectangle.
type house struct {
	x, y, angle   float64
	length, width float64 // metres
	eaves         float64 // height where the roof begins
	pitch         float64 // slope of the roof; 0 for a flat one
	hip           bool    // sloped at the short sides too
	roof          rgb
}

var (
	tiles = []rgb{srgb(156, 104, 86), srgb(140, 90, 78), srgb(176, 128, 106), srgb(160, 148, 136), srgb(96, 92, 92), srgb(122, 116, 110), srgb(116, 90, 74), srgb(78, 80, 88)}
	decks = []rgb{srgb(206, 204, 198), srgb(176, 172, 164), srgb(226, 224, 220), srgb(134, 132, 130), srgb(150, 164, 176), srgb(192, 178, 156)}
)

// inside returns the place of (x, y) along and across the house; both are within ±1 under the roof.
func (h house) inside(x, y float64) (u, v float64) {
	cos, sin := math.Cos(h.angle), math.Sin(h.angle)
	x, y = x-h.x, y-h.y
	return (cos*x + sin*y) / (h.length / 2), (cos*y - sin*x) / (h.width / 2)
}

func (h house) draw(c *canvas) {
	n := c.noise()
	ribs := c.uniform(0.5, 0.9)
	cos, sin := math.Cos(h.angle), math.Sin(h.angle)
	c.paintNear(h.x, h.y, math.Hypot(h.length, h.width)/2, func(x, y float64, at *cell) {
		u, v := h.inside(x, y)
		if math.Abs(u) > 1 || math.Abs(v) > 1 {
			return
		}
		rise := (1 - math.Abs(v)) * h.width / 2
		if h.hip {
			rise = min(rise, (1-math.Abs(u))*h.length/2)
		}
		shade := 1 + 0.08*n.cloud(x/1.5, y/1.5, 3)
		height := h.eaves + rise*h.pitch
		if h.pitch > 0 {
			along := cos*(x-h.x) + sin*(y-h.y)
			shade *= 1 + 0.05*math.Sin(2*math.Pi*along/ribs)
			if rise < 0.25 { // gutter
				shade *= 0.85
			}
		} else if edge := min((1-math.Abs(u))*h.length/2, (1-math.Abs(v))*h.width/2); edge < 0.5 { // parapet
			height += 0.5
			shade *= 1.12
		}
		*at = cell{colour: h.roof.times(shade), height: height, class: building}
	})
	h.furnish(c)
}

// furnish sets chimneys and skylights on pitched roofs, and machines and strips of glass on flat ones.
func (h house) furnish(c *canvas) {
	put := func(u, v, size, height float64, colour rgb) {
		cos, sin := math.Cos(h.angle), math.Sin(h.angle)
		x, y := h.x+cos*u*h.length/2-sin*v*h.width/2, h.y+sin*u*h.length/2+cos*v*h.width/2
		box := house{x: x, y: y, angle: h.angle, length: size * c.uniform(1, 1.7), width: size}
		c.paintNear(x, y, size*1.5, func(px, py float64, at *cell) {
			if a, b := box.inside(px, py); math.Abs(a) <= 1 && math.Abs(b) <= 1 && at.class == building {
				at.colour = colour
				at.height += height
			}
		})
	}
	if h.pitch > 0 {
		if c.chance(0.6) {
			put(c.uniform(-0.6, 0.6), c.uniform(-0.2, 0.2), 0.8, 1.2, srgb(120, 92, 80))
		}
		if c.chance(0.3) {
			put(c.uniform(-0.6, 0.6), 0.5, 1, 0, srgb(70, 84, 100))
		}
		return
	}
	for range int(h.length*h.width/60) + 1 {
		size := c.uniform(0.9, 2)
		put(c.uniform(-0.75, 0.75), c.uniform(-0.7, 0.7), size, c.uniform(0.6, 1.5), c.vary(srgb(190, 190, 188), 0.25))
	}
}

// cottage makes a dwelling at a place.
func (c *canvas) cottage(x, y, angle float64) house {
	h := house{x: x, y: y, angle: angle, length: c.uniform(9, 14), width: c.uniform(7, 9.5), eaves: c.uniform(2.8, 5.5),
		pitch: c.uniform(0.4, 0.8), hip: c.chance(0.4), roof: c.vary(tiles[c.rand.IntN(len(tiles))], 0.14)}
	if c.chance(0.5) {
		h.angle += math.Pi / 2
	}
	return h
}

// hall makes a large flat building, a shop or a workshop.
func (c *canvas) hall(x, y, angle float64) house {
	return house{x: x, y: y, angle: angle, length: c.uniform(18, 34), width: c.uniform(13, 22), eaves: c.uniform(5, 9),
		roof: c.vary(decks[c.rand.IntN(len(decks))], 0.1)}
}

// build draws a house, and for some a wing, if the ground is free. It says whether it was.
func (c *canvas) build(h house) bool {
	if !c.free(h.x, h.y, max(h.length, h.width)/2+0.5, road, water, building, vehicle) {
		return false
	}
	if h.pitch > 0 && c.chance(0.35) {
		wing := h
		side := h.width * 0.45
		if c.chance(0.5) {
			side = -side
		}
		along := c.uniform(-0.25, 0.25) * h.length
		wing.x += math.Cos(h.angle)*along - math.Sin(h.angle)*side
		wing.y += math.Sin(h.angle)*along + math.Cos(h.angle)*side
		wing.angle += math.Pi / 2
		wing.length, wing.width, wing.eaves = h.width, h.width*0.65, h.eaves*0.8
		wing.draw(c)
	}
	h.draw(c)
	return true
}
