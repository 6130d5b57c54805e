package scenes

import "math"

var paints = []rgb{srgb(236, 236, 234), srgb(228, 228, 226), srgb(184, 186, 190), srgb(150, 152, 156), srgb(60, 62, 66),
	srgb(40, 40, 44), srgb(160, 44, 40), srgb(48, 74, 130), srgb(120, 126, 132), srgb(196, 188, 164)}

// car draws one vehicle, seen from above.
func (c *canvas) car(x0, y0, angle float64) {
	length, width := c.uniform(4.1, 4.9), c.uniform(1.8, 2.05)
	paint := c.vary(paints[c.rand.IntN(len(paints))], 0.08)
	glass := srgb(44, 50, 58)
	h := house{x: x0, y: y0, angle: angle, length: length, width: width}
	c.paintNear(x0, y0, length/2, func(x, y float64, at *cell) {
		u, v := h.inside(x, y)
		if math.Pow(math.Abs(u), 5)+math.Pow(math.Abs(v), 4) > 1 {
			return
		}
		colour, height := paint, 0.9
		switch { // bonnet, windscreen, cabin, rear window, boot
		case u > -0.62 && u < 0.3 && math.Abs(v) < 0.85:
			height = 1.45
			if u > 0.08 || u < -0.48 {
				colour = glass
			}
		case u > -0.62 && u < 0.3:
			colour = paint.towards(glass, 0.6)
			height = 1.2
		}
		*at = cell{colour: colour, height: height, class: vehicle}
	})
}

// lot paves a rectangle and parks cars on it in rows; full is the share of taken places. It returns how many cars.
func (c *canvas) lot(x0, y0, angle, length, width, full float64) (cars int) {
	surface := c.vary([...]rgb{srgb(112, 112, 114), srgb(134, 132, 128), srgb(96, 96, 100)}[c.rand.IntN(3)], 0.08)
	white := srgb(214, 214, 208)
	n := c.noise()
	const stall, depth, aisle = 2.7, 5.2, 6.2 // metres
	period := 2*depth + aisle
	area := house{x: x0, y: y0, angle: angle, length: length, width: width}
	c.paintNear(x0, y0, math.Hypot(length, width)/2, func(x, y float64, at *cell) {
		u, v := area.inside(x, y)
		if math.Abs(u) > 1 || math.Abs(v) > 1 || at.class == road || at.class == building {
			return
		}
		along, across := (u+1)*length/2, (v+1)*width/2
		colour := surface.times(1 + 0.08*n.cloud(x/2, y/2, 3) - 0.12*ramp(0.5, 0.9, n.cloud(x/1.4+50, y/1.4, 2)))
		place := math.Mod(across, period)
		inRow := place < depth || place > depth+aisle
		if line := math.Mod(along, stall); inRow && (line < 0.15 || line > stall-0.15) {
			colour = colour.towards(white, 0.75)
		}
		*at = cell{colour: colour, class: other}
	})
	cos, sin := math.Cos(angle), math.Sin(angle)
	for across := 0.0; across < width; across += period {
		for _, middle := range []float64{across + depth/2, across + depth + aisle + depth/2} {
			if middle+depth/2 > width+0.2 {
				continue
			}
			for along := stall / 2; along < length-stall/2; along += stall {
				if !c.chance(full) {
					continue
				}
				u, v := along-length/2+c.uniform(-0.15, 0.15), middle-width/2+c.uniform(-0.3, 0.3)
				turn := math.Pi / 2
				if c.chance(0.5) {
					turn = -turn
				}
				x, y := x0+cos*u-sin*v, y0+sin*u+cos*v
				if !c.free(x, y, 1.5, road, building, vehicle) {
					continue
				}
				c.car(x, y, angle+turn+c.uniform(-0.04, 0.04))
				cars++
			}
		}
	}
	return cars
}

// parkAlong parks cars at one side of a street.
func (c *canvas) parkAlong(s street, full float64) {
	side := s.width/2 - 1.2
	if c.chance(0.5) {
		side = -side
	}
	for along := -1.5 * c.half; along < 1.5*c.half; along += 6 {
		if c.chance(full) {
			c.car(s.point(along+c.uniform(-0.4, 0.4), side))
		}
	}
}

// drive puts cars on the lanes of a street, gap metres apart on average.
func (c *canvas) drive(s street, gap float64) {
	lane := s.width / float64(s.lanes)
	for k := range s.lanes {
		d := (float64(k)+0.5)*lane - s.width/2
		for along := -1.6*c.half + c.uniform(0, gap); along < 1.6*c.half; along += 7 + c.uniform(0, 2*gap-7) {
			x, y, angle := s.point(along, d)
			if d < 0 {
				angle += math.Pi
			}
			c.car(x, y, angle)
		}
	}
}
