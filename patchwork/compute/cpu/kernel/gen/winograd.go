package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// lineTransform is one of the small linear maps of Winograd convolution, with the points 0, ±√½, ±√2 and infinity or, for
// a stride of 2, ±½, ±3/2 and infinity; the portable code in package kernel has the same formulas in words of Go.
type lineTransform struct {
	name      string
	in, out   int
	steps     bool // for steps too
	constants []float64
	apply     func(s isa, x []vec, c func(float64) vec) []vec
}

var lineTransforms = []lineTransform{
	{"Input", 6, 6, true, []float64{2.5, 2, 0.5, math.Sqrt2, math.Sqrt2 / 2}, isa.inputLine},
	{"Output", 6, 4, true, []float64{2, 0.5, math.Sqrt2, math.Sqrt2 / 2, 2 * math.Sqrt2, math.Sqrt2 / 4}, isa.outputLine},
	{"Kernel", 3, 6, false, []float64{-1. / 3, -2. / 3, -math.Sqrt2 / 3, 1. / 3, 1. / 6, math.Sqrt2 / 6}, isa.kernelLine},
	{"Gradient", 4, 6, true, []float64{-1. / 3, -2. / 3, -math.Sqrt2 / 6, -math.Sqrt2 / 3, 1. / 3, 1. / 6, math.Sqrt2 / 3, math.Sqrt2 / 6}, isa.gradientLine},
	{"Taps", 6, 3, false, []float64{2, 0.5, math.Sqrt2, math.Sqrt2 / 2}, isa.tapsLine},
	{"EvenInput", 5, 5, true, []float64{2.25, 0.5, 0.25, 1.5, 2.5, 0.5625}, isa.evenInput},
	{"OddInput", 4, 4, true, []float64{1.125, 0.5, 0.5625, 0.25, 1. / 24, 1. / 6, 0.0625}, isa.oddInput},
	{"EvenOutput", 5, 4, true, []float64{0.5, 1.5, 0.25, 2.25, 0.125, 3.375}, isa.evenOutput},
	{"OddOutput", 4, 4, true, []float64{0.5, 1. / 6, 0.25, 0.125, 0.375, 0.0625, 0.5625}, isa.oddOutput},
	{"EvenKernel", 2, 5, false, []float64{0.5, 0.25, 1. / 6}, isa.evenKernel},
	{"Same", 1, 1, false, nil, isa.sameLine},
}

// winograd emits every transform for lines and, where the kernels need them, for steps.
func (s isa) winograd() {
	for _, t := range lineTransforms {
		s.transformLines(t)
		if t.steps {
			s.transformSteps(t)
		}
	}
}

// plus returns x·y + z, minus z - x·y.
func (s isa) plus(x, y, z vec) vec {
	v := s.vec()
	VMOVAPS(z, v)
	VFMADD231PS(y, x, v)
	return v
}

func (s isa) minus(x, y, z vec) vec {
	v := s.vec()
	VMOVAPS(z, v)
	VFNMADD231PS(y, x, v)
	return v
}

func (s isa) inputLine(d []vec, c func(float64) vec) []vec {
	t0 := s.minus(c(2.5), d[2], s.add(d[0], d[4]))
	even, odd := s.minus(c(2), d[2], d[4]), s.minus(c(math.Sqrt2), d[1], s.mul(d[3], c(math.Sqrt2/2)))
	t1, t2 := s.add(even, odd), s.sub(even, odd)
	even, odd = s.minus(c(0.5), d[2], d[4]), s.minus(c(math.Sqrt2/2), d[1], s.mul(d[3], c(math.Sqrt2)))
	t3, t4 := s.add(even, odd), s.sub(even, odd)
	return []vec{t0, t1, t2, t3, t4, s.minus(c(2.5), d[3], s.add(d[1], d[5]))}
}

func (s isa) outputLine(m []vec, c func(float64) vec) []vec {
	s1, d1, s2, d2 := s.add(m[1], m[2]), s.sub(m[1], m[2]), s.add(m[3], m[4]), s.sub(m[3], m[4])
	return []vec{
		s.add(m[0], s.add(s1, s2)),
		s.plus(c(math.Sqrt2), d2, s.mul(d1, c(math.Sqrt2/2))),
		s.plus(c(2), s2, s.mul(s1, c(0.5))),
		s.plus(c(2*math.Sqrt2), d2, s.plus(c(math.Sqrt2/4), d1, m[5])),
	}
}

func (s isa) kernelLine(g []vec, c func(float64) vec) []vec {
	even, odd := s.plus(c(-1./3), g[2], s.mul(g[0], c(-2./3))), s.mul(g[1], c(-math.Sqrt2/3))
	t1, t2 := s.add(even, odd), s.sub(even, odd)
	even, odd = s.plus(c(1./3), g[2], s.mul(g[0], c(1./6))), s.mul(g[1], c(math.Sqrt2/6))
	return []vec{g[0], t1, t2, s.add(even, odd), s.sub(even, odd), g[2]}
}

func (s isa) gradientLine(z []vec, c func(float64) vec) []vec {
	even, odd := s.plus(c(-1./3), z[2], s.mul(z[0], c(-2./3))), s.plus(c(-math.Sqrt2/6), z[3], s.mul(z[1], c(-math.Sqrt2/3)))
	t1, t2 := s.add(even, odd), s.sub(even, odd)
	even, odd = s.plus(c(1./3), z[2], s.mul(z[0], c(1./6))), s.plus(c(math.Sqrt2/3), z[3], s.mul(z[1], c(math.Sqrt2/6)))
	return []vec{z[0], t1, t2, s.add(even, odd), s.sub(even, odd), z[3]}
}

func (s isa) tapsLine(m []vec, c func(float64) vec) []vec {
	s1, d1, s2, d2 := s.add(m[1], m[2]), s.sub(m[1], m[2]), s.add(m[3], m[4]), s.sub(m[3], m[4])
	return []vec{
		s.add(m[0], s.add(s1, s2)),
		s.plus(c(math.Sqrt2), d2, s.mul(d1, c(math.Sqrt2/2))),
		s.plus(c(2), s2, s.plus(c(0.5), s1, m[5])),
	}
}

func (s isa) evenInput(x []vec, c func(float64) vec) []vec {
	odd, even := s.minus(c(2.25), x[1], x[3]), s.mul(c(0.5), s.minus(c(2.25), x[0], x[2]))
	t0, t1 := s.add(odd, even), s.sub(odd, even)
	odd, even = s.minus(c(0.25), x[1], x[3]), s.mul(c(1.5), s.minus(c(0.25), x[0], x[2]))
	return []vec{t0, t1, s.add(odd, even), s.sub(odd, even), s.plus(c(0.5625), x[0], s.minus(c(2.5), x[2], x[4]))}
}

func (s isa) oddInput(x []vec, c func(float64) vec) []vec {
	odd, even := s.minus(c(0.5), x[3], s.mul(c(1.125), x[1])), s.minus(c(0.25), x[2], s.mul(c(0.5625), x[0]))
	t0, t1 := s.add(even, odd), s.sub(even, odd)
	odd, even = s.minus(c(1./24), x[1], s.mul(c(1./6), x[3])), s.minus(c(0.0625), x[0], s.mul(c(0.25), x[2]))
	return []vec{t0, t1, s.add(even, odd), s.sub(even, odd)}
}

func (s isa) evenOutput(m []vec, c func(float64) vec) []vec {
	s1, d1, s2, d2 := s.add(m[0], m[1]), s.sub(m[0], m[1]), s.add(m[2], m[3]), s.sub(m[2], m[3])
	return []vec{
		s.add(s1, s2),
		s.plus(c(1.5), d2, s.mul(d1, c(0.5))),
		s.plus(c(2.25), s2, s.mul(s1, c(0.25))),
		s.plus(c(3.375), d2, s.plus(c(0.125), d1, m[4])),
	}
}

func (s isa) oddOutput(m []vec, c func(float64) vec) []vec {
	s1, d1, s2, d2 := s.add(m[0], m[1]), s.sub(m[0], m[1]), s.add(m[2], m[3]), s.sub(m[2], m[3])
	return []vec{
		s.minus(c(0.5), d1, s.mul(d2, c(1./6))),
		s.mul(s.sub(s2, s1), c(0.25)),
		s.minus(c(0.125), d1, s.mul(d2, c(0.375))),
		s.minus(c(0.0625), s1, s.mul(s2, c(0.5625))),
	}
}

func (s isa) evenKernel(g []vec, c func(float64) vec) []vec {
	half, sixth, quarter := s.mul(g[0], c(0.5)), s.mul(g[0], c(1./6)), s.mul(g[1], c(0.25))
	return []vec{s.sub(s.sub(s.zero(), quarter), half), s.sub(half, quarter), s.add(quarter, sixth), s.sub(quarter, sixth), g[1]}
}

func (s isa) sameLine(x []vec, _ func(float64) vec) []vec { return x }

// constants returns what gives a number in every lane. Where registers abound they are read once.
func (s isa) constants(list []float64) func(float64) vec {
	kept := map[float64]vec{}
	if s.wide() {
		for _, x := range list {
			kept[x] = s.all(number(x))
		}
	}
	return func(x float64) vec {
		v, ok := kept[x]
		if s.wide() && !ok {
			panic("a constant is missing in the list of a transform")
		}
		if !ok {
			v = s.all(number(x))
		}
		return v
	}
}

// transformLines emits a transform of n floats, a multiple of the lanes, from each of the lines of src to those of dst;
// see the struct winogradLines in package kernel.
func (s isa) transformLines(t lineTransform) {
	begin("lines"+t.name+s.name, "func(t *byte)", "computes t.")
	p := param("t")
	c := s.constants(t.constants)
	src, dst := make([]gp, t.in), make([]gp, t.out)
	for i := range src {
		src[i] = field(p, i)
	}
	for i := range dst {
		dst[i] = field(p, 6+i)
	}
	n, at := field(p, 12), GP64()
	SHLQ(Imm(2), n)
	XORQ(at, at)
	Label("vector")
	x := make([]vec, t.in)
	for i := range x {
		x[i] = s.load(Mem{Base: src[i], Index: at, Scale: 1}, nil)
	}
	for i, y := range t.apply(s, x, c) {
		s.store(y, Mem{Base: dst[i], Index: at, Scale: 1}, nil)
	}
	ADDQ(Imm(uint64(s.bytes())), at)
	CMPQ(at, n)
	JL(LabelRef("vector"))
	end()
}

// transformSteps emits a transform of lines that lie equally far apart, several times over; see the struct winogradSteps
// in package kernel.
func (s isa) transformSteps(t lineTransform) {
	begin("steps"+t.name+s.name, "func(t *byte)", "computes t.")
	p := param("t")
	c := s.constants(t.constants)
	stride, step := [2]gp{field(p, 2), field(p, 3)}, [2]gp{field(p, 6), field(p, 7)}
	n, count, left := field(p, 4), field(p, 5), GP64()
	var base [2][2]gp // of source and result: of the even lines and the odd ones
	for i := range base {
		base[i][0], base[i][1] = field(p, i), GP64()
		MOVQ(base[i][0], base[i][1])
		ADDQ(stride[i], base[i][1])
	}
	line := func(side, i int) Mem {
		m := Mem{Base: base[side][i%2]}
		if i >= 2 {
			m.Index, m.Scale = stride[side], uint8(i/2*2)
		}
		return m
	}
	SHLQ(Imm(2), n)
	for i := range step { // a step begins where the last one did, not where it ended
		SUBQ(n, step[i])
	}
	SHRQ(Imm(2), n)
	Label("step")
	MOVQ(n, left)
	Label("vector")
	x := make([]vec, t.in)
	for i := range x {
		x[i] = s.load(line(0, i), nil)
	}
	for i, y := range t.apply(s, x, c) {
		s.store(y, line(1, i), nil)
	}
	for i := range base {
		for _, b := range base[i] {
			ADDQ(Imm(uint64(s.bytes())), b)
		}
	}
	SUBQ(Imm(uint64(s.lanes)), left)
	JG(LabelRef("vector"))
	for i := range base {
		for _, b := range base[i] {
			ADDQ(step[i], b)
		}
	}
	DECQ(count)
	JNZ(LabelRef("step"))
	end()
}
