//go:build !amd64

package kernel

func unary(_ variant, op UnaryOp, n int, dst, a *float32)            { unaryPortable(op, n, dst, a) }
func unaryAhead(_ variant, op UnaryOp, n int, dst, a, _, _ *float32) { unaryPortable(op, n, dst, a) }
func binary(_ variant, op BinaryOp, n int, dst, a, b *float32)       { binaryPortable(op, n, dst, a, b) }

func binaryScalar(_ variant, op BinaryOp, n int, dst, a *float32, b float32) {
	binaryScalarPortable(op, n, dst, a, b)
}

func scalarBinary(_ variant, op BinaryOp, n int, dst *float32, a float32, b *float32) {
	scalarBinaryPortable(op, n, dst, a, b)
}

func choose(_ variant, n int, dst, cond, yes, no *float32)                              { choosePortable(n, dst, cond, yes, no) }
func binaryColumn(variant, BinaryOp, int, int, *float32, *float32, *float32, bool) bool { return false }

func ternary(_ variant, op FusedOp, n int, dst, a, b, c *float32) {
	ternaryPortable(op, n, dst, a, b, c)
}

func addClamp(_ variant, n int, dst, a, b, limits *float32) { addClampPortable(n, dst, a, b, limits) }
