package kernel

import (
	"sync"
	"unsafe"
)

// implicitGrad is the gradient of the weights of a convolution: for every tap a matrix product xᵀ·dy over the output
// pixels. Blocks of rows of both sides are packed into panels that stay in the cache while every tap uses them.
type implicitGrad struct {
	v           variant
	s           ConvShape
	down, along axis
	in, out     int // channels of one group
	cols        panels
	rows        int // output rows in a block; rows of all pictures are numbered through
	xRows       int // input rows that a block needs at most
	splits      int // partial sums
	channels    int // input channels in a chunk
	blocks      int // chunks of one group and split
	full, tail  [maxTileRows]int64
	lenW        int
	runs        sync.Pool
}

func newImplicitGrad(s ConvShape, down, along axis) *implicitGrad {
	v := active
	m := &implicitGrad{
		v: v, s: s, down: down, along: along, in: s.In / s.Groups, out: s.Out / s.Groups,
		cols: panelsOf(v, s.Out/s.Groups), lenW: s.KernelH * s.KernelW * s.In / s.Groups * s.Out,
	}
	rows := s.Batch * down.out
	m.rows = min(rows, max(1, 256/along.out))
	pictures := ceilDiv(m.rows, down.out) + 1
	m.xRows = min(pictures*down.in, (m.rows-1)*down.stride+pictures*((down.taps-1)*down.step+1))
	m.splits = max(1, min(16, rows*along.out/1024, rows, (1<<24)/m.lenW))
	mr := v.tileRows()
	need := ceilDiv(16, m.splits*s.Groups)
	m.channels = roundUp(ceilDiv(m.in, need), mr)
	m.blocks = ceilDiv(m.in, m.channels)
	last := (m.in - 1) % mr
	for i := range mr {
		m.full[i], m.tail[i] = int64(4*i*s.Out), int64(4*min(i, last)*s.Out)
	}
	m.runs.New = func() any { return new(gradRun) }
	return m
}

// gradRun is one run of an implicitGrad.
type gradRun struct {
	*implicitGrad
	x, dy, dw []float32
	partial   *scratch // [split][tap][channel][output]
}

func (m *implicitGrad) run(p *Pool, x, dy, dw []float32) {
	r := m.runs.Get().(*gradRun)
	r.implicitGrad, r.x, r.dy, r.dw = m, x, dy, dw
	if m.splits > 1 {
		r.partial = grab(m.splits * m.lenW)
	}
	defer func() {
		r.partial.release()
		*r = gradRun{}
		m.runs.Put(r)
	}()
	p.Run(m.splits*m.s.Groups*m.blocks, (*gradBlocks)(r))
	if m.splits > 1 {
		p.Run(ceilDiv(m.lenW, sumLen), (*gradSums)(r))
	}
}

// sumLen is the number of elements that one chunk of gradSums adds up.
const sumLen = 4096

// gradSums adds some elements of the partial sums in the order of the splits.
type gradSums gradRun

func (r *gradSums) Do(chunk int) {
	lo := chunk * sumLen
	hi := min(r.lenW, lo+sumLen)
	addParts(r.dw[lo:hi], r.partial.data[lo:], r.splits, r.lenW)
}

// addParts writes the sum of count slices, step apart, in order.
func addParts(dst, parts []float32, count, step int) {
	copy(dst, parts)
	for q := 1; q < count; q++ {
		Binary(Add, dst, dst, parts[q*step:][:len(dst)])
	}
}

// gradBlocks computes the sums over the rows of one split for some channels of one group.
type gradBlocks gradRun

func (r *gradBlocks) Do(chunk int) {
	c0 := chunk % r.blocks * r.channels
	c1 := min(r.in, c0+r.channels)
	group := chunk / r.blocks % r.s.Groups
	split := chunk / r.blocks / r.s.Groups
	dst := r.dw
	if r.splits > 1 {
		dst = r.partial.data[split*r.lenW:][:r.lenW]
	}
	taps := r.s.KernelH * r.s.KernelW
	for t := range taps {
		for c := c0; c < c1; c++ {
			clear(dst[(t*r.in+c)*r.s.Out+group*r.out:][:r.out])
		}
	}
	rows := r.s.Batch * r.down.out
	r0, r1 := split*rows/r.splits, (split+1)*rows/r.splits
	mr := r.v.tileRows()
	b := gradBlock{
		x:    grab(roundUp(c1-c0, mr) * r.xRows * r.along.in),
		dy:   grab(r.cols.width * r.rows * r.along.out),
		segs: grab(4 * taps * r.rows),
	}
	b.tapSegs = unsafe.Slice((*[2]int64)(unsafe.Pointer(&b.segs.data[0])), taps*r.rows)
	for ; r0 < r1; r0 += r.rows {
		b.first, b.last = r0, min(r1, r0+r.rows)
		r.pack(&b, group, c0, c1)
		r.multiply(&b, dst, group, c0, c1)
	}
	b.x.release()
	b.dy.release()
	b.segs.release()
}

// gradBlock is a block of output rows, packed, and the input rows that they need.
type gradBlock struct {
	first, last int
	x           *scratch // [panel][input row][column][tileRows]
	dy          *scratch // [panel][output row][column][panel width]
	segs        *scratch
	tapSegs     [][2]int64
	xRows       int // input rows in use
}

// piece returns the output rows of one picture that begin at row first of the block and the input rows that they need.
func (r *gradBlocks) piece(first, last int) (image, y0, y1, in0, in1 int) {
	image, y0 = first/r.down.out, first%r.down.out
	y1 = min(r.down.out, y0+last-first)
	in0 = max(0, y0*r.down.stride+r.down.base)
	in1 = min(r.down.in, (y1-1)*r.down.stride+(r.down.taps-1)*r.down.step+r.down.base+1)
	return image, y0, y1, min(in0, max(in1, 0)), max(in1, 0)
}

// pack copies the rows of the block into panels.
func (r *gradBlocks) pack(b *gradBlock, group, c0, c1 int) {
	mr, s := r.v.tileRows(), r.s
	b.xRows = 0
	for at := b.first; at < b.last; {
		_, y0, y1, in0, in1 := r.piece(at, b.last)
		b.xRows += in1 - in0
		at += y1 - y0
	}
	row := 0
	for at := b.first; at < b.last; {
		image, y0, y1, in0, in1 := r.piece(at, b.last)
		pixels := (in1 - in0) * s.Width
		for c := c0; c < c1 && pixels > 0; c += mr {
			src := r.x[(image*s.Height+in0)*s.Width*s.In+group*r.in+c:]
			packColumns(r.v, b.x.data[((c-c0)*b.xRows+row*mr)*s.Width:], mr, min(mr, c1-c), pixels, src, 1, s.In)
		}
		row += in1 - in0
		at += y1 - y0
	}
	pixels := (b.last - b.first) * r.along.out
	for j := range r.cols.count {
		src := r.dy[b.first*r.along.out*s.Out+group*r.out:]
		r.cols.pack(r.v, b.dy.data[j*r.cols.cols*pixels:], j, pixels, src, s.Out, 1)
	}
}

// segments writes for tap (i, k) where the runs of the block begin on both sides; dy has padded columns.
func (r *gradBlocks) segments(b *gradBlock, i, k, padded int, segs [][2]int64) [][2]int64 {
	mr := r.v.tileRows()
	lo, hi := r.along.span(k)
	if lo >= hi {
		return segs[:0]
	}
	n, row := 0, 0
	for at := b.first; at < b.last; {
		_, y0, y1, in0, in1 := r.piece(at, b.last)
		for y := y0; y < y1; y++ {
			if in, ok := r.down.source(y, i); ok {
				x, _ := r.along.source(lo, k)
				segs[n] = [2]int64{int64(4 * mr * ((row+in-in0)*r.s.Width + x)), int64(4 * padded * ((at+y-y0-b.first)*r.along.out + lo))}
				n++
			}
		}
		row += in1 - in0
		at += y1 - y0
	}
	return segs[:n]
}

// multiply adds the products of the block to dst.
func (r *gradBlocks) multiply(b *gradBlock, dst []float32, group, c0, c1 int) {
	mr, s := r.v.tileRows(), r.s
	taps := s.KernelH * s.KernelW
	pixels := (b.last - b.first) * r.along.out
	var counts [256]int32
	known := 0 // width for which the segments were computed
	for j := range r.cols.count {
		used, padded := r.cols.at(j)
		for c := c0; c < c1; c += mr {
			coffs := &r.full
			if c+mr > r.in {
				coffs = &r.tail
			}
			t := colTile{
				a: unsafe.Pointer(&b.x.data[(c-c0)*b.xRows*s.Width]), b: unsafe.Pointer(&b.dy.data[j*r.cols.cols*pixels]),
				astep: mr * r.along.stride, bstep: padded, coffs: unsafe.Pointer(coffs), add: 1, width: used,
			}
			for tap := range taps {
				segs := b.tapSegs[tap*r.rows:][:r.rows]
				if known != padded || tap >= len(counts) {
					segs = r.segments(b, tap/s.KernelW, tap%s.KernelW, padded, segs)
					if tap < len(counts) {
						counts[tap] = int32(len(segs))
					}
				} else {
					segs = segs[:counts[tap]]
				}
				if len(segs) == 0 {
					continue
				}
				lo, hi := r.along.span(tap % s.KernelW)
				t.segs, t.count, t.run, t.tiles = unsafe.Pointer(&segs[0]), len(segs), hi-lo, 1
				t.c = unsafe.Pointer(&dst[(tap*r.in+c)*s.Out+group*r.out+j*r.cols.cols])
				t.compute(r.v)
			}
			known = padded
		}
	}
}
