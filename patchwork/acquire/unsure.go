package acquire

import (
	"cmp"
	"fmt"
	"slices"
)

// filtered is how many unsure rows there are for each that is chosen.
const filtered = 10

// unsure takes rows that the model is unsure of, each of another look and evenly by class.
//
//	score  = entropy, as for "entropy", and its class; where every known image shows exactly one class, 1 - max over the
//	         classes of p, as for "least confident", and the class of that
//	rows   = 10·n, in turn from each class the one of the highest score
//	groups = k-means of their features, brought to length one, in n clusters; from each a row of the class with the
//	         fewest rows chosen, of those the highest score
//
// So it asks of many alike once, and of no class alone. Scores need not fall.
//
// Source: Zhdanov 2019, arXiv:1901.05954, with k-means that is not weighted, the most informative row of a group in place
// of the nearest to its mean, and even by class.
type unsure struct{}

// Card implements Strategy.
func (unsure) Card() Card {
	return Card{Name: "unsure", About: "the model is unsure of them, each of another look", Paper: "Zhdanov 2019", Needs: Probs | Features}
}

// Pick implements Strategy.
func (unsure) Pick(p *Pool, n int) []Pick {
	some := *p
	some.Rows, some.Known = unsureRows(p, n*filtered), nil
	q := unitPoints(&some)
	if q.open == 0 {
		return nil
	}
	doubt := doubtOf(p)
	class, score := make([]int, q.open), make([]float64, q.open)
	for i, row := range q.rows {
		class[i], score[i] = doubt(row)
	}
	groups := q.kMeans(min(n, q.open), p.Rand).list
	for _, list := range groups {
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(score[b[0]], score[a[0]]) })
	chosen := make([]int, len(p.Classes)) // by class
	var picks []Pick
	for turns := true; turns; {
		turns = false
		for k, list := range groups {
			if len(list) == 0 || len(picks) == n {
				continue
			}
			at := slices.IndexFunc(list, func(i int) bool {
				return !slices.ContainsFunc(list, func(j int) bool { return chosen[class[j]] < chosen[class[i]] })
			})
			i := list[at]
			groups[k] = slices.Delete(list, at, at+1)
			chosen[class[i]]++
			picks = append(picks, Pick{Row: q.rows[i], Score: score[i], Reason: fmt.Sprintf("unsure: %s at %.2f, of another look than the others",
				p.Classes[class[i]], p.Prob(q.rows[i], class[i]))})
			turns = true
		}
	}
	return picks
}

// doubtOf gives the class that a row is unsure by, -1 for none, and its score.
func doubtOf(p *Pool) func(row int) (class int, score float64) {
	if oneEach(p) {
		return func(row int) (int, float64) {
			c, prob := likeliest(p, row)
			return c, 1 - prob
		}
	}
	return func(row int) (int, float64) {
		c, prob := p.Uncertain(row)
		return c, Entropy(prob)
	}
}

// oneEach says whether every known image that has all labels shows exactly one class, and there is such an image.
func oneEach(p *Pool) bool {
	full := 0
	for _, row := range p.Known {
		present, unknown := 0, false
		for c := range p.Classes {
			v := p.label(row, c)
			unknown = unknown || v < 0
			if v == 1 {
				present++
			}
		}
		switch {
		case unknown:
		case present != 1:
			return false
		default:
			full++
		}
	}
	return full > 0 && len(p.Classes) > 1
}

// unsureRows are up to n rows with vectors, in turn from each class those of the highest score, ascending.
func unsureRows(p *Pool, n int) []int {
	doubt := doubtOf(p)
	lists := make([]top, len(p.Classes))
	for c := range lists {
		lists[c].n = n
	}
	for _, row := range p.Rows {
		if len(p.Features(row)) == 0 {
			continue
		}
		if c, score := doubt(row); c >= 0 {
			lists[c].add(row, score)
		}
	}
	seed := p.Rand.Uint64()
	sorted := make([][]ranked, len(lists))
	for c := range lists {
		sorted[c] = lists[c].sorted(seed)
	}
	var rows []int
	for turn, left := 0, true; left && len(rows) < n; turn++ {
		left = false
		for _, list := range sorted {
			if turn < len(list) && len(rows) < n {
				rows = append(rows, list[turn].row)
				left = true
			}
		}
	}
	slices.Sort(rows)
	return rows
}
