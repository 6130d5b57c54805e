package layout

import (
	"fmt"
	"math"
)

// Graph is the nearest neighbours of N points: those of point i are Index[i*K:(i+1)*K] with the distances beside them,
// nearest first, without i itself. Where there are fewer than K the rest of Index is -1.
type Graph struct {
	N, K     int
	Index    []int32   // [N, K]
	Distance []float32 // [N, K], 0 or more
}

// check finds what no search for neighbours would give.
func (g Graph) check() error {
	if g.N < 0 || g.K < 0 || len(g.Index) != g.N*g.K || len(g.Distance) != g.N*g.K {
		return fmt.Errorf("layout: a graph of %d points with %d neighbours each holds %d and %d numbers; want %d of both", g.N, g.K, len(g.Index), len(g.Distance), g.N*g.K)
	}
	for i := range g.N {
		last := float32(0)
		for a := i * g.K; a < (i+1)*g.K; a++ {
			j, d := g.Index[a], g.Distance[a]
			if j < 0 {
				break
			}
			if int(j) >= g.N || int(j) == i {
				return fmt.Errorf("layout: neighbour %d of point %d is %d; want another of the %d points", a-i*g.K, i, j, g.N)
			}
			if math.IsNaN(float64(d)) || d < last {
				return fmt.Errorf("layout: neighbour %d of point %d has distance %g after %g; want rising distances", a-i*g.K, i, d, last)
			}
			last = d
		}
	}
	return nil
}

// of is the neighbours of point i and their distances, as many as there are.
func (g Graph) of(i int) (index []int32, distance []float32) {
	index, distance = g.Index[i*g.K:(i+1)*g.K], g.Distance[i*g.K:(i+1)*g.K]
	for a, j := range index {
		if j < 0 {
			return index[:a], distance[:a]
		}
	}
	return index, distance
}

// weights is a symmetric sparse matrix: row i has its entries at from[i] to from[i+1].
type weights struct {
	from []int
	to   []int32
	w    []float32
}

// symmetric joins the weight of i for j with that of j for i, 0 where one is not the other's neighbour. rows holds the
// weights of g's neighbours, in its order. Of an entry that is 0 nothing is kept.
func symmetric(g Graph, rows []float32, join func(a, b float32) float32) weights {
	// Count, then fill: each pair is seen from both sides.
	var m weights
	m.from = make([]int, g.N+1)
	back := make([]int, g.N+1) // by point: who names it as neighbour
	for i := range g.N {
		index, _ := g.of(i)
		for _, j := range index {
			back[j+1]++
		}
	}
	for i := range g.N {
		back[i+1] += back[i]
	}
	who, what := make([]int32, back[g.N]), make([]float32, back[g.N])
	next := append([]int(nil), back[:g.N]...)
	for i := range g.N {
		index, _ := g.of(i)
		for a, j := range index {
			who[next[j]], what[next[j]] = int32(i), rows[i*g.K+a]
			next[j]++
		}
	}
	m.to, m.w = make([]int32, 0, 2*back[g.N]), make([]float32, 0, 2*back[g.N])
	mine := make([]float32, g.N) // weights of i for others, while at i
	seen := make([]int32, g.N)   // 1 + the last point that names it
	for i := range g.N {
		index, _ := g.of(i)
		for a, j := range index {
			mine[j] = rows[i*g.K+a]
		}
		theirs := who[back[i]:back[i+1]]
		for a, j := range theirs {
			seen[j] = int32(i) + 1
			m.add(j, join(mine[j], what[back[i]+a]))
		}
		for _, j := range index {
			if seen[j] != int32(i)+1 {
				m.add(j, join(mine[j], 0))
			}
			mine[j] = 0
		}
		m.from[i+1] = len(m.to)
	}
	return m
}

func (m *weights) add(j int32, w float32) {
	if w > 0 {
		m.to, m.w = append(m.to, j), append(m.w, w)
	}
}
