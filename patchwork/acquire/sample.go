package acquire

import (
	"math/rand/v2"
	"slices"
)

// mostCompared is how many candidates are compared with each other. Of more, so many drawn at random stand for all, and the
// choice is among them: 4,096 squared cosines take 64 MiB, and what they say of the density of 100,000 differs little.
const mostCompared = 4096

// sampled are the unit points of p, of its candidates up to mostCompared and of its known rows up to mostKnown drawn at random.
func sampled(p *Pool) *points { return sampledOf(p, mostCompared, mostKnown) }

// sampledOf are the unit points of p, up to so many candidates and known rows drawn at random.
func sampledOf(p *Pool, candidates, known int) *points {
	s := *p
	some := func(rows []int, most int) []int {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return len(p.Features(row)) == 0 })
		if len(rows) > most {
			shuffle(rows, p.Rand)
			rows = rows[:most]
			slices.Sort(rows)
		}
		return rows
	}
	s.Rows, s.Known = some(p.Rows, candidates), some(p.Known, known)
	return unitPoints(&s)
}

func shuffle(rows []int, r *rand.Rand) {
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
}

// cosines are those of all candidates with each other, [open, open].
func (q *points) cosines() [][]float32 {
	return q.compared(q.upTo(q.open), func(cosine float32) float32 { return cosine })
}

// compared is what is made of the cosines of all candidates with others, [open, len(others)].
func (q *points) compared(others []int, of func(cosine float32) float32) [][]float32 {
	flat := make([]float32, q.open*len(others))
	out := make([][]float32, q.open)
	for i := range out {
		out[i] = flat[i*len(others):][:len(others)]
	}
	q.products(others, func() func(int, []float32) {
		return func(i int, products []float32) {
			for j, c := range products {
				out[i][j] = of(c)
			}
		}
	})
	return out
}

// among are the cosines of some points with each other, [len(some), len(some)].
func (q *points) among(some []int) [][]float32 {
	x := make([][]float32, len(some))
	for i, point := range some {
		x[i] = make([]float32, q.dim)
		q.read(point, x[i])
	}
	out := make([][]float32, len(some))
	inBlocks(len(some), func(i int) {
		out[i] = make([]float32, len(some))
		for j := range some {
			sum := 0.0
			for k, v := range x[i] {
				sum += float64(v) * float64(x[j][k])
			}
			out[i][j] = float32(sum * q.scale[some[i]] * q.scale[some[j]])
		}
	})
	return out
}

// upTo lists the first n points.
func (q *points) upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// fillUp adds candidates with vectors, drawn uniformly, until there are n picks or none is left.
func fillUp(p *Pool, picks []Pick, n int, reason string) []Pick {
	if len(picks) >= n {
		return picks[:n]
	}
	taken := map[int]bool{}
	for _, k := range picks {
		taken[k.Row] = true
	}
	rest := *p
	rest.Rows = slices.DeleteFunc(slices.Clone(p.Rows), func(row int) bool { return taken[row] })
	rest.Known = nil
	rows := newPoints(&rest, nil).rows
	shuffle(rows, p.Rand)
	for _, row := range rows[:min(n-len(picks), len(rows))] {
		picks = append(picks, Pick{Row: row, Reason: reason})
	}
	return picks
}
