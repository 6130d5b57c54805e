package propagate

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// weights is a symmetric matrix without a diagonal: the entries of row i are at from[i] to from[i+1], by ascending column.
type weights struct {
	from   []int
	to     []int32
	w      []float32
	degree []float64 // sums of the rows
	part   []int32   // by row: the number of its connected part
	parts  int
}

// newWeights makes a graph of neighbours symmetric. The nearest neighbour of a row has the weight 1 before that if it is its
// double, exp(-1/temperature) if it is no nearer than the last.
func newWeights(g *explore.Graph, temperature float64) *weights {
	m := &weights{from: make([]int, g.N+1), degree: make([]float64, g.N)}
	own := make([]float32, len(g.Index)) // by place in the graph
	for i := range g.N {
		index, cosine := g.Of(i)
		if len(index) == 0 {
			continue
		}
		far := max(1-float64(cosine[len(cosine)-1]), 1e-9) // doubles of one image only: all are at distance 0
		for a, c := range cosine {
			own[i*g.K+a] = float32(math.Exp(-max(1-float64(c), 0) / (temperature * far)))
		}
		for _, j := range index { // room for both directions
			m.from[i+1]++
			m.from[j+1]++
		}
	}
	for i := range g.N {
		m.from[i+1] += m.from[i]
	}
	m.to, m.w = make([]int32, m.from[g.N]), make([]float32, m.from[g.N])
	next := slices.Clone(m.from[:g.N])
	put := func(i, j int32, w float32) {
		m.to[next[i]], m.w[next[i]] = j, w
		next[i]++
	}
	for i := range g.N {
		index, _ := g.Of(i)
		for a, j := range index {
			put(int32(i), j, own[i*g.K+a]/2)
			put(j, int32(i), own[i*g.K+a]/2)
		}
	}
	m.join()
	m.connect()
	return m
}

// join sorts each row and adds what is there twice.
func (m *weights) join() {
	end, begin := 0, 0
	var row []entry
	for i := range m.degree {
		row = row[:0]
		for e := begin; e < m.from[i+1]; e++ {
			row = append(row, entry{m.to[e], m.w[e]})
		}
		begin, m.from[i] = m.from[i+1], end
		slices.SortFunc(row, func(a, b entry) int { return int(a.to) - int(b.to) })
		for a, e := range row {
			if a > 0 && e.to == row[a-1].to {
				m.w[end-1] += e.w
			} else {
				m.to[end], m.w[end] = e.to, e.w
				end++
			}
			m.degree[i] += float64(e.w)
		}
	}
	m.from[len(m.degree)] = end
	m.to, m.w = m.to[:end], m.w[:end]
}

type entry struct {
	to int32
	w  float32
}

// connect numbers the connected parts.
func (m *weights) connect() {
	m.part = make([]int32, len(m.degree))
	for i := range m.part {
		m.part[i] = -1
	}
	var open []int32
	for i := range m.part {
		if m.part[i] >= 0 {
			continue
		}
		m.part[i] = int32(m.parts)
		for open = append(open, int32(i)); len(open) > 0; {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			for _, j := range m.to[m.from[at]:m.from[at+1]] {
				if m.part[j] < 0 {
					m.part[j] = int32(m.parts)
					open = append(open, j)
				}
			}
		}
		m.parts++
	}
}
