package kernel

import "unsafe"

// The functions of each variant; nil where there is none: Copy, and the portable variant.
type (
	unaryFunc  func(n int, dst, a *float32)
	binaryFunc func(n int, dst, a, b *float32)
	scalarFunc func(n int, dst, a *float32, b float32)
)

var unaryFuncs = [variants][unaryOps]unaryFunc{
	avx2: {
		Neg:      negAVX2,
		Abs:      absAVX2,
		Sqrt:     sqrtAVX2,
		Rsqrt:    rsqrtAVX2,
		Sign:     signAVX2,
		Exp:      expAVX2,
		Log:      logAVX2,
		Tanh:     tanhAVX2,
		Erf:      erfAVX2,
		Logistic: logisticAVX2,
	},
	avx512: {
		Neg:      negAVX512,
		Abs:      absAVX512,
		Sqrt:     sqrtAVX512,
		Rsqrt:    rsqrtAVX512,
		Sign:     signAVX512,
		Exp:      expAVX512,
		Log:      logAVX512,
		Tanh:     tanhAVX512,
		Erf:      erfAVX512,
		Logistic: logisticAVX512,
	},
}

var binaryFuncs = [variants][binaryOps]binaryFunc{
	avx2: {
		Add:            addAVX2,
		Sub:            subAVX2,
		Mul:            mulAVX2,
		Div:            divAVX2,
		Max:            maxAVX2,
		Min:            minAVX2,
		Equal:          equalAVX2,
		NotEqual:       notEqualAVX2,
		Less:           lessAVX2,
		LessOrEqual:    lessOrEqualAVX2,
		Greater:        greaterAVX2,
		GreaterOrEqual: greaterOrEqualAVX2,
	},
	avx512: {
		Add:            addAVX512,
		Sub:            subAVX512,
		Mul:            mulAVX512,
		Div:            divAVX512,
		Max:            maxAVX512,
		Min:            minAVX512,
		Equal:          equalAVX512,
		NotEqual:       notEqualAVX512,
		Less:           lessAVX512,
		LessOrEqual:    lessOrEqualAVX512,
		Greater:        greaterAVX512,
		GreaterOrEqual: greaterOrEqualAVX512,
	},
}

var scalarFuncs = [variants][binaryOps]scalarFunc{
	avx2: {
		Add:            addScalarAVX2,
		Sub:            subScalarAVX2,
		Mul:            mulScalarAVX2,
		Div:            divScalarAVX2,
		Max:            maxScalarAVX2,
		Min:            minScalarAVX2,
		Equal:          equalScalarAVX2,
		NotEqual:       notEqualScalarAVX2,
		Less:           lessScalarAVX2,
		LessOrEqual:    lessOrEqualScalarAVX2,
		Greater:        greaterScalarAVX2,
		GreaterOrEqual: greaterOrEqualScalarAVX2,
	},
	avx512: {
		Add:            addScalarAVX512,
		Sub:            subScalarAVX512,
		Mul:            mulScalarAVX512,
		Div:            divScalarAVX512,
		Max:            maxScalarAVX512,
		Min:            minScalarAVX512,
		Equal:          equalScalarAVX512,
		NotEqual:       notEqualScalarAVX512,
		Less:           lessScalarAVX512,
		LessOrEqual:    lessOrEqualScalarAVX512,
		Greater:        greaterScalarAVX512,
		GreaterOrEqual: greaterOrEqualScalarAVX512,
	},
}

// fromFuncs have the scalar on the left.
var fromFuncs = [variants][binaryOps]scalarFunc{
	avx2: {
		Add:            addScalarAVX2,
		Sub:            subFromAVX2,
		Mul:            mulScalarAVX2,
		Div:            divFromAVX2,
		Max:            maxScalarAVX2,
		Min:            minScalarAVX2,
		Equal:          equalScalarAVX2,
		NotEqual:       notEqualScalarAVX2,
		Less:           greaterScalarAVX2,
		LessOrEqual:    greaterOrEqualScalarAVX2,
		Greater:        lessScalarAVX2,
		GreaterOrEqual: lessOrEqualScalarAVX2,
	},
	avx512: {
		Add:            addScalarAVX512,
		Sub:            subFromAVX512,
		Mul:            mulScalarAVX512,
		Div:            divFromAVX512,
		Max:            maxScalarAVX512,
		Min:            minScalarAVX512,
		Equal:          equalScalarAVX512,
		NotEqual:       notEqualScalarAVX512,
		Less:           greaterScalarAVX512,
		LessOrEqual:    greaterOrEqualScalarAVX512,
		Greater:        lessScalarAVX512,
		GreaterOrEqual: lessOrEqualScalarAVX512,
	},
}

// columnFunc has one number for each row.
type columnFunc func(rows, cols int, dst, a, column *float32)

// columnFuncs and fromColumnFuncs, which have the number on the left, are those that there are.
var (
	columnFuncs = [variants][binaryOps]columnFunc{
		avx2:   {Add: addColumnAVX2, Sub: subColumnAVX2, Mul: mulColumnAVX2, Div: divColumnAVX2},
		avx512: {Add: addColumnAVX512, Sub: subColumnAVX512, Mul: mulColumnAVX512, Div: divColumnAVX512},
	}
	fromColumnFuncs = [variants][binaryOps]columnFunc{
		avx2:   {Add: addColumnAVX2, Sub: subFromColumnAVX2, Mul: mulColumnAVX2, Div: divFromColumnAVX2},
		avx512: {Add: addColumnAVX512, Sub: subFromColumnAVX512, Mul: mulColumnAVX512, Div: divFromColumnAVX512},
	}
)

// binaryColumn reports whether there was a function.
func binaryColumn(v variant, op BinaryOp, rows, cols int, dst, a, column *float32, swap bool) bool {
	f := columnFuncs[v][op]
	if swap {
		f = fromColumnFuncs[v][op]
	}
	if f != nil {
		f(rows, cols, dst, a, column)
	}
	return f != nil
}

func unary(v variant, op UnaryOp, n int, dst, a *float32) {
	f := unaryFuncs[v][op]
	switch {
	case f != nil:
		f(n, dst, a)
	case op == Copy:
		copy(unsafe.Slice(dst, n), unsafe.Slice(a, n))
	default:
		unaryPortable(op, n, dst, a)
	}
}

var aheadFuncs = [variants][unaryOps]func(n int, dst, a, next, out *float32){
	avx2:   {Exp: expAheadAVX2, Log: logAheadAVX2, Tanh: tanhAheadAVX2, Erf: erfAheadAVX2, Logistic: logisticAheadAVX2},
	avx512: {Exp: expAheadAVX512, Log: logAheadAVX512, Tanh: tanhAheadAVX512, Erf: erfAheadAVX512, Logistic: logisticAheadAVX512},
}

func unaryAhead(v variant, op UnaryOp, n int, dst, a, next, out *float32) {
	if f := aheadFuncs[v][op]; f != nil {
		f(n, dst, a, next, out)
		return
	}
	unary(v, op, n, dst, a)
}

func binary(v variant, op BinaryOp, n int, dst, a, b *float32) {
	if f := binaryFuncs[v][op]; f != nil {
		f(n, dst, a, b)
		return
	}
	binaryPortable(op, n, dst, a, b)
}

func binaryScalar(v variant, op BinaryOp, n int, dst, a *float32, b float32) {
	if f := scalarFuncs[v][op]; f != nil {
		f(n, dst, a, b)
		return
	}
	binaryScalarPortable(op, n, dst, a, b)
}

func scalarBinary(v variant, op BinaryOp, n int, dst *float32, a float32, b *float32) {
	if f := fromFuncs[v][op]; f != nil {
		f(n, dst, b, a)
		return
	}
	scalarBinaryPortable(op, n, dst, a, b)
}

func choose(v variant, n int, dst, cond, yes, no *float32) {
	switch v {
	case avx512:
		chooseAVX512(n, dst, cond, yes, no)
	case avx2:
		chooseAVX2(n, dst, cond, yes, no)
	default:
		choosePortable(n, dst, cond, yes, no)
	}
}

var fusedFuncs = [variants][fusedOps]func(n int, dst, a, b, c *float32){
	avx2:   {Fused: fusedAVX2, FusedLess: fusedLessAVX2, FusedFrom: fusedFromAVX2},
	avx512: {Fused: fusedAVX512, FusedLess: fusedLessAVX512, FusedFrom: fusedFromAVX512},
}

func ternary(v variant, op FusedOp, n int, dst, a, b, c *float32) {
	if f := fusedFuncs[v][op]; f != nil {
		f(n, dst, a, b, c)
		return
	}
	ternaryPortable(op, n, dst, a, b, c)
}

func addClamp(v variant, n int, dst, a, b, limits *float32) {
	switch v {
	case avx512:
		addClampAVX512(n, dst, a, b, limits)
	case avx2:
		addClampAVX2(n, dst, a, b, limits)
	default:
		addClampPortable(n, dst, a, b, limits)
	}
}
