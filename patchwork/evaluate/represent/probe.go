package represent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// ProbeResult is what a plain classifier reads from features.
type ProbeResult struct {
	Accuracy evaluate.Interval `json:"accuracy"` // share of test rows whose kind is told right
	Train    int               `json:"train"`    // rows
	Test     int               `json:"test"`
	Kinds    int               `json:"kinds"` // with rows to learn from
}

// String is the accuracy with its interval and on how many rows.
func (r ProbeResult) String() string {
	return fmt.Sprintf("%v on %d of %d kinds, learned from %d", r.Accuracy, r.Test, r.Kinds, r.Train)
}

// penalty is half the weight of Σ W²: scikit-learn's C is 1.
const penalty = 0.5

// Probe fits a multinomial logistic regression to the rows that are not for testing and tells the kinds of those that are:
//
//	the minimum of Σ -ln softmax(x·W + b)[kind] + ½ Σ W²,   x standardised by mean and deviation of the rows learned from
//
// A kind that only test rows have counts as told wrong. It is deterministic.
//
// Source: Chen et al. 2020, arXiv:2002.05709, appendix B.6 (a linear classifier on frozen features, by L-BFGS); the minimum is that of scikit-learn's
// LogisticRegression with C = 1.
//
// Errors: nothing to learn from or to test on, or one kind; rows of different lengths; a number that is none, naming the row.
func Probe(features [][]float32, kinds []int, test []bool) (ProbeResult, error) {
	if len(kinds) != len(test) {
		return ProbeResult{}, fmt.Errorf("represent: %d kinds and %d marks for testing; want as many of each", len(kinds), len(test))
	}
	if err := matching(features, kinds); err != nil {
		return ProbeResult{}, err
	}
	var learn, told []int
	for i, k := range kinds {
		switch {
		case k < 0:
		case test[i]:
			told = append(told, i)
		default:
			learn = append(learn, i)
		}
	}
	r := ProbeResult{Train: len(learn), Test: len(told), Kinds: len(rowsByKind(kinds, test))}
	if len(told) == 0 || r.Kinds < 2 {
		return r, fmt.Errorf("represent: %d rows to learn from have %d kinds, and %d are for testing; want two kinds or more, and rows of each side", len(learn), r.Kinds, len(told))
	}
	count := 0
	for _, ok := range tell(features, kinds, learn, told) {
		if ok {
			count++
		}
	}
	r.Accuracy = evaluate.Wilson(count, len(told))
	return r, nil
}

// matching says whether there is a kind for each row, and a length and numbers that all rows share.
func matching(features [][]float32, kinds []int) error {
	if len(features) != len(kinds) {
		return fmt.Errorf("represent: %d rows and %d kinds; want as many of each", len(features), len(kinds))
	}
	for i, x := range features {
		if len(x) != len(features[0]) {
			return fmt.Errorf("represent: row %d has %d numbers and row 0 has %d; want the same", i, len(x), len(features[0]))
		}
		for _, v := range x {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("represent: row %d holds %g; compute its features again", i, f)
			}
		}
	}
	return nil
}

// tell learns from some rows and says of others whether their kinds are told right.
func tell(features [][]float32, kinds, learn, others []int) []bool {
	column := map[int]int{} // of a kind
	var names []int
	s := standardise(features, learn)
	p := &softmax{x: s.matrix(features, learn), kinds: make([]int, len(learn))}
	for i, row := range learn {
		k := kinds[row]
		if _, ok := column[k]; !ok {
			column[k] = len(names)
			names = append(names, k)
		}
		p.kinds[i] = column[k]
	}
	p.classes = len(names)
	w := p.fit()
	t := &softmax{x: s.matrix(features, others), classes: len(names)}
	logits := t.logits(w)
	right := make([]bool, len(others))
	for i, row := range others {
		best := 0
		for c := range names {
			if logits.Data[i*len(names)+c] > logits.Data[i*len(names)+best] {
				best = c
			}
		}
		right[i] = names[best] == kinds[row]
	}
	return right
}

// standard is mean and 1/deviation of each number; a number that does not vary becomes 0.
type standard struct{ mean, scale []float64 }

func standardise(features [][]float32, rows []int) (s standard) {
	d := len(features[rows[0]])
	s.mean, s.scale = make([]float64, d), make([]float64, d)
	n := float64(len(rows))
	for _, i := range rows {
		for k, v := range features[i] {
			s.mean[k] += float64(v) / n
		}
	}
	for _, i := range rows {
		for k, v := range features[i] {
			s.scale[k] += (float64(v) - s.mean[k]) * (float64(v) - s.mean[k]) / n
		}
	}
	for k, v := range s.scale {
		if s.scale[k] = 0; v > 1e-20 {
			s.scale[k] = 1 / math.Sqrt(v)
		}
	}
	return s
}

// matrix has the rows standardised, and a 1 behind each.
func (s standard) matrix(features [][]float32, rows []int) blas64.General {
	d := len(s.mean)
	m := blas64.General{Rows: len(rows), Cols: d + 1, Stride: d + 1, Data: make([]float64, len(rows)*(d+1))}
	for i, row := range rows {
		to := m.Data[i*(d+1) : (i+1)*(d+1)]
		for k, v := range features[row] {
			to[k] = (float64(v) - s.mean[k]) * s.scale[k]
		}
		to[d] = 1
	}
	return m
}

// softmax is a regression on rows x; weights are [cols of x, classes], the last row being b.
type softmax struct {
	x       blas64.General
	kinds   []int
	classes int
}

func (p *softmax) weights(w []float64) blas64.General {
	return blas64.General{Rows: p.x.Cols, Cols: p.classes, Stride: p.classes, Data: w}
}

func (p *softmax) logits(w []float64) blas64.General {
	z := blas64.General{Rows: p.x.Rows, Cols: p.classes, Stride: p.classes, Data: make([]float64, p.x.Rows*p.classes)}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, p.x, p.weights(w), 0, z)
	return z
}

// evaluate is what is minimised, and writes its gradient.
func (p *softmax) evaluate(grad, w []float64) float64 {
	z, c := p.logits(w), p.classes
	f := 0.0
	for i := range p.x.Rows {
		row := z.Data[i*c : (i+1)*c]
		most, sum := math.Inf(-1), 0.0
		for _, v := range row {
			most = max(most, v)
		}
		for _, v := range row {
			sum += math.Exp(v - most)
		}
		f += most + math.Log(sum) - row[p.kinds[i]]
		for k, v := range row {
			row[k] = math.Exp(v-most) / sum
		}
		row[p.kinds[i]]--
	}
	penalised := len(w) - c // b is not
	for _, v := range w[:penalised] {
		f += penalty * v * v
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, p.x, z, 0, p.weights(grad))
	for i, v := range w[:penalised] {
		grad[i] += 2 * penalty * v
	}
	return f
}

func (p *softmax) fit() []float64 {
	return minimise(p.evaluate, make([]float64, p.x.Cols*p.classes))
}
