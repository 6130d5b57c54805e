package kernel

import (
	"sync"
	"unsafe"
)

// depthTile computes some neighbouring output pixels of a depthwise convolution for all channels. Steps are in bytes.
// Every field has 8 bytes: the assembly counts them.
//
//	out[p·outStep + c] = sum over i < kh, j < kw of x[i·xRow + j·xTap + p·xStep + c] · w[i·wRow + j·wTap + c]
type depthTile struct {
	x, w, out         unsafe.Pointer
	xRow, xTap, xStep int
	wRow, wTap        int
	outStep           int
	kh, kw            int // at least 1
	channels          int
}

func (t *depthTile) portable(pixels int) {
	for p := range pixels {
		out := floatsAt(t.out, p*t.outStep, t.channels)
		clear(out)
		for i := range t.kh {
			for j := range t.kw {
				x := floatsAt(t.x, i*t.xRow+j*t.xTap+p*t.xStep, t.channels)
				w := floatsAt(t.w, i*t.wRow+j*t.wTap, t.channels)
				for c := range out {
					out[c] += x[c] * w[c]
				}
			}
		}
	}
}

// depthwise is a convolution with one weight for every tap and channel, or the gradient of its input.
type depthwise struct {
	v           variant
	batch, c    int
	down, along axis
	ys          []run1D // one for every output row
	xs          []run1D
	rows        int // output rows in a chunk
	blocks      int // chunks of a picture
	runs        sync.Pool
}

func newDepthwise(batch, channels int, down, along axis) *depthwise {
	m := &depthwise{v: active, batch: batch, c: channels, down: down, along: along, xs: along.cut(), ys: down.rows()}
	m.rows, m.blocks = depthRows(batch, down.out, along.out*channels)
	m.runs.New = func() any { return new(depthRun) }
	return m
}

// depthRun is one run of a depthwise.
type depthRun struct {
	*depthwise
	x, w, y []float32
	then    func(lo, hi int)
}

func (m *depthwise) packedLen() int                   { return 0 }
func (m *depthwise) pack(*Pool, []float32, []float32) {}

func (m *depthwise) run(p *Pool, x, w, _, y []float32, then func(lo, hi int)) {
	r := m.runs.Get().(*depthRun)
	r.depthwise, r.x, r.w, r.y, r.then = m, x, w, y, then
	p.Run(m.batch*m.blocks, r)
	*r = depthRun{}
	m.runs.Put(r)
}

// Do computes some rows of one picture.
func (r *depthRun) Do(chunk int) {
	image := chunk / r.blocks
	first := chunk % r.blocks * r.rows
	last := min(r.down.out, first+r.rows)
	x := r.x[image*r.down.in*r.along.in*r.c:][:r.down.in*r.along.in*r.c]
	y := r.y[image*r.down.out*r.along.out*r.c:][:r.down.out*r.along.out*r.c]
	for o := first; o < last; o++ {
		row := &r.ys[o]
		for i := range r.xs {
			r.strip(x, y, row, &r.xs[i])
		}
	}
	if r.then != nil {
		at := image * len(y)
		r.then(at+first*r.along.out*r.c, at+last*r.along.out*r.c)
	}
}

// strip computes a run of pixels of one output row.
func (r *depthRun) strip(x, y []float32, row, col *run1D) {
	out := (row.out*r.along.out + col.out) * r.c
	if row.taps == 0 || col.taps == 0 {
		for range col.count {
			clear(y[out:][:r.c])
			out += col.step * r.c
		}
		return
	}
	in := (row.in*r.along.in + col.in) * r.c
	t := depthTile{
		x: unsafe.Pointer(&x[in]), w: unsafe.Pointer(&r.w[(row.tap*r.along.taps+col.tap)*r.c]), out: unsafe.Pointer(&y[out]),
		xRow: 4 * row.inTap * r.along.in * r.c, xTap: 4 * col.inTap * r.c, xStep: 4 * col.inStep * r.c,
		wRow: 4 * row.tapStep * r.along.taps * r.c, wTap: 4 * col.tapStep * r.c,
		outStep: 4 * col.step * r.c, kh: row.taps, kw: col.taps, channels: r.c,
	}
	for left := col.count; left > 0; {
		n := stripLen(left)
		t.compute(r.v, n)
		left -= n
		if left > 0 {
			t.x, t.out = unsafe.Add(t.x, n*t.xStep), unsafe.Add(t.out, n*t.outStep)
		}
	}
}

// stripLen is the number of pixels of the next tile of a strip with left pixels to go.
func stripLen(left int) int {
	for _, n := range [...]int{8, 4, 2} {
		if left >= n {
			return n
		}
	}
	return 1
}
