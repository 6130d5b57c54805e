package scenes

import "math"

// path is a gently bent line through the scene: the spine of a road or river.
type path struct {
	x, y, cos, sin float64 // a point of it and its direction
	swing, wave    float64 // metres to the side, and metres for one full swing
	phase          float64
	bend           float64 // curvature, 1/metres
}

// newPath draws a path that passes within offset metres of the middle. Crooked is 0 for a straight one, up to about 1.
func (c *canvas) newPath(offset, crooked float64) path {
	a := c.uniform(0, 2*math.Pi)
	p := path{cos: math.Cos(a), sin: math.Sin(a), phase: c.uniform(0, 2*math.Pi)}
	d := c.uniform(-offset, offset)
	p.x, p.y = -p.sin*d, p.cos*d
	p.swing = crooked * c.uniform(2, 6)
	p.wave = c.uniform(50, 90)
	p.bend = crooked * c.uniform(-0.012, 0.012)
	return p
}

// aside returns how far the line lies to the left at distance s along, and its slope there.
func (p path) aside(s float64) (offset, slope float64) {
	k := 2 * math.Pi / p.wave
	return p.swing*math.Sin(k*s+p.phase) + p.bend/2*s*s, p.swing*k*math.Cos(k*s+p.phase) + p.bend*s
}

// at returns where a point lies: s metres along the path and d metres to its left.
func (p path) at(x, y float64) (s, d float64) {
	x, y = x-p.x, y-p.y
	s = p.cos*x + p.sin*y
	offset, slope := p.aside(s)
	return s, (-p.sin*x + p.cos*y - offset) / math.Hypot(1, slope)
}

// point returns the place s along and d to the left, and the direction of the path there.
func (p path) point(s, d float64) (x, y, angle float64) {
	offset, slope := p.aside(s)
	d = offset + d*math.Hypot(1, slope)
	return p.x + p.cos*s - p.sin*d, p.y + p.sin*s + p.cos*d, math.Atan2(p.sin, p.cos) + math.Atan(slope)
}

// zone is a region of the scene: positive inside, in metres from its edge.
type zone func(x, y float64) float64

// everywhere is the zone without an edge.
func everywhere(x, y float64) float64 { return 1000 }

// halfPlane returns a zone that covers about the given share of the picture. Rough is the height in metres of the
// bumps in its edge.
func (c *canvas) halfPlane(share, rough float64) zone {
	a := c.uniform(0, 2*math.Pi)
	cos, sin, n := math.Cos(a), math.Sin(a), c.noise()
	offset := (2*share - 1) * c.half * (math.Abs(cos) + math.Abs(sin)) * 0.85
	return func(x, y float64) float64 {
		return cos*x + sin*y + offset + rough*n.cloud(x/14, y/14, 3)
	}
}

// blob returns a rounded zone with the given radius in metres.
func (c *canvas) blob(radius float64) zone {
	x0, y0, n := c.uniform(-0.7, 0.7)*c.half, c.uniform(-0.7, 0.7)*c.half, c.noise()
	stretch := c.uniform(0.7, 1.4)
	return func(x, y float64) float64 {
		return radius - math.Hypot((x-x0)*stretch, (y-y0)/stretch) + 0.35*radius*n.cloud(x/radius, y/radius, 3)
	}
}

// not returns the outside of z.
func (z zone) not() zone { return func(x, y float64) float64 { return -z(x, y) } }

// and returns what lies in both zones.
func (z zone) and(o zone) zone { return func(x, y float64) float64 { return min(z(x, y), o(x, y)) } }
