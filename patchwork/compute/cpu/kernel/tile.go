package kernel

import "unsafe"

// rowTile is a run of tiles of C = A·B where A is read in place, by rows; compute moves a and c along the run. Every
// field has 8 bytes: the assembly counts them.
//
//	C[i][j] (+)= sum over segments s and k < run of at(s, i)[k] · B[s·run + k][j]
//	at(s, i) = a + offs[s·tileRows + i] bytes, or zero where that offset is negative
//
// Two rows of C may be the same place if their rows of A are: a tile with fewer rows repeats its last one.
type rowTile struct {
	a     unsafe.Pointer // *float32
	zero  unsafe.Pointer // run zeros
	offs  unsafe.Pointer // *int32 [segs][tileRows], bytes
	segs  int            // at least 1
	run   int            // at least 1
	b     unsafe.Pointer // *float32 packed panel [segs·run][lanes or 2·lanes]
	c     unsafe.Pointer // *float32
	coffs unsafe.Pointer // *int64 [tileRows], bytes
	add   int            // 1: add to C
	width int            // columns of C to write, 1 to 2·lanes; up to lanes, the panel is lanes wide
	tiles int            // at least 1; compute counts it down
	nextA int            // bytes to a of the next tile
	nextC int            // bytes to c of the next tile
	ending
}

// ending is what becomes of the sums before they are written; see Finish.
type ending struct {
	bias   unsafe.Pointer // *float32, by column; nil: nothing
	limits [2]float32
}

// endingAt is the ending of columns first and those behind it.
func (f *Finish) endingAt(first int) ending {
	if len(f.Bias) == 0 {
		return ending{}
	}
	return ending{bias: unsafe.Pointer(&f.Bias[first]), limits: f.Limits}
}

// colTile is a run of tiles of C = Aᵀ·B where A and B are read in place, by columns; compute moves a and c along the
// run. Every field has 8 bytes: the assembly counts them.
//
//	C[i][j] (+)= sum over segments s and k < run of A(s)[k·astep + i] · B(s)[k·bstep + j]
//	A(s) = a + segs[s][0] bytes, B(s) = b + segs[s][1] bytes
//
// A is read tileRows wide whatever is in use of the result, B lanes or 2·lanes wide.
type colTile struct {
	a     unsafe.Pointer // *float32
	b     unsafe.Pointer // *float32
	segs  unsafe.Pointer // *int64 [count][2], bytes
	count int            // at least 1
	run   int            // at least 1
	astep int            // elements
	bstep int            // elements
	c     unsafe.Pointer // *float32
	coffs unsafe.Pointer // *int64 [tileRows], bytes
	add   int            // 1: add to C
	width int            // columns of C to write, 1 to 2·lanes; up to lanes, B is read lanes wide
	tiles int            // at least 1; compute counts it down
	nextA int            // bytes to a of the next tile
	nextC int            // bytes to c of the next tile
	ending
}

func floatsAt(p unsafe.Pointer, bytes, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(p, bytes)), n)
}

func (t *rowTile) portable() {
	t.portableTile()
	for ; t.tiles > 1; t.tiles-- {
		t.a, t.c = unsafe.Add(t.a, t.nextA), unsafe.Add(t.c, t.nextC)
		t.portableTile()
	}
}

func (t *rowTile) portableTile() {
	const mr, nr = 4, 8
	w := panelWidth(portable, t.width)
	offs := unsafe.Slice((*int32)(t.offs), t.segs*mr)
	coffs := (*[mr]int64)(t.coffs)
	var sums [mr][nr]float32
	for s := range t.segs {
		b := floatsAt(t.b, 4*s*t.run*w, t.run*w)
		for i := range mr {
			row := t.zero
			if o := offs[s*mr+i]; o >= 0 {
				row = unsafe.Add(t.a, int(o))
			}
			a := unsafe.Slice((*float32)(row), t.run)
			for j := 0; j < w; j += 4 {
				sum := (*[4]float32)(sums[i][j:])
				s0, s1, s2, s3 := sum[0], sum[1], sum[2], sum[3]
				for k, v := range a {
					q := (*[4]float32)(b[k*w+j:])
					s0 += v * q[0]
					s1 += v * q[1]
					s2 += v * q[2]
					s3 += v * q[3]
				}
				*sum = [4]float32{s0, s1, s2, s3}
			}
		}
	}
	t.storeTile(&sums, t.c, coffs, t.add, t.width)
}

func (t *colTile) portable() {
	t.portableTile()
	for ; t.tiles > 1; t.tiles-- {
		t.a, t.c = unsafe.Add(t.a, t.nextA), unsafe.Add(t.c, t.nextC)
		t.portableTile()
	}
}

func (t *colTile) portableTile() {
	const mr, nr = 4, 8
	w := panelWidth(portable, t.width)
	segs := unsafe.Slice((*[2]int64)(t.segs), t.count)
	var sums [mr][nr]float32
	for _, s := range segs {
		for k := range t.run {
			a := floatsAt(t.a, int(s[0])+4*k*t.astep, mr)
			b := floatsAt(t.b, int(s[1])+4*k*t.bstep, w)
			for i, v := range a {
				sum := &sums[i]
				for j, q := range b {
					sum[j] += v * q
				}
			}
		}
	}
	t.storeTile(&sums, t.c, (*[mr]int64)(t.coffs), t.add, t.width)
}

// storeTile reads every row of C before it writes one, as rows may be the same.
func (e *ending) storeTile(sums *[4][8]float32, c unsafe.Pointer, coffs *[4]int64, add, width int) {
	if add != 0 {
		for i := range sums {
			for j, v := range floatsAt(c, int(coffs[i]), width) {
				sums[i][j] += v
			}
		}
	}
	if e.bias != nil {
		for i := range sums {
			for j, b := range floatsAt(e.bias, 0, width) {
				sums[i][j] = min(max(sums[i][j]+b, e.limits[0]), e.limits[1])
			}
		}
	}
	for i := range sums {
		copy(floatsAt(c, int(coffs[i]), width), sums[i][:])
	}
}

// panelWidth is the width in memory of a panel of which width columns are in use: one vector or two.
func panelWidth(v variant, width int) int {
	if width <= v.lanes() {
		return v.lanes()
	}
	return v.tileCols()
}
