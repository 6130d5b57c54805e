package acquire

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

const (
	varianceCompared = 2048 // candidates that are compared with each other
	varianceKnown    = 512  // known rows that are asked what the model knows already
	weightVariance   = 30   // of the linear head's weights, before any label, for vectors of length one
	biasVariance     = 100
)

// variance takes, one after the other, the row whose labels would leave the model's probabilities for all candidates with the least
// variance: where it is unsure of many that are alike, and not where a class is hopeless or a row alone.
//
//	k(x,y) = 30·x·y + 100                     covariance of two logits before any label, x of length one
//	k      ← k - k(·,z)·k(z,·)/(k(z,z) + 1/w(z))    for each known and each taken row z
//	w(z)   = mean over the classes of p(1-p), of those known for a known row, unknown for a candidate
//	score  = Σ t(x)·k(x,z)²/(k(z,z) + 1/w(z)) / Σ t(x)·k(x,x)      t(x) = Σ over its unknown classes of (p(1-p))²/(1 + n)
//
// with p clipped as for "entropy", and n the known images with the class, so that a class of which few are known counts more. So the score is the share of what is now uncertain that the labels of z would take away. That is Laplace's approximation to a logistic
// regression whose classes share one covariance, and t makes variances of logits those of probabilities. The mean of all candidates and
// known rows is subtracted first.
//
// Of more than 2,048 candidates so many drawn at random are looked at, and of more than 512 known rows 512. Source: Schein and Ungar 2007,
// Machine Learning 68, 235-265 (A-optimality), with one covariance for all classes.
type variance struct{}

// Card implements Strategy.
func (variance) Card() Card {
	return Card{Name: "variance", About: "their labels would make the model surest of all the others", Paper: "Schein and Ungar 2007", Needs: Probs | Features}
}

// Pick implements Strategy.
func (variance) Pick(p *Pool, n int) []Pick {
	judged := *p
	judged.Rows = slices.DeleteFunc(slices.Clone(p.Rows), func(row int) bool {
		noise, _ := informing(p, row, true, nil)
		return math.IsInf(noise, 1)
	})
	p = &judged
	q := sampledOf(p, varianceCompared, varianceKnown)
	q.centre()
	c := newCovariance(q, p)
	var picks []Pick
	for len(picks) < n {
		best := top{n: 1}
		for i, gain := range c.gains() {
			if !c.taken[i] {
				best.add(i, gain/c.total)
			}
		}
		first := best.sorted(p.Rand.Uint64())
		if len(first) == 0 {
			break
		}
		i := first[0].row
		row := q.rows[i]
		class, prob := p.Uncertain(row)
		picks = append(picks, Pick{Row: row, Score: first[0].rank, Reason: fmt.Sprintf("variance: its labels would take away %s of the doubt about all images; %s at %.2f",
			percent(first[0].rank), p.Classes[class], prob)})
		c.take(i)
	}
	return fillUp(p, picks, n, "variance: drawn at random from those not looked at")
}

// percent is a share with two digits, or as many as it has before the point.
func percent(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

// covariance is that of the logits of candidates.
type covariance struct {
	open  int
	k     []float64 // [open, open]
	noise []float64 // by candidate, 1/w
	wish  []float64 // by candidate, t
	total float64   // Σ t·k(x,x) at first
	taken []bool
}

// newCovariance is what known rows leave of it.
func newCovariance(q *points, p *Pool) *covariance {
	m := q.open
	scarcity := make([]float64, len(p.Classes))
	for class, n := range positives(p) {
		scarcity[class] = 1 / (1 + float64(n))
	}
	c := &covariance{open: m, k: make([]float64, m*m), noise: make([]float64, m), wish: make([]float64, m), taken: make([]bool, m)}
	for i, row := range q.compared(q.upTo(m), priorOf) {
		for j, v := range row {
			c.k[i*m+j] = float64(v)
		}
		c.noise[i], c.wish[i] = informing(p, q.rows[i], true, scarcity)
	}
	var known []int
	var noise []float64
	for i := m; i < len(q.rows); i++ {
		if v, _ := informing(p, q.rows[i], false, nil); !math.IsInf(v, 1) {
			known, noise = append(known, i), append(noise, v)
		}
	}
	c.learn(q, known, noise)
	for i := range m {
		c.total += c.wish[i] * c.k[i*m+i]
	}
	return c
}

// priorOf is the covariance of two logits before any label.
func priorOf(cosine float32) float32 { return weightVariance*cosine + biasVariance }

// informing says how much noise the labels of a row carry about its logit, those it lacks or those it has, and how much its variance
// counts, by the weights of the classes; nil means that nobody asks. The noise is infinite where the model says nothing of them.
func informing(p *Pool, row int, unknown bool, weights []float64) (noise, wish float64) {
	w := 0.0
	for c, v := range p.Probs(row) {
		if v == v && p.Unknown(row, c) == unknown {
			sure := certainty(float64(v))
			s := 0.25 - sure*sure // p(1-p)
			w += s
			if weights != nil {
				wish += weights[c] * s * s
			}
		}
	}
	if w == 0 {
		return math.Inf(1), 0
	}
	return float64(len(p.Classes)) / w, wish
}

// learn takes from the covariance what known points tell: k ← k - VᵀV, V = L⁻¹·k(known, ·), L·Lᵀ = k(known, known) + noise.
func (c *covariance) learn(q *points, known []int, noise []float64) {
	n := len(known)
	if n == 0 {
		return
	}
	b := blas64.Symmetric{N: n, Stride: n, Data: make([]float64, n*n), Uplo: blas.Upper}
	for i, x := range q.among(known) {
		for j, cosine := range x {
			b.Data[i*n+j] = float64(priorOf(cosine))
		}
		b.Data[i*n+i] += noise[i]
	}
	factor, ok := lapack64.Potrf(b) // UᵀU; noise is 4 or more, so it is positive definite
	if !ok {
		return
	}
	v := blas64.General{Rows: n, Cols: c.open, Stride: c.open, Data: make([]float64, n*c.open)}
	for i, row := range q.compared(known, priorOf) {
		for j, cov := range row {
			v.Data[j*c.open+i] = float64(cov)
		}
	}
	blas64.Trsm(blas.Left, blas.Trans, 1, factor, v)
	k := blas64.General{Rows: c.open, Cols: c.open, Stride: c.open, Data: c.k}
	blas64.Gemm(blas.Trans, blas.NoTrans, -1, v, v, 1, k)
}

// gains are by candidate how much less is uncertain with its labels.
func (c *covariance) gains() []float64 {
	out := make([]float64, c.open)
	inBlocks(c.open, func(i int) {
		row, sum := c.k[i*c.open:][:c.open], 0.0
		for j, v := range row {
			sum += c.wish[j] * v * v
		}
		out[i] = sum / (row[i] + c.noise[i])
	})
	return out
}

// take says that a candidate will be labelled.
func (c *covariance) take(z int) {
	c.taken[z] = true
	with := append([]float64(nil), c.k[z*c.open:][:c.open]...)
	scale := 1 / (with[z] + c.noise[z])
	inBlocks(c.open, func(i int) {
		row, s := c.k[i*c.open:][:c.open], with[i]*scale
		for j, v := range with {
			row[j] -= s * v
		}
	})
}
