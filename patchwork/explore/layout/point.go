package layout

import "math"

// Point is a place on the plane.
type Point struct{ X, Y float32 }

// Nowhere is the place of a point that has none.
var Nowhere = Point{float32(math.NaN()), float32(math.NaN())}

// Placed says whether p is a place.
func (p Point) Placed() bool {
	return !math.IsNaN(float64(p.X)) && !math.IsNaN(float64(p.Y)) && !math.IsInf(float64(p.X), 0) && !math.IsInf(float64(p.Y), 0)
}

// Fit moves and scales points, in place, so that the longer side of what they span reaches from -1 to 1 and the shorter
// lies in the middle. Shapes keep their proportions. Points without a place stay without; points all in one place go to 0, 0.
func Fit(points []Point) {
	low, high, ok := span(points)
	if !ok {
		return
	}
	midX, midY := (float64(low.X)+float64(high.X))/2, (float64(low.Y)+float64(high.Y))/2
	side := max(float64(high.X)-float64(low.X), float64(high.Y)-float64(low.Y))
	scale := 0.0
	if side > 0 {
		scale = 2 / side
	}
	for i, p := range points {
		if p.Placed() {
			points[i] = Point{float32((float64(p.X) - midX) * scale), float32((float64(p.Y) - midY) * scale)}
		}
	}
}

// span is the smallest box that holds all places; ok says whether there is one.
func span(points []Point) (low, high Point, ok bool) {
	for _, p := range points {
		switch {
		case !p.Placed():
		case !ok:
			low, high, ok = p, p, true
		default:
			low = Point{min(low.X, p.X), min(low.Y, p.Y)}
			high = Point{max(high.X, p.X), max(high.Y, p.Y)}
		}
	}
	return low, high, ok
}
