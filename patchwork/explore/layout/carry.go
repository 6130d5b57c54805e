package layout

import "math"

// Carry starts a layout from an earlier one, so that points stay where a person remembers them: old[i] is where point i
// was, Nowhere for a new one. A new point goes to the mean of its placed neighbours, nearest of all first, then to that of
// neighbours placed so; what has no placed neighbour at all goes to the middle.
//
// ok is false where fewer than a tenth of the points, or fewer than three, have a place: a fresh start is better then.
func Carry(g Graph, old []Point) (start []Point, ok bool) {
	start = append([]Point(nil), old...)
	placed := 0
	var middle [2]float64
	for _, p := range start {
		if p.Placed() {
			placed++
			middle[0], middle[1] = middle[0]+float64(p.X), middle[1]+float64(p.Y)
		}
	}
	if placed < 3 || placed*10 < len(start) {
		return start, false
	}
	for {
		next := make(map[int]Point)
		for i, p := range start {
			if p.Placed() {
				continue
			}
			index, _ := g.of(i)
			var x, y, n float64
			for _, j := range index {
				if q := start[j]; q.Placed() && n < 5 {
					x, y, n = x+float64(q.X), y+float64(q.Y), n+1
				}
			}
			if n > 0 {
				next[i] = Point{float32(x / n), float32(y / n)}
			}
		}
		if len(next) == 0 {
			break
		}
		for i, p := range next {
			start[i] = p
		}
	}
	for i, p := range start {
		if !p.Placed() {
			start[i] = Point{float32(middle[0] / float64(placed)), float32(middle[1] / float64(placed))}
		}
	}
	return start, true
}

// Align turns, mirrors, scales and moves points, in place, so that those that have a place in to lie as near it as that
// allows, in least squares (orthogonal Procrustes, Schönemann 1966, in two dimensions). With fewer than three of them
// nothing is changed.
func Align(points, to []Point) {
	var n float64
	var p, q [2]float64
	each := func(see func(x, y, u, v float64)) {
		for i, a := range points {
			if b := to[i]; a.Placed() && b.Placed() {
				see(float64(a.X), float64(a.Y), float64(b.X), float64(b.Y))
			}
		}
	}
	each(func(x, y, u, v float64) {
		n, p[0], p[1], q[0], q[1] = n+1, p[0]+x, p[1]+y, q[0]+u, q[1]+v
	})
	if n < 3 {
		return
	}
	p, q = [2]float64{p[0] / n, p[1] / n}, [2]float64{q[0] / n, q[1] / n}
	// As complex numbers: turning is a product with Σ conj(z)·w, mirroring first one with Σ z·w.
	var turnRe, turnIm, flipRe, flipIm, size float64
	each(func(x, y, u, v float64) {
		x, y, u, v = x-p[0], y-p[1], u-q[0], v-q[1]
		turnRe, turnIm = turnRe+x*u+y*v, turnIm+x*v-y*u
		flipRe, flipIm = flipRe+x*u-y*v, flipIm+x*v+y*u
		size += x*x + y*y
	})
	re, im, mirror := turnRe, turnIm, 1.0
	if math.Hypot(flipRe, flipIm) > math.Hypot(re, im) {
		re, im, mirror = flipRe, flipIm, -1
	}
	if size == 0 || math.Hypot(re, im) == 0 {
		return
	}
	re, im = re/size, im/size
	for i, a := range points {
		x, y := float64(a.X)-p[0], mirror*(float64(a.Y)-p[1])
		points[i] = Point{float32(q[0] + re*x - im*y), float32(q[1] + re*y + im*x)}
	}
}
