package kernel

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"
)

// WindowShape describes windows that slide over pictures, NHWC.
type WindowShape struct {
	Batch, Height, Width, Channels       int // of the input
	WindowH, WindowW                     int
	StrideH, StrideW                     int // 0 means 1
	DilationH, DilationW                 int // of the window; 0 means 1
	BaseH, BaseW                         int // dilation of the input; 0 means 1
	PadTop, PadBottom, PadLeft, PadRight int // negative cuts off
}

// Window reduces windows of pictures of one shape. Positions outside of the picture do not take part. It may run in
// several goroutines at the same time.
type Window struct {
	v              variant
	batch, c       int
	down, along    axis
	ys, xs         []run1D // ys: one for every output row
	rows, blocks   int
	lenX, lenY     int
	runs, gradRuns sync.Pool
}

// NewWindow checks s.
func NewWindow(s WindowShape) (*Window, error) {
	for _, f := range []*int{&s.StrideH, &s.StrideW, &s.DilationH, &s.DilationW, &s.BaseH, &s.BaseW} {
		if *f == 0 {
			*f = 1
		}
	}
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("kernel.WindowShape: "+format, args...)
	}
	if err := errors.Join(
		need(min(s.Batch, s.Height, s.Width, s.Channels) >= 0, "Batch, Height, Width, Channels are %d, %d, %d, %d; want none negative", s.Batch, s.Height, s.Width, s.Channels),
		need(min(s.WindowH, s.WindowW, s.StrideH, s.StrideW, s.DilationH, s.DilationW, s.BaseH, s.BaseW) >= 1, "a window, stride or dilation is below 1: %+v", s),
	); err != nil {
		return nil, err
	}
	wide := func(n, base, before, after int) int { return max(0, (n-1)*base+1) + before + after }
	m := &Window{
		v: active, batch: s.Batch, c: s.Channels,
		down:  axis{out: outSize(wide(s.Height, s.BaseH, s.PadTop, s.PadBottom), s.WindowH, s.StrideH, s.DilationH), in: s.Height, stride: s.StrideH, step: s.DilationH, base: -s.PadTop, div: s.BaseH, taps: s.WindowH},
		along: axis{out: outSize(wide(s.Width, s.BaseW, s.PadLeft, s.PadRight), s.WindowW, s.StrideW, s.DilationW), in: s.Width, stride: s.StrideW, step: s.DilationW, base: -s.PadLeft, div: s.BaseW, taps: s.WindowW},
	}
	m.lenX, m.lenY = s.Batch*s.Height*s.Width*s.Channels, s.Batch*m.down.out*m.along.out*s.Channels
	m.ys, m.xs = m.down.rows(), m.along.cut()
	m.rows = min(m.down.out, max(1, 32768/max(1, m.along.out*m.c)))
	m.blocks = ceilDiv(m.down.out, max(1, m.rows))
	m.runs.New = func() any { return new(windowRun) }
	m.gradRuns.New = func() any { return new(maxGradRun) }
	return m, nil
}

// OutHeight and OutWidth are the size of the output.
func (m *Window) OutHeight() int { return m.down.out }
func (m *Window) OutWidth() int  { return m.along.out }

// Sum writes scale times the sum over every window; 0 where it meets nothing. then, if not nil, is called with the elements
// of y from lo to hi-1 as soon as they are final, from the worker that has them in its cache; these are whole rows.
func (m *Window) Sum(p *Pool, x, y []float32, scale float32, then func(lo, hi int)) {
	m.reduce(p, sums, x, y, scale, then)
}

// Max writes the largest element of every window; −Inf where it meets nothing. A NaN may be passed over. then is as for Sum.
func (m *Window) Max(p *Pool, x, y []float32, then func(lo, hi int)) {
	m.reduce(p, maxima, x, y, 1, then)
}

// Min writes the smallest element of every window; +Inf where it meets nothing. A NaN may be passed over. then is as for Sum.
func (m *Window) Min(p *Pool, x, y []float32, then func(lo, hi int)) {
	m.reduce(p, minima, x, y, 1, then)
}

func (m *Window) reduce(p *Pool, what reduction, x, y []float32, scale float32, then func(lo, hi int)) {
	x, y = x[:m.lenX], y[:m.lenY]
	if m.lenY == 0 {
		return
	}
	r := m.runs.Get().(*windowRun)
	r.Window, r.what, r.x, r.y, r.scale, r.then = m, what, x, y, scale, then
	p.Run(m.batch*m.blocks, r)
	*r = windowRun{}
	m.runs.Put(r)
}

// windowRun is one run of a Window.
type windowRun struct {
	*Window
	what  reduction
	x, y  []float32
	scale float32
	then  func(lo, hi int)
}

// windowTile reduces the windows of some neighbouring output pixels. Steps are in bytes. Every field has 8 bytes: the
// assembly counts them.
//
//	out[p·outStep + c] = scale · reduction over i < kh, j < kw of x[i·xRow + j·xTap + p·xStep + c]
type windowTile struct {
	x, out            unsafe.Pointer
	xRow, xTap, xStep int
	outStep           int
	kh, kw            int // at least 1
	channels, pixels  int // at least 1
	scale             float32
	_                 float32
}

func (t *windowTile) portable(what reduction) {
	for p := range t.pixels {
		out := floatsAt(t.out, p*t.outStep, t.channels)
		for c := range out {
			out[c] = what.identity()
		}
		for i := range t.kh {
			for j := range t.kw {
				for c, v := range floatsAt(t.x, i*t.xRow+j*t.xTap+p*t.xStep, t.channels) {
					out[c] = what.step(out[c], v)
				}
			}
		}
		for c := range out {
			out[c] *= t.scale
		}
	}
}

// Do reduces the windows of some rows of one picture.
func (r *windowRun) Do(chunk int) {
	image, first := chunk/r.blocks, chunk%r.blocks*r.rows
	x := r.x[image*r.down.in*r.along.in*r.c:][:r.down.in*r.along.in*r.c]
	y := r.y[image*r.down.out*r.along.out*r.c:][:r.down.out*r.along.out*r.c]
	for o := first; o < min(r.down.out, first+r.rows); o++ {
		row := &r.ys[o]
		for i := range r.xs {
			col := &r.xs[i]
			out := (row.out*r.along.out + col.out) * r.c
			if row.taps == 0 || col.taps == 0 {
				for range col.count {
					for c := range y[out:][:r.c] {
						y[out+c] = r.what.identity()
					}
					out += col.step * r.c
				}
				continue
			}
			t := windowTile{
				x: unsafe.Pointer(&x[(row.in*r.along.in+col.in)*r.c]), out: unsafe.Pointer(&y[out]),
				xRow: 4 * row.inTap * r.along.in * r.c, xTap: 4 * col.inTap * r.c, xStep: 4 * col.inStep * r.c,
				outStep: 4 * col.step * r.c, kh: row.taps, kw: col.taps, channels: r.c, pixels: col.count, scale: r.scale,
			}
			t.compute(r.v, r.what)
		}
	}
	if row := r.along.out * r.c; r.then != nil {
		r.then((image*r.down.out+first)*row, (image*r.down.out+min(r.down.out, first+r.rows))*row)
	}
}
