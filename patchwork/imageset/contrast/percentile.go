package contrast

import "math"

// ranked finds values of a channel by their rank without sorting it: it counts by the upper half of a value's bits, and,
// where a rank falls, by the lower half. What it finds is exact; its time grows with the number of values alone.
type ranked struct {
	pix           []float32
	first, stride int
	n             int // values that are not NaN
	upper         [halves]int
}

const halves = 1 << 16

func rankedOf(pix []float32, first, stride int) *ranked {
	r := &ranked{pix: pix, first: first, stride: stride}
	for i := first; i < len(pix); i += stride {
		if v := pix[i]; v == v {
			r.upper[orderOf(v)>>16]++
			r.n++
		}
	}
	return r
}

// orderOf is a number that grows with v.
func orderOf(v float32) uint32 {
	bits := math.Float32bits(v)
	if bits>>31 != 0 {
		return ^bits
	}
	return bits | 1<<31
}

// valueIn is the value that orderOf gave that number.
func valueIn(order uint32) float32 {
	if order>>31 != 0 {
		return math.Float32frombits(order &^ (1 << 31))
	}
	return math.Float32frombits(^order)
}

// at is the value that has rank values below it or before it, 0 ≤ rank < n.
func (r *ranked) at(rank int) float32 {
	high, rank := bucket(r.upper[:], rank)
	lower := make([]int, halves)
	for i := r.first; i < len(r.pix); i += r.stride {
		if v := r.pix[i]; v == v && int(orderOf(v)>>16) == high {
			lower[orderOf(v)&(halves-1)]++
		}
	}
	low, _ := bucket(lower, rank)
	return valueIn(uint32(high)<<16 | uint32(low))
}

// bucket is the bucket that a rank falls in, and the rank within it.
func bucket(counts []int, rank int) (at, within int) {
	for at, n := range counts {
		if rank < n {
			return at, rank
		}
		rank -= n
	}
	return len(counts) - 1, 0
}

// percentile is the p-th percentile, 0 of no values. Between two values it is interpolated.
func (r *ranked) percentile(p float64) float64 {
	if r.n == 0 {
		return 0
	}
	at := p / 100 * float64(r.n-1)
	below := int(math.Floor(at))
	low := float64(r.at(below))
	if at == float64(below) {
		return low
	}
	return low + (at-float64(below))*(float64(r.at(below+1))-low)
}
