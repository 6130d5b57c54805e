package kernel

import (
	"sync"
	"unsafe"
)

// depthRow computes one row of a depthwise convolution of 3, 5 or 7 taps each way and stride 1 or 2, in groups of 4 or 8
// pixels. Steps are in bytes. Every field has 8 bytes: the assembly counts them, and overwrites groups and rest.
//
//	out[p·step + c] = sum over i, j of rows[i][left + (p·stride + j)·step + c] · w[i·wRow + j·wTap + c]
//
// over the columns inside of the picture: p·stride + j is at least missing, at most missing + width. To the sums comes the
// ending.
type depthRow struct {
	rows       [7]unsafe.Pointer
	w          unsafe.Pointer
	wTap, wRow int
	out        unsafe.Pointer
	step       int // from pixel to pixel
	groups     int // at least 1
	rest       int // pixels that make no whole group
	channels   int // bytes, a multiple of the vectors'
	missing    int
	width      int
	left       int
	ending
}

// depthwiseRows is a depthwise convolution of 3, 5 or 7 taps each way, or the gradient of the input of one of stride 1,
// that reads the rows of the picture where they are.
type depthwiseRows struct {
	v                 variant
	batch, c          int
	h, w, oh, ow      int
	taps              int
	top, left, stride int
	turned            bool
	pixels            int // in a group
	channels          int // at a time, so that what a group of pixels reads stays in the first cache for the next
	rows, blocks      int // output rows in a chunk, chunks of a picture
	runs              sync.Pool
}

// newDepthwiseRows returns nil where it does not fit.
func newDepthwiseRows(s ConvShape, turned bool) *depthwiseRows {
	v, k := active, s.KernelH
	m := &depthwiseRows{v: v, batch: s.Batch, c: s.In, h: s.Height, w: s.Width, oh: s.OutHeight(), ow: s.OutWidth(),
		taps: k, top: s.PadTop, left: s.PadLeft, stride: s.StrideH, turned: turned}
	if turned {
		m.h, m.w, m.oh, m.ow = m.oh, m.ow, m.h, m.w
		m.top, m.left = k-1-s.PadTop, k-1-s.PadLeft
	}
	beyond := (m.ow-1)*m.stride + k - m.left - m.w
	if v == portable || k != 3 && k != 5 && k != 7 || s.KernelW != k || s.DilationH != 1 || s.DilationW != 1 || s.StrideH != s.StrideW ||
		s.StrideH > 2 || turned && s.StrideH != 1 || m.left < 0 || m.left >= k || beyond >= k || m.ow < 4 || m.c%v.lanes() != 0 {
		return nil
	}
	if m.pixels = 4; v == avx512 && m.ow >= 8 {
		m.pixels = 8
	}
	most := max(1, 6500/(k*((m.pixels-1)*m.stride+k))/v.lanes()) * v.lanes()
	m.channels = roundUp(ceilDiv(m.c, ceilDiv(m.c, most)), v.lanes())
	m.rows, m.blocks = depthRows(m.batch, m.oh, m.ow*m.c)
	m.runs.New = func() any { return new(depthRowsRun) }
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

// depthRowsRun is one run of a depthwiseRows.
type depthRowsRun struct {
	*depthwiseRows
	src, weights, dst []float32
	zeros             *scratch // a row above or below the picture
	then              func(lo, hi int)
	finish            Finish
}

func (m *depthwiseRows) packedLen() int                   { return 0 }
func (m *depthwiseRows) pack(*Pool, []float32, []float32) {}

func (m *depthwiseRows) run(p *Pool, x, w, _, y []float32, then func(lo, hi int)) {
	m.start(p, x, w, y, then, Finish{})
}

func (m *depthwiseRows) finishes() bool { return true }

func (m *depthwiseRows) runFinished(p *Pool, x, w, _, y []float32, f Finish) {
	m.start(p, x, w, y, nil, f)
}

func (m *depthwiseRows) start(p *Pool, x, w, y []float32, then func(lo, hi int), f Finish) {
	r := m.runs.Get().(*depthRowsRun)
	r.depthwiseRows, r.src, r.weights, r.dst, r.then, r.finish = m, x, w, y, then, f
	r.zeros = grab(m.w * m.c)
	clear(r.zeros.data)
	p.Run(m.batch*m.blocks, r)
	r.zeros.release()
	*r = depthRowsRun{}
	m.runs.Put(r)
}

// Do computes some rows of one picture.
func (r *depthRowsRun) Do(chunk int) {
	image, first := chunk/r.blocks, chunk%r.blocks*r.rows
	last := min(r.oh, first+r.rows)
	src := r.src[image*r.h*r.w*r.c:][:r.h*r.w*r.c]
	k := r.taps
	t := depthRow{w: unsafe.Pointer(&r.weights[0]), wTap: 4 * r.c, wRow: 4 * k * r.c, step: 4 * r.c,
		groups: r.ow / r.pixels, rest: r.ow % r.pixels, missing: r.left, width: r.w - 1, left: -4 * r.left * r.c}
	if r.turned {
		t.w, t.wTap, t.wRow = unsafe.Pointer(&r.weights[(k*k-1)*r.c]), -t.wTap, -t.wRow
	}
	for o := first; o < last; o++ {
		for c := 0; c < r.c; c += r.channels {
			t := t
			for i := range k {
				t.rows[i] = unsafe.Pointer(&r.zeros.data[0])
				if y := o*r.stride - r.top + i; y >= 0 && y < r.h {
					t.rows[i] = unsafe.Pointer(&src[y*r.w*r.c+c])
				}
			}
			t.w, t.out = unsafe.Add(t.w, 4*c), unsafe.Pointer(&r.dst[(image*r.oh+o)*r.ow*r.c+c])
			t.channels, t.ending = 4*min(r.channels, r.c-c), r.finish.endingAt(c)
			t.compute(r.v, k, r.stride, r.pixels)
		}
	}
	if r.then != nil {
		at := image * r.oh * r.ow * r.c
		r.then(at+first*r.ow*r.c, at+last*r.ow*r.c)
	}
}
