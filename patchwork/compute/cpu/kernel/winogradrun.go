package kernel

import "unsafe"

// winogradBlocks computes some rows of tiles.
type winogradBlocks winogradRun

func (r *winogradBlocks) Do(chunk int) {
	first := chunk * r.rows
	last := min(r.batch*r.tilesY, first+r.rows)
	tiles := (last - first) * r.tilesX
	v, m := grab(winogradPlaces*r.vLen), grab(winogradPlaces*r.mLen)
	in := newWinogradInput(r.v, inputTransform, r.h, r.w, r.in, r.top, r.left, r.tilesX)
	for g := first; g < last; g++ {
		image, ty := g/r.tilesY, g%r.tilesY
		in.lines(r.src[image*r.h*r.w*r.in:], winogradTile*ty)
		for row := range 6 {
			in.steps(row, 0, r.in, unsafe.Pointer(&v.data[6*row*r.vLen+(g-first)*r.tilesX*r.in]), 4*r.vLen, 4*r.in)
		}
	}
	in.release()
	r.multiply(v.data, m.data, tiles)
	v.release()
	r.output(m.data, first, last)
	m.release()
	if r.then != nil {
		row := func(g int) int { return (g/r.tilesY*r.oh + g%r.tilesY*winogradTile) * r.ow * r.out }
		r.then(row(first), row(last))
	}
}

// multiply computes the products of all places: m = v·u.
func (r *winogradBlocks) multiply(v, m []float32, tiles int) {
	mr := r.v.tileRows()
	tail := &r.tails[0]
	if tiles < r.rows*r.tilesX {
		tail = &r.tails[1]
	}
	for place := range winogradPlaces {
		for j := range r.cols.count {
			used, _ := r.cols.at(j)
			t := rowTile{
				segs: 1, run: r.in, b: unsafe.Pointer(&r.u[place*r.in*r.cols.width+j*r.in*r.cols.cols]), width: used,
				nextA: 4 * mr * r.in, nextC: 4 * mr * r.out,
			}
			for i, n := 0, tiles/mr; i < tiles; i, n = i+n*mr, 1 {
				at := &r.whole
				if i+mr > tiles {
					at, n = tail, 1
				}
				t.offs, t.coffs = unsafe.Pointer(&at.offs), unsafe.Pointer(&at.coffs)
				t.a, t.c, t.tiles = unsafe.Pointer(&v[place*r.vLen+i*r.in]), unsafe.Pointer(&m[place*r.mLen+i*r.out+j*r.cols.cols]), n
				t.compute(r.v)
			}
		}
	}
}

// output transforms the products back, line by line, and writes what lies in the picture.
func (r *winogradBlocks) output(m []float32, first, last int) {
	lines, outside := grab(6*(r.lineOut+slack)), grab(r.lineOut)
	for g := first; g < last; g++ {
		image, ty := g/r.tilesY, g%r.tilesY
		s := winogradSteps{srcLine: 4 * r.mLen, dstLine: 4 * r.out, n: r.out, count: r.tilesX, srcStep: 4 * r.out, dstStep: 4 * winogradTile * r.out}
		var l winogradLines
		for row := range 6 {
			l.src[row] = unsafe.Pointer(&lines.data[row*(r.lineOut+slack)])
			s.src, s.dst = unsafe.Pointer(&m[6*row*r.mLen+(g-first)*r.tilesX*r.out]), l.src[row]
			each := s
			outputTransform.steps(r.v, &each)
		}
		for i := range winogradTile {
			l.dst[i] = unsafe.Pointer(&outside.data[0])
			if y := winogradTile*ty + i; y < r.oh {
				l.dst[i] = unsafe.Pointer(&r.dst[(image*r.oh+y)*r.ow*r.out])
			}
		}
		l.n = r.ow * r.out
		outputTransform.lines(r.v, &l)
	}
	lines.release()
	outside.release()
}

// winogradInput transforms the pixels of a picture, a row of tiles at a time: first down, then along.
type winogradInput struct {
	v         variant
	t         transform
	h, w, c   int
	top, left int // zeros around the picture
	used      int // columns of the picture that tiles read
	tilesX    int
	line      int // floats from one line to the next
	buffer    *scratch
	zeros     *scratch
}

func newWinogradInput(v variant, t transform, h, w, c, top, left, tilesX int) winogradInput {
	columns := winogradTile*tilesX + t.inputs() - winogradTile
	in := winogradInput{v: v, t: t, h: h, w: w, c: c, top: top, left: left, tilesX: tilesX, line: columns*c + slack}
	in.used = min(w, columns-left)
	in.buffer, in.zeros = grab(6*in.line), grab(w*c)
	for row := range 6 {
		line := in.buffer.data[row*in.line:][:columns*c]
		clear(line[:left*c])
		clear(line[(left+in.used)*c:])
	}
	clear(in.zeros.data)
	return in
}

// lines transforms the columns that the tiles whose output begins at row y read.
func (in *winogradInput) lines(picture []float32, y int) {
	l := winogradLines{n: in.used * in.c}
	for i := range in.t.inputs() {
		l.src[i] = unsafe.Pointer(&in.zeros.data[0])
		if at := y + i - in.top; at >= 0 && at < in.h {
			l.src[i] = unsafe.Pointer(&picture[at*in.w*in.c])
		}
	}
	for i := range 6 {
		l.dst[i] = unsafe.Pointer(&in.buffer.data[i*in.line+in.left*in.c])
	}
	in.t.lines(in.v, &l)
}

// steps transforms n channels from c on of one of the lines along, to dst, where places and tiles are so many bytes
// apart.
func (in *winogradInput) steps(line, c, n int, dst unsafe.Pointer, place, tile int) {
	s := winogradSteps{src: unsafe.Pointer(&in.buffer.data[line*in.line+c]), dst: dst, srcLine: 4 * in.c, dstLine: place,
		n: n, count: in.tilesX, srcStep: 4 * winogradTile * in.c, dstStep: tile}
	in.t.steps(in.v, &s)
}

func (in *winogradInput) release() {
	in.buffer.release()
	in.zeros.release()
}
