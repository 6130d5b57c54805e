package kernel

// momentRows is the number of rows that one chunk of a column reduction takes.
const momentRows = 256

// SumColumns writes the sum of every column of src, [rows, len(dst)]. Sums of 256 rows are added pairwise.
func SumColumns(p *Pool, dst, src []float32, rows int) { columnSums(p, sums, dst, src, nil, rows) }

// MomentsColumns writes the mean and the variance, the mean of the squared differences from the mean, of every column
// of src, [rows, len(mean)]. It reads src twice. rows must be at least 1.
func MomentsColumns(p *Pool, mean, variance, src []float32, rows int) {
	scale := 1 / float32(rows)
	columnSums(p, sums, mean, src, nil, rows)
	BinaryScalar(Mul, mean, mean, scale)
	columnSums(p, squares, variance, src, mean, rows)
	BinaryScalar(Mul, variance, variance, scale)
}

// MomentsRows writes the mean and the variance of every row of src, [len(mean), cols]. cols must be at least 1.
func MomentsRows(mean, variance, src []float32, cols int) {
	scale := 1 / float32(cols)
	SumRows(mean, src, cols)
	BinaryScalar(Mul, mean, mean, scale)
	SquaresRows(variance, src, mean, cols)
	BinaryScalar(Mul, variance, variance, scale)
}

func columnSums(p *Pool, what reduction, dst, src, mean []float32, rows int) {
	n := len(dst)
	src = src[:rows*n]
	count := ceilDiv(rows, momentRows)
	if n == 0 || count <= 1 {
		clear(dst)
		columns(what, dst, src, mean)
		return
	}
	parts := grab(count * n)
	defer parts.release()
	p.Run(count, &columnTask{what: what, n: n, rows: rows, src: src, mean: mean, parts: parts.data})
	for step := 1; step < count; step *= 2 {
		for i := 0; i+step < count; i += 2 * step {
			a := parts.data[i*n:][:n]
			Binary(Add, a, a, parts.data[(i+step)*n:][:n])
		}
	}
	copy(dst, parts.data)
}

// columnTask sums the columns of momentRows rows.
type columnTask struct {
	what             reduction
	n, rows          int
	src, mean, parts []float32
}

func (t *columnTask) Do(chunk int) {
	acc := t.parts[chunk*t.n:][:t.n]
	clear(acc)
	lo := chunk * momentRows
	columns(t.what, acc, t.src[lo*t.n:min(t.rows, lo+momentRows)*t.n], t.mean)
}
