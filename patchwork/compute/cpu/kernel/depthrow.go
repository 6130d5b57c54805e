package kernel

import (
	"sync"
	"unsafe"
)

// depthRow computes one row of a depthwise convolution of 3×3 taps and stride 1 or 2, in groups of 4 or 8 pixels. Steps
// are in bytes. Every field has 8 bytes: the assembly counts them, and counts channels down.
//
//	out[p·step + c] = sum over i, j < 3 of rows[i][(p·stride + j)·step + c] · w[i·wRow + j·wTap + c]
type depthRow struct {
	rows       [3]unsafe.Pointer
	w          unsafe.Pointer
	wTap, wRow int
	out        unsafe.Pointer
	step       int // from pixel to pixel
	groups     int // at least 1
	back       int // from the last whole group to the last pixels' group; 0 if they are the same
	channels   int // a multiple of the lanes, at least one vector
}

// depthwise3 is a depthwise convolution of 3×3 taps, or the gradient of the input of one of stride 1, whose rows are
// copied with zeros at their ends, so that all pixels of a row are alike.
type depthwise3 struct {
	v                 variant
	batch, c          int
	h, w, oh, ow      int
	top, left, stride int
	turned            bool
	pixels            int // in a group
	line              int // floats of a padded row
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
	if v == portable || s.KernelH != 3 || s.KernelW != 3 || s.DilationH != 1 || s.DilationW != 1 || s.StrideH != s.StrideW || s.StrideH > 2 ||
		turned && s.StrideH != 1 || m.top < 0 || m.left < 0 || m.ow < 4 || m.c%v.lanes() != 0 {
		return nil
	}
	if m.pixels = 4; v == avx512 && m.ow >= 8 {
		m.pixels = 8
	}
	m.line = ((m.ow-1)*m.stride + 3) * m.c
	m.rows = min(m.oh, max(1, 32768/(m.ow*m.c)))
	m.blocks = ceilDiv(m.oh, m.rows)
	m.runs.New = func() any { return new(depthRun3) }
	return m
}

// depthRun3 is one run of a depthwise3.
type depthRun3 struct {
	*depthwise3
	src, weights, dst []float32
	then              func(lo, hi int)
}

func (m *depthwise3) packedLen() int                   { return 0 }
func (m *depthwise3) pack(*Pool, []float32, []float32) {}

func (m *depthwise3) run(p *Pool, x, w, _, y []float32, then func(lo, hi int)) {
	r := m.runs.Get().(*depthRun3)
	r.depthwise3, r.src, r.weights, r.dst, r.then = m, x, w, y, then
	p.Run(m.batch*m.blocks, r)
	*r = depthRun3{}
	m.runs.Put(r)
}

// Do computes some rows of one picture.
func (r *depthRun3) Do(chunk int) {
	image, first := chunk/r.blocks, chunk%r.blocks*r.rows
	last := min(r.oh, first+r.rows)
	src := r.src[image*r.h*r.w*r.c:][:r.h*r.w*r.c]
	y0 := first*r.stride - r.top
	y1 := (last-1)*r.stride - r.top + 3
	padded := grab((min(y1, r.h) - max(y0, 0) + 1) * r.line) // the last line has zeros
	used := min(r.w, r.line/r.c-r.left)
	if used < 0 {
		used = 0
	}
	lines := 0
	for y := max(y0, 0); y < min(y1, r.h); y++ {
		line := padded.data[lines*r.line:][:r.line]
		clear(line[:min(r.left*r.c, r.line)])
		copy(line[min(r.left*r.c, r.line):], src[y*r.w*r.c:][:used*r.c])
		clear(line[min((r.left+used)*r.c, r.line):])
		lines++
	}
	zeros := padded.data[lines*r.line:][:r.line]
	clear(zeros)
	t := depthRow{w: unsafe.Pointer(&r.weights[0]), wTap: 4 * r.c, wRow: 12 * r.c, step: 4 * r.c, groups: r.ow / r.pixels}
	if r.turned {
		t.w, t.wTap, t.wRow = unsafe.Pointer(&r.weights[8*r.c]), -t.wTap, -t.wRow
	}
	if rest := r.ow % r.pixels; rest > 0 {
		t.back = rest * t.step
	}
	for o := first; o < last; o++ {
		for i := range t.rows {
			t.rows[i] = unsafe.Pointer(&zeros[0])
			if y := o*r.stride - r.top + i; y >= 0 && y < r.h {
				t.rows[i] = unsafe.Pointer(&padded.data[(y-max(y0, 0))*r.line])
			}
		}
		t.out = unsafe.Pointer(&r.dst[(image*r.oh+o)*r.ow*r.c])
		t.channels = r.c
		t.compute(r.v, r.stride, r.pixels)
	}
	padded.release()
	if r.then != nil {
		at := image * r.oh * r.ow * r.c
		r.then(at+first*r.ow*r.c, at+last*r.ow*r.c)
	}
}
