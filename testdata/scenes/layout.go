package scenes

import "math"

// layouts are the kinds of scene with how often each is drawn.
var layouts = []struct {
	often float64
	lay   func(*canvas)
}{
	{0.25, farmland},
	{0.15, woodland},
	{0.19, waterside},
	{0.19, suburb},
	{0.08, carPark},
	{0.09, highway},
	{0.05, openCountry},
}

func (c *canvas) layOut() {
	weights := make([]float64, len(layouts))
	for i, l := range layouts {
		weights[i] = l.often
	}
	c.meadow()
	layouts[pickWeighted(c, weights...)].lay(c)
}

// farmland is a mosaic of fields, with a road, a farm, a copse or a pond in some.
func farmland(c *canvas) {
	z := zone(everywhere)
	if c.chance(0.35) {
		z = c.halfPlane(c.uniform(0.45, 0.75), 0.5)
	}
	c.fields(z)
	if c.chance(0.14) {
		c.lake(c.blob(c.uniform(9, 14)))
	}
	var s street
	hasRoad := c.chance(0.4)
	if hasRoad {
		s = c.newStreet(c.uniform(0, 0.3))
		s.draw(c)
	}
	if c.chance(0.24) {
		x, y, a := c.uniform(-0.6, 0.6)*c.half, c.uniform(-0.6, 0.6)*c.half, c.uniform(0, math.Pi)
		if hasRoad {
			x, y, a = s.point(c.uniform(-0.5, 0.5)*c.half, s.width/2+c.uniform(9, 13))
		}
		c.farm(x, y, a)
	}
	if c.chance(0.3) {
		c.wood(c.halfPlane(c.uniform(0.2, 0.4), 3))
	} else {
		c.scatter(c.rand.IntN(4))
	}
}

// farm builds a group of houses and barns.
func (c *canvas) farm(x, y, angle float64) {
	yard := c.vary(srgb(170, 156, 130), 0.1)
	n := c.noise()
	ground := house{x: x, y: y, angle: angle, length: c.uniform(24, 34), width: c.uniform(18, 26)}
	c.paintNear(x, y, 24, func(px, py float64, at *cell) {
		u, v := ground.inside(px, py)
		if max(math.Abs(u), math.Abs(v))+0.15*n.cloud(px/5, py/5, 3) < 1 && (at.class == field || at.class == other) {
			*at = cell{colour: yard.times(1 + 0.1*n.cloud(px, py, 2)), class: other}
		}
	})
	c.build(c.cottage(x, y, angle))
	for range 1 + c.rand.IntN(3) {
		turn := c.uniform(0, 2*math.Pi)
		barn := c.cottage(x+14*math.Cos(turn), y+14*math.Sin(turn), angle)
		barn.length, barn.pitch, barn.hip = c.uniform(12, 20), c.uniform(0.2, 0.4), false
		if c.chance(0.5) {
			barn.roof = c.vary(decks[c.rand.IntN(len(decks))], 0.1)
		}
		c.build(barn)
	}
}

// woodland is forest with a clearing, field, road or stream in some.
func woodland(c *canvas) {
	z := zone(everywhere)
	if c.chance(0.6) {
		z = c.halfPlane(c.uniform(0.45, 0.85), 4)
		if c.chance(0.5) {
			c.fields(z.not())
		}
	}
	stream := c.newPath(0.5*c.half, 1)
	hasStream := c.chance(0.22)
	if hasStream {
		c.lake(c.river(stream, c.uniform(7, 14)))
	}
	if c.chance(0.35) {
		s := c.newStreet(c.uniform(0.2, 0.9))
		if hasStream {
			s.cross(c, stream)
		}
		s.draw(c)
	}
	c.wood(z)
}

// waterside is a lake or river with its banks.
func waterside(c *canvas) {
	var z zone
	stream := c.newPath(0.4*c.half, 1)
	kind := pickWeighted(c, 4, 4, 3)
	switch kind {
	case 0:
		z = c.halfPlane(c.uniform(0.25, 0.7), 5)
	case 1:
		z = c.river(stream, c.uniform(9, 22))
	default:
		z = c.blob(c.uniform(13, 24))
	}
	bank := pickWeighted(c, 4, 3, 3)
	if bank == 1 {
		c.fields(z.not())
	}
	c.lake(z)
	if c.chance(0.28) {
		s := c.newStreet(c.uniform(0, 0.4))
		if kind == 1 {
			s.cross(c, stream)
		}
		s.draw(c)
	}
	if c.chance(0.2) {
		for range 3 {
			c.build(c.cottage(c.uniform(-0.8, 0.8)*c.half, c.uniform(-0.8, 0.8)*c.half, c.uniform(0, math.Pi)))
		}
	}
	if bank == 0 {
		shore := func(x, y float64) float64 { return -z(x, y) - 3 }
		c.wood(zone(shore).and(c.halfPlane(c.uniform(0.6, 1), 4)))
	} else {
		c.scatter(c.rand.IntN(6))
	}
}

// suburb is a street with houses and gardens on both sides, and parked cars in some.
func suburb(c *canvas) {
	s := c.newStreet(c.uniform(0, 0.5))
	if s.dirt {
		s.dirt, s.width = false, 6
	}
	lawn := c.vary(srgb(108, 126, 76), 0.2)
	n := c.noise()
	c.paint(func(x, y float64, at *cell) {
		along, d := s.at(x, y)
		garden := noise(math.Floor((along+1000)/15)+1000*math.Floor(d/40)).lattice(3, 5)
		if math.Abs(d) < 26 {
			at.colour = at.colour.towards(lawn.times(1+0.22*garden), 0.7).times(1 + 0.08*n.cloud(x, y, 2))
		}
	})
	s.draw(c)
	back := zone(func(x, y float64) float64 { _, d := s.at(x, y); return d - 24 })
	behind := pickWeighted(c, 6, 2, 2)
	if behind == 1 {
		c.fields(back)
	}
	c.houses(s)
	if c.chance(0.3) {
		c.parkAlong(s, c.uniform(0.3, 0.7))
	}
	if behind == 2 {
		c.wood(back)
	}
	c.scatter(4 + c.rand.IntN(8))
}

// houses builds along both sides of a street, with drives.
func (c *canvas) houses(s street) {
	drive := c.vary(srgb(172, 166, 156), 0.1)
	for _, side := range []float64{-1, 1} {
		if c.chance(0.12) {
			continue
		}
		setback := c.uniform(9, 12)
		gap := c.uniform(15, 20)
		for along := -1.3*c.half + c.uniform(0, gap); along < 1.3*c.half; along += gap * c.uniform(0.9, 1.25) {
			x, y, a := s.point(along, side*(s.width/2+setback))
			if c.build(c.cottage(x, y, a+c.uniform(-0.06, 0.06))) {
				c.paintDrive(s, along+gap*0.42, side, setback, drive)
			}
		}
	}
}

// paintDrive leads a strip of paving from a street to the side of a house.
func (c *canvas) paintDrive(s street, along, side, length float64, colour rgb) {
	x0, y0, _ := s.point(along, side*(s.width/2+length/2))
	c.paintNear(x0, y0, length, func(x, y float64, at *cell) {
		u, d := s.at(x, y)
		if out := d*side - s.width/2; math.Abs(u-along) < 1.5 && out > 0 && out < length && at.class == other {
			*at = cell{colour: colour, class: other}
		}
	})
}

// carPark is a paved lot with rows of cars beside a large building.
func carPark(c *canvas) {
	a := c.uniform(0, math.Pi)
	full := c.uniform(0.35, 0.85)
	if c.chance(0.15) {
		full = 0
	}
	length, width := c.uniform(0.9, 1.9)*c.half, []float64{16.6, 16.6, 33.2}[c.rand.IntN(3)]
	x, y := c.uniform(-0.35, 0.35)*c.half, c.uniform(-0.35, 0.35)*c.half
	if c.chance(0.55) {
		s := street{path: path{x: x + math.Sin(a)*(width/2+6), y: y - math.Cos(a)*(width/2+6), cos: math.Cos(a), sin: math.Sin(a), wave: 60},
			width: 7, lanes: 2, kerb: 1.5}
		s.draw(c)
	}
	c.lot(x, y, a, length, width, full)
	if c.chance(0.75) {
		out := width/2 + c.uniform(10, 13)
		c.build(c.hall(x-math.Sin(a)*out, y+math.Cos(a)*out, a))
	}
	c.scatter(3 + c.rand.IntN(5))
}

// highway is a broad road through open country or forest.
func highway(c *canvas) {
	s := street{path: c.newPath(0.3*c.half, c.uniform(0, 0.35)), width: c.uniform(14, 16), lanes: 4, kerb: c.uniform(1.5, 3)}
	beside := pickWeighted(c, 4, 3, 3)
	z := zone(everywhere)
	if c.chance(0.5) {
		z = func(x, y float64) float64 { _, d := s.at(x, y); return d - 9 }
	}
	if beside == 0 {
		c.fields(z)
	}
	s.draw(c)
	if c.chance(0.5) {
		c.drive(s, c.uniform(14, 30))
	}
	if beside == 1 {
		away := zone(func(x, y float64) float64 { _, d := s.at(x, y); return math.Abs(d) - 11 })
		c.wood(z.and(away))
	} else {
		c.scatter(c.rand.IntN(5))
	}
}

// openCountry has nothing that is asked for: grass, bare ground and bushes.
func openCountry(c *canvas) {
	if c.chance(0.5) {
		bare, n := c.vary(srgb(184, 162, 126), 0.12), c.noise()
		c.paint(func(x, y float64, at *cell) {
			at.colour = at.colour.towards(bare, ramp(-0.3, 0.4, n.cloud(x/16, y/16, 4)))
		})
	}
	c.scatter(c.rand.IntN(9))
}
