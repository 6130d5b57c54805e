package segment

import "math"

// edge joins pixel from to the one at a side of it.
type edge struct {
	cost float64
	from int32
	side int32
}

// The sides an edge can have; each pixel has those that lie in the image.
const (
	right = iota
	down
	downRight
	downLeft
)

// ends are the pixels of e in an image of width w.
func (e edge) ends(w int) (a, b int32) {
	switch e.side {
	case right:
		return e.from, e.from + 1
	case down:
		return e.from, e.from + int32(w)
	case downRight:
		return e.from, e.from + int32(w) + 1
	}
	return e.from, e.from + int32(w) - 1
}

// costs lists the edges of [h, w, 3]: all to the right, then all down, down and right, down and left.
func costs(pix []float64, w, h int) []edge {
	edges := make([]edge, 0, 4*w*h)
	add := func(side int32, x0, x1, y1, step int) {
		for y := range y1 {
			for x := x0; x < x1; x++ {
				i := y*w + x
				edges = append(edges, edge{distance(pix[3*i:], pix[3*(i+step):]), int32(i), side})
			}
		}
	}
	add(right, 0, w-1, h, 1)
	add(down, 0, w, h-1, w)
	add(downRight, 0, w-1, h-1, w+1)
	add(downLeft, 1, w, h-1, w-1)
	return edges
}

func distance(a, b []float64) float64 {
	_, _ = a[2], b[2]
	r, g, v := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return math.Sqrt(float64(float64(r*r)+float64(g*g)) + float64(v*v))
}
