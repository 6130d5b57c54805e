package acquire

import (
	"math"
	"slices"
)

const (
	typicalOf  = 10   // nearest neighbours that a point may be joined with
	mostJoined = 3072 // candidates that are joined and then compared with each other
)

// typical puts each point in the middle of itself and its neighbours, brought to length one again: the groups that points form draw together, and
// what lies between them falls to one. Two points are neighbours if each is among the 10 nearest of the other. It takes unit points.
func (q *points) typical() {
	n := len(q.rows)
	all := *q
	all.open = n
	cosines := all.compared(q.upTo(n), func(cosine float32) float32 { return cosine })
	near := make([][]int, n)
	inBlocks(n, func(i int) {
		nearest := top{n: typicalOf}
		for j, cosine := range cosines[i] {
			if j != i {
				nearest.add(j, float64(cosine))
			}
		}
		for _, k := range nearest.sorted(uint64(i)) {
			near[i] = append(near[i], k.row)
		}
	})
	vectors := make(map[int][]float32, n)
	for _, row := range q.rows {
		vectors[row] = make([]float32, q.dim)
	}
	inBlocks(n, func(i int) {
		sum, x := vectors[q.rows[i]], make([]float32, q.dim)
		for _, j := range append([]int{i}, near[i]...) {
			if j != i && !slices.Contains(near[j], i) {
				continue
			}
			q.read(j, x)
			for d, v := range x {
				sum[d] += v * float32(q.scale[j])
			}
		}
		if length := math.Sqrt(squared(sum, nil)); length > 0 {
			for d := range sum {
				sum[d] /= float32(length)
			}
		}
	})
	q.vector, q.mean = func(row int) []float32 { return vectors[row] }, nil
	q.centre()
}
