package jit

import "math"

// The functions here are those of package kernel's generator, instruction by instruction; the sources are named there.

// horner returns a fresh register with the polynomial in x with these coefficients, highest power first.
func (e *emitter) horner(x vreg, coefficients ...float64) vreg {
	p := e.all(coefficients[0])
	for _, c := range coefficients[1:] {
		e.vector(multiplyAdd213, p, x, e.number(c), mask{})
	}
	return p
}

// within returns x cut off at two numbers; NaN stays.
func (e *emitter) within(x vreg, low, high float64) vreg {
	a, b := e.all(low), e.all(high)
	e.vector(maxi, a, a, in(x), mask{})
	e.vector(mini, a, b, in(a), mask{})
	e.drop(b)
	return a
}

// ln 2 in two parts, the first with so few digits that its products with whole numbers are exact.
const ln2High, ln2Low = 0.693359375, -2.12194440e-4

func (e *emitter) exp(x vreg) vreg {
	r := e.within(x, -87.5, 88.8)
	n := e.op(mul, r, e.number(math.Log2E))
	e.vector(round, n, 0, in(n), mask{}, 0)
	e.vector(negMultiplyAdd, r, n, e.number(ln2High), mask{})
	e.vector(negMultiplyAdd, r, n, e.number(ln2Low), mask{})
	p := e.horner(r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
	square := e.op(mul, r, in(r))
	e.vector(multiplyAdd213, p, square, in(r), mask{})
	e.drop(square)
	e.vector(add, p, p, e.number(1), mask{})
	if e.wide {
		e.vector(scale, p, p, in(n), mask{})
	} else { // in two steps: 2^128 is no float32
		half := r
		e.vector(toInt, n, 0, in(n), mask{})
		e.vector(shift, 4, half, in(n), mask{}, 1) // arithmetic, to the right
		e.vector(subInt, n, n, in(half), mask{})
		for _, part := range []vreg{half, n} {
			e.vector(addInt, part, part, e.constant(127), mask{})
			e.vector(shift, 6, part, in(part), mask{}, 23) // to the left
			e.vector(mul, p, p, in(part), mask{})
		}
	}
	e.drop(r)
	e.drop(n)
	y := e.only(e.compare(notLess, x, e.number(-87.33)), in(p)) // not (x < −87.33), so that NaN stays
	e.drop(p)
	return y
}

func (e *emitter) log(x vreg) vreg {
	small := e.compare(less, x, e.constant(0x00800000)) // not normal: scaled by 2^23
	scaled := e.op(mul, x, e.number(1<<23))
	y := e.either(small, scaled, x)
	e.drop(scaled)
	n := e.temp()
	e.vector(shift, 2, n, in(y), mask{}, 23) // logical, to the right
	e.vector(subInt, n, n, e.constant(126), mask{})
	e.vector(toFloat, n, 0, in(n), mask{})
	t := e.only(small, e.number(23))
	e.vector(sub, n, n, in(t), mask{})
	e.dropCondition(small)
	m := y
	e.vector(and, m, m, e.constant(0x007fffff), mask{})
	e.vector(or, m, m, e.constant(0x3f000000), mask{})
	low := e.compare(less, m, e.number(math.Sqrt2/2))
	e.drop(t)
	t = e.only(low, e.number(1))
	e.vector(sub, n, n, in(t), mask{})
	e.drop(t)
	t = e.only(low, in(m))
	e.dropCondition(low)
	e.vector(add, m, m, in(t), mask{})
	e.vector(sub, m, m, e.number(1), mask{})
	z := t
	e.vector(mul, z, m, in(m), mask{})
	p := e.horner(m, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
	e.vector(mul, p, m, in(p), mask{})
	e.vector(mul, p, z, in(p), mask{})
	e.vector(multiplyAdd, p, n, e.number(ln2Low), mask{})
	e.vector(negMultiplyAdd, p, z, e.number(0.5), mask{})
	e.vector(add, p, m, in(p), mask{})
	e.vector(multiplyAdd, p, n, e.number(ln2High), mask{})
	for _, r := range []vreg{m, n, z} {
		e.drop(r)
	}
	choose := func(predicate byte, limit uint32, yes vreg) {
		c := e.compare(predicate, x, e.constant(limit))
		q := e.either(c, yes, p)
		e.dropCondition(c)
		e.drop(p)
		p = q
	}
	choose(notLess, 0x7f800000, x) // +Inf and NaN
	for _, special := range []struct {
		predicate byte
		value     uint32
	}{{equal, 0xff800000}, {less, 0x7fc00000}} {
		v := e.temp()
		e.vector(moveLoad, v, 0, e.constant(special.value), mask{})
		choose(special.predicate, 0, v)
		e.drop(v)
	}
	return p
}

// dropCondition gives the register of a condition back.
func (e *emitter) dropCondition(c condition) {
	if !e.wide {
		e.drop(vreg(c))
	}
}

func (e *emitter) tanh(x vreg) vreg {
	z := e.op(mul, x, in(x))
	p := e.horner(z, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
	e.vector(mul, p, p, in(z), mask{})
	e.vector(multiplyAdd213, p, x, in(x), mask{})
	e.drop(z)
	twice := e.op(add, x, in(x))
	q := e.exp(twice)
	e.drop(twice)
	e.vector(add, q, q, e.number(1), mask{})
	two := e.all(2)
	e.vector(div, q, two, in(q), mask{})
	e.drop(two)
	one := e.one()
	e.vector(sub, q, one, in(q), mask{})
	e.drop(one)
	size := e.op(and, x, e.constant(1<<31-1))
	c := e.compare(less, size, e.number(0.625))
	e.drop(size)
	return e.either(c, p, q)
}

func (e *emitter) erf(x vreg) vreg {
	v := e.within(x, -3.925, 3.925)
	z := e.op(mul, v, in(v))
	p := e.horner(z, 2.04604885e-06, 0.000284840239, 0.00377241521, 0.0527688863, 0.190590654, 1.12837915)
	q := e.horner(z, 3.80478224e-05, 0.00116382445, 0.0149829299, 0.114181437, 0.502239301, 1)
	e.vector(mul, p, v, in(p), mask{})
	e.vector(div, p, p, in(q), mask{})
	e.drop(z)
	e.drop(q)
	return e.within(p, -1, 1)
}
