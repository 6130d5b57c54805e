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
	best := slices.Clone(top(all, n)) // lets go of the scores of the whole pool
	for i, pick := range best {
		best[i].Reason = s.Reason(p, pick.Row, pick.Score)
	}
	return best
}

// top returns the up to n first of what sorting picks by falling score, equal ones in their order, would give. It sorts a
// few at a time, since a person sees 16 of 100,000. It reuses the slice.
func top(picks []Pick, n int) []Pick {
	sorted := func(some []Pick) []Pick {
		slices.SortStableFunc(some, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
		return some[:min(n, len(some))]
	}
	if n < 1 {
		return nil
	}
	kept, full := picks[:0], max(2*n, 256)
	worst, cut := 0.0, false // once cut, what is not above the worst comes after n others
	for _, pick := range picks {
		if cut && pick.Score <= worst {
			continue
		}
		if kept = append(kept, pick); len(kept) == full {
			kept = sorted(kept)
			worst, cut = kept[n-1].Score, true
		}
	}
	return sorted(kept)
}
