package kernel

// UnaryOp is a function of one number.
type UnaryOp uint8

// The tests hold every variant to the errors stated here. NaN gives NaN.
const (
	Copy     UnaryOp = iota // x
	Neg                     // −x
	Abs                     // |x|
	Sqrt                    // correctly rounded; NaN below 0
	Rsqrt                   // 1/√x as a division by Sqrt, relative error below 1.8e-7
	Sign                    // −1, 0 (of the sign of x) or 1
	Exp                     // relative error below 1e-7; 0 below −87.33, +Inf above 88.72
	Log                     // relative error below 1e-7; −Inf at 0, NaN below
	Tanh                    // relative error below 3e-7
	Erf                     // relative error below 4e-7
	Logistic                // 1/(1 + e^−x), relative error below 2e-7 for x above −87, 0 below
	unaryOps
)

// BinaryOp is a function of two numbers.
type BinaryOp uint8

const (
	Add            BinaryOp = iota
	Sub                     // a − b
	Mul                     //
	Div                     // a / b
	Max                     // NaN if either is
	Min                     // NaN if either is
	Equal                   // comparisons give 1 or 0
	NotEqual                // true if either is NaN
	Less                    // a < b
	LessOrEqual             //
	Greater                 //
	GreaterOrEqual          //
	binaryOps
)

// Unary writes op(a[i]) for every element of dst.
func Unary(op UnaryOp, dst, a []float32) {
	if n := len(dst); n > 0 {
		a = a[:n]
		unary(active, op, n, &dst[0], &a[0])
	}
}

// UnaryAhead is Unary for the functions that take long, from Exp to Logistic: meanwhile it has as much of next and out, if
// they are as long, brought to the caches.
func UnaryAhead(op UnaryOp, dst, a, next, out []float32) {
	n := len(dst)
	if n == 0 {
		return
	}
	a = a[:n]
	if len(next) < n {
		next = a
	}
	if len(out) < n {
		out = a
	}
	unaryAhead(active, op, n, &dst[0], &a[0], &next[0], &out[0])
}

// Binary writes op(a[i], b[i]) for every element of dst.
func Binary(op BinaryOp, dst, a, b []float32) {
	if n := len(dst); n > 0 {
		a, b = a[:n], b[:n]
		binary(active, op, n, &dst[0], &a[0], &b[0])
	}
}

// BinaryScalar writes op(a[i], b) for every element of dst.
func BinaryScalar(op BinaryOp, dst, a []float32, b float32) {
	if n := len(dst); n > 0 {
		a = a[:n]
		binaryScalar(active, op, n, &dst[0], &a[0], b)
	}
}

// ScalarBinary writes op(a, b[i]) for every element of dst.
func ScalarBinary(op BinaryOp, dst []float32, a float32, b []float32) {
	if n := len(dst); n > 0 {
		b = b[:n]
		scalarBinary(active, op, n, &dst[0], a, &b[0])
	}
}

// BinaryColumn writes op(a[r, c], column[r]) for len(column) rows, or with swap op(column[r], a[r, c]).
func BinaryColumn(op BinaryOp, dst, a, column []float32, swap bool) {
	if len(column) == 0 {
		return
	}
	n := len(dst) / len(column)
	if n == 0 {
		return
	}
	if a = a[:n*len(column)]; binaryColumn(active, op, len(column), n, &dst[0], &a[0], &column[0], swap) {
		return
	}
	for r, v := range column {
		if swap {
			ScalarBinary(op, dst[r*n:][:n], v, a[r*n:])
		} else {
			BinaryScalar(op, dst[r*n:][:n], a[r*n:], v)
		}
	}
}

// Select writes yes[i] where cond[i] is not 0, else no[i].
func Select(dst, cond, yes, no []float32) {
	if n := len(dst); n > 0 {
		cond, yes, no = cond[:n], yes[:n], no[:n]
		choose(active, n, &dst[0], &cond[0], &yes[0], &no[0])
	}
}

// FusedOp is a product with a sum, rounded once or twice.
type FusedOp uint8

const (
	Fused     FusedOp = iota // a·b + c
	FusedLess                // a·b − c
	FusedFrom                // c − a·b
	fusedOps
)

// Ternary writes op(a[i], b[i], c[i]) for every element of dst.
func Ternary(op FusedOp, dst, a, b, c []float32) {
	if n := len(dst); n > 0 {
		a, b, c = a[:n], b[:n], c[:n]
		ternary(active, op, n, &dst[0], &a[0], &b[0], &c[0])
	}
}

// AddClamp writes a[i] + b[i], but at least limits[0] and at most limits[1], for every element of dst. NaN stays.
func AddClamp(dst, a, b []float32, limits *[2]float32) {
	if n := len(dst); n > 0 {
		a, b = a[:n], b[:n]
		addClamp(active, n, &dst[0], &a[0], &b[0], &limits[0])
	}
}
