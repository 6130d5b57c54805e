package kernel

// Softmax writes e^(x − max) / sum over every row of src, rows of cols elements; dst has whole rows. A row of −Inf alone
// gives NaN.
func Softmax(dst, src []float32, cols int) {
	for ; len(dst) > 0; dst, src = dst[cols:], src[cols:] {
		d := dst[:cols]
		var top, sum [1]float32
		MaxRows(top[:], src, cols)
		BinaryScalar(Sub, d, src, top[0])
		Unary(Exp, d, d)
		SumRows(sum[:], d, cols)
		BinaryScalar(Div, d, d, sum[0])
	}
}

// SoftmaxGrad writes the gradient of the input of Softmax, y·(dy − sum of y·dy over the row), from its output y and the
// output's gradient.
func SoftmaxGrad(dst, y, dy []float32, cols int) {
	for ; len(dst) > 0; dst, y, dy = dst[cols:], y[cols:], dy[cols:] {
		d := dst[:cols]
		var sum [1]float32
		Binary(Mul, d, y, dy)
		SumRows(sum[:], d, cols)
		BinaryScalar(Sub, d, dy, sum[0])
		Binary(Mul, d, d, y)
	}
}
