package acquire

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// dropQuery takes rows of which the model changes its mind when it sees only a quarter of the features, each of another look.
//
//	votes  = of 3 times that three features in four, drawn anew, are replaced by their mean, those in which the answer differs:
//	         p ≥ ½ of the class where it differs most often, or the likeliest class where every known image shows exactly one
//	rows   = those with 2 votes or more; with fewer than n of them, those with 1, then any
//	groups = k-means of their features, brought to length one, in n clusters; from each the row nearest to its mean
//
// Features that stay are multiplied by 4, as dropout does, around the mean that the model subtracts, where it has one: the paper's features have none. Of
// more than 4,096 such rows, so many drawn at random are grouped.
//
// Source: Gupte et al. 2024, arXiv:2401.14555, section 3.3, with the answer of a class in place of that of all where classes overlap.
type dropQuery struct{}

const (
	dropTimes = 3
	keepShare = 0.25
)

// Card implements Strategy.
func (dropQuery) Card() Card {
	return Card{Name: "dropquery", About: "the model changes its mind when it sees less of them, each of another look", Paper: "Gupte et al. 2024",
		Needs: Probs | Features | Judge}
}

// Pick implements Strategy.
func (dropQuery) Pick(p *Pool, n int) []Pick {
	votes, class := dropVotes(p)
	var rows []int
	at := make(map[int]int, len(votes))
	for least := 2; least >= 0 && len(rows) < n; least-- {
		for i, row := range p.Rows {
			if votes[i] == least || least == 2 && votes[i] > 2 {
				rows = append(rows, row)
				at[row] = i
			}
		}
	}
	some := *p
	some.Rows, some.Known = rows, nil
	q := sampled(&some)
	if q.open == 0 {
		return nil
	}
	groups := q.kMeans(min(n, q.open), p.Rand)
	var picks []Pick
	taken := map[int]bool{}
	for turn := 0; len(picks) < n && turn < q.open; turn++ { // groups may be fewer than n
		for _, list := range groups.list {
			best := -1
			for _, i := range list {
				if !taken[i] && (best < 0 || groups.far[i] < groups.far[best]) {
					best = i
				}
			}
			if best < 0 || len(picks) == n {
				continue
			}
			taken[best] = true
			row := q.rows[best]
			v, c := votes[at[row]], class[at[row]]
			picks = append(picks, Pick{Row: row, Score: float64(v) / dropTimes,
				Reason: fmt.Sprintf("dropquery: %s at %.2f, and otherwise in %d of %d looks at a quarter of the features", p.Classes[c], p.Prob(row, c), v, dropTimes)})
		}
	}
	return picks
}

// dropVotes says of each candidate how often the model changed its mind, and of which class; -1 for one that it cannot judge.
func dropVotes(p *Pool) (votes, class []int) {
	const rows = 8192 // that the model is asked about at a time
	votes, class = make([]int, len(p.Rows)), make([]int, len(p.Rows))
	single, classes := oneEach(p), len(p.Classes)
	answers := func(probs []float32) (list []bool, likeliest int) {
		list, likeliest = make([]bool, classes), -1
		for c, v := range probs {
			list[c] = v >= 0.5
			if v == v && (likeliest < 0 || v > probs[likeliest]) {
				likeliest = c
			}
		}
		return list, likeliest
	}
	for from := 0; from < len(p.Rows); from += rows {
		part := p.Rows[from:min(from+rows, len(p.Rows))]
		var changed []drop
		for _, row := range part {
			x := p.Features(row)
			for range dropTimes {
				if len(x) > 0 {
					changed = append(changed, newDrop(x, p.Rand))
				}
			}
		}
		judged := p.Judge(len(changed), func(i int) []float32 { return changed[i].of(p.Mean) })
		for i, row := range part {
			votes[from+i] = -1
			probs := p.Probs(row)
			if len(p.Features(row)) == 0 {
				continue
			}
			mine := judged
			if mine != nil {
				mine, judged = judged[:dropTimes*classes], judged[dropTimes*classes:]
			}
			if probs == nil || mine == nil {
				continue
			}
			before, first := answers(probs)
			by := make([]int, classes)
			for m := range dropTimes {
				after, now := answers(mine[m*classes : (m+1)*classes])
				if single && first >= 0 && now != first {
					by[first]++
				}
				for c := range after {
					if !single && after[c] != before[c] {
						by[c]++
					}
				}
			}
			for c, v := range probs {
				if v == v && p.Unknown(row, c) && by[c] > votes[from+i] {
					votes[from+i], class[from+i] = by[c], c
				}
			}
		}
	}
	return votes, class
}

// drop is a vector and which of its numbers stay, a bit each.
type drop struct {
	x    []float32
	stay []uint64
}

func newDrop(x []float32, r *rand.Rand) drop {
	d := drop{x, make([]uint64, (len(x)+63)/64)}
	for k := range d.stay {
		d.stay[k] = r.Uint64() & r.Uint64() // each bit is set once in four times
	}
	return d
}

// of is the vector with the numbers that do not stay replaced by those of mean, and what stays four times as far from it.
func (d drop) of(mean []float32) []float32 {
	out := make([]float32, len(d.x))
	copy(out, mean)
	for k, left := range d.stay {
		for ; left != 0; left &= left - 1 {
			i := 64*k + bits.TrailingZeros64(left)
			if i >= len(out) {
				break
			}
			out[i] += (d.x[i] - out[i]) / keepShare
		}
	}
	return out
}
