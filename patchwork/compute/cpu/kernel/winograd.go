package kernel

import (
	"sync"
	"unsafe"
)

// winograd is a 3×3 convolution of stride 1, or the gradient of its input, by the method of Winograd: tiles of 4×4
// output pixels come from 6×6 input pixels by 36 products of matrices instead of 144, one for each place in a
// transformed tile. It is exact in real numbers; in float32 its error is about twice that of the direct sum, some
// 7e-7 of the size of the result.
type winograd struct {
	v               variant
	batch           int
	h, w, in        int // of the input
	oh, ow, out     int // of the output
	top, left       int // padding
	turned          bool
	tilesY, tilesX  int
	cols            panels
	rows            int           // rows of tiles in a chunk; those of all pictures are numbered through
	vLen, mLen      int           // floats from one place of the transformed tiles to the next, in a chunk
	whole           tileRowsAt    // of whole tiles of products
	tails           [2]tileRowsAt // of the last one of a chunk, and of the last chunk
	lineIn, lineOut int           // floats of a line of columns
	runs            sync.Pool
}

// winogradTile is the edge of a tile of output pixels, winogradPlaces the number of products of a tile.
const (
	winogradTile   = 4
	winogradPlaces = 36
	winogradLanes  = 16 // channels come in multiples of it
)

// fitsWinograd says whether s can be computed by tiles of 4×4 pixels, and gains by it: few of the tiles' pixels may lie
// outside of the picture, and there must be enough of them for products of matrices.
func (s ConvShape) fitsWinograd() bool {
	tiles := s.Batch * ceilDiv(s.OutHeight(), winogradTile) * ceilDiv(s.OutWidth(), winogradTile)
	back := s.Batch * ceilDiv(s.Height, winogradTile) * ceilDiv(s.Width, winogradTile)
	return !s.Direct && s.KernelH == 3 && s.KernelW == 3 && s.StrideH == 1 && s.StrideW == 1 && s.DilationH == 1 && s.DilationW == 1 &&
		s.Groups == 1 && s.In%winogradLanes == 0 && s.Out%winogradLanes == 0 &&
		min(s.PadTop, s.PadBottom, s.PadLeft, s.PadRight) >= 0 && max(s.PadTop, s.PadBottom, s.PadLeft, s.PadRight) <= 2 &&
		min(tiles, back) >= 64 && tiles*8 <= s.Batch*s.OutHeight()*s.OutWidth() && back*8 <= s.Batch*s.Height*s.Width
}

func newWinograd(s ConvShape, turned bool) *winograd {
	v := active
	m := &winograd{v: v, batch: s.Batch, h: s.Height, w: s.Width, in: s.In, oh: s.OutHeight(), ow: s.OutWidth(), out: s.Out,
		top: s.PadTop, left: s.PadLeft, turned: turned}
	if turned {
		m.h, m.w, m.in, m.oh, m.ow, m.out = m.oh, m.ow, m.out, m.h, m.w, m.in
		m.top, m.left = s.KernelH-1-s.PadTop, s.KernelW-1-s.PadLeft
	}
	m.tilesY, m.tilesX = ceilDiv(m.oh, winogradTile), ceilDiv(m.ow, winogradTile)
	m.cols = panelsOf(v, m.out)
	m.rows = winogradRows(m.batch*m.tilesY, m.tilesX, v.tileRows(), winogradCache/(4*winogradPlaces*(m.in+m.out)))
	tiles := m.rows * m.tilesX
	m.vLen, m.mLen = tiles*m.in+slack, tiles*m.out+slack // the slack keeps places from falling on the same cache lines
	m.lineIn, m.lineOut = (winogradTile*m.tilesX+2)*m.in, winogradTile*m.tilesX*m.out
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
}

func (m *winograd) packedLen() int { return winogradPlaces * m.in * m.cols.width }

func (m *winograd) pack(p *Pool, w, packed []float32) {
	r := m.runs.Get().(*winogradRun)
	r.winograd, r.weights, r.u = m, w, packed
	defer r.end()
	p.Run(m.cols.count, (*winogradWeights)(r))
}

func (m *winograd) run(p *Pool, x, _, packed, y []float32, then func(lo, hi int)) {
	r := m.runs.Get().(*winogradRun)
	r.winograd, r.src, r.u, r.dst, r.then = m, x, packed, y, then
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
	n := r.in * padded
	taps, lines := grab(9*n), grab(18*n)
	for t := range 9 {
		if r.turned { // element (o, c) of tap t is w[8-t][c][o]
			r.cols.pack(r.v, taps.data[t*n:], j, r.in, r.weights[(8-t)*r.in*r.out:], 1, r.in)
		} else {
			r.cols.pack(r.v, taps.data[t*n:], j, r.in, r.weights[t*r.in*r.out:], r.out, 1)
		}
	}
	l := winogradLines{n: 3 * n}
	for i := range 3 {
		l.src[i] = unsafe.Pointer(&taps.data[3*i*n])
	}
	for i := range 6 {
		l.dst[i] = unsafe.Pointer(&lines.data[3*i*n])
	}
	kernelTransform.lines(r.v, &l)
	l.n = n
	for row := range 6 {
		for i := range 3 {
			l.src[i] = unsafe.Pointer(&lines.data[(3*row+i)*n])
		}
		for i := range 6 {
			l.dst[i] = unsafe.Pointer(&r.u[(6*row+i)*r.in*r.cols.width+j*r.in*r.cols.cols])
		}
		kernelTransform.lines(r.v, &l)
	}
	taps.release()
	lines.release()
}
