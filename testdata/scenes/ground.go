package scenes

import "math"

// meadow covers everything with grass, in places dry or bare. It belongs to no class.
func (c *canvas) meadow() {
	green := c.vary(srgb(112, 122, 78), 0.18)
	dry := c.vary(srgb(158, 146, 108), 0.12)
	dryness := c.uniform(-0.5, 0.5)
	large, small := c.noise(), c.noise()
	c.paint(func(x, y float64, at *cell) {
		t := ramp(-0.5, 0.7, large.cloud(x/13, y/13, 4)+dryness)
		k := 1 + 0.16*small.cloud(x/1.3, y/1.3, 3)
		at.colour = green.towards(dry, t).times(k)
		at.height = 0.12 * small.cloud(x/2.2, y/2.2, 2)
		at.class = other
	})
}

// crop is how one field looks.
type crop struct {
	plants, soil rgb
	cover        float64 // share of the ground that plants hide between the rows
	row          float64 // metres between rows
	ridge        float64 // height of the rows, metres
	patches      float64 // strength of wet and poor patches
}

// crops are the kinds of field: ripe grain, young grain, maize, ploughed, stubble, pasture cut for hay, beet, rape.
var crops = []crop{
	{srgb(196, 172, 112), srgb(168, 142, 96), 0.6, 1.6, 0.10, 0.10},
	{srgb(110, 142, 74), srgb(140, 118, 88), 0.35, 1.8, 0.10, 0.14},
	{srgb(72, 104, 56), srgb(108, 92, 70), 0.5, 2.2, 0.30, 0.12},
	{srgb(128, 100, 78), srgb(100, 78, 62), 0.5, 2.4, 0.22, 0.20},
	{srgb(186, 168, 132), srgb(150, 126, 96), 0.5, 3.2, 0.06, 0.12},
	{srgb(134, 150, 84), srgb(164, 164, 104), 0.5, 4.5, 0.05, 0.10},
	{srgb(88, 124, 70), srgb(124, 104, 80), 0.3, 1.9, 0.16, 0.10},
	{srgb(192, 184, 104), srgb(142, 146, 86), 0.6, 2.0, 0.10, 0.12},
}

// fields covers a zone with a mosaic of fields, each with its crop and rows, divided by grass margins.
func (c *canvas) fields(z zone) {
	a := c.uniform(0, math.Pi)
	cos, sin := math.Cos(a), math.Sin(a)
	size := c.uniform(0.7, 1.8) * c.half // metres
	shift, lean := c.uniform(0, size), c.uniform(0, size)
	edge := c.uniform(0.5, 1.4)
	type plot struct {
		crop
		along     bool // rows run along the first axis
		phase     float64
		large     noise
		tramlines float64 // metres between the tractor's tracks; 0 for none
		headland  float64
	}
	plots := map[[2]int]*plot{}
	small := c.noise()
	c.paint(func(x, y float64, at *cell) {
		if z(x, y) <= 0 {
			return
		}
		u, v := cos*x+sin*y+shift, cos*y-sin*x+lean
		column := math.Floor(u / size)
		v += size * 0.37 * column // neighbours do not share their cross borders
		line := math.Floor(v / (1.5 * size))
		key := [2]int{int(column), int(line)}
		p := plots[key]
		if p == nil {
			p = &plot{crop: crops[c.rand.IntN(len(crops))], along: c.chance(0.3), phase: c.uniform(0, 6), large: c.noise()}
			p.plants, p.soil = c.vary(p.plants, 0.16), c.vary(p.soil, 0.16)
			p.row *= c.uniform(0.85, 1.25)
			if c.chance(0.6) {
				p.tramlines = c.uniform(9, 16)
			}
			p.headland = c.uniform(0, 5)
			plots[key] = p
		}
		du, dv := u-column*size, v-line*1.5*size
		border := min(min(du, size-du), min(dv, 1.5*size-dv), z(x, y))
		across, end := u, v
		ends := min(dv, 1.5*size-dv)
		if p.along {
			across, end, ends = v, u, min(du, size-du)
		}
		if ends < p.headland { // the tractor turns here: rows run across
			across = end
		}
		wobble := 0.25 * p.large.at(x/9, y/9)
		wave := 0.5 + 0.5*math.Sin(2*math.Pi*(across+wobble)/p.row+p.phase)
		patch := p.large.cloud(x/12, y/12, 3)
		grain := small.cloud(x/0.9, y/0.9, 2)
		cover := max(0, min(1, p.cover+0.6*(wave-0.5)-0.5*p.patches*patch+0.25*grain))
		if p.tramlines > 0 {
			track := math.Abs(math.Mod(across+1000*p.tramlines, p.tramlines) - p.tramlines/2)
			cover *= 1 - 0.75*ramp(0.5, 0.2, math.Abs(track-0.9))
		}
		at.colour = p.soil.towards(p.plants, cover).times(1 + p.patches*patch + 0.06*grain)
		at.height = p.ridge * wave
		at.class = field
		if border < edge { // a strip of grass
			k := ramp(edge, edge*0.4, border)
			at.colour = at.colour.towards(srgb(118, 124, 80).times(1+0.2*grain), k)
			at.height = 0.2 * k * (1 + grain)
		}
	})
}

// lake fills a zone with water that is shallow and light at its edge, behind a strip of shore.
func (c *canvas) lake(z zone) {
	deep := [...]rgb{srgb(38, 66, 78), srgb(52, 78, 68), srgb(84, 92, 74), srgb(30, 48, 58), srgb(62, 96, 104)}[c.rand.IntN(5)]
	deep = c.vary(deep, 0.15)
	shallow := deep.towards(srgb(150, 150, 112), 0.45)
	sand := c.vary([...]rgb{srgb(196, 182, 148), srgb(120, 112, 84), srgb(92, 100, 64)}[c.rand.IntN(3)], 0.1)
	beach := c.uniform(0.8, 3.5)
	shelf := c.uniform(2, 7)
	ripple, large := c.noise(), c.noise()
	wind := c.uniform(0, math.Pi)
	cos, sin := math.Cos(wind), math.Sin(wind)
	rough := c.uniform(0.01, 0.05)
	c.paint(func(x, y float64, at *cell) {
		d := z(x, y)
		switch {
		case d > 0:
			u, v := cos*x+sin*y, cos*y-sin*x
			k := 1 + rough*2*ripple.cloud(u/0.9, v/3, 2) + 0.1*large.cloud(x/20, y/20, 2)
			*at = cell{colour: shallow.towards(deep, ramp(0, shelf, d)).times(k), height: rough * 2 * ripple.at(u/0.8, v/2.5), class: water}
		case d > -beach:
			t := ramp(-beach, -beach*0.4, d)
			k := 1 + 0.12*ripple.cloud(x/1.1, y/1.1, 2)
			at.colour = at.colour.towards(sand.times(k*(1-0.35*ramp(-0.8, 0, d))), t) // wet sand is darker
			at.height *= 1 - t
			if t > 0.5 {
				at.class = other
			}
		}
	})
}

// river returns the zone of a river along p.
func (c *canvas) river(p path, width float64) zone {
	n := c.noise()
	return func(x, y float64) float64 {
		s, d := p.at(x, y)
		return width/2*(1+0.3*n.at(s/15, 0)) - math.Abs(d) + 0.9*n.cloud(x/5, y/5, 2)
	}
}
