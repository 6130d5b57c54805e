package kernel

import (
	"sync"
	"unsafe"
)

// winograd is a 3×3 convolution of stride 1 or 2, or the gradient of its input, by the method of Winograd: tiles of 4×4
// output pixels come from 6×6 input pixels by 36 products of matrices instead of 144, one for each place in a transformed
// tile, or with stride 2 from 9×9 by 81. It is exact in real numbers; in float32 its error is up to twice that of the
// direct sum, some 7e-7 of the size of the result.
type winograd struct {
	v              variant
	batch          int
	h, w, in       int // of the input
	oh, ow, out    int // of the output
	top, left      int // zeros before the input
	turned         bool
	down, along    winogradAxis
	tilesY, tilesX int
	cols           panels
	rows           int // rows of tiles in a chunk; those of all pictures are numbered through
	products       []winogradProduct
	vLen, mLen     int           // floats from one place of the transformed tiles to the next, in a chunk
	whole          tileRowsAt    // of whole tiles of products
	tails          [2]tileRowsAt // of the last one of a chunk, and of the last chunk
	runs           sync.Pool
}

// winogradTile is the edge of a tile of output pixels.
const (
	winogradTile  = 4
	winogradLanes = 16 // channels come in multiples of it
)

// fitsWinograd says whether s can be computed by tiles of 4×4 pixels, and gains by it: few of the tiles' pixels may lie
// outside of the picture, and there must be enough of them for products of matrices.
func (s ConvShape) fitsWinograd() bool {
	tile := winogradTile * s.StrideH // of the input
	tiles := s.Batch * ceilDiv(s.OutHeight(), winogradTile) * ceilDiv(s.OutWidth(), winogradTile)
	back := s.Batch * ceilDiv(s.Height, tile) * ceilDiv(s.Width, tile)
	return !s.Direct && s.KernelH == 3 && s.KernelW == 3 && s.StrideH <= 2 && s.StrideW == s.StrideH && s.DilationH == 1 && s.DilationW == 1 &&
		s.Groups == 1 && s.In%winogradLanes == 0 && s.Out%winogradLanes == 0 &&
		min(s.PadTop, s.PadBottom, s.PadLeft, s.PadRight) >= 0 && max(s.PadTop, s.PadBottom, s.PadLeft, s.PadRight) <= 2 &&
		min(tiles, back) >= 64 && tiles*8 <= s.Batch*s.OutHeight()*s.OutWidth() && back*tile*tile <= 2*s.Batch*s.Height*s.Width &&
		(s.StrideH == 1 || min(s.In, s.Out) >= 64) // with fewer channels, transforms take what products save
}

func newWinograd(s ConvShape, turned bool) *winograd {
	v := active
	m := &winograd{v: v, batch: s.Batch, h: s.Height, w: s.Width, in: s.In, oh: s.OutHeight(), ow: s.OutWidth(), out: s.Out,
		turned: turned}
	if turned {
		m.h, m.w, m.in, m.oh, m.ow, m.out = m.oh, m.ow, m.out, m.h, m.w, m.in
	}
	m.down, m.top = newWinogradAxis(s.StrideH, s.PadTop, turned)
	m.along, m.left = newWinogradAxis(s.StrideW, s.PadLeft, turned)
	m.tilesY, m.tilesX = ceilDiv(m.oh, m.down.stepOut), ceilDiv(m.ow, m.along.stepOut)
	m.cols = panelsOf(v, m.out)
	m.products = productsOf(&m.down, &m.along)
	placesIn, placesOut := m.down.in.places*m.along.in.places, m.down.out.places*m.along.out.places
	m.rows = winogradRows(m.batch*m.tilesY, m.tilesX, v.tileRows(), winogradCache/(4*(placesIn*m.in+placesOut*m.out)))
	tiles := m.rows * m.tilesX
	m.vLen, m.mLen = tiles*m.in+slack, tiles*m.out+slack // the slack keeps places from falling on the same cache lines
	all := m.batch * m.tilesY
	m.whole = m.tileRows(v.tileRows())
	m.tails = [2]tileRowsAt{m.tileRows(tiles), m.tileRows((all - (ceilDiv(all, m.rows)-1)*m.rows) * m.tilesX)}
	m.runs.New = func() any { return new(winogradRun) }
	return m
}

// tileRowsAt says where the rows of a tile of a product lie, in bytes.
type tileRowsAt struct {
	offs  [maxTileRows]int32
	coffs [maxTileRows]int64
}

// tileRows returns the rows of the last tile of a product of so many rows.
func (m *winograd) tileRows(rows int) (t tileRowsAt) {
	mr := m.v.tileRows()
	for i := range mr {
		row := min(i, (rows-1)%mr)
		t.offs[i], t.coffs[i] = int32(4*row*m.in), int64(4*row*m.out)
	}
	return t
}

// winogradCache is how many bytes of transformed tiles a chunk may have: about a second cache.
const winogradCache = 1 << 20

// winogradRows chooses how many of all rows of tiles make a chunk: about most tiles, whole tiles of a matrix product of
// mr rows if it can be, and enough chunks for many workers.
func winogradRows(all, perRow, mr, most int) int {
	most = max(most, 2*winogradLanes)
	for most > 2*winogradLanes && all*perRow < 16*most {
		most /= 2
	}
	rows := max(1, most/perRow)
	if step := mr / gcd(mr, perRow); rows >= step {
		rows -= rows % step
	}
	return min(rows, all)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// winogradRun is one run of a winograd.
type winogradRun struct {
	*winograd
	src     []float32
	weights []float32
	dst     []float32
	u       []float32 // transformed weights: [place][panel][channel][column]
	then    func(lo, hi int)
	workers int
}

func (m *winograd) packedLen() int {
	return m.down.kernel.places * m.along.kernel.places * m.in * m.cols.width
}

func (m *winograd) pack(p *Pool, w, packed []float32) {
	r := m.runs.Get().(*winogradRun)
	r.winograd, r.weights, r.u = m, w, packed
	defer r.end()
	p.Run(m.cols.count, (*winogradWeights)(r))
}

func (m *winograd) run(p *Pool, x, _, packed, y []float32, then func(lo, hi int)) {
	r := m.runs.Get().(*winogradRun)
	r.winograd, r.src, r.u, r.dst, r.then, r.workers = m, x, packed, y, then, p.Workers()
	defer r.end()
	p.Run(ceilDiv(m.batch*m.tilesY, m.rows), (*winogradBlocks)(r))
}

func (r *winogradRun) end() {
	m := r.winograd
	*r = winogradRun{}
	m.runs.Put(r)
}

// winogradWeights transforms one panel of the weights.
type winogradWeights winogradRun

func (r *winogradWeights) Do(j int) {
	_, padded := r.cols.at(j)
	n, places := r.in*padded, r.along.kernel.places
	taps, lines := grab(9*n), grab(3*r.down.kernel.places*n)
	for t := range 9 {
		i, k := t/3, t%3
		if r.down.reversed {
			i = 2 - i
		}
		if r.along.reversed {
			k = 2 - k
		}
		w := r.weights[(3*i+k)*r.in*r.out:]
		if r.turned { // the weights are [tap][output][input]
			r.cols.pack(r.v, taps.data[t*n:], j, r.in, w, 1, r.in)
		} else {
			r.cols.pack(r.v, taps.data[t*n:], j, r.in, w, r.out, 1)
		}
	}
	for _, part := range r.down.kernel.parts {
		l := winogradLines{n: 3 * n}
		for i := range part.t.inputs() {
			l.src[i] = unsafe.Pointer(&taps.data[3*part.line(i)*n])
		}
		for i := range part.t.outputs() {
			l.dst[i] = unsafe.Pointer(&lines.data[3*(part.place+i)*n])
		}
		part.t.lines(r.v, &l)
	}
	for row := range r.down.kernel.places {
		for _, part := range r.along.kernel.parts {
			l := winogradLines{n: n}
			for i := range part.t.inputs() {
				l.src[i] = unsafe.Pointer(&lines.data[(3*row+part.line(i))*n])
			}
			for i := range part.t.outputs() {
				l.dst[i] = unsafe.Pointer(&r.u[((row*places+part.place+i)*r.cols.width+j*r.cols.cols)*r.in])
			}
			part.t.lines(r.v, &l)
		}
	}
	taps.release()
	lines.release()
}
