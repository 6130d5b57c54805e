package kernel

import "unsafe"

// gemmRun is one run of a Gemm.
type gemmRun struct {
	*Gemm
	a, b, c []float32
	item    int // of the batch, where the items run one after another
	then    func(lo, hi int)
	finish  Finish
	down    bool      // blocks below one another come first: a worker then reads what it has packed itself
	packed  []float32 // sharedB: [k block][panel][step][column]
	partial *scratch  // splits > 1: [split][M][N]
}

// Run computes c from a and b.
func (g *Gemm) Run(p *Pool, a, b, c []float32) { g.RunThen(p, a, b, c, nil) }

// RunThen is Run that calls then, unless nil, with bounds of elements of c as soon as they are final, while they are in
// the cache, from several goroutines at the same time. The ranges are whole rows and cover them once; that needs rows
// without gaps, CRow = N, in matrices without gaps.
func (g *Gemm) RunThen(p *Pool, a, b, c []float32, then func(lo, hi int)) {
	g.RunPacked(p, a, b, nil, c, then)
}

// PackedLen is the length of B in the form in which it is multiplied, 0 if it cannot be brought into form beforehand.
func (g *Gemm) PackedLen() int {
	if g.mode != sharedB || g.s.Batch != 1 || g.s.K == 0 || g.lenC == 0 {
		return 0
	}
	return g.s.K * g.cols.width
}

// Pack writes b in the form in which it is multiplied, for RunPacked. packed has PackedLen elements.
func (g *Gemm) Pack(p *Pool, b, packed []float32) {
	if n := g.PackedLen(); n > 0 {
		r := g.runs.Get().(*gemmRun)
		r.Gemm, r.b, r.packed = g, b[:g.lenB], packed[:n]
		defer r.end()
		p.Run(ceilDiv(g.s.K, g.depth)*g.cols.count, (*gemmPacking)(r))
	}
}

func (r *gemmRun) end() {
	g := r.Gemm
	r.partial.release()
	*r = gemmRun{}
	g.runs.Put(r)
}

// RunPacked is RunThen with a b that Pack has brought into form before, or nil.
func (g *Gemm) RunPacked(p *Pool, a, b, packed, c []float32, then func(lo, hi int)) {
	g.start(p, a, b, packed, c, then, Finish{})
}

// Finishes reports whether RunFinished can be called.
func (g *Gemm) Finishes() bool { return g.splits == 1 && g.s.K > 0 }

// RunFinished is RunPacked that writes what f makes of the products.
func (g *Gemm) RunFinished(p *Pool, a, b, packed, c []float32, f Finish) {
	g.start(p, a, b, packed, c, nil, f)
}

func (g *Gemm) start(p *Pool, a, b, packed, c []float32, then func(lo, hi int), f Finish) {
	s := g.s
	if g.lenC == 0 {
		return
	}
	a, b, c = a[:g.lenA], b[:g.lenB], c[:g.lenC]
	if s.K == 0 {
		for i := 0; !s.Add && i < s.Batch*s.M; i++ {
			clear(c[i/s.M*s.CBatch+i%s.M*s.CRow:][:s.N])
		}
		if then != nil {
			then(0, len(c))
		}
		return
	}
	r := g.runs.Get().(*gemmRun)
	r.Gemm, r.a, r.b, r.c, r.then, r.finish = g, a, b, c, then, f
	defer r.end()
	blocks := g.rowBlocks * g.colBlocks
	switch {
	case g.splits > 1:
		r.partial = grab(g.splits * s.M * s.N)
		for r.item = range s.Batch {
			p.Run(g.splits*blocks, (*gemmBlocks)(r))
			p.Run(ceilDiv(s.M, sumRows), (*gemmSums)(r))
		}
	case g.mode == sharedB:
		if r.packed = packed; packed == nil {
			own := grab(s.K * g.cols.width)
			defer own.release()
			r.packed, r.down = own.data, true
		}
		for r.item = range s.Batch {
			if packed == nil {
				p.Run(ceilDiv(s.K, g.depth)*g.cols.count, (*gemmPacking)(r))
			}
			p.Run(blocks, (*gemmBlocks)(r))
		}
	default:
		p.Run(s.Batch*blocks, (*gemmItems)(r))
	}
	if then != nil && g.splits == 1 && g.colBlocks > 1 {
		p.Run(s.Batch*ceilDiv(s.M, sumRows), (*gemmRows)(r))
	}
}

// gemmRows reports some rows of C that several chunks computed.
type gemmRows gemmRun

func (r *gemmRows) Do(chunk int) {
	perItem := ceilDiv(r.s.M, sumRows)
	(*gemmRun)(r).report(chunk/perItem, chunk%perItem*sumRows, sumRows)
}

// report calls then for up to rows rows of C from row first on.
func (r *gemmRun) report(item, first, rows int) {
	if r.then != nil {
		at := item*r.s.CBatch + first*r.s.CRow
		r.then(at, at+min(rows, r.s.M-first)*r.s.CRow)
	}
}

// gemmPacking packs one panel of one block of K of the shared B.
type gemmPacking gemmRun

func (r *gemmPacking) Do(chunk int) {
	s, j := r.s, chunk%r.cols.count
	k0 := chunk / r.cols.count * r.depth
	k := min(r.depth, s.K-k0)
	r.cols.pack(r.v, r.packed[k0*r.cols.width+j*k*r.cols.cols:], j, k, r.b[r.item*s.BBatch+k0*s.BRow:], s.BRow, s.BCol)
}

// gemmBlocks computes one block of one item.
type gemmBlocks gemmRun

func (r *gemmBlocks) Do(chunk int) { (*gemmRun)(r).block(r.item, chunk) }

// gemmItems computes one block of any item.
type gemmItems gemmRun

func (r *gemmItems) Do(chunk int) {
	blocks := r.rowBlocks * r.colBlocks
	(*gemmRun)(r).block(chunk/blocks, chunk%blocks)
}

// sumRows is the number of rows of C that one chunk of gemmSums adds up.
const sumRows = 16

// gemmSums adds the partial sums of some rows of C in the order of the splits.
type gemmSums gemmRun

func (r *gemmSums) Do(chunk int) {
	s := r.s
	for i := chunk * sumRows; i < min(s.M, (chunk+1)*sumRows); i++ {
		c := r.c[r.item*s.CBatch+i*s.CRow:][:s.N]
		for q := range r.splits {
			part := r.partial.data[(q*s.M+i)*s.N:][:s.N]
			if q == 0 && !s.Add {
				copy(c, part)
			} else {
				Binary(Add, c, c, part)
			}
		}
	}
	(*gemmRun)(r).report(r.item, chunk*sumRows, sumRows)
}

// block computes a block of C, or of the partial sums of one split.
func (r *gemmRun) block(item, chunk int) {
	s, mr := r.s, r.v.tileRows()
	j0 := chunk % r.colBlocks * r.panels
	i0 := chunk / r.colBlocks % r.rowBlocks * r.rows
	if r.down {
		i0, j0 = chunk%r.rowBlocks*r.rows, chunk/r.rowBlocks*r.panels
	}
	split := chunk / r.colBlocks / r.rowBlocks
	j1, i1 := min(r.cols.count, j0+r.panels), min(s.M, i0+r.rows)
	k0, k1 := split*s.K/r.splits, (split+1)*s.K/r.splits
	a, b, c := r.a[item*s.ABatch:], r.b[item*s.BBatch:], r.c[item*s.CBatch:]
	crow, fullC, tailC, add := s.CRow, &r.fullC, &r.tailC, s.Add
	if r.splits > 1 {
		c, crow, fullC, tailC, add = r.partial.data[split*s.M*s.N:], s.N, &r.splitC, &r.splitT, false
	}
	direct := s.ACol == 1 && r.mode != inPlaceB
	upright := r.splits > 1 && s.ARow == 1 && s.BCol == 1 && s.M%mr == 0 && s.N%r.cols.cols == 0 // both sides are read where they are
	var panelA, panelB *scratch
	if !direct && !upright {
		panelA = grab(roundUp(i1-i0, mr) * r.depth)
	}
	if r.mode != sharedB {
		panelB = grab(r.cols.width * r.depth)
	}
	for q := k0; q < k1; q += r.depth {
		k := min(r.depth, k1-q)
		if !direct && !upright {
			for i := i0; i < i1; i += mr {
				packColumns(r.v, panelA.data[(i-i0)*k:], mr, min(mr, i1-i), k, a[i*s.ARow+q*s.ACol:], s.ARow, s.ACol)
			}
		}
		more := boolInt(add || q > k0)
		for j := j0; j < j1; j++ {
			used, padded := r.cols.at(j)
			var end ending
			if q+k == k1 {
				end = r.finish.endingAt(j * r.cols.cols)
			}
			var panel []float32
			bstep := padded
			switch {
			case r.mode == sharedB:
				panel = r.packed[q*r.cols.width+j*k*r.cols.cols:]
			case (r.mode == inPlaceB || upright) && used == padded:
				panel, bstep = b[q*s.BRow+j*r.cols.cols:], s.BRow
			default:
				panel = panelB.data
				r.cols.pack(r.v, panel, j, k, b[q*s.BRow:], s.BRow, s.BCol)
			}
			// The whole tiles at once, then what is left of one.
			for i, n := i0, (i1-i0)/mr; i < i1; i, n = i+n*mr, 1 {
				offs, coffs := &r.fullA, fullC
				if n == 0 || i+mr > s.M {
					n, offs, coffs = 1, &r.tailA, tailC
				}
				out := unsafe.Pointer(&c[i*crow+j*r.cols.cols])
				if direct {
					t := rowTile{
						a: unsafe.Pointer(&a[i*s.ARow+q]), offs: unsafe.Pointer(offs), segs: 1, run: k, b: unsafe.Pointer(&panel[0]),
						c: out, coffs: unsafe.Pointer(coffs), add: more, width: used, tiles: n, nextA: 4 * mr * s.ARow, nextC: 4 * mr * crow, ending: end,
					}
					if j+1 == j1 && i1 < s.M && s.ARow == k { // the next rows follow
						t.ahead, t.aheadStep = uintptr(unsafe.Pointer(&a[i1*s.ARow])), 64
					}
					t.compute(r.v)
					continue
				}
				t := colTile{
					b: unsafe.Pointer(&panel[0]), segs: unsafe.Pointer(&noOffset), count: 1, run: k, bstep: bstep,
					c: out, coffs: unsafe.Pointer(coffs), add: more, width: used, tiles: n, nextC: 4 * mr * crow, ending: end,
				}
				if upright {
					t.a, t.astep, t.nextA = unsafe.Pointer(&a[q*s.ACol+i]), s.ACol, 4*mr
				} else {
					t.a, t.astep, t.nextA = unsafe.Pointer(&panelA.data[(i-i0)*k]), mr, 4*mr*k
				}
				t.compute(r.v)
			}
		}
	}
	panelA.release()
	panelB.release()
	if r.splits == 1 && r.colBlocks == 1 {
		r.report(item, i0, i1-i0)
	}
}

// noOffset is the only segment of a tile whose sums run straight through.
var noOffset [2]int64

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
