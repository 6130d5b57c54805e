package kernel

import (
	"math"
	"unsafe"
)

// scalarUnary and scalarBinaryOp are the portable functions of one element; they are exact but for one rounding.
func scalarUnary(op UnaryOp, x float32) float32 {
	d := float64(x)
	switch op {
	case Neg:
		return -x
	case Abs:
		return float32(math.Abs(d))
	case Sqrt:
		return float32(math.Sqrt(d))
	case Rsqrt:
		return float32(1 / float64(float32(math.Sqrt(d))))
	case Sign:
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x
	case Exp:
		if x < expLow {
			return 0
		}
		return float32(math.Exp(d))
	case Log:
		return float32(math.Log(d))
	case Tanh:
		return float32(math.Tanh(d))
	case Erf:
		return float32(math.Erf(d))
	case Logistic:
		return float32(1 / (1 + math.Exp(-d)))
	}
	return x
}

// expLow is where Exp becomes 0: below, the result would be smaller than a normal number.
const expLow = -87.33

func scalarOp(op BinaryOp, a, b float32) float32 {
	yes := false
	switch op {
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Max:
		return max(a, b)
	case Min:
		return min(a, b)
	case Equal:
		yes = a == b
	case NotEqual:
		yes = a != b
	case Less:
		yes = a < b
	case LessOrEqual:
		yes = a <= b
	case Greater:
		yes = a > b
	case GreaterOrEqual:
		yes = a >= b
	}
	if yes {
		return 1
	}
	return 0
}

func unaryPortable(op UnaryOp, n int, dst, a *float32) {
	d, x := unsafe.Slice(dst, n), unsafe.Slice(a, n)
	for i, v := range x {
		d[i] = scalarUnary(op, v)
	}
}

func binaryPortable(op BinaryOp, n int, dst, a, b *float32) {
	d, x, y := unsafe.Slice(dst, n), unsafe.Slice(a, n), unsafe.Slice(b, n)
	switch op {
	case Add:
		for i, v := range x {
			d[i] = v + y[i]
		}
	case Mul:
		for i, v := range x {
			d[i] = v * y[i]
		}
	default:
		for i, v := range x {
			d[i] = scalarOp(op, v, y[i])
		}
	}
}

func binaryScalarPortable(op BinaryOp, n int, dst, a *float32, b float32) {
	d := unsafe.Slice(dst, n)
	for i, v := range unsafe.Slice(a, n) {
		d[i] = scalarOp(op, v, b)
	}
}

func scalarBinaryPortable(op BinaryOp, n int, dst *float32, a float32, b *float32) {
	d := unsafe.Slice(dst, n)
	for i, v := range unsafe.Slice(b, n) {
		d[i] = scalarOp(op, a, v)
	}
}

func choosePortable(n int, dst, cond, yes, no *float32) {
	d, y, z := unsafe.Slice(dst, n), unsafe.Slice(yes, n), unsafe.Slice(no, n)
	for i, c := range unsafe.Slice(cond, n) {
		if c != 0 {
			d[i] = y[i]
		} else {
			d[i] = z[i]
		}
	}
}

func ternaryPortable(op FusedOp, n int, dst, a, b, c *float32) {
	x, y, z := unsafe.Slice(a, n), unsafe.Slice(b, n), unsafe.Slice(c, n)
	for i := range unsafe.Slice(dst, n) {
		p := x[i] * y[i]
		switch op {
		case Fused:
			p += z[i]
		case FusedLess:
			p -= z[i]
		default:
			p = z[i] - p
		}
		unsafe.Slice(dst, n)[i] = p
	}
}

func addClampPortable(n int, dst, a, b, limits *float32) {
	x, y, l := unsafe.Slice(a, n), unsafe.Slice(b, n), unsafe.Slice(limits, 2)
	for i := range unsafe.Slice(dst, n) {
		unsafe.Slice(dst, n)[i] = min(max(x[i]+y[i], l[0]), l[1])
	}
}
