package kernel

import (
	"math"
	"unsafe"
)

// reduction is what a reduction does with each element.
type reduction uint8

const (
	sums   reduction = iota
	maxima           // a NaN may be passed over
	minima           // a NaN may be passed over
	reductions
)

func (r reduction) identity() float32 {
	switch r {
	case maxima:
		return float32(math.Inf(-1))
	case minima:
		return float32(math.Inf(1))
	}
	return 0
}

// longRow is the most elements that are added in one go; longer rows are halved, which keeps their rounding errors
// small.
const longRow = 4096

// SumRows writes the sum of every row of src, [len(dst), cols].
func SumRows(dst, src []float32, cols int) { rows(sums, dst, src, cols) }

// MaxRows writes the largest element of every row of src, [len(dst), cols]; −Inf if cols is 0.
func MaxRows(dst, src []float32, cols int) { rows(maxima, dst, src, cols) }

// MinRows writes the smallest element of every row of src, [len(dst), cols]; +Inf if cols is 0.
func MinRows(dst, src []float32, cols int) { rows(minima, dst, src, cols) }

func rows(what reduction, dst, src []float32, cols int) {
	n := len(dst)
	if n == 0 {
		return
	}
	if cols == 0 {
		for i := range dst {
			dst[i] = what.identity()
		}
		return
	}
	src = src[:n*cols]
	if cols <= longRow {
		rowReduce(active, what, n, cols, &src[0], &dst[0])
		return
	}
	for r := range dst {
		dst[r] = longReduce(what, src[r*cols:][:cols])
	}
}

// longReduce reduces halves of x, the first a power of two times longRow.
func longReduce(what reduction, x []float32) float32 {
	if len(x) <= longRow {
		var out float32
		rowReduce(active, what, 1, len(x), &x[0], &out)
		return out
	}
	half := longRow
	for 2*half < len(x) {
		half *= 2
	}
	return what.step(longReduce(what, x[:half]), longReduce(what, x[half:]))
}

// AddColumns adds every row of src, [rows, len(acc)], to acc, in order.
func AddColumns(acc, src []float32) { columns(sums, acc, src) }

// MaxColumns raises acc to the largest element of every column of src, [rows, len(acc)].
func MaxColumns(acc, src []float32) { columns(maxima, acc, src) }

// MinColumns lowers acc to the smallest element of every column of src, [rows, len(acc)].
func MinColumns(acc, src []float32) { columns(minima, acc, src) }

func columns(what reduction, acc, src []float32) {
	n := len(acc)
	if n == 0 || len(src) < n {
		return
	}
	columnReduce(active, what, len(src)/n, n, &src[0], &acc[0])
}

func rowReducePortable(what reduction, rows, cols int, src, dst *float32) {
	s, d := unsafe.Slice(src, rows*cols), unsafe.Slice(dst, rows)
	for r := range d {
		var part [16]float32
		for i := range part {
			part[i] = what.identity()
		}
		for c, v := range s[r*cols:][:cols] {
			part[c%16] = what.step(part[c%16], v)
		}
		for n := 8; n > 0; n /= 2 {
			for i := range n {
				part[i] = what.step(part[i], part[i+n])
			}
		}
		d[r] = part[0]
	}
}

func columnReducePortable(what reduction, rows, cols int, src, acc *float32) {
	s, a := unsafe.Slice(src, rows*cols), unsafe.Slice(acc, cols)
	for r := range rows {
		for c, v := range s[r*cols:][:cols] {
			a[c] = what.step(a[c], v)
		}
	}
}

// step takes one more element.
func (r reduction) step(acc, v float32) float32 {
	switch r {
	case maxima:
		return max(acc, v)
	case minima:
		return min(acc, v)
	}
	return acc + v
}
