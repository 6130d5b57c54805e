// Package scenes makes small pictures that look like aerial photographs, with known contents, for tests, examples and
// notebooks that must not depend on anybody's data.
//
// A scene is a patch of ground 40 to 65 metres wide, 96 x 96 pixels: fields, forest, water, roads, buildings and
// vehicles, several of them together or none. It is built as a map of colours and heights, lit by a low sun with
// shadows, and developed with haze, blur and grain. The same seed gives the same scene.
package scenes

import (
	"image"
	"math"
	"math/rand/v2"
)

// Classes are the names of what may be present in a scene, in the order of Scene.Present.
var Classes = []string{"field", "forest", "water", "road", "building", "vehicle"}

// Scene is one picture and what it shows.
type Scene struct {
	Image   *image.RGBA // Size x Size
	Present [6]bool     // one per class; single trees are no forest, a car park is no road
	Spoilt  string      // "cloud" or "blur" where the picture shows next to nothing of what is present; else ""
}

// present and doubtful are shares of the picture, per class: from present on it counts as shown. A scene with a share
// between doubtful and present is not used, so that the truth is never a matter of opinion.
var (
	present  = [other]float64{field: 0.08, forest: 0.10, water: 0.05, road: 0.035, building: 0.02, vehicle: 0.003}
	doubtful = [other]float64{field: 0.004, forest: 0.01, water: 0.002, road: 0.002, building: 0.0005, vehicle: 0}
)

// New makes scene number i of a seed.
func New(seed uint64, i int) Scene {
	s, _ := build(seed, i)
	return s
}

// build tries until it is clear what a scene shows.
func build(seed uint64, i int) (Scene, *canvas) {
	for attempt := uint64(0); ; attempt++ {
		c := newCanvas(rand.New(rand.NewPCG(seed, uint64(i)<<16|attempt)))
		c.layOut()
		if s := (Scene{}); c.judge(&s) {
			c.take(&s)
			return s, c
		}
	}
}

// judge sets what is present; it is false if that is doubtful.
func (c *canvas) judge(s *Scene) bool {
	for k, share := range c.shares() {
		if share > doubtful[k] && share < present[k] {
			return false
		}
		s.Present[k] = share >= present[k]
	}
	return true
}

// take lights the canvas and photographs it. About one picture in forty is spoilt.
func (c *canvas) take(s *Scene) {
	a := c.uniform(0, 2*math.Pi)
	light := c.expose(sun{x: math.Cos(a), y: math.Sin(a), height: c.uniform(0.75, 1.6)})
	k := c.newCamera()
	switch {
	case c.chance(0.012):
		s.Spoilt = "cloud"
		c.cover(light)
	case c.chance(0.012):
		s.Spoilt = "blur"
		blurred(light, c.uniform(7, 10))
	}
	s.Image = c.develop(light, k)
}

// cover hides the ground under a cloud.
func (c *canvas) cover(light []float64) {
	n := c.noise()
	for p := range Size * Size {
		x, y := float64(p%Size), float64(p/Size)
		thick := 0.93 + 0.1*n.cloud(x/30, y/30, 4)
		white := 0.78 + 0.2*n.cloud(x/22+9, y/22, 4)
		for k := range 3 {
			light[3*p+k] = mix(light[3*p+k], white, min(1, thick))
		}
	}
}
