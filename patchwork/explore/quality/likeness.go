package quality

import "math"

// Side is that of the grey copies that are compared.
const Side = 64

// Sizes at which a place is looked for, one after the other, and how many steps are taken at each.
var (
	sides = [...]int{16, 32, Side}
	steps = [...]int{8, 5, 3}
)

const (
	worthwhile = 0.5 // correlation at a smaller size below which the next is not looked at
	sure       = 0.9 // likeness from which on nothing better is looked for

	faint = 0.012 // deviation of what is fine, 3 of 255, below which it is mostly noise of the files
)

// Picture is a grey copy of an image, stretched to a square, in the sizes at which pictures are laid on each other.
type Picture [len(sides)][]float32

// NewPicture takes Side x Side brightnesses, row by row.
func NewPicture(grey []uint8) *Picture {
	full := make([]float32, Side*Side)
	for i, v := range grey[:Side*Side] {
		full[i] = float32(v) / 255
	}
	return pyramid(full)
}

// Turned is the picture turned by quarters of a circle, counter-clockwise.
func (p *Picture) Turned(turns int) *Picture {
	out := *p
	for range turns {
		before := out
		for k, n := range sides {
			out[k] = make([]float32, n*n)
			for at := range out[k] {
				y, x := at/n, at%n
				out[k][at] = before[k][x*n+n-1-y]
			}
		}
	}
	return &out
}

// pyramid makes the smaller sizes.
func pyramid(full []float32) *Picture {
	var p Picture
	last := len(p) - 1
	p[last] = full
	for k := last - 1; k >= 0; k-- {
		n, from := sides[k], p[k+1]
		p[k] = make([]float32, n*n)
		for i := range p[k] {
			at := i/n*4*n + i%n*2
			p[k][i] = (from[at] + from[at+1] + from[at+2*n] + from[at+2*n+1]) / 4
		}
	}
	return &p
}

// Likeness says how far two pictures show the same, 0 to 1: the highest correlation of what is fine in them that is found by laying one
// on the other, moved, scaled each way by up to a third, or mirrored. Brightness and contrast do not count; if one is burnt out (Burnt), the
// other is first burnt as far (tones).
//
//	place    = that of the least Σ (a(x) - gain·b(s∘x + t) - offset)², by Gauss and Newton's steps at 16, 32 and 64 pixels a side,
//	           from scales 1, 1.08 and 0.92, a on b and b on a
//	likeness = Pearson's correlation of both less the mean of 5 x 5 pixels around, where both have something; at least half. Where there
//	           is hardly anything so fine in one of them, noise is all that there is: then less that of 9 x 9 pixels at 32 a side
//
// Two views of the same scene from another place do not count as the same, nor do turned ones (Turned).
//
// Source: Lucas and Kanade 1981, with gain and offset of Bartoli 2008, "Groupwise Geometric and Photometric Direct Image Registration".
func Likeness(a, b *Picture) float64 {
	a, b = tones(a, b)
	best := 0.0
	for _, mirrored := range []bool{false, true} {
		for _, pair := range [][2]*Picture{{a, b}, {b, a}} {
			for _, scale := range []float64{0, 0.08, -0.08} {
				w := place{sx: scale, sy: scale, mirrored: mirrored}
				if best = max(best, w.lay(pair[0], pair[1])); best >= sure {
					return best
				}
			}
		}
	}
	return best
}

// place is where the points of one picture are on the other: x·(1+sx) + tx on axes from -1 to 1, x turned round first if mirrored.
type place struct {
	sx, sy, tx, ty float64
	mirrored       bool
}

// lay moves the place to where the pictures fit best and returns the correlation of what is fine in them there.
func (w *place) lay(a, b *Picture) float64 {
	for k, n := range sides {
		for range steps[k] {
			if !w.step(a[k], b[k], n) {
				return 0
			}
		}
		if n == Side {
			break
		}
		if r, _ := w.correlation(a[k], b[k], n, 0); r < worthwhile {
			return 0
		}
	}
	last := len(sides) - 1
	r, detail := w.correlation(a[last], b[last], Side, 2)
	if detail < faint {
		r, _ = w.correlation(a[last-1], b[last-1], sides[last-1], 4)
	}
	return r
}

// each calls see for the pixels of a picture of n a side that lie on the other: their number, their place from -1 to 1, the value of the
// other there and its slopes along both axes.
func (w *place) each(b []float32, n int, see func(at int, x, y, value, dx, dy float64)) {
	half := float64(n) / 2
	for at := range n * n {
		x, y := (float64(at%n)+0.5)/half-1, (float64(at/n)+0.5)/half-1
		if w.mirrored {
			x = -x
		}
		u, v := (x*(1+w.sx)+w.tx+1)*half-0.5, (y*(1+w.sy)+w.ty+1)*half-0.5
		if !(u >= 0 && v >= 0 && u <= float64(n-1) && v <= float64(n-1)) {
			continue
		}
		i, j := min(int(u), n-2), min(int(v), n-2)
		fu, fv := u-float64(i), v-float64(j)
		p := b[j*n+i:]
		p00, p10, p01, p11 := float64(p[0]), float64(p[1]), float64(p[n]), float64(p[n+1])
		see(at, x, y, (p00*(1-fu)+p10*fu)*(1-fv)+(p01*(1-fu)+p11*fu)*fv,
			((p10-p00)*(1-fv)+(p11-p01)*fv)*half, ((p01-p00)*(1-fu)+(p11-p10)*fu)*half)
	}
}

// step moves the place by one step; it says no where too little of the pictures lies on each other, or nothing is common to them.
func (w *place) step(a, b []float32, n int) bool {
	const unknowns = 6 // sx, sy, tx, ty times gain; gain; offset
	var m [unknowns][unknowns + 1]float64
	seen := 0
	w.each(b, n, func(at int, x, y, value, dx, dy float64) {
		seen++
		row := [unknowns + 1]float64{dx * x, dy * y, dx, dy, value, 1, float64(a[at])}
		for r := range unknowns {
			for c := r; c <= unknowns; c++ {
				m[r][c] += row[r] * row[c]
			}
		}
	})
	if seen < n*n/2 {
		return false
	}
	for r := range unknowns {
		for c := range r {
			m[r][c] = m[c][r]
		}
		m[r][r] += 1e-3*m[r][r] + 1e-9 // stripes say nothing about a shift along them: rather none
	}
	x := solve(&m)
	if !(math.Abs(x[4]) > 0.05) {
		return false
	}
	for k, v := range []*float64{&w.sx, &w.sy, &w.tx, &w.ty} {
		*v = max(-1./3, min(1./3, *v+max(-0.1, min(0.1, x[k]/x[4]))))
	}
	return true
}

// solve solves six equations that are positive definite, so no row need be exchanged.
func solve(m *[6][7]float64) (x [6]float64) {
	for r := range m {
		for k := r + 1; k < len(m); k++ {
			f := m[k][r] / m[r][r]
			for c := r; c <= len(m); c++ {
				m[k][c] -= f * m[r][c]
			}
		}
	}
	for r := len(m) - 1; r >= 0; r-- {
		x[r] = m[r][len(m)]
		for c := r + 1; c < len(m); c++ {
			x[r] -= m[r][c] * x[c]
		}
		x[r] /= m[r][r]
	}
	return x
}

// correlation is Pearson's of what lies on each other, less the mean of the pixels up to around away where that is above 0; 0 where too
// little lies on each other or one of both is flat. detail is the deviation of what it compares, before it is bent, of the picture that has less.
func (w *place) correlation(a, b []float32, n, around int) (r, detail float64) {
	var p, q plane
	p.n, q.n, p.value, q.value = n, n, make([]float64, n*n), make([]float64, n*n)
	on := make([]bool, n*n)
	w.each(b, n, func(at int, _, _, value, _, _ float64) {
		p.value[at], q.value[at], on[at] = float64(a[at]), value, true
	})
	var sums [5]float64
	var details [2]float64
	seen := 0.0
	for at, ok := range on {
		if !ok {
			continue
		}
		x, y := p.value[at], q.value[at]
		if around > 0 {
			x, y = p.fine(on, at, around), q.fine(on, at, around)
			details[0], details[1] = details[0]+x*x, details[1]+y*y
			x, y = bent(x), bent(y)
		}
		seen++
		for k, v := range [...]float64{x, y, x * x, y * y, x * y} {
			sums[k] += v
		}
	}
	vx, vy := sums[2]-sums[0]*sums[0]/seen, sums[3]-sums[1]*sums[1]/seen
	if flat := 1e-6 * seen; seen < float64(n*n/2) || vx < flat || vy < flat {
		return 0, 0
	}
	return (sums[4] - sums[0]*sums[1]/seen) / math.Sqrt(vx*vy), math.Sqrt(min(details[0], details[1]) / seen)
}

// plane is a picture of n a side of which only a part counts.
type plane struct {
	n     int
	value []float64
}

// bend is the difference from around that counts half of the most.
const bend = 0.03

// bent is d/(0.03 + |d|): one strong edge, such as that of a black border, does not outweigh all else.
func bent(d float64) float64 { return d / (bend + math.Abs(d)) }

// fine is a pixel less the mean of what counts up to around away.
func (p *plane) fine(on []bool, at, around int) float64 {
	sum, seen := 0.0, 0.0
	for j := max(0, at/p.n-around); j <= min(p.n-1, at/p.n+around); j++ {
		for i := max(0, at%p.n-around); i <= min(p.n-1, at%p.n+around); i++ {
			if k := j*p.n + i; on[k] {
				sum, seen = sum+p.value[k], seen+1
			}
		}
	}
	return p.value[at] - sum/seen
}
