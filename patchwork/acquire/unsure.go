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
//	rows   = 10·n, in turn from each class the row whose class it is that is nearest one half, the nearest first
//	groups = k-means of their features, brought to length one, in n clusters
//	score  = entropy, as for "entropy"; from each group a row of the class with the fewest rows chosen, of those the
//	         highest score
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
	class, score := make([]int, q.open), make([]float64, q.open)
	for i, row := range q.rows {
		c, prob := p.Uncertain(row)
		class[i], score[i] = c, Entropy(prob)
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

// unsureRows are up to n rows with vectors, in turn from each class those whose class it is that is nearest one half,
// ascending.
func unsureRows(p *Pool, n int) []int {
	lists := make([]top, len(p.Classes))
	for c := range lists {
		lists[c].n = n
	}
	for _, row := range p.Rows {
		if len(p.Features(row)) == 0 {
			continue
		}
		if c, prob := p.Uncertain(row); c >= 0 {
			lists[c].add(row, -certainty(prob))
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
