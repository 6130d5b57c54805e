package kernel

import (
	"sync"
	"unsafe"
)

// depthRow computes one row of a depthwise convolution of 3×3 taps and stride 1 or 2, in groups of 4 or 8 pixels. Steps
// are in bytes. Every field has 8 bytes: the assembly counts them, and overwrites groups, back and missing.
//
//	out[p·step + c] = sum over i, j < 3 of rows[i][shift + (p·stride + j)·step + c] · w[i·wRow + j·wTap + c]
//
// without the first columns that are missing and the last ones beyond. A bias adds a number for every channel, and then
// the limits hold.
type depthRow struct {
	rows       [3]unsafe.Pointer
	w          unsafe.Pointer
	wTap, wRow int
	out        unsafe.Pointer
	step       int // from pixel to pixel, more than 1
	groups     int // at least 1
	back       int // from the last whole group to the last pixels' group; 0 if they are the same
	channels   int // a multiple of the lanes, at least one vector
	missing    int // 0 to 2
	beyond     int // 0 to 2
	shift      int
	ending
}

// depthwise3 is a depthwise convolution of 3×3 taps, or the gradient of the input of one of stride 1, that reads the rows
// of the picture where they are.
type depthwise3 struct {
	v                 variant
	batch, c          int
	h, w, oh, ow      int
	top, left, stride int
	beyond            int // columns that the last pixel lacks
	turned            bool
	pixels            int // in a group
	rows, blocks      int // output rows in a chunk, chunks of a picture
	runs              sync.Pool
}

// newDepthwise3 returns nil where it does not fit.
func newDepthwise3(s ConvShape, turned bool) *depthwise3 {
	v := active
	m := &depthwise3{v: v, batch: s.Batch, c: s.In, h: s.Height, w: s.Width, oh: s.OutHeight(), ow: s.OutWidth(),
		top: s.PadTop, left: s.PadLeft, stride: s.StrideH, turned: turned}
	if turned {
		m.h, m.w, m.oh, m.ow = m.oh, m.ow, m.h, m.w
		m.top, m.left = 2-s.PadTop, 2-s.PadLeft
	}
	m.beyond = max(0, (m.ow-1)*m.stride+3-m.left-m.w)
	if v == portable || s.KernelH != 3 || s.KernelW != 3 || s.DilationH != 1 || s.DilationW != 1 || s.StrideH != s.StrideW || s.StrideH > 2 ||
		turned && s.StrideH != 1 || m.left < 0 || m.left > 2 || m.beyond > 2 || m.ow < 4 || m.c%v.lanes() != 0 {
		return nil
	}
	if m.pixels = 4; v == avx512 && m.ow >= 8 {
		m.pixels = 8
	}
	if m.stride == 1 && max(m.left, m.beyond) == 2 && m.ow%m.pixels == 1 {
		return nil // the two groups of the last pixels would lack columns, not only the last
	}
	m.rows, m.blocks = depthRows(m.batch, m.oh, m.ow*m.c)
	m.runs.New = func() any { return new(depthRun3) }
	return m
}

// depthRows chooses the output rows in a chunk, of so many floats each, and the chunks of a picture.
func depthRows(batch, rows, floats int) (inChunk, chunks int) {
	n := min(rows, max(1, 32768/floats))
	for batch*ceilDiv(rows, n) < 16 && n > 1 && n*floats > 8192 {
		n = (n + 1) / 2
	}
	return n, ceilDiv(rows, n)
}

// depthRun3 is one run of a depthwise3.
type depthRun3 struct {
	*depthwise3
	src, weights, dst []float32
	zeros             *scratch // a row above or below the picture
	then              func(lo, hi int)
	finish            Finish
}

func (m *depthwise3) packedLen() int                   { return 0 }
func (m *depthwise3) pack(*Pool, []float32, []float32) {}

func (m *depthwise3) run(p *Pool, x, w, _, y []float32, then func(lo, hi int)) {
	m.start(p, x, w, y, then, Finish{})
}

func (m *depthwise3) finishes() bool { return true }

func (m *depthwise3) runFinished(p *Pool, x, w, _, y []float32, f Finish) {
	m.start(p, x, w, y, nil, f)
}

func (m *depthwise3) start(p *Pool, x, w, y []float32, then func(lo, hi int), f Finish) {
	r := m.runs.Get().(*depthRun3)
	r.depthwise3, r.src, r.weights, r.dst, r.then, r.finish = m, x, w, y, then, f
	r.zeros = grab(m.w * m.c)
	clear(r.zeros.data)
	p.Run(m.batch*m.blocks, r)
	r.zeros.release()
	*r = depthRun3{}
	m.runs.Put(r)
}

// Do computes some rows of one picture.
func (r *depthRun3) Do(chunk int) {
	image, first := chunk/r.blocks, chunk%r.blocks*r.rows
	last := min(r.oh, first+r.rows)
	src := r.src[image*r.h*r.w*r.c:][:r.h*r.w*r.c]
	t := depthRow{w: unsafe.Pointer(&r.weights[0]), wTap: 4 * r.c, wRow: 12 * r.c, step: 4 * r.c, groups: r.ow / r.pixels, channels: r.c,
		missing: r.left, beyond: r.beyond, shift: -4 * r.left * r.c}
	if r.turned {
		t.w, t.wTap, t.wRow = unsafe.Pointer(&r.weights[8*r.c]), -t.wTap, -t.wRow
	}
	if rest := r.ow % r.pixels; rest > 0 {
		t.back = rest * t.step
	}
	t.ending = r.finish.endingAt(0)
	for o := first; o < last; o++ {
		t := t
		for i := range t.rows {
			t.rows[i] = unsafe.Pointer(&r.zeros.data[0])
			if y := o*r.stride - r.top + i; y >= 0 && y < r.h {
				t.rows[i] = unsafe.Pointer(&src[y*r.w*r.c])
			}
		}
		t.out = unsafe.Pointer(&r.dst[(image*r.oh+o)*r.ow*r.c])
		t.compute(r.v, r.stride, r.pixels)
	}
	if r.then != nil {
		at := image * r.oh * r.ow * r.c
		r.then(at+first*r.ow*r.c, at+last*r.ow*r.c)
	}
}
