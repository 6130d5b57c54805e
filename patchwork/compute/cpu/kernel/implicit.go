package kernel

import (
	"slices"
	"sync"
	"unsafe"
)

// implicit is a convolution, or the gradient of its input, as a matrix product whose left side is never written down:
// a row is an output pixel, and its elements are read from the picture tap by tap. Output pixels that meet the picture
// through different taps, as in the gradient of a strided convolution, form separate phases.
type implicit struct {
	v          variant
	batch      int
	groups     int
	run1       int // channels of one group of the input: the length of a run
	inC, outC  int // channels of a pixel
	inLen      int // elements of a picture
	outLen     int
	transposed bool // the weights are read as [tap][output][input]
	kernelIn   int  // input channels of one group of the weights
	kernelOut  int  // output channels of the weights
	cols       panels
	phases     []phase
	packLen    int // floats of the packed weights of one group
	blocks     int // chunks of one picture
	dense      bool
	runs       sync.Pool
}

// phase is a set of output pixels that share their taps. Tiles that read and write alike share a pattern.
type phase struct {
	taps     []int   // into the weights
	packed   int     // where the packed weights begin
	tiles    []place // of tileRows pixels, or fewer for the last
	offs     []int32 // [pattern][tap][tileRows] bytes from the tile's first input; negative: zeros
	coffs    []int64 // [pattern][tileRows] bytes from the tile's first output
	perBlock int     // tiles in a chunk
	first    int     // number of its first chunk in a picture
	count    int     // chunks in a picture
	pixels   int
}

// place is where a tile lies in a picture, in elements, and its pattern.
type place struct {
	in, out int32
	pattern int32
}

// alike counts the tiles from at, the first of tiles, on that share its pattern and lie equally far apart.
func (at *place) alike(tiles []place) int {
	n := 1
	for n < len(tiles) && tiles[n].pattern == at.pattern && tiles[n].in-tiles[n-1].in == tiles[1].in-at.in && tiles[n].out-tiles[n-1].out == tiles[1].out-at.out {
		n++
	}
	return n
}

// newImplicit prepares a convolution along the axes of s, or with transposed the gradient of its input.
func newImplicit(s ConvShape, down, along axis, transposed bool) *implicit {
	v := active
	m := &implicit{
		v: v, batch: s.Batch, groups: s.Groups, transposed: transposed,
		inC: s.In, outC: s.Out, kernelIn: s.In / s.Groups, kernelOut: s.Out,
	}
	if transposed {
		m.inC, m.outC = s.Out, s.In
	}
	m.run1 = m.inC / m.groups
	m.cols = panelsOf(v, m.outC/m.groups)
	m.inLen, m.outLen = down.in*along.in*m.inC, down.out*along.out*m.outC
	m.dense = down.period() == 1 && along.period() == 1
	for y := range down.period() {
		for x := range along.period() {
			m.addPhase(down, along, y, x)
		}
	}
	m.runs.New = func() any { return new(implicitRun) }
	return m
}

// addPhase adds the pixels from (y0, x0) on, a period apart.
func (m *implicit) addPhase(down, along axis, y0, x0 int) {
	if y0 >= down.out || x0 >= along.out {
		return
	}
	mr := m.v.tileRows()
	ph := phase{packed: m.packLen, first: m.blocks}
	rows, cols := down.phaseTaps(y0), along.phaseTaps(x0)
	for _, i := range rows {
		for _, j := range cols {
			ph.taps = append(ph.taps, i*along.taps+j)
		}
	}
	py, px := down.period(), along.period()
	ny, nx := ceilDiv(down.out-y0, py), ceilDiv(along.out-x0, px)
	ph.pixels = ny * nx
	patterns := map[string]int32{}
	taps := len(ph.taps)
	offs, coffs := make([]int32, max(taps, 1)*mr), make([]int64, mr)
	for first := 0; first < ph.pixels; first += mr {
		var at place
		low := int32(-1)
		for i := range mr {
			pixel := min(first+i, ph.pixels-1)
			oy, ox := y0+pixel/nx*py, x0+pixel%nx*px
			out := int32((oy*along.out + ox) * m.outC)
			if i == 0 {
				at.out = out
			}
			coffs[i] = 4 * int64(out-at.out)
			for t := range taps {
				iy, okY := down.source(oy, rows[t/len(cols)])
				ix, okX := along.source(ox, cols[t%len(cols)])
				if offs[t*mr+i] = -1; okY && okX {
					in := int32((iy*along.in + ix) * m.inC)
					offs[t*mr+i] = in
					if low < 0 || in < low {
						low = in
					}
				}
			}
		}
		at.in = max(low, 0)
		for i, o := range offs[:taps*mr] {
			if o >= 0 {
				offs[i] = 4 * (o - at.in)
			}
		}
		key := string(unsafe.Slice((*byte)(unsafe.Pointer(&offs[0])), 4*len(offs))) + string(unsafe.Slice((*byte)(unsafe.Pointer(&coffs[0])), 8*mr))
		n, ok := patterns[key]
		if !ok {
			n = int32(len(patterns))
			patterns[key] = n
			ph.offs = append(ph.offs, offs...)
			ph.coffs = append(ph.coffs, coffs...)
		}
		at.pattern = n
		ph.tiles = append(ph.tiles, at)
	}
	// A chunk has some hundred pixels, so that the weights that stream through the cache serve many; small pictures are
	// cut finer only where there are few of them.
	ph.perBlock = min(len(ph.tiles), 128/mr)
	for m.batch*ceilDiv(len(ph.tiles), ph.perBlock) < 16 && ph.perBlock > 2 {
		ph.perBlock = (ph.perBlock + 1) / 2
	}
	ph.count = ceilDiv(len(ph.tiles), ph.perBlock)
	m.blocks += ph.count
	m.packLen += taps * m.run1 * m.cols.width
	m.phases = append(m.phases, ph)
}

// implicitRun is one run of an implicit.
type implicitRun struct {
	*implicit
	x, w, y []float32
	packed  []float32 // [group][phase][panel][tap][channel][column]
	zero    *scratch
	then    func(lo, hi int)
	finish  Finish
}

func (m *implicit) packedLen() int { return m.groups * m.packLen }

func (m *implicit) pack(p *Pool, w, packed []float32) {
	r := m.runs.Get().(*implicitRun)
	r.implicit, r.w, r.packed = m, w, packed
	defer r.end()
	p.Run(m.groups*m.cols.count, (*implicitPacking)(r))
}

func (m *implicit) run(p *Pool, x, _, packed, y []float32, then func(lo, hi int)) {
	m.start(p, x, packed, y, then, Finish{})
}

// finishes: every pixel must meet a tap.
func (m *implicit) finishes() bool {
	return !slices.ContainsFunc(m.phases, func(ph phase) bool { return len(ph.taps) == 0 })
}

func (m *implicit) runFinished(p *Pool, x, _, packed, y []float32, f Finish) {
	m.start(p, x, packed, y, nil, f)
}

func (m *implicit) start(p *Pool, x, packed, y []float32, then func(lo, hi int), f Finish) {
	r := m.runs.Get().(*implicitRun)
	r.implicit, r.x, r.packed, r.y, r.then, r.finish = m, x, packed, y, then, f
	defer r.end()
	r.zero = grab(m.run1)
	clear(r.zero.data)
	p.Run(m.batch*m.blocks, (*implicitBlocks)(r))
}

func (r *implicitRun) end() {
	m := r.implicit
	r.zero.release()
	*r = implicitRun{}
	m.runs.Put(r)
}

// implicitPacking packs one panel of the weights of one group for every phase.
type implicitPacking implicitRun

func (r *implicitPacking) Do(chunk int) {
	group, j := chunk/r.cols.count, chunk%r.cols.count
	_, padded := r.cols.at(j)
	n := r.outC / r.groups
	for i := range r.phases {
		ph := &r.phases[i]
		dst := r.packed[group*r.packLen+ph.packed+j*r.cols.cols*len(ph.taps)*r.run1:]
		for t, tap := range ph.taps {
			d := dst[t*r.run1*padded:]
			src := r.w[tap*r.kernelIn*r.kernelOut:]
			if r.transposed { // element (o, c) of tap is w[c][group·Out + o]
				r.cols.pack(r.v, d, j, r.run1, src[group*r.run1:], 1, r.kernelOut)
			} else {
				r.cols.pack(r.v, d, j, r.run1, src[group*n:], r.kernelOut, 1)
			}
		}
	}
}

// implicitBlocks computes some tiles of one picture.
type implicitBlocks implicitRun

func (r *implicitBlocks) Do(chunk int) {
	image, block := chunk/r.blocks, chunk%r.blocks
	n := 0
	for n+1 < len(r.phases) && block >= r.phases[n+1].first {
		n++
	}
	ph := &r.phases[n]
	mr := r.v.tileRows()
	t0 := (block - ph.first) * ph.perBlock
	tiles := ph.tiles[t0:min(len(ph.tiles), t0+ph.perBlock)]
	x, y := r.x[image*r.inLen:][:r.inLen], r.y[image*r.outLen:][:r.outLen]
	taps := len(ph.taps)
	if taps == 0 {
		for _, t := range tiles {
			for _, o := range ph.coffs[int(t.pattern)*mr:][:mr] {
				clear(y[int(t.out)+int(o/4):][:r.outC])
			}
		}
	}
	for group := range r.groups {
		if taps == 0 {
			break
		}
		packed := r.packed[group*r.packLen+ph.packed:]
		in, out := group*r.run1, group*(r.outC/r.groups)
		for j := range r.cols.count {
			used, _ := r.cols.at(j)
			t := rowTile{
				zero: unsafe.Pointer(&r.zero.data[0]), segs: taps, run: r.run1,
				b: unsafe.Pointer(&packed[j*r.cols.cols*taps*r.run1]), width: used,
				ending: r.finish.endingAt(out + j*r.cols.cols),
			}
			for i := 0; i < len(tiles); i += t.tiles {
				at := &tiles[i]
				t.tiles = at.alike(tiles[i:])
				if t.tiles > 1 {
					t.nextA, t.nextC = 4*int(tiles[i+1].in-at.in), 4*int(tiles[i+1].out-at.out)
				}
				t.a = unsafe.Pointer(&x[int(at.in)+in])
				t.offs = unsafe.Pointer(&ph.offs[int(at.pattern)*taps*mr])
				t.c = unsafe.Pointer(&y[int(at.out)+out+j*r.cols.cols])
				t.coffs = unsafe.Pointer(&ph.coffs[int(at.pattern)*mr])
				n := t.tiles // compute counts down
				t.compute(r.v)
				t.tiles = n
			}
		}
	}
	if r.then != nil && r.dense {
		first := t0 * mr
		last := min(ph.pixels, first+len(tiles)*mr)
		r.then(image*r.outLen+first*r.outC, image*r.outLen+last*r.outC)
	}
}
