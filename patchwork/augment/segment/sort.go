package segment

import "math/bits"

// short is the length from which a part is sorted by insertion: 17 edges.
const short = 16

// sortEdges sorts by cost. It is an introsort and so not stable: the pivot is the median of the first, the middle and
// the last edge and waits before the last, the larger part is put off, and a part that was cut too often is sorted by a
// heap. All this decides in which order edges of the same cost come out, and is therefore done as NumPy 1.24 does it.
func sortEdges(e []edge) {
	type part struct{ lo, hi, depth int }
	var stack []part
	lo, hi, depth := 0, len(e)-1, 2*(bits.Len(uint(len(e)))-1)
	for {
		for depth >= 0 && hi-lo >= short {
			p := partition(e, lo, hi)
			depth--
			if p-lo < hi-p {
				stack = append(stack, part{p + 1, hi, depth})
				hi = p - 1
			} else {
				stack = append(stack, part{lo, p - 1, depth})
				lo = p + 1
			}
		}
		if hi-lo >= short {
			heapSort(e[lo : hi+1])
		} else {
			insertionSort(e, lo, hi)
		}
		if len(stack) == 0 {
			return
		}
		top := stack[len(stack)-1]
		lo, hi, depth = top.lo, top.hi, top.depth
		stack = stack[:len(stack)-1]
	}
}

// partition puts the pivot of e[lo..hi] in its place and returns it.
func partition(e []edge, lo, hi int) int {
	mid := lo + (hi-lo)>>1
	if e[mid].cost < e[lo].cost {
		e[mid], e[lo] = e[lo], e[mid]
	}
	if e[hi].cost < e[mid].cost {
		e[hi], e[mid] = e[mid], e[hi]
	}
	if e[mid].cost < e[lo].cost {
		e[mid], e[lo] = e[lo], e[mid]
	}
	pivot := e[mid].cost
	i, j := lo, hi-1
	e[mid], e[j] = e[j], e[mid]
	for {
		for i++; e[i].cost < pivot; i++ {
		}
		for j--; pivot < e[j].cost; j-- {
		}
		if i >= j {
			break
		}
		e[i], e[j] = e[j], e[i]
	}
	e[i], e[hi-1] = e[hi-1], e[i]
	return i
}

func insertionSort(e []edge, lo, hi int) {
	for i := lo + 1; i <= hi; i++ {
		v, j := e[i], i
		for ; j > lo && v.cost < e[j-1].cost; j-- {
			e[j] = e[j-1]
		}
		e[j] = v
	}
}

func heapSort(e []edge) {
	for i := len(e)/2 - 1; i >= 0; i-- {
		sink(e, i)
	}
	for n := len(e) - 1; n > 0; n-- {
		e[0], e[n] = e[n], e[0]
		sink(e[:n], 0)
	}
}

// sink moves e[i] down the heap until no child costs more.
func sink(e []edge, i int) {
	v := e[i]
	for child := 2*i + 1; child < len(e); child = 2*i + 1 {
		if child+1 < len(e) && e[child].cost < e[child+1].cost {
			child++
		}
		if v.cost >= e[child].cost {
			break
		}
		e[i], i = e[child], child
	}
	e[i] = v
}
