package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// depthwise emits the strips of depthwise convolutions and of the gradient of their weights.
func (s isa) depthwise() {
	for _, pixels := range []int{1, 2, 4, 8} {
		s.depthTile(pixels)
	}
	for _, taps := range []int{1, 3, 5, 7} {
		s.depthGrad(taps)
	}
	for _, taps := range []int{3, 5, 7} {
		for _, stride := range []int{1, 2} {
			s.depthRow(taps, stride, 4)
			if s.wide() {
				s.depthRow(taps, stride, 8)
			}
		}
	}
}

// depthTile computes some pixels. Few pixels go with several vectors of channels, so that there are enough independent
// sums to keep the multipliers busy.
func (s isa) depthTile(pixels int) {
	begin(fmt.Sprintf("depth%d%s", pixels, s.name), "func(t *byte)", fmt.Sprintf("computes %d pixels of a depthTile.", pixels))
	const x, w, out, xRow, xTap, xStep, wRow, wTap, outStep, kh, kw, channels = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	t := param("t")
	left := field(t, channels)
	at, xs, xs3 := GP64(), field(t, xStep), GP64()
	LEAQ(Mem{Base: xs, Index: xs, Scale: 2}, xs3)
	XORQ(at, at)
	body := func(label string, vectors int, m mask) {
		sums := make([][]vec, pixels)
		for i := range sums {
			for range vectors {
				sums[i] = append(sums[i], s.zero())
			}
		}
		px, pw := field(t, x), field(t, w)
		ADDQ(at, px)
		ADDQ(at, pw)
		rows := field(t, kh)
		repeat("row"+label, rows, func() {
			qx, qw, taps := GP64(), GP64(), field(t, kw)
			MOVQ(px, qx)
			MOVQ(pw, qw)
			repeat("tap"+label, taps, func() {
				half := GP64()
				if pixels > 4 {
					LEAQ(Mem{Base: qx, Index: xs, Scale: 4}, half)
				}
				for v := range vectors {
					weight := s.load(Mem{Base: qw, Disp: v * s.bytes()}, m)
					for i := range sums {
						base := qx
						if i >= 4 {
							base = half
						}
						where := [...]Mem{{Base: base}, {Base: base, Index: xs, Scale: 1}, {Base: base, Index: xs, Scale: 2}, {Base: base, Index: xs3, Scale: 1}}[i%4]
						where.Disp = v * s.bytes()
						if m == nil {
							s.fma(sums[i][v], weight, where)
						} else {
							s.fma(sums[i][v], weight, s.load(where, m))
						}
					}
				}
				ADDQ(Mem{Base: t, Disp: 8 * xTap}, qx)
				ADDQ(Mem{Base: t, Disp: 8 * wTap}, qw)
			})
			ADDQ(Mem{Base: t, Disp: 8 * xRow}, px)
			ADDQ(Mem{Base: t, Disp: 8 * wRow}, pw)
		})
		po := field(t, out)
		ADDQ(at, po)
		for i := range sums {
			for v, sum := range sums[i] {
				s.store(sum, Mem{Base: po, Disp: v * s.bytes()}, m)
			}
			if i < pixels-1 {
				ADDQ(Mem{Base: t, Disp: 8 * outStep}, po)
			}
		}
	}
	s.group(left, at, min(4, s.sumsAtOnce()/pixels), body)
	end()
}

// sumsAtOnce is the number of sums to have under way, with some registers left for factors.
func (s isa) sumsAtOnce() int {
	if s.wide() {
		return 12
	}
	return 10
}

// group emits body for so many vectors of channels at a time, then for every single one.
func (s isa) group(left, at gp, vectors int, body func(label string, vectors int, m mask)) {
	if vectors > 1 {
		Label("group")
		CMPQ(left, Imm(uint64(vectors*s.lanes)))
		JL(LabelRef("vector"))
		body("Group", vectors, nil)
		ADDQ(U32(uint32(vectors*s.bytes())), at)
		SUBQ(Imm(uint64(vectors*s.lanes)), left)
		JMP(LabelRef("group"))
	}
	s.channels(left, at, func(label string, m mask) { body(label, 1, m) })
}

// channels emits body for every vector of left channels; at counts the bytes before it.
func (s isa) channels(left, at gp, body func(label string, m mask)) {
	Label("vector")
	CMPQ(left, Imm(uint64(s.lanes)))
	JL(LabelRef("rest"))
	body("", nil)
	ADDQ(Imm(uint64(s.bytes())), at)
	SUBQ(Imm(uint64(s.lanes)), left)
	JMP(LabelRef("vector"))
	Label("rest")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	body("Rest", s.first(left))
	Label("done")
}

// depthGrad sums some taps of a kernel row, several vectors of channels at a time while there are as many.
func (s isa) depthGrad(taps int) {
	begin(fmt.Sprintf("depthGrad%d%s", taps, s.name), "func(t *byte)", fmt.Sprintf("adds to the gradient of %d taps.", taps))
	const x, dy, dw, xRow, xStep, xTap, yRow, yStep, wTap, rows, pixels, channels = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	t := param("t")
	left := field(t, channels)
	at, xt, xs, ys := GP64(), field(t, xTap), field(t, xStep), field(t, yStep)
	XORQ(at, at)
	body := func(label string, vectors int, m mask) {
		sums := make([][]vec, taps)
		for j := range sums {
			for range vectors {
				sums[j] = append(sums[j], s.zero())
			}
		}
		px, py, r := field(t, x), field(t, dy), field(t, rows)
		ADDQ(at, px)
		ADDQ(at, py)
		repeat("row"+label, r, func() {
			qx, qy, n := GP64(), GP64(), field(t, pixels)
			MOVQ(px, qx)
			MOVQ(py, qy)
			repeat("pixel"+label, n, func() {
				grads := make([]vec, vectors)
				for v := range grads {
					grads[v] = s.load(Mem{Base: qy, Disp: v * s.bytes()}, m)
				}
				tap := GP64()
				MOVQ(qx, tap)
				for j := range sums {
					for v, sum := range sums[j] {
						where := Mem{Base: tap, Disp: v * s.bytes()}
						if m == nil {
							s.fma(sum, grads[v], where)
						} else {
							s.fma(sum, grads[v], s.load(where, m))
						}
					}
					if j < taps-1 {
						ADDQ(xt, tap)
					}
				}
				ADDQ(xs, qx)
				ADDQ(ys, qy)
			})
			ADDQ(Mem{Base: t, Disp: 8 * xRow}, px)
			ADDQ(Mem{Base: t, Disp: 8 * yRow}, py)
		})
		pw := field(t, dw)
		ADDQ(at, pw)
		for j := range sums {
			for v, sum := range sums[j] {
				where := Mem{Base: pw, Disp: v * s.bytes()}
				VADDPS(s.load(where, m), sum, sum)
				s.store(sum, where, m)
			}
			if j < taps-1 {
				ADDQ(Mem{Base: t, Disp: 8 * wTap}, pw)
			}
		}
	}
	s.group(left, at, min(4, max(1, s.sumsAtOnce()/taps)), body)
	end()
}

// depthRow computes a row of a depthwise convolution of taps×taps, pixels at a time; see the struct of that name in
// package kernel. All channels of a group of pixels come before the next group, so that memory is read in order.
func (s isa) depthRow(taps, stride, pixels int) {
	begin(fmt.Sprintf("depthRow%dx%dx%d%s", taps, stride, pixels, s.name), "func(t *byte)", "computes t.")
	const rows, w, wTap, wRow, out, step, groups, rest, channels, missing, width, left, bias, limits = 0, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
	t := param("t")
	stepSize, moved, po, first := field(t, step), GP64(), field(t, out), field(t, missing)
	XORQ(moved, moved) // bytes from the first group's pixels to this one's
	columns := (pixels-1)*stride + taps
	Label("group")
	last, offset := field(t, width), GP64() // the first and the last column inside of the picture
	ADDQ(first, last)
	XORQ(offset, offset)
	Label("channels")
	sums := make([]vec, pixels)
	for i := range sums {
		sums[i] = s.zero()
	}
	begins := field(t, left)
	ADDQ(offset, begins)
	ADDQ(moved, begins)
	weight := field(t, w)
	ADDQ(offset, weight)
	load := func() (list []vec) {
		at := GP64()
		MOVQ(weight, at)
		for j := range taps {
			list = append(list, s.load(Mem{Base: at}, nil))
			if j < taps-1 {
				ADDQ(Mem{Base: t, Disp: 8 * wTap}, at)
			}
		}
		ADDQ(Mem{Base: t, Disp: 8 * wRow}, weight)
		return list
	}
	along := func(row []gp, weights [][]vec) {
		at := GP64()
		MOVQ(begins, at)
		for c := range columns {
			here := fmt.Sprintf("column%d", c)
			if c < taps-1 {
				CMPQ(first, Imm(uint64(c)))
				JG(LabelRef(here))
			}
			if c > columns-taps {
				CMPQ(last, Imm(uint64(c)))
				JL(LabelRef(here))
			}
			for i := range row {
				x := s.load(Mem{Base: row[i], Index: at, Scale: 1}, nil)
				for j := range taps {
					if p := c - j; p >= 0 && p%stride == 0 && p/stride < pixels {
						s.fma(sums[p/stride], weights[i][j], x)
					}
				}
			}
			if c < taps-1 || c > columns-taps {
				Label(here)
			}
			if c < columns-1 {
				ADDQ(stepSize, at)
			}
		}
	}
	if taps == 3 { // all weights at once, so that sums are under way together
		along([]gp{field(t, rows), field(t, rows+1), field(t, rows+2)}, [][]vec{load(), load(), load()})
	} else {
		i := GP64()
		XORQ(i, i)
		Label("row")
		row := GP64()
		MOVQ(Mem{Base: t, Index: i, Scale: 8, Disp: 8 * rows}, row)
		along([]gp{row}, [][]vec{load()})
		INCQ(i)
		CMPQ(i, Imm(uint64(taps)))
		JL(LabelRef("row"))
	}
	s.finish(t, bias, limits, offset, sums)
	move := GP64()
	LEAQ(Mem{Base: po, Index: offset, Scale: 1}, move)
	for i := range sums {
		s.store(sums[i], Mem{Base: move}, nil)
		if i < pixels-1 {
			ADDQ(stepSize, move)
		}
	}
	ADDQ(Imm(uint64(s.bytes())), offset)
	CMPQ(offset, Mem{Base: t, Disp: 8 * channels})
	JL(LabelRef("channels"))
	by := GP64() // pixels to the next group; those that make no whole group are computed with some of the last group again
	MOVQ(U32(uint32(pixels)), by)
	DECQ(Mem{Base: t, Disp: 8 * groups})
	JG(LabelRef("move"))
	MOVQ(Mem{Base: t, Disp: 8 * rest}, by)
	MOVQ(U32(0), Mem{Base: t, Disp: 8 * rest})
	TESTQ(by, by)
	JZ(LabelRef("end"))
	Label("move")
	if stride == 2 {
		SUBQ(by, first)
	}
	SUBQ(by, first)
	IMULQ(stepSize, by)
	ADDQ(by, po)
	if stride == 2 {
		ADDQ(by, moved)
	}
	ADDQ(by, moved)
	JMP(LabelRef("group"))
	Label("end")
	end()
}

// finish adds the channels' bias, if there is one, and cuts off at the limits. offset counts the bytes before the channels.
func (s isa) finish(t gp, bias, limits int, offset gp, sums []vec) {
	at := field(t, bias)
	TESTQ(at, at)
	JZ(LabelRef("store"))
	low, high := s.all(Mem{Base: t, Disp: 8 * limits}), s.all(Mem{Base: t, Disp: 8*limits + 4})
	for _, sum := range sums {
		s.cutOff(sum, Mem{Base: at, Index: offset, Scale: 1}, low, high)
	}
	Label("store")
}
