package acquire

import "math"

// ByScore is a strategy that judges each row on its own and takes the best. Sorting, ties and rows without a score are
// shared here, so that a strategy is one function and one sentence.
type ByScore struct {
	About  Card
	Score  func(p *Pool, row int) float64               // NaN: the row cannot be judged and is left out
	Reason func(p *Pool, row int, score float64) string // called for the picked rows only

	// Rank, if not nil, puts rows in the order of their scores and is cheaper: a higher rank never has a lower score, and
	// NaN means the same. What would be below least may be NaN too: the row is not picked. Score is then called for the
	// picked rows only.
	Rank func(p *Pool, row int, least float64) float64

	Uniform bool // scores are drawn alike for each row, so that the picks are a uniform draw
}

// Card implements Strategy.
func (s ByScore) Card() Card { return s.About }

// Pick implements Strategy: the up to n rows of the highest score, best first; equal scores in an order drawn from
// p.Rand. Rows that score NaN are left out, so a score can always be written as JSON.
func (s ByScore) Pick(p *Pool, n int) []Pick {
	rank := s.Rank
	if rank == nil {
		rank = func(p *Pool, row int, _ float64) float64 { return s.Score(p, row) }
	}
	best := top{n: n}
	for _, row := range p.Rows {
		if r := rank(p, row, best.least()); !math.IsNaN(r) {
			best.add(row, r)
		}
	}
	picks := make([]Pick, 0, n)
	for _, b := range best.sorted(p.Rand.Uint64()) {
		score := b.rank
		if s.Rank != nil {
			score = s.Score(p, b.row)
		}
		picks = append(picks, Pick{Row: b.row, Score: score, Reason: s.Reason(p, b.row, score), Uniform: s.Uniform})
	}
	return picks
}
