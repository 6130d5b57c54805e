package cpu

import (
	"math"

	"github.com/gomlx/compute"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/jit"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// element is an operation on single elements, in the form that passes call: on blocks. A truth value is 0 or 1 there.
// dst may be the same slice as an operand.
type element struct {
	unary    func(dst, x []float32)
	binary   func(dst, x, y []float32)
	ahead    func(dst, x, next, out []float32) // unary, and brings next and out to the caches meanwhile; nil: too short for that
	choose   func(dst, cond, x, y []float32)
	fused    func(dst, x, y, z []float32)
	byColumn func(dst, x, column []float32, left bool) // binary with one number for each row; left: op(column, x); nil: none
	dear     bool                                      // better stored than computed again
	test     bool                                      // the result is a truth value
	logical  bool                                      // operands and result are truth values

	code func(p *jit.Program, x, y, z jit.Value) jit.Value // the same in machine code; nil: there is none
}

func (e *element) arity() int {
	switch {
	case e.unary != nil:
		return 1
	case e.binary != nil:
		return 2
	}
	return 3
}

var (
	copyElement = &element{unary: func(dst, x []float32) { copy(dst, x) },
		code: unaryCode(jit.Copy)}
	nonzeroElement = &element{test: true, unary: each(func(x float32) float32 { return truth(x != 0) }), code: unaryCode(jit.Nonzero)}
)

// A product that only a sum or difference needs is computed with it.
var (
	fusedElement     = fusion3(kernel.Fused, jit.MulAdd)
	fusedLessElement = fusion3(kernel.FusedLess, jit.MulSub)
	fusedFromElement = fusion3(kernel.FusedFrom, jit.NegMul)
)

func fusion3(op kernel.FusedOp, code jit.Ternary) *element {
	return &element{fused: func(dst, x, y, z []float32) { kernel.Ternary(op, dst, x, y, z) }, code: ternaryCode(code)}
}

func unaryCode(f jit.Unary) func(p *jit.Program, x, y, z jit.Value) jit.Value {
	return func(p *jit.Program, x, _, _ jit.Value) jit.Value { return p.Unary(f, x) }
}

func binaryCode(f jit.Binary) func(p *jit.Program, x, y, z jit.Value) jit.Value {
	return func(p *jit.Program, x, y, _ jit.Value) jit.Value { return p.Binary(f, x, y) }
}

func ternaryCode(f jit.Ternary) func(p *jit.Program, x, y, z jit.Value) jit.Value {
	return func(p *jit.Program, x, y, z jit.Value) jit.Value { return p.Ternary(f, x, y, z) }
}

// elements are the operations that passes compute. What has no kernel is plain Go, but runs in the same passes.
var elements = map[compute.OpType]*element{
	compute.OpTypeAbs:      one(kernel.Abs, jit.Abs),
	compute.OpTypeNeg:      one(kernel.Neg, jit.Neg),
	compute.OpTypeSign:     one(kernel.Sign, jit.Sign),
	compute.OpTypeFloor:    {unary: each64(math.Floor), code: unaryCode(jit.Floor)},
	compute.OpTypeCeil:     {unary: each64(math.Ceil), code: unaryCode(jit.Ceil)},
	compute.OpTypeRound:    {unary: each64(math.RoundToEven), code: unaryCode(jit.Round)},
	compute.OpTypeSqrt:     one(kernel.Sqrt, jit.Sqrt),
	compute.OpTypeRsqrt:    long(kernel.Rsqrt, jit.Rsqrt),
	compute.OpTypeExp:      longer(kernel.Exp, jit.Exp),
	compute.OpTypeExpm1:    {unary: each64(math.Expm1), dear: true},
	compute.OpTypeLog:      longer(kernel.Log, jit.Log),
	compute.OpTypeLog1p:    {unary: each64(math.Log1p), dear: true},
	compute.OpTypeSin:      {unary: each64(math.Sin), dear: true},
	compute.OpTypeCos:      {unary: each64(math.Cos), dear: true},
	compute.OpTypeTanh:     longer(kernel.Tanh, jit.Tanh),
	compute.OpTypeErf:      longer(kernel.Erf, jit.Erf),
	compute.OpTypeLogistic: longer(kernel.Logistic, jit.Logistic),

	compute.OpTypeAdd:   pair(kernel.Add, jit.Add),
	compute.OpTypeSub:   pair(kernel.Sub, jit.Sub),
	compute.OpTypeMul:   pair(kernel.Mul, jit.Mul),
	compute.OpTypeDiv:   pair(kernel.Div, jit.Div),
	compute.OpTypeMax:   pair(kernel.Max, jit.Maximum),
	compute.OpTypeMin:   pair(kernel.Min, jit.Minimum),
	compute.OpTypePow:   {binary: pairs64(math.Pow), dear: true},
	compute.OpTypeRem:   {binary: pairs64(math.Mod), dear: true},
	compute.OpTypeAtan2: {binary: pairs64(math.Atan2), dear: true},

	compute.OpTypeEqual:          comparison(kernel.Equal, jit.Equal),
	compute.OpTypeNotEqual:       comparison(kernel.NotEqual, jit.NotEqual),
	compute.OpTypeGreaterThan:    comparison(kernel.Greater, jit.Greater),
	compute.OpTypeGreaterOrEqual: comparison(kernel.GreaterOrEqual, jit.GreaterOrEqual),
	compute.OpTypeLessThan:       comparison(kernel.Less, jit.Less),
	compute.OpTypeLessOrEqual:    comparison(kernel.LessOrEqual, jit.LessOrEqual),
	compute.OpTypeIsFinite: {test: true, unary: each(func(x float32) float32 { return truth(x-x == 0) }),
		code: func(p *jit.Program, x, _, _ jit.Value) jit.Value {
			return p.Binary(jit.Equal, p.Binary(jit.Sub, x, x), p.Constant(0))
		}},
	compute.OpTypeIsNaN: {test: true, unary: each(func(x float32) float32 { return truth(x != x) }),
		code: func(p *jit.Program, x, _, _ jit.Value) jit.Value { return p.Binary(jit.NotEqual, x, x) }},

	compute.OpTypeLogicalAnd: {logical: true, binary: two(kernel.Mul), code: binaryCode(jit.Mul)},
	compute.OpTypeLogicalOr:  {logical: true, binary: two(kernel.Max), code: binaryCode(jit.Maximum)},
	compute.OpTypeLogicalXor: {logical: true, binary: two(kernel.NotEqual), code: binaryCode(jit.NotEqual)},
	compute.OpTypeLogicalNot: {logical: true, unary: each(func(x float32) float32 { return 1 - x }), code: unaryCode(jit.Not)},

	compute.OpTypeWhere: {choose: kernel.Select, code: ternaryCode(jit.Select)},
}

func truth(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

func one(op kernel.UnaryOp, code jit.Unary) *element {
	return &element{unary: func(dst, x []float32) { kernel.Unary(op, dst, x) }, code: unaryCode(code)}
}

// long is a function of one number that is better stored than computed again.
func long(op kernel.UnaryOp, code jit.Unary) *element {
	e := one(op, code)
	e.dear = true
	return e
}

// longer is one that takes as long as it takes to bring the next block to the caches.
func longer(op kernel.UnaryOp, code jit.Unary) *element {
	e := long(op, code)
	e.ahead = func(dst, x, next, out []float32) { kernel.UnaryAhead(op, dst, x, next, out) }
	return e
}

func two(op kernel.BinaryOp) func(dst, x, y []float32) {
	return func(dst, x, y []float32) { kernel.Binary(op, dst, x, y) }
}

func pair(op kernel.BinaryOp, code jit.Binary) *element {
	return &element{binary: two(op), code: binaryCode(code), byColumn: func(dst, x, column []float32, left bool) {
		if op == kernel.Div && !left {
			divideRows(dst, x, column)
			return
		}
		kernel.BinaryColumn(op, dst, x, column, left)
	}}
}

// divideRows writes x[r, c]/column[r], as a product with the reciprocal: within 1.5 units in the last place, in a quarter
// of the time. Where the reciprocal would lose digits it divides.
func divideRows(dst, x, column []float32) {
	cols := len(dst) / len(column)
	var reciprocal [64]float32
	for len(column) > 0 {
		n := min(len(reciprocal), len(column))
		usual := cols > 1
		for i, y := range column[:n] {
			usual = usual && (y > 1e-30 && y < 1e30 || y < -1e-30 && y > -1e30)
			reciprocal[i] = 1 / y
		}
		if usual {
			kernel.BinaryColumn(kernel.Mul, dst[:n*cols], x, reciprocal[:n], false)
		} else {
			kernel.BinaryColumn(kernel.Div, dst[:n*cols], x, column[:n], false)
		}
		dst, x, column = dst[n*cols:], x[n*cols:], column[n:]
	}
}

func comparison(op kernel.BinaryOp, code jit.Binary) *element {
	e := pair(op, code)
	e.test = true
	return e
}

// each applies f to single elements.
func each(f func(float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i, v := range x {
			dst[i] = f(v)
		}
	}
}

func each64(f func(float64) float64) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i, v := range x {
			dst[i] = float32(f(float64(v)))
		}
	}
}

func pairs64(f func(x, y float64) float64) func(dst, x, y []float32) {
	return func(dst, x, y []float32) {
		for i, v := range x {
			dst[i] = float32(f(float64(v), float64(y[i])))
		}
	}
}
