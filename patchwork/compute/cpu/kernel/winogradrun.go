package kernel

import "unsafe"

// winogradBlocks computes some rows of tiles.
type winogradBlocks winogradRun

func (r *winogradBlocks) Do(chunk int) {
	first := chunk * r.rows
	last := min(r.batch*r.tilesY, first+r.rows)
	tiles := (last - first) * r.tilesX
	v, m := grab(r.down.in.places*r.along.in.places*r.vLen), grab(r.down.out.places*r.along.out.places*r.mLen)
	in := newWinogradInput(r.v, &r.down, &r.along, r.h, r.w, r.in, r.top, r.left, r.tilesX, winogradPiece(r.down.widest()*r.along.stepIn*r.in, r.tilesX))
	for g := first; g < last; g++ {
		image, ty := g/r.tilesY, g%r.tilesY
		picture := r.src[image*r.h*r.w*r.in:]
		for t := 0; t < r.tilesX; t += in.piece {
			at := ((g-first)*r.tilesX + t) * r.in
			for i := range r.down.in.parts {
				part := &r.down.in.parts[i]
				in.lines(part, picture, r.down.stepIn*ty, t)
				for row := range part.t.outputs() {
					in.steps(row, 0, r.in, unsafe.Pointer(&v.data[(part.place+row)*r.along.in.places*r.vLen+at]), 4*r.vLen, 4*r.in)
				}
			}
		}
	}
	in.release()
	soon := winogradAhead{
		r.dst[r.outputAt(first):r.outputAt(last)],
		r.src[r.inputAt(first+r.workers*r.rows):r.inputAt(last+r.workers*r.rows)],
	}
	r.multiply(v.data, m.data, tiles, soon)
	v.release()
	r.output(m.data, first, last)
	m.release()
	if r.then != nil {
		r.then(r.outputAt(first), r.outputAt(last))
	}
}

// outputAt is where a row of tiles begins in the output.
func (m *winograd) outputAt(g int) int {
	return (g/m.tilesY*m.oh + g%m.tilesY*m.down.stepOut) * m.ow * m.out
}

// inputAt is where the input of a row of tiles begins, but for padding.
func (m *winograd) inputAt(g int) int {
	g = min(g, m.batch*m.tilesY)
	return (g/m.tilesY*m.h + min(m.h, g%m.tilesY*m.down.stepIn)) * m.w * m.in
}

// winogradAhead is what will be written and read next, to be brought to the caches while products are computed.
type winogradAhead [2][]float32

// next returns the address of the next lines of a, so many cache lines that lie side by side.
func (a *winogradAhead) next(lines int) (at uintptr, step int) {
	for i := range a {
		if n := len(a[i]); n > 0 {
			at = uintptr(unsafe.Pointer(&a[i][0]))
			a[i] = a[i][min(n, lines*slack):]
			return at, alignment
		}
	}
	return 0, 0
}

// multiply computes the products of all places: m = v·u.
func (r *winogradBlocks) multiply(v, m []float32, tiles int, soon winogradAhead) {
	mr := r.v.tileRows()
	tail := &r.tails[0]
	if tiles < r.rows*r.tilesX {
		tail = &r.tails[1]
	}
	for k := range r.products {
		q := &r.products[k]
		for j := range r.cols.count {
			used, _ := r.cols.at(j)
			t := rowTile{
				segs: 1, run: r.in, b: unsafe.Pointer(&r.u[(q.weights*r.cols.width+j*r.cols.cols)*r.in]), width: used, add: boolInt(q.add),
				nextA: 4 * mr * r.in, nextC: 4 * mr * r.out,
			}
			for i, n := 0, tiles/mr; i < tiles; i, n = i+n*mr, 1 {
				at := &r.whole
				if i+mr > tiles {
					at, n = tail, 1
				}
				t.offs, t.coffs = unsafe.Pointer(&at.offs), unsafe.Pointer(&at.coffs)
				t.a, t.c, t.tiles = unsafe.Pointer(&v[q.in*r.vLen+i*r.in]), unsafe.Pointer(&m[q.out*r.mLen+i*r.out+j*r.cols.cols]), n
				t.ahead, t.aheadStep = soon.next(n * (r.in / 4))
				t.compute(r.v)
			}
		}
	}
}

// output transforms the products back, some tiles at a time, and writes what lies in the picture.
func (r *winogradBlocks) output(m []float32, first, last int) {
	piece := winogradPiece(r.down.out.places*r.along.stepOut*r.out, r.tilesX)
	line, places := r.along.stepOut*piece*r.out+slack, r.along.out.places
	lines, outside := grab(r.down.out.places*line), grab(line)
	for g := first; g < last; g++ {
		image, ty := g/r.tilesY, g%r.tilesY
		for t := 0; t < r.tilesX; t += piece {
			n := min(piece, r.tilesX-t)
			for row := range r.down.out.places {
				for _, part := range r.along.out.parts {
					s := winogradSteps{
						src: unsafe.Pointer(&m[(row*places+part.place)*r.mLen+((g-first)*r.tilesX+t)*r.out]), srcLine: 4 * r.mLen, srcStep: 4 * r.out,
						dst: unsafe.Pointer(&lines.data[row*line+part.first*r.out]), dstLine: 4 * part.step * r.out, dstStep: 4 * r.along.stepOut * r.out,
						n: r.out, count: n,
					}
					part.t.steps(r.v, &s)
				}
			}
			column := r.along.stepOut * t
			for _, part := range r.down.out.parts {
				l := winogradLines{n: min(r.along.stepOut*n, r.ow-column) * r.out}
				for i := range part.t.inputs() {
					l.src[i] = unsafe.Pointer(&lines.data[(part.place+i)*line])
				}
				for i := range part.t.outputs() {
					l.dst[i] = unsafe.Pointer(&outside.data[0])
					if y := r.down.stepOut*ty + part.line(i); y < r.oh {
						l.dst[i] = unsafe.Pointer(&r.dst[((image*r.oh+y)*r.ow+column)*r.out])
					}
				}
				part.t.lines(r.v, &l)
			}
		}
	}
	lines.release()
	outside.release()
}

// winogradFirstCache is how many bytes of lines are transformed at a time.
const winogradFirstCache = 24 << 10

// winogradPiece is how many of all tiles of a row, of so many floats each, are transformed at a time: as many as the
// first cache holds.
func winogradPiece(floats, all int) int {
	return min(all, max(1, winogradFirstCache/(4*floats)))
}

// winogradInput transforms the pixels of a picture, some tiles of a row at a time: first down, then along.
type winogradInput struct {
	v           variant
	down, along *winogradAxis
	h, w, c     int
	top, left   int // zeros before the picture
	tilesX      int
	piece       int // tiles at a time
	count       int // tiles that the buffer holds
	line        int // floats from one line to the next
	buffer      *scratch
	zeros       *scratch
}

func newWinogradInput(v variant, down, along *winogradAxis, h, w, c, top, left, tilesX, piece int) winogradInput {
	in := winogradInput{v: v, down: down, along: along, h: h, w: w, c: c, top: top, left: left, tilesX: tilesX, piece: piece}
	columns := along.stepIn*(piece-1) + along.span
	in.line = columns*c + slack
	in.buffer, in.zeros = grab(down.widest()*in.line), grab(columns*c)
	clear(in.zeros.data)
	return in
}

// lines transforms the columns that a piece of tiles, whose input begins at row y, reads by part.
func (in *winogradInput) lines(part *winogradPart, picture []float32, y, tile int) {
	in.count = min(in.piece, in.tilesX-tile)
	first := in.along.stepIn*tile - in.left
	end := first + in.along.stepIn*(in.count-1) + in.along.span
	lo := max(first, 0)
	hi := max(lo, min(end, in.w))
	l := winogradLines{n: (hi - lo) * in.c}
	for i := range part.t.inputs() {
		l.src[i] = unsafe.Pointer(&in.zeros.data[0])
		if at := y + part.line(i) - in.top; at >= 0 && at < in.h && lo < hi {
			l.src[i] = unsafe.Pointer(&picture[(at*in.w+lo)*in.c])
		}
	}
	for i := range part.t.outputs() {
		line := in.buffer.data[i*in.line:][:(end-first)*in.c]
		clear(line[:(lo-first)*in.c])
		clear(line[(hi-first)*in.c:])
		if lo < hi {
			l.dst[i] = unsafe.Pointer(&line[(lo-first)*in.c])
		}
	}
	if lo < hi {
		part.t.lines(in.v, &l)
	}
}

// steps transforms n channels from c on of one of the lines along, to dst, where places and tiles are so many bytes
// apart.
func (in *winogradInput) steps(line, c, n int, dst unsafe.Pointer, place, tile int) {
	for i := range in.along.in.parts {
		part := &in.along.in.parts[i]
		s := winogradSteps{src: unsafe.Pointer(&in.buffer.data[line*in.line+part.first*in.c+c]), dst: unsafe.Add(dst, part.place*place),
			srcLine: 4 * part.step * in.c, dstLine: place, n: n, count: in.count, srcStep: 4 * in.along.stepIn * in.c, dstStep: tile}
		part.t.steps(in.v, &s)
	}
}

func (in *winogradInput) release() {
	in.buffer.release()
	in.zeros.release()
}
