package represent

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// SizeOptions says what SampleSizes tries. The zero value is a good default.
type SizeOptions struct {
	Sizes []int  // labels a kind, ascending; nil means DefaultSizes
	Draws int    // how often the rows to learn from are drawn; 0 means 10
	Seed  uint64 // 0 is a seed like any other
}

// DefaultSizes are the labels a kind that are tried where none are given.
func DefaultSizes() []int { return []int{1, 2, 5, 10, 25, 50, 100} }

// Check reports every bad field at once; SampleSizes calls it.
func (o SizeOptions) Check() error {
	if len(o.Sizes) > 0 && (o.Sizes[0] < 1 || !slices.IsSorted(o.Sizes) || len(slices.Compact(slices.Clone(o.Sizes))) < len(o.Sizes)) {
		return fmt.Errorf("represent.SizeOptions: Sizes is %d; want numbers of labels from 1 on, ascending, as 1, 5, 25", o.Sizes)
	}
	if o.Draws < 0 || o.Draws == 1 {
		return fmt.Errorf("represent.SizeOptions: Draws is %d; want 2 or more, or 0 for the default (10)", o.Draws)
	}
	return nil
}

// SizePoint is what a number of labels a kind leads to.
type SizePoint struct {
	Labels   int               `json:"labels"`   // a kind; a kind that has fewer gives all
	Images   int               `json:"images"`   // learned from, of all kinds
	Accuracy evaluate.Interval `json:"accuracy"` // mean over draws, at 95 %
	Draws    []float64         `json:"draws"`    // accuracy of each
}

// SampleSizes is how well Probe tells the kinds after learning from few rows of each. Test rows are the same in all probes, and none is ever learned
// from. Each draw puts the other rows of each kind in an order by the seed, of which a size takes the first, so that a larger one holds the smaller.
// A size of which no kind has as many rows is the last: it takes all.
//
//	accuracy = mean ± √(t²·s²/J + u²·v/n)        s² between the J draws, v between the mean accuracies of the n test rows
//
// within 0 and 1, t and u the 0.975 quantiles of Student's distribution with J-1 and n-1 degrees of freedom: it is about other rows to learn from and to be tested on.
//
// Source of the interval: crossed random effects of rows and draws, as Owen 2007, "The pigeonhole bootstrap", Annals of Applied Statistics 1:386-411; what
// is of a row and a draw together counts in both terms, so that the interval is rather too wide.
//
// Errors: those of Probe and Check; ctx's.
func SampleSizes(ctx context.Context, features [][]float32, kinds []int, test []bool, o SizeOptions) ([]SizePoint, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if _, err := Probe(features, kinds, test); err != nil { // what is wrong with the rows
		return nil, err
	}
	if o.Sizes == nil {
		o.Sizes = DefaultSizes()
	}
	if o.Draws == 0 {
		o.Draws = 10
	}
	var told []int
	for i, kind := range kinds {
		if kind >= 0 && test[i] {
			told = append(told, i)
		}
	}
	others := rowsByKind(kinds, test)
	most := 0
	for _, rows := range others {
		most = max(most, len(rows))
	}
	right := map[int][][]bool{} // size → draw → test row
	points := make([]SizePoint, 0, len(o.Sizes))
	for _, size := range o.Sizes {
		p := SizePoint{Labels: min(size, most)}
		for _, rows := range others {
			p.Images += min(size, len(rows))
		}
		points = append(points, p)
		if size >= most {
			break
		}
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x73697a6573)) // "sizes"
	for range o.Draws {
		for _, rows := range others {
			rng.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		}
		for _, p := range points {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if p.Labels == most && len(right[most]) > 0 { // all rows: each draw is the same
				right[most] = append(right[most], right[most][0])
				continue
			}
			var learn []int
			for _, rows := range others {
				learn = append(learn, rows[:min(p.Labels, len(rows))]...)
			}
			right[p.Labels] = append(right[p.Labels], tell(features, kinds, learn, told))
		}
	}
	for i := range points {
		points[i].Draws, points[i].Accuracy = crossed(right[points[i].Labels])
	}
	return points, nil
}

// crossed is the share of right answers, [draw][row], in each draw, and their mean with its interval.
func crossed(right [][]bool) (byDraw []float64, mean evaluate.Interval) {
	draws, rows := len(right), len(right[0])
	byDraw, byRow := make([]float64, draws), make([]float64, rows)
	for j, row := range right {
		for i, ok := range row {
			if ok {
				byDraw[j]++
				byRow[i]++
			}
		}
	}
	floats.Scale(1/float64(rows), byDraw)
	floats.Scale(1/float64(draws), byRow)
	m := stat.Mean(byDraw, nil)
	half := math.Hypot(deviation(byDraw), deviation(byRow))
	return byDraw, evaluate.Interval{Value: evaluate.Number(m), Low: evaluate.Number(max(m-half, 0)), High: evaluate.Number(min(m+half, 1))}
}

// deviation is half of the 95 % interval of the mean of numbers; 0 of one.
func deviation(values []float64) float64 {
	n := float64(len(values))
	if n < 2 {
		return 0
	}
	return distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * math.Sqrt(stat.Variance(values, nil)/n)
}
