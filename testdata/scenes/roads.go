package scenes

import "math"

// street is a road and how it looks.
type street struct {
	path
	width float64 // metres
	lanes int     // marked lanes; 0 for none
	kerb  float64 // width of pavement or verge on each side
	dirt  bool
}

// draw paints the road over the ground. Where it crosses water it stands on a bridge.
func (s street) draw(c *canvas) {
	surface := c.vary([...]rgb{srgb(128, 126, 124), srgb(106, 106, 108), srgb(150, 146, 140)}[c.rand.IntN(3)], 0.1)
	verge := c.vary([...]rgb{srgb(170, 164, 152), srgb(140, 130, 104), srgb(128, 128, 96)}[c.rand.IntN(3)], 0.1)
	if s.dirt {
		surface = c.vary(srgb(178, 156, 124), 0.12)
		verge = srgb(128, 122, 84)
	}
	white := srgb(226, 224, 214)
	n := c.noise()
	c.paint(func(x, y float64, at *cell) {
		along, d := s.at(x, y)
		off := math.Abs(d) + 0.12*n.at(x/2, y/2)
		if s.dirt {
			off += 0.4 * n.cloud(x/3, y/3, 2)
		}
		half := s.width / 2
		if off > half+s.kerb {
			return
		}
		over := 0.0
		if at.class == water {
			over = 2.5
		}
		if off > half {
			if over > 0 && off > half+0.7 { // only a narrow rim on a bridge
				return
			}
			at.colour = at.colour.towards(verge.times(1+0.1*n.cloud(x, y, 2)), 0.8)
			at.height = 0.1 + over
			at.class = other
			return
		}
		shade := 1 + 0.07*n.cloud(x/1.5, y/1.5, 3) + 0.05*n.at(along/9, 0.5)
		colour := surface
		switch {
		case s.dirt:
			rut := math.Abs(math.Abs(d) - 0.9)
			shade *= 1 + 0.16*ramp(0.7, 0.2, rut)
			colour = surface.towards(verge, 0.5*ramp(0.3, 0.9, rut)*ramp(0.2, 0.8, n.at(along/6, 3)+0.5))
		case s.lanes > 0:
			lane := s.width / float64(s.lanes)
			wheel := math.Abs(math.Abs(math.Mod(d+half, lane)-lane/2) - 0.8)
			shade *= 1 - 0.06*ramp(0.6, 0.1, wheel)
			if s.marked(along, d, lane) {
				colour = white.towards(surface, 0.2+0.25*max(0, n.at(along, d)))
			}
		}
		*at = cell{colour: colour.times(shade), height: over, class: road}
	})
}

// marked says whether paint covers the spot: solid lines at the edges and, with four lanes, in the middle; dashes
// between other lanes.
func (s street) marked(along, d, lane float64) bool {
	const line = 0.16 // half a line's width, metres
	half := s.width / 2
	if math.Abs(math.Abs(d)-(half-0.45)) < line && s.width > 6.5 {
		return true
	}
	k := math.Round((d + half) / lane)
	if k < 1 || int(k) >= s.lanes || math.Abs(d+half-k*lane) > line {
		return false
	}
	return s.lanes == 4 && k == 2 || math.Mod(along+1000, 9) < 4.5
}

// newStreet draws a road through the scene.
func (c *canvas) newStreet(crooked float64) street {
	s := street{path: c.newPath(0.45*c.half, crooked), width: c.uniform(5.5, 7.5), lanes: 2, kerb: c.uniform(0.8, 2)}
	switch {
	case c.chance(0.16):
		s.dirt, s.width, s.lanes = true, c.uniform(3.4, 4.4), 0
	case c.chance(0.25):
		s.lanes = 0
	}
	return s
}

// cross turns the road so that it passes over a river on a bridge, and does not run in it.
func (s *street) cross(c *canvas, river path) {
	a := math.Atan2(river.sin, river.cos) + math.Pi/2 + c.uniform(-0.5, 0.5)
	s.cos, s.sin = math.Cos(a), math.Sin(a)
	s.swing, s.bend = 0, 0
	if s.dirt {
		s.dirt, s.width = false, 5.5
	}
}
