package acquire

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// unlike is the distance of vectors that have nothing in common; it stands for that to the nearest image where none is
// known.
const unlike = math.Sqrt2

// seekOf looks for positives of one class by the look of those that are known, and away from known negatives. It needs no
// model, so it works from the first label on.
//
//	score = ln(d₋ / d₊)        distances of u to the nearest known image without, and with, the class
//
// Both distances count as √2 where no such image is known, and as at least 0.001. Without a positive it looks where no
// negative is near.
//
// Source: the ratio of nearest-neighbour density estimates (Loftsgaarden and Quesenberry 1965) of both sides, per
// dimension; active search takes the likeliest positive likewise (Garnett et al. 2012, arXiv:1206.6406, one step ahead).
type seekOf struct{ class string }

// Card implements Strategy.
func (s seekOf) Card() Card {
	return Card{Name: "seek: " + s.class, About: "looks like known positives of one class", Paper: "Garnett et al. 2012",
		Needs: Features | OneClass, Class: s.class}
}

// Pick implements Strategy.
func (s seekOf) Pick(p *Pool, n int) []Pick {
	q := unitPoints(p)
	sides := q.sides(p, []int{p.Class})[0]
	best := top{n: n}
	for i := range q.open {
		best.add(i, sides.score(i))
	}
	var picks []Pick
	for _, b := range best.sorted(p.Rand.Uint64()) {
		picks = append(picks, Pick{Row: q.rows[b.row], Score: b.rank, Reason: sides.reason("seek", s.class, b.row)})
	}
	return picks
}

// rare is seekOf for the classes in turn, the one with the fewest positives first: each chosen image counts as one for
// the class that it was chosen for. Classes with equally few come in the order of Pool.Classes.
//
//	score = ln(d₋ / d₊) of that class
//
// Scores are of several classes and need not fall.
type rare struct{}

// Card implements Strategy.
func (rare) Card() Card {
	return Card{Name: "rare", About: "looks like known positives of the rarest classes", Paper: "Garnett et al. 2012", Needs: Features}
}

// Pick implements Strategy.
func (rare) Pick(p *Pool, n int) []Pick {
	q := unitPoints(p)
	counts := positives(p)
	order := make([]int, len(counts)) // of classes, the rarest first
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[a] - counts[b] })
	order = order[:min(n, len(order))] // no other can have its turn
	sides := q.sides(p, order)
	seed := p.Rand.Uint64()
	queues := make([][]ranked, len(order)) // by place in order: the best n, best first
	for k, c := range order {
		best := top{n: n}
		for i, row := range q.rows[:q.open] {
			if p.Unknown(row, c) {
				best.add(i, sides[k].score(i))
			}
		}
		queues[k] = best.sorted(seed)
	}
	var picks []Pick
	taken := map[int]bool{}
	for len(picks) < n {
		turn := -1
		for k, c := range order {
			for len(queues[k]) > 0 && taken[queues[k][0].row] {
				queues[k] = queues[k][1:]
			}
			if len(queues[k]) > 0 && (turn < 0 || cmp.Or(counts[c]-counts[order[turn]], c-order[turn]) < 0) {
				turn = k
			}
		}
		if turn < 0 {
			break
		}
		b := queues[turn][0]
		taken[b.row] = true
		counts[order[turn]]++
		picks = append(picks, Pick{Row: q.rows[b.row], Score: b.rank, Reason: sides[turn].reason("rare", p.Classes[order[turn]], b.row)})
	}
	return picks
}

// positives counts the known images with each class.
func positives(p *Pool) []int {
	counts := make([]int, len(p.Classes))
	for _, row := range p.Known {
		for c := range counts {
			if p.label(row, c) == 1 {
				counts[c]++
			}
		}
	}
	return counts
}

// sides are by candidate the squared distances to the nearest known image with a class and without it.
type sides struct {
	with, without []float64
	known         [2]bool // whether there is such an image, without and with
}

// sides finds them for some classes, in one pass over the candidates.
func (q *points) sides(p *Pool, classes []int) []sides {
	known, out := q.known(), make([]sides, len(classes))
	side := make([]int8, len(known)*len(classes)) // [known, classes]: which side a known image is on, -1 for none
	for k, c := range classes {
		s := &out[k]
		s.without, s.with = q.farOff(), q.farOff()
		for j, i := range known {
			v := p.label(q.rows[i], c)
			if side[j*len(classes)+k] = v; v >= 0 {
				s.known[v] = true
			}
		}
	}
	for from := 0; from < len(known); from += centresAtOnce {
		some := known[from:min(from+centresAtOnce, len(known))]
		q.products(some, func() func(int, []float32) {
			return func(i int, products []float32) {
				for j, other := range some {
					far := q.between(i, other, float64(products[j]))
					for k, v := range side[(from+j)*len(classes):][:len(classes)] {
						switch v {
						case 0:
							out[k].without[i] = min(out[k].without[i], far)
						case 1:
							out[k].with[i] = min(out[k].with[i], far)
						}
					}
				}
			}
		})
	}
	return out
}

func (s sides) score(i int) float64 { return math.Log(apart(s.without[i]) / apart(s.with[i])) }

// apart is a distance by its square.
func apart(square float64) float64 {
	if math.IsInf(square, 1) {
		return unlike
	}
	return max(math.Sqrt(square), 1e-3)
}

func (s sides) reason(name, class string, i int) string {
	switch {
	case s.known[1]:
		return fmt.Sprintf("%s %s: cosine %.2f with a known one", name, class, 1-s.with[i]/2)
	case s.known[0]:
		return fmt.Sprintf("%s %s: none is known; cosine %.2f with the nearest of the others", name, class, 1-s.without[i]/2)
	}
	return fmt.Sprintf("%s %s: nothing is known, drawn at random", name, class)
}
