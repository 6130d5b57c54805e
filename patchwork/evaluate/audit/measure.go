package audit

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"gonum.org/v1/gonum/mathext"
)

// measurement is one Run.
type measurement struct {
	Options
	table  evaluate.Table
	fold   []int // by row; -1 for a row that is no audit image
	rows   []int // audit images, ascending
	single bool
	train  Train

	done, total int
}

// measure scores every audit image by a model that has learned from n rows, none of them of its fold, and says how much of each is
// right. learn chooses them.
func (m *measurement) measure(ctx context.Context, n int, learn func(n, fold int) []int) (scores [][]float32, right []float64, err error) {
	scores, right = make([][]float32, len(m.rows)), make([]float64, len(m.rows))
	for f := range m.Folds {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		var ask, at []int
		for i, row := range m.rows {
			if m.fold[row] == f {
				ask, at = append(ask, row), append(at, i)
			}
		}
		from := learn(n, f)
		slices.Sort(from)
		said, err := m.train(ctx, from, ask)
		if err != nil {
			return nil, nil, err
		}
		for k, i := range at {
			scores[i] = make([]float32, len(m.table.Classes())) // what a model does not say is 0, less than anything that it says
			if said != nil && said[k] != nil {
				for c, p := range said[k] {
					if p == p {
						scores[i][c] = p
					}
				}
			}
			right[i] = m.right(ask[k], scores[i])
		}
		if m.done++; m.Progress != nil {
			m.Progress(m.done, m.total)
		}
	}
	return scores, right, nil
}

// first are the first n rows of Learn that are not of a fold. A fold takes some of them away.
func (m *measurement) first(n, fold int) []int {
	return slices.DeleteFunc(slices.Clone(m.Learn[:n]), func(row int) bool { return m.fold[row] == fold })
}

// drawn are as many rows as first gives, drawn by weight. Smaller draws for a fold are part of larger ones.
func (m *measurement) drawn(n, fold int) []int {
	type lot struct {
		row int
		key float64
	}
	random := rand.New(rand.NewPCG(m.Seed, 0x6175646974<<8|uint64(fold)))
	var lots []lot
	for _, row := range m.Learn {
		u := random.Float64() // for each row, so that folds and weights change no other draw
		if w := m.Weight(row); m.fold[row] != fold && w > 0 {
			lots = append(lots, lot{row, math.Log(u) / w})
		}
	}
	slices.SortStableFunc(lots, func(a, b lot) int { return cmp.Compare(b.key, a.key) })
	var rows []int
	for _, l := range lots[:min(len(m.first(n, fold)), len(lots))] {
		rows = append(rows, l.row)
	}
	return rows
}

// right is the share of a row that its scores get right: of images that show one class 1 or 0, or 1/k where k classes score highest.
func (m *measurement) right(row int, scores []float32) float64 {
	if !m.single {
		known, hits := 0, 0
		for c, s := range scores {
			if v := m.table.Value(row, c); v != labels.Unknown {
				known++
				if (s >= evaluate.Threshold) == (v == labels.Present) {
					hits++
				}
			}
		}
		return float64(hits) / float64(known)
	}
	highest, ties, hit := float32(-1), 0.0, 0.0
	for c, s := range scores {
		if s > highest {
			highest, ties, hit = s, 0, 0
		}
		if s == highest {
			ties++
			if m.table.Value(row, c) == labels.Present {
				hit = 1
			}
		}
	}
	return hit / ties
}

// wrong lists the mistakes of scores.
func (m *measurement) wrong(scores [][]float32) []Wrong {
	list := []Wrong{}
	classes := m.table.Classes()
	for i, row := range m.rows {
		if m.single {
			top, is := 0, 0
			for c, s := range scores[i] {
				if s > scores[i][top] {
					top = c
				}
				if m.table.Value(row, c) == labels.Present {
					is = c
				}
			}
			if top != is {
				list = append(list, Wrong{row, classes[is], classes[top], float64(scores[i][top])})
			}
			continue
		}
		for c, s := range scores[i] {
			switch v := m.table.Value(row, c); {
			case v == labels.Present && s < evaluate.Threshold:
				list = append(list, Wrong{row, classes[c], "absent", 1 - float64(s)})
			case v == labels.Absent && s >= evaluate.Threshold:
				list = append(list, Wrong{row, classes[c], "present", float64(s)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Wrong) int { return cmp.Compare(b.Score, a.Score) })
	return list
}

// sum turns what is right of each image, by budget, into figures.
func (m *measurement) sum(r *Result, budgets []int, chosen, random [][]float64) {
	for i, n := range budgets {
		r.Chosen = append(r.Chosen, Point{n, beta(chosen[i])})
		if i < len(random) {
			r.Random = append(r.Random, Point{n, beta(random[i])})
		}
	}
	last := len(budgets) - 1
	r.Accuracy = r.Chosen[last].Figure
	r.Pays, r.Next = Point{0, evaluate.Interval{Value: nan, Low: nan, High: nan}}, Point{m.Next, evaluate.Interval{Value: nan, Low: nan, High: nan}}
	if last < 2 {
		return // too few labels for a curve
	}
	half := budgets[last-1]
	step := 1.0
	if !m.single {
		step = 1 / float64(len(m.table.Classes()))
	}
	r.Pays = Point{half, difference(chosen[last-1], random[last-1], step)}
	all, before := lawsThrough(budgets), lawsThrough(budgets[:last])
	r.Next.Figure = m.bootstrap(func(w []float64) float64 {
		law := all.fit(errorsOf(chosen, w))
		return max(0, law.at(float64(budgets[last]))-law.at(float64(budgets[last]+m.Next)))
	})
	at := m.bootstrap(func(w []float64) float64 {
		return 1 - before.fit(errorsOf(random, w)).at(float64(budgets[last]))
	})
	measured := betaOf(float64(at.Value)*float64(len(m.rows)), float64(len(m.rows)))
	at.Low, at.High = min(at.Low, measured.Low), max(at.High, measured.High) // no surer than if it had been measured
	r.Random = append(r.Random, Point{budgets[last], at})
}

// errorsOf are the shares that are not right, by budget.
func errorsOf(right [][]float64, weights []float64) []float64 {
	out := make([]float64, len(right))
	for i, list := range right {
		out[i] = 1 - mean(list, weights)
	}
	return out
}

// mean is that of values that count as often as weights say; nil weights are 1 each.
func mean(values, weights []float64) float64 {
	sum, n := 0.0, 0.0
	for i, v := range values {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		sum, n = sum+w*v, n+w
	}
	return sum / n
}

// bootstrap is a figure of the audit images with the percentiles of it where they are drawn again with replacement.
func (m *measurement) bootstrap(figure func(weights []float64) float64) evaluate.Interval {
	random := rand.New(rand.NewPCG(m.Seed, 0x626f6f74)) // the same draws for every figure
	values := make([]float64, m.Replicates)
	weights := make([]float64, len(m.rows))
	for r := range values {
		clear(weights)
		for range weights {
			weights[random.IntN(len(weights))]++
		}
		values[r] = figure(weights)
	}
	slices.Sort(values)
	value := figure(nil)
	at := func(q float64) float64 { return values[int(q*float64(len(values)-1)+0.5)] }
	return evaluate.Interval{Value: evaluate.Number(value), Low: evaluate.Number(min(value, at(0.025))), High: evaluate.Number(max(value, at(0.975)))}
}

// difference is how much more of the same images is right in a than in b, at 95 %. step is the least that an image can differ by: 1 where
// it is right or wrong.
//
//	Σd/n, from and to Σd/(n + 2) ± z·√(Σd² + step² - (Σd)²/(n + 2))/(n + 2)        d the difference of an image, n images
//
// It does not shrink to a point where a and b are right about the same images, as a bootstrap does: it counts one more image, by a step, for
// either side, half of the time.
//
// Source: Agresti and Min 2005, Statistics in Medicine 24:729-740, of which this is the formula where the step is 1.
func difference(a, b []float64, step float64) evaluate.Interval {
	sum, squares, n := 0.0, step*step, float64(len(a))+2
	for i := range a {
		d := a[i] - b[i]
		sum, squares = sum+d, squares+d*d
	}
	half, middle := z95*math.Sqrt(squares-sum*sum/n)/n, sum/n
	value := sum / float64(len(a))
	return evaluate.Interval{Value: evaluate.Number(value), Low: evaluate.Number(min(value, middle-half)), High: evaluate.Number(max(value, middle+half))}
}

// z95 is the 0.975 quantile of the normal distribution.
const z95 = 1.959963984540054

// beta is the mean of shares with the middle 95 % of the posterior under Jeffreys' prior. Shares between 0 and 1 vary less than
// those of a coin with the same mean, so for them it is rather too wide.
func beta(shares []float64) evaluate.Interval {
	n := float64(len(shares))
	return betaOf(min(mean(shares, nil)*n, n), n)
}

// betaOf is beta of the sum s of n shares.
func betaOf(s, n float64) evaluate.Interval {
	s = max(0, min(s, n))
	at := func(q float64) evaluate.Number { return evaluate.Number(mathext.InvRegIncBeta(s+0.5, n-s+0.5, q)) }
	value := evaluate.Number(s / n)
	return evaluate.Interval{Value: value, Low: min(value, at(0.025)), High: max(value, at(0.975))}
}
