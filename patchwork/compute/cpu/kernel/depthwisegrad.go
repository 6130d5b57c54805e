package kernel

import (
	"sync"
	"unsafe"
)

// depthGradTile adds to the gradient of some taps of one kernel row, for some channels. Steps are in bytes. Every field
// has 8 bytes: the assembly counts them.
//
//	dw[j·wTap + c] += sum over r < rows, p < pixels of dy[r·yRow + p·yStep + c] · x[r·xRow + p·xStep + j·xTap + c]
type depthGradTile struct {
	x, dy, dw         unsafe.Pointer
	xRow, xStep, xTap int
	yRow, yStep       int
	wTap              int
	rows, pixels      int // at least 1
	channels          int
}

func (t *depthGradTile) portable(taps int) {
	for j := range taps {
		dw := floatsAt(t.dw, j*t.wTap, t.channels)
		for c := range dw {
			var sum float32
			for r := range t.rows {
				for p := range t.pixels {
					sum += *(*float32)(unsafe.Add(t.dy, r*t.yRow+p*t.yStep+4*c)) * *(*float32)(unsafe.Add(t.x, r*t.xRow+p*t.xStep+j*t.xTap+4*c))
				}
			}
			dw[c] += sum
		}
	}
}

// The gradient takes so many channels at a time, and so many rows that about as many floats of each side are in use.
const (
	gradChannels = 64
	gradFloats   = 6144
)

// depthwiseGrad is the gradient of the weights of a depthwise convolution.
type depthwiseGrad struct {
	v           variant
	batch, c    int
	down, along axis
	lenW        int
	splits      int // partial sums over the pictures
	channels    int // channels in a chunk
	rows        int // output rows at a time, so that both sides stay in the cache while every tap uses them
	runs        sync.Pool
}

func newDepthwiseGrad(batch, channels int, down, along axis) *depthwiseGrad {
	m := &depthwiseGrad{v: active, batch: batch, c: channels, down: down, along: along, lenW: down.taps * along.taps * channels}
	m.splits = min(16, batch)
	m.channels = channels
	if m.splits < 16 {
		m.channels = min(channels, roundUp(ceilDiv(channels*m.splits, 16), 16))
	}
	m.rows = min(down.out, max(1, gradFloats/(along.out*min(gradChannels, m.channels))))
	m.runs.New = func() any { return new(depthGradRun) }
	return m
}

// depthGradRun is one run of a depthwiseGrad.
type depthGradRun struct {
	*depthwiseGrad
	x, dy, dw []float32
	partial   *scratch // [split][tap][channel]
}

func (m *depthwiseGrad) run(p *Pool, x, dy, dw []float32) {
	r := m.runs.Get().(*depthGradRun)
	r.depthwiseGrad, r.x, r.dy, r.dw = m, x, dy, dw
	r.partial = grab(m.splits * m.lenW)
	defer func() {
		r.partial.release()
		*r = depthGradRun{}
		m.runs.Put(r)
	}()
	p.Run(m.splits*ceilDiv(m.c, m.channels), r)
	addParts(dw, r.partial.data, m.splits, m.lenW)
}

// Do computes the sums over the pictures of one split for some channels.
func (r *depthGradRun) Do(chunk int) {
	split := chunk % r.splits
	c0 := chunk / r.splits * r.channels
	c1 := min(r.c, c0+r.channels)
	dw := r.partial.data[split*r.lenW:][:r.lenW]
	for t := range r.down.taps * r.along.taps {
		clear(dw[t*r.c+c0 : t*r.c+c1])
	}
	for image := split * r.batch / r.splits; image < (split+1)*r.batch/r.splits; image++ {
		x := r.x[image*r.down.in*r.along.in*r.c:][:r.down.in*r.along.in*r.c]
		dy := r.dy[image*r.down.out*r.along.out*r.c:][:r.down.out*r.along.out*r.c]
		for c := c0; c < c1; c += gradChannels {
			for y0 := 0; y0 < r.down.out; y0 += r.rows {
				for i := range r.down.taps {
					lo, hi := r.down.span(i)
					lo, hi = max(lo, y0), min(hi, y0+r.rows)
					if lo < hi {
						r.kernelRow(x, dy, dw, i, lo, hi, c, min(c1, c+gradChannels))
					}
				}
			}
		}
	}
}

// kernelRow adds what output rows y0 to y1-1 give to kernel row i. Columns that all taps of a group meet go together,
// those at the borders tap by tap.
func (r *depthGradRun) kernelRow(x, dy, dw []float32, i, y0, y1, c0, c1 int) {
	in, _ := r.down.source(y0, i)
	for j := 0; j < r.along.taps; {
		n := tapGroup(r.along.taps - j)
		lo, hi := 0, r.along.out
		for k := j; k < j+n; k++ {
			l, h := r.along.span(k)
			lo, hi = max(lo, l), min(hi, h)
		}
		if hi <= lo {
			n = 1
			lo, hi = r.along.span(j)
		}
		tile := func(k, taps, lo, hi int) {
			if lo >= hi {
				return
			}
			ix, _ := r.along.source(lo, k)
			t := depthGradTile{
				x: unsafe.Pointer(&x[(in*r.along.in+ix)*r.c+c0]), dy: unsafe.Pointer(&dy[(y0*r.along.out+lo)*r.c+c0]),
				dw:   unsafe.Pointer(&dw[(i*r.along.taps+k)*r.c+c0]),
				xRow: 4 * r.down.stride * r.along.in * r.c, xStep: 4 * r.along.stride * r.c, xTap: 4 * r.along.step * r.c,
				yRow: 4 * r.along.out * r.c, yStep: 4 * r.c, wTap: 4 * r.c, rows: y1 - y0, pixels: hi - lo, channels: c1 - c0,
			}
			t.compute(r.v, taps)
		}
		tile(j, n, lo, hi)
		for k := j; n > 1 && k < j+n; k++ {
			l, h := r.along.span(k)
			tile(k, 1, l, lo)
			tile(k, 1, hi, h)
		}
		j += n
	}
}

// tapGroup is the number of taps of a kernel row to do at once when left are to go.
func tapGroup(left int) int {
	for _, n := range [...]int{7, 5, 3} {
		if left >= n {
			return n
		}
	}
	return 1
}
