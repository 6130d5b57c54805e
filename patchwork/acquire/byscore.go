package acquire

import (
	"cmp"
	"math"
	"slices"
)

// ByScore is a strategy that judges each row on its own and takes the best. Sorting, ties and rows without a score are
// shared here, so that a strategy is one function and one sentence.
type ByScore struct {
	About  Card
	Score  func(p *Pool, row int) float64               // NaN: the row cannot be judged and is left out
	Reason func(p *Pool, row int, score float64) string // called for the picked rows only
}

// Card implements Strategy.
func (s ByScore) Card() Card { return s.About }

// Pick implements Strategy: the up to n rows of the highest score, best first; equal scores in an order drawn from
// p.Rand. Rows that score NaN are left out, so a score can always be written as JSON.
func (s ByScore) Pick(p *Pool, n int) []Pick {
	all := make([]Pick, 0, len(p.Rows))
	for _, row := range p.Rows {
		if score := s.Score(p, row); !math.IsNaN(score) {
			all = append(all, Pick{Row: row, Score: score})
		}
	}
	p.Rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
	best := slices.Clone(all[:min(n, len(all))]) // lets go of the scores of the whole pool
	for i, pick := range best {
		best[i].Reason = s.Reason(p, pick.Row, pick.Score)
	}
	return best
}
