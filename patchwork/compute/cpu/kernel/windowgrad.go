package kernel

import (
	"errors"
	"unsafe"
)

// ErrDilatedInput is returned by MaxGrad for windows over a dilated input.
var ErrDilatedInput = errors.New("kernel: the gradient of Max needs BaseH and BaseW of 1")

// MaxGrad writes dx, the gradient of the input of Max: every element of dy goes to the first element of its window, row
// by row, that equals the maximum.
func (m *Window) MaxGrad(p *Pool, x, y, dy, dx []float32) error {
	if m.down.div != 1 || m.along.div != 1 {
		return ErrDilatedInput
	}
	x, dx, y, dy = x[:m.lenX], dx[:m.lenX], y[:m.lenY], dy[:m.lenY]
	if m.lenX == 0 {
		return nil
	}
	r := m.gradRuns.Get().(*maxGradRun)
	r.Window, r.x, r.y, r.dy, r.dx = m, x, y, dy, dx
	p.Run(m.batch, r)
	*r = maxGradRun{}
	m.gradRuns.Put(r)
	return nil
}

// maxGradRun is one run of MaxGrad.
type maxGradRun struct {
	*Window
	x, y, dy, dx []float32
}

// maxGradTile spreads the gradient of one output pixel. Steps are in bytes. Every field has 8 bytes: the assembly counts
// them. dx lies shift bytes from x.
type maxGradTile struct {
	x, dx, y, dy unsafe.Pointer
	xRow, xTap   int
	kh, kw       int // at least 1
	channels     int
}

func (t *maxGradTile) portable() {
	y, dy := floatsAt(t.y, 0, t.channels), floatsAt(t.dy, 0, t.channels)
channel:
	for c, top := range y {
		for i := range t.kh {
			for j := range t.kw {
				at := i*t.xRow + j*t.xTap + 4*c
				if *(*float32)(unsafe.Add(t.x, at)) == top {
					*(*float32)(unsafe.Add(t.dx, at)) += dy[c]
					continue channel
				}
			}
		}
	}
}

// Do spreads the gradient of one picture.
func (r *maxGradRun) Do(image int) {
	in, out := r.down.in*r.along.in*r.c, r.down.out*r.along.out*r.c
	x, dx := r.x[image*in:][:in], r.dx[image*in:][:in]
	y, dy := r.y[image*out:][:out], r.dy[image*out:][:out]
	clear(dx)
	for o := range r.ys {
		row := &r.ys[o]
		for i := range r.xs {
			col := &r.xs[i]
			if row.taps == 0 || col.taps == 0 {
				continue
			}
			for p := range col.count {
				from := (row.in*r.along.in + col.in + p*col.inStep) * r.c
				to := (row.out*r.along.out + col.out + p*col.step) * r.c
				t := maxGradTile{
					x: unsafe.Pointer(&x[from]), dx: unsafe.Pointer(&dx[from]), y: unsafe.Pointer(&y[to]), dy: unsafe.Pointer(&dy[to]),
					xRow: 4 * row.inTap * r.along.in * r.c, xTap: 4 * col.inTap * r.c, kh: row.taps, kw: col.taps, channels: r.c,
				}
				t.compute(r.v)
			}
		}
	}
}
