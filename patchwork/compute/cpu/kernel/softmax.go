package kernel

// Softmax writes e^(x − max) / sum over every row of src, rows of cols elements; dst has whole rows. A row of −Inf alone
// gives NaN.
func Softmax(dst, src []float32, cols int) {
	each := rowsAtOnce(cols)
	row := grab(each)
	defer row.release()
	for len(dst) > 0 {
		n := min(each, len(dst)/cols)
		d, s, scale := dst[:n*cols], src[:n*cols], row.data[:n]
		MaxRows(scale, s, cols)
		BinaryColumn(Sub, d, s, scale, false)
		Unary(Exp, d, d)
		SumRows(scale, d, cols)
		BinaryColumn(Div, d, d, scale, false)
		dst, src = dst[n*cols:], src[n*cols:]
	}
}

// SoftmaxGrad writes the gradient of the input of Softmax, y·(dy − sum of y·dy over the row), from its output y and the
// output's gradient.
func SoftmaxGrad(dst, y, dy []float32, cols int) {
	each := rowsAtOnce(cols)
	row := grab(each)
	defer row.release()
	for len(dst) > 0 {
		n := min(each, len(dst)/cols)
		d, sum := dst[:n*cols], row.data[:n]
		Binary(Mul, d, y, dy)
		SumRows(sum, d, cols)
		BinaryColumn(Sub, d, dy, sum, false)
		Binary(Mul, d, d, y)
		dst, y, dy = dst[n*cols:], y[n*cols:], dy[n*cols:]
	}
}

// rowsAtOnce is the number of rows of a block that stays in the first cache.
func rowsAtOnce(cols int) int { return max(1, 2048/max(cols, 1)) }
