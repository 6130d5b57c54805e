package kernel

import (
	"sync"
	"unsafe"
)

// winogradGrad is the gradient of the weights of a 3×3 convolution of stride 1 by the method of Winograd: at each place
// of the transformed tiles, a sum over all tiles of products of an input and an output channel.
type winogradGrad struct {
	v               variant
	s               ConvShape
	tilesY, tilesX  int
	cols            panels
	rows            int  // rows of tiles at a time; those of all pictures are numbered through
	xLen, yLen      int  // floats from one place to the next
	splits          int  // partial sums
	byLine          bool // a chunk has one line of places, so that its sums stay in the cache
	channels        int  // input channels of a chunk
	channelBlocks   int
	lenU            int
	coffs           [maxTileRows]int64
	runs            sync.Pool
	oh, ow, in, out int
}

const (
	winogradSums  = 640 << 10 // bytes of sums that stay in a second cache
	winogradParts = 4 << 20   // bytes of all partial sums
)

func newWinogradGrad(s ConvShape) *winogradGrad {
	v := active
	m := &winogradGrad{v: v, s: s, oh: s.OutHeight(), ow: s.OutWidth(), in: s.In, out: s.Out}
	m.tilesY, m.tilesX = ceilDiv(m.oh, winogradTile), ceilDiv(m.ow, winogradTile)
	m.cols = panelsOf(v, m.out)
	m.lenU = winogradPlaces * m.in * m.out
	all := s.Batch * m.tilesY
	m.byLine = 4*m.lenU > winogradSums
	lines := 1
	if m.byLine {
		lines = 6
	}
	m.splits = max(1, min(16, winogradParts/(4*m.lenU), all*m.tilesX/64))
	m.channels = m.in
	if chunks := m.splits * lines; chunks < 16 {
		m.channels = roundUp(ceilDiv(m.in, ceilDiv(16, chunks)), winogradLanes)
	}
	m.channelBlocks = ceilDiv(m.in, m.channels)
	perTile := 4 * winogradPlaces / lines * (m.channels + m.cols.width)
	m.rows = max(1, min(ceilDiv(all, m.splits), max(64, winogradCache/perTile)/m.tilesX))
	m.xLen, m.yLen = m.rows*m.tilesX*m.channels+slack, m.rows*m.tilesX*m.cols.width+slack
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
	partial   *scratch // [split][place][input][output]
}

func (m *winogradGrad) run(p *Pool, x, dy, dw []float32) {
	r := m.runs.Get().(*winogradGradRun)
	r.winogradGrad, r.x, r.dy, r.dw = m, x, dy, dw
	r.partial = grab(m.splits * m.lenU)
	defer func() {
		r.partial.release()
		*r = winogradGradRun{}
		m.runs.Put(r)
	}()
	chunks := m.splits * m.channelBlocks
	if m.byLine {
		chunks *= 6
	}
	p.Run(chunks, (*winogradSumBlocks)(r))
	p.Run(ceilDiv(m.in*m.out, winogradTaps), (*winogradTapBlocks)(r))
}

// winogradSumBlocks computes the sums of one split for some channels and places.
type winogradSumBlocks winogradGradRun

func (r *winogradSumBlocks) Do(chunk int) {
	line0, line1 := 0, 6
	if r.byLine {
		line0 = chunk % 6
		line1 = line0 + 1
		chunk /= 6
	}
	c0 := chunk % r.channelBlocks * r.channels
	c1 := min(r.in, c0+r.channels)
	split := chunk / r.channelBlocks
	sums := r.partial.data[split*r.lenU:][:r.lenU]
	all := r.s.Batch * r.tilesY
	first, last := split*all/r.splits, (split+1)*all/r.splits
	vx, vy := grab(6*(line1-line0)*r.xLen), grab(6*(line1-line0)*r.yLen)
	x := newWinogradInput(r.v, inputTransform, r.s.Height, r.s.Width, r.in, r.s.PadTop, r.s.PadLeft, r.tilesX)
	y := newWinogradInput(r.v, gradientTransform, r.oh, r.ow, r.out, 0, 0, r.tilesX)
	for g0 := first; g0 < last; g0 += r.rows {
		g1 := min(last, g0+r.rows)
		tiles := (g1 - g0) * r.tilesX
		for g := g0; g < g1; g++ {
			image, ty := g/r.tilesY, g%r.tilesY
			x.lines(r.x[image*r.s.Height*r.s.Width*r.in:], winogradTile*ty)
			y.lines(r.dy[image*r.oh*r.ow*r.out:], winogradTile*ty)
			at := (g - g0) * r.tilesX
			for line := line0; line < line1; line++ {
				for c := c0; c < c1; c += winogradLanes {
					dst := unsafe.Pointer(&vx.data[6*(line-line0)*r.xLen+(c-c0)*tiles+at*winogradLanes])
					x.steps(line, c, winogradLanes, dst, 4*r.xLen, 4*winogradLanes)
				}
				for j := range r.cols.count {
					used, padded := r.cols.at(j)
					dst := unsafe.Pointer(&vy.data[6*(line-line0)*r.yLen+j*r.cols.cols*tiles+at*padded])
					y.steps(line, j*r.cols.cols, used, dst, 4*r.yLen, 4*padded)
				}
			}
		}
		for place := 6 * line0; place < 6*line1; place++ {
			r.multiply(vx.data[(place-6*line0)*r.xLen:], vy.data[(place-6*line0)*r.yLen:], sums[(place*r.in+c0)*r.out:], tiles, c1-c0, g0 > first)
		}
	}
	x.release()
	y.release()
	vx.release()
	vy.release()
}

// multiply computes or adds to the sums of one place.
func (r *winogradSumBlocks) multiply(x, y, sums []float32, tiles, channels int, add bool) {
	mr := r.v.tileRows()
	for j := range r.cols.count {
		used, padded := r.cols.at(j)
		for c := 0; c < channels; c += mr {
			t := colTile{
				a: unsafe.Pointer(&x[c/winogradLanes*winogradLanes*tiles+c%winogradLanes]), b: unsafe.Pointer(&y[j*r.cols.cols*tiles]),
				segs: unsafe.Pointer(&noOffset), count: 1, run: tiles, astep: winogradLanes, bstep: padded,
				c: unsafe.Pointer(&sums[c*r.out+j*r.cols.cols]), coffs: unsafe.Pointer(&r.coffs), add: boolInt(add), width: used, tiles: 1,
			}
			t.compute(r.v)
		}
	}
}

// winogradTaps is the number of pairs of channels that one chunk of winogradTapBlocks transforms back.
const winogradTaps = 1024

// winogradTapBlocks adds the partial sums for some pairs of channels in the order of the splits and transforms them
// back.
type winogradTapBlocks winogradGradRun

func (r *winogradTapBlocks) Do(chunk int) {
	pairs := r.in * r.out
	lo := chunk * winogradTaps
	n := min(winogradTaps, pairs-lo)
	sums, lines := grab(winogradPlaces*n), grab(18*n)
	for place := range winogradPlaces {
		addParts(sums.data[place*n:][:n], r.partial.data[place*pairs+lo:], r.splits, r.lenU)
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
