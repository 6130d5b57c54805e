package kernel

import (
	"sync"
	"unsafe"
)

// winogradGrad is the gradient of the weights of a 3×3 convolution of stride 1 by the method of Winograd: at each place
// of the transformed tiles, a sum over all tiles of products of an input and an output channel.
//
// Where the sums of all places fit into a second cache, each chunk has its own for its share of the tiles, and transforms
// and multiplies some tiles at a time in that cache. Where they do not, some tiles are transformed by all workers and
// then multiplied by all, place by place.
type winogradGrad struct {
	v              variant
	s              ConvShape
	oh, ow         int
	in, out        int // channels
	ofX, ofDY      winogradAxis
	tilesY, tilesX int
	cols           panels
	shared         bool // sums and tiles
	splits         int  // partial sums; 1 if shared
	rows           int  // rows of tiles at a time; those of all pictures are numbered through
	perChunk       int  // rows that a chunk transforms, if shared
	xLen, yLen     int  // floats from one place to the next
	lenU           int
	coffs          [maxTileRows]int64
	runs           sync.Pool
}

const (
	winogradPlaces = 36        // of a transformed tile
	winogradSums   = 640 << 10 // bytes of sums that fit into a second cache
	winogradParts  = 4 << 20   // bytes of all partial sums
	winogradTiles  = 4 << 20   // bytes of shared tiles: they are in a third cache when they are multiplied
)

func newWinogradGrad(s ConvShape) *winogradGrad {
	v := active
	m := &winogradGrad{v: v, s: s, oh: s.OutHeight(), ow: s.OutWidth(), in: s.In, out: s.Out, cols: panelsOf(v, s.Out), splits: 1}
	m.ofX, _ = newWinogradAxis(1, 0, false)
	m.ofDY = winogradAxis{in: oneTransform(gradientTransform, 6), stepIn: winogradTile, span: winogradTile}
	m.tilesY, m.tilesX = ceilDiv(m.oh, winogradTile), ceilDiv(m.ow, winogradTile)
	m.lenU = winogradPlaces * m.in * m.out
	m.shared = 4*m.lenU > winogradSums
	all, cache := s.Batch*m.tilesY, winogradTiles
	if !m.shared {
		m.splits = max(1, min(16, all, winogradParts/(4*m.lenU), all*m.tilesX/32))
		cache = winogradCache
	}
	perTile := 4 * winogradPlaces * (m.in + m.cols.width)
	most := max(1, max(64, cache/perTile)/m.tilesX)
	share := ceilDiv(all, m.splits)
	m.rows = ceilDiv(share, ceilDiv(share, most)) // equal parts
	m.perChunk = ceilDiv(m.rows, 16)
	tiles := m.rows * m.tilesX
	m.xLen, m.yLen = tiles*m.in+slack, tiles*m.cols.width+slack
	for i := range v.tileRows() {
		m.coffs[i] = int64(4 * i * m.out)
	}
	m.runs.New = func() any { return new(winogradGradRun) }
	return m
}

// winogradGradRun is one run of a winogradGrad.
type winogradGradRun struct {
	*winogradGrad
	x, dy, dw []float32
	both      winogradBoth // the shared tiles
	sums      *scratch     // [split][place][input][output]
}

// winogradBoth is some rows of tiles of both sides, transformed.
type winogradBoth struct {
	first, last int
	tiles       int
	x, y        *scratch // [place][16 or 32 channels][tile][channel]
}

func (m *winogradGrad) run(p *Pool, x, dy, dw []float32) {
	r := m.runs.Get().(*winogradGradRun)
	r.winogradGrad, r.x, r.dy, r.dw = m, x, dy, dw
	r.sums = grab(m.splits * m.lenU)
	defer func() {
		r.sums.release()
		*r = winogradGradRun{}
		m.runs.Put(r)
	}()
	if m.shared {
		b := &r.both
		b.grab(m)
		for all := m.s.Batch * m.tilesY; b.last < all; {
			b.next(m, all)
			p.Run(ceilDiv(b.last-b.first, m.perChunk), (*winogradShares)(r))
			p.Run(winogradPlaces, (*winogradProducts)(r))
		}
		b.release()
	} else {
		p.Run(m.splits, (*winogradSplits)(r))
	}
	p.Run(ceilDiv(m.in*m.out, winogradTaps), (*winogradTapBlocks)(r))
}

func (b *winogradBoth) grab(m *winogradGrad) {
	b.x, b.y = grab(winogradPlaces*m.xLen), grab(winogradPlaces*m.yLen)
}

func (b *winogradBoth) release() {
	b.x.release()
	b.y.release()
}

// next goes on to the next rows, up to end.
func (b *winogradBoth) next(m *winogradGrad, end int) {
	b.first = b.last
	b.last = min(end, b.first+m.rows)
	b.tiles = (b.last - b.first) * m.tilesX
}

// winogradShares transforms some of the shared rows.
type winogradShares winogradGradRun

func (r *winogradShares) Do(chunk int) {
	first := r.both.first + chunk*r.perChunk
	(*winogradGradRun)(r).transform(&r.both, first, min(r.both.last, first+r.perChunk))
}

// winogradProducts multiplies the shared tiles at one place.
type winogradProducts winogradGradRun

func (r *winogradProducts) Do(place int) {
	(*winogradGradRun)(r).multiply(&r.both, place, r.sums.data, r.both.first > 0)
}

// winogradSplits computes the sums of one split.
type winogradSplits winogradGradRun

func (r *winogradSplits) Do(split int) {
	all := r.s.Batch * r.tilesY
	first, end := split*all/r.splits, (split+1)*all/r.splits
	b := winogradBoth{last: first}
	b.grab(r.winogradGrad)
	for b.last < end {
		b.next(r.winogradGrad, end)
		(*winogradGradRun)(r).transform(&b, b.first, b.last)
		for place := range winogradPlaces {
			(*winogradGradRun)(r).multiply(&b, place, r.sums.data[split*r.lenU:], b.first > first)
		}
	}
	b.release()
}

// transform transforms rows first to last-1 of those of b.
func (r *winogradGradRun) transform(b *winogradBoth, first, last int) {
	x := newWinogradInput(r.v, &r.ofX, &r.ofX, r.s.Height, r.s.Width, r.in, r.s.PadTop, r.s.PadLeft, r.tilesX, r.tilesX)
	y := newWinogradInput(r.v, &r.ofDY, &r.ofDY, r.oh, r.ow, r.out, 0, 0, r.tilesX, r.tilesX)
	for g := first; g < last; g++ {
		image, ty := g/r.tilesY, g%r.tilesY
		at := (g - b.first) * r.tilesX
		x.lines(&r.ofX.in.parts[0], r.x[image*r.s.Height*r.s.Width*r.in:], winogradTile*ty, 0)
		y.lines(&r.ofDY.in.parts[0], r.dy[image*r.oh*r.ow*r.out:], winogradTile*ty, 0)
		for line := range 6 {
			for c := 0; c < r.in; c += winogradLanes {
				dst := unsafe.Pointer(&b.x.data[6*line*r.xLen+c*b.tiles+at*winogradLanes])
				x.steps(line, c, winogradLanes, dst, 4*r.xLen, 4*winogradLanes)
			}
			for j := range r.cols.count {
				used, padded := r.cols.at(j)
				dst := unsafe.Pointer(&b.y.data[6*line*r.yLen+j*r.cols.cols*b.tiles+at*padded])
				y.steps(line, j*r.cols.cols, used, dst, 4*r.yLen, 4*padded)
			}
		}
	}
	x.release()
	y.release()
}

// multiply computes the sums of one place over the tiles of b, or adds to those over the tiles before.
func (r *winogradGradRun) multiply(b *winogradBoth, place int, sums []float32, add bool) {
	mr := r.v.tileRows()
	for j := range r.cols.count {
		used, padded := r.cols.at(j)
		for c := 0; c < r.in; c += mr {
			t := colTile{
				a: unsafe.Pointer(&b.x.data[place*r.xLen+c/winogradLanes*winogradLanes*b.tiles+c%winogradLanes]),
				b: unsafe.Pointer(&b.y.data[place*r.yLen+j*r.cols.cols*b.tiles]), segs: unsafe.Pointer(&noOffset), count: 1, run: b.tiles,
				astep: winogradLanes, bstep: padded, c: unsafe.Pointer(&sums[(place*r.in+c)*r.out+j*r.cols.cols]),
				coffs: unsafe.Pointer(&r.coffs), add: boolInt(add), width: used, tiles: 1,
			}
			t.compute(r.v)
		}
	}
}

// winogradTaps is the number of pairs of channels that one chunk of winogradTapBlocks transforms back.
const winogradTaps = 1024

// winogradTapBlocks adds the partial sums of some pairs of channels in the order of the splits and transforms them back.
type winogradTapBlocks winogradGradRun

func (r *winogradTapBlocks) Do(chunk int) {
	pairs := r.in * r.out
	lo := chunk * winogradTaps
	n := min(winogradTaps, pairs-lo)
	sums, lines := grab(winogradPlaces*n), grab(18*n)
	for place := range winogradPlaces {
		addParts(sums.data[place*n:][:n], r.sums.data[place*pairs+lo:], r.splits, r.lenU)
	}
	l := winogradLines{n: n}
	for i := range 6 { // along: the places of a line
		for k := range 6 {
			l.src[k] = unsafe.Pointer(&sums.data[(6*i+k)*n])
		}
		for k := range 3 {
			l.dst[k] = unsafe.Pointer(&lines.data[(3*i+k)*n])
		}
		tapsTransform.lines(r.v, &l)
	}
	for k := range 3 { // down
		for i := range 6 {
			l.src[i] = unsafe.Pointer(&lines.data[(3*i+k)*n])
		}
		for i := range 3 {
			l.dst[i] = unsafe.Pointer(&r.dw[(3*i+k)*pairs+lo])
		}
		tapsTransform.lines(r.v, &l)
	}
	sums.release()
	lines.release()
}
