package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwise emits the functions of one, two and three numbers.
func (s isa) elementwise() {
	for _, f := range []struct {
		name   string
		unroll int
		f      func(x vec) vec
	}{
		{"neg", 4, func(x vec) vec { return s.xor(x, s.all(bits(1<<31))) }},
		{"abs", 4, s.abs},
		{"sqrt", 2, s.sqrt},
		{"rsqrt", 2, func(x vec) vec { return s.div(s.one(), s.sqrt(x)) }},
		{"sign", 2, func(x vec) vec {
			zero := s.zero()
			below := s.where(s.compare(less, x, zero), s.all(number(-1)), x)
			return s.where(s.compare(greater, x, zero), s.one(), below)
		}},
		{"exp", 2, s.exp},
		{"log", 1, s.log},
		{"tanh", 1, s.tanh},
		{"erf", 1, s.erf},
		{"logistic", 1, func(x vec) vec {
			return s.div(s.one(), s.add(s.one(), s.exp(s.xor(x, s.all(bits(1<<31))))))
		}},
	} {
		s.function(f.name+s.name, "func(n int, dst, a *float32)", []string{"a"}, "", f.unroll, func(x []vec) vec { return f.f(x[0]) })
		if f.unroll == 1 || f.name == "exp" {
			s.aheadFunction(f.name+"Ahead"+s.name, f.f)
		}
	}
	for _, f := range []struct {
		name    string
		f       func(x, y vec) vec
		swapped bool // the scalar may also stand left, and no other function gives that
		column  bool // there is a function of rows with one number each
	}{
		{"add", func(x, y vec) vec { return s.add(x, y) }, false, true},
		{"sub", func(x, y vec) vec { return s.sub(x, y) }, true, true},
		{"mul", func(x, y vec) vec { return s.mul(x, y) }, false, true},
		{"div", func(x, y vec) vec { return s.div(x, y) }, true, true},
		{"max", func(x, y vec) vec { return s.where(s.compare(unordered, x, x), x, s.op(VMAXPS, x, y)) }, false, false},
		{"min", func(x, y vec) vec { return s.where(s.compare(unordered, x, x), x, s.op(VMINPS, x, y)) }, false, false},
		{"equal", s.truth(equal), false, false},
		{"notEqual", s.truth(notEqual), false, false},
		{"less", s.truth(less), false, false},
		{"lessOrEqual", s.truth(lessEqual), false, false},
		{"greater", s.truth(greater), false, false},
		{"greaterOrEqual", s.truth(greaterEqual), false, false},
	} {
		apply := func(x []vec) vec { return f.f(x[0], x[1]) }
		s.function(f.name+s.name, "func(n int, dst, a, b *float32)", []string{"a", "b"}, "", 4, apply)
		s.function(f.name+"Scalar"+s.name, "func(n int, dst, a *float32, b float32)", []string{"a"}, "b", 4, apply)
		if f.column {
			s.columnFunction(f.name+"Column"+s.name, apply)
			if f.swapped {
				s.columnFunction(f.name+"FromColumn"+s.name, func(x []vec) vec { return f.f(x[1], x[0]) })
			}
		}
		if f.swapped {
			s.function(f.name+"From"+s.name, "func(n int, dst, a *float32, b float32)", []string{"a"}, "b", 4, func(x []vec) vec { return f.f(x[1], x[0]) })
		}
	}
	s.function("choose"+s.name, "func(n int, dst, cond, yes, no *float32)", []string{"cond", "yes", "no"}, "", 2, func(x []vec) vec {
		return s.where(s.compare(notEqual, x[0], s.zero()), x[1], x[2])
	})
	for _, f := range []struct {
		name string
		op   func(...Op)
	}{{"fused", VFMADD231PS}, {"fusedLess", VFMSUB231PS}, {"fusedFrom", VFNMADD231PS}} {
		s.function(f.name+s.name, "func(n int, dst, a, b, c *float32)", []string{"a", "b", "c"}, "", 4, func(x []vec) vec {
			f.op(x[1], x[0], x[2])
			return x[2]
		})
	}
	s.addClamp()
}

// function emits dst[i] = f(inputs at i), with a scalar, if named, as the last input.
func (s isa) function(name, signature string, inputs []string, scalar string, unroll int, f func(x []vec) vec) {
	begin(name, signature, "applies a function to n floats.")
	n, dst := param("n"), param("dst")
	pointers := make([]gp, len(inputs))
	for i, in := range inputs {
		if pointers[i] = dst; in != "dst" {
			pointers[i] = param(in)
		}
	}
	var constant vec
	if scalar != "" {
		constant = s.vec()
		at, err := Param(scalar).Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSS(at.Addr, constant)
	}
	s.pass(n, unroll, func(at int, m mask) {
		var x []vec
		for _, p := range pointers {
			x = append(x, s.load(Mem{Base: p, Disp: at * s.bytes()}, m))
		}
		if scalar != "" {
			x = append(x, constant)
		}
		s.store(f(x), Mem{Base: dst, Disp: at * s.bytes()}, m)
	}, func(vectors int) {
		for _, p := range pointers {
			if p != dst {
				ADDQ(U32(uint32(vectors*s.bytes())), p)
			}
		}
		ADDQ(U32(uint32(vectors*s.bytes())), dst)
	})
	end()
}

// aheadFunction is a function of one number that takes so long that the memory it is followed by can be brought to the
// caches meanwhile: a line of next and one of out for every line of a.
func (s isa) aheadFunction(name string, f func(x vec) vec) {
	begin(name, "func(n int, dst, a, next, out *float32)", "applies a function to n floats and announces that next and out will be used.")
	n, pointers := param("n"), []gp{param("dst"), param("a"), param("next"), param("out")}
	s.pass(n, 1, func(at int, m mask) {
		PREFETCHT0(Mem{Base: pointers[2], Disp: at * s.bytes()})
		PREFETCHT0(Mem{Base: pointers[3], Disp: at * s.bytes()})
		s.store(f(s.load(Mem{Base: pointers[1], Disp: at * s.bytes()}, m)), Mem{Base: pointers[0], Disp: at * s.bytes()}, m)
	}, func(vectors int) {
		for _, p := range pointers {
			ADDQ(U32(uint32(vectors*s.bytes())), p)
		}
	})
	end()
}

// addClamp emits min(max(a + b, low), high); NaN passes through, as the operand that wins if either is NaN.
func (s isa) addClamp() {
	begin("addClamp"+s.name, "func(n int, dst, a, b, limits *float32)", "adds n floats and cuts the sums off at two limits.")
	n, dst, a, b, limits := param("n"), param("dst"), param("a"), param("b"), param("limits")
	low, high := s.all(Mem{Base: limits}), s.all(Mem{Base: limits, Disp: 4})
	s.pass(n, 4, func(at int, m mask) {
		v := s.add(s.load(Mem{Base: a, Disp: at * s.bytes()}, m), s.load(Mem{Base: b, Disp: at * s.bytes()}, m))
		VMAXPS(v, low, v)
		VMINPS(v, high, v)
		s.store(v, Mem{Base: dst, Disp: at * s.bytes()}, m)
	}, func(vectors int) {
		for _, p := range []gp{a, b, dst} {
			ADDQ(U32(uint32(vectors*s.bytes())), p)
		}
	})
	end()
}

// columnFunction emits dst[r, c] = f(a[r, c], column[r]).
func (s isa) columnFunction(name string, f func(x []vec) vec) {
	begin(name, "func(rows, cols int, dst, a, column *float32)", "applies a function to rows, with one number for each.")
	rows, cols, dst, a, column := param("rows"), param("cols"), param("dst"), param("a"), param("column")
	constant, n := s.vec(), GP64()
	Label("row")
	VBROADCASTSS(Mem{Base: column}, constant)
	ADDQ(Imm(4), column)
	MOVQ(cols, n)
	s.pass(n, 4, func(at int, m mask) {
		s.store(f([]vec{s.load(Mem{Base: a, Disp: at * s.bytes()}, m), constant}), Mem{Base: dst, Disp: at * s.bytes()}, m)
	}, func(vectors int) {
		ADDQ(U32(uint32(vectors*s.bytes())), a)
		ADDQ(U32(uint32(vectors*s.bytes())), dst)
	})
	// What the mask left.
	MOVQ(cols, n)
	ANDQ(Imm(uint64(s.lanes-1)), n)
	LEAQ(Mem{Base: a, Index: n, Scale: 4}, a)
	LEAQ(Mem{Base: dst, Index: n, Scale: 4}, dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	end()
}

// truth returns a comparison that gives 1 or 0.
func (s isa) truth(predicate uint64) func(x, y vec) vec {
	return func(x, y vec) vec { return s.only(s.compare(predicate, x, y), s.one()) }
}

func (s isa) abs(x vec) vec { return s.and(x, s.all(bits(1<<31-1))) }

func (s isa) sqrt(x vec) vec {
	v := s.vec()
	VSQRTPS(x, v)
	return v
}

// ln 2 in two parts, the first with so few digits that its products with whole numbers are exact.
const ln2High, ln2Low = 0.693359375, -2.12194440e-4

// exp is e^x = 2^n·e^r with |r| at most ln 2 / 2 and e^r from the polynomial of Cephes' expf. NaN passes through.
func (s isa) exp(x vec) vec {
	r := s.vec()
	VMAXPS(x, s.all(number(-87.5)), r) // the second operand wins if either is NaN, and it stands first here
	VMINPS(r, s.all(number(88.8)), r)
	n := s.round(s.mul(r, s.all(number(math.Log2E))))
	VFNMADD231PS(s.all(number(ln2High)), n, r)
	VFNMADD231PS(s.all(number(ln2Low)), n, r)
	p := s.horner(r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
	VFMADD213PS(r, s.mul(r, r), p)
	p = s.add(p, s.one())
	if s.wide() {
		v := s.vec()
		VSCALEFPS(n, p, v)
		p = v
	} else { // in two steps: 2^128 is no float32
		whole, half := s.vec(), s.vec()
		VCVTPS2DQ(n, whole)
		VPSRAD(Imm(1), whole, half)
		VPSUBD(half, whole, whole)
		for _, part := range []vec{half, whole} {
			power := s.vec()
			VPADDD(s.all(bits(127)), part, power)
			VPSLLD(Imm(23), power, power)
			p = s.mul(p, power)
		}
	}
	// Not (x < -87.33), so that NaN stays.
	return s.only(s.compare(notLess, x, s.all(number(-87.33))), p)
}

// log is e·ln 2 + log m with m in [√½, √2) and log m from the polynomial of Cephes' logf.
func (s isa) log(x vec) vec {
	zero := s.zero()
	small := s.compare(less, x, s.all(bits(0x00800000))) // not normal: scaled by 2^23
	y := s.where(small, s.mul(x, s.all(number(1<<23))), x)
	e, m := s.vec(), s.vec()
	VPSRLD(Imm(23), y, e)
	VPSUBD(s.all(bits(126)), e, e)
	VCVTDQ2PS(e, e)
	e = s.sub(e, s.only(small, s.all(number(23))))
	m = s.or(s.and(y, s.all(bits(0x007fffff))), s.all(bits(0x3f000000)))
	low := s.compare(less, m, s.all(number(math.Sqrt2/2)))
	e = s.sub(e, s.only(low, s.one()))
	m = s.sub(s.add(m, s.only(low, m)), s.one())
	z := s.mul(m, m)
	p := s.horner(m, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
	p = s.mul(z, s.mul(m, p))
	VFMADD231PS(s.all(number(ln2Low)), e, p)
	VFNMADD231PS(s.all(number(0.5)), z, p)
	p = s.add(m, p)
	VFMADD231PS(s.all(number(ln2High)), e, p)
	p = s.where(s.compare(notLess, x, s.all(bits(0x7f800000))), x, p) // +Inf and NaN
	p = s.where(s.compare(equal, x, zero), s.all(bits(0xff800000)), p)
	return s.where(s.compare(less, x, zero), s.all(bits(0x7fc00000)), p)
}

// tanh is 1 − 2/(e^2x + 1), or below 0.625, where that cancels, the polynomial of Cephes' tanhf.
func (s isa) tanh(x vec) vec {
	z := s.mul(x, x)
	p := s.horner(z, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
	p = s.mul(p, z)
	VFMADD213PS(x, x, p)
	e := s.add(s.exp(s.add(x, x)), s.one())
	q := s.div(s.all(number(2)), e)
	q = s.sub(s.one(), q)
	return s.where(s.compare(less, s.abs(x), s.all(number(0.625))), p, q)
}

// erf is x·P(x²)/Q(x²), fitted by testdata/erf.py up to 3.925, from where on it is 1 in float32.
func (s isa) erf(x vec) vec {
	v := s.vec()
	VMAXPS(x, s.all(number(-3.925)), v) // the second operand wins if either is NaN, and it stands first here
	VMINPS(v, s.all(number(3.925)), v)
	z := s.mul(v, v)
	p := s.horner(z, 2.04604885e-06, 0.000284840239, 0.00377241521, 0.0527688863, 0.190590654, 1.12837915)
	q := s.horner(z, 3.80478224e-05, 0.00116382445, 0.0149829299, 0.114181437, 0.502239301, 1)
	p = s.div(s.mul(v, p), q)
	VMAXPS(p, s.all(number(-1)), p)
	VMINPS(p, s.one(), p)
	return p
}
