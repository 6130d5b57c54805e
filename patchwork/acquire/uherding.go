package acquire

import (
	"fmt"
	"math"
	"slices"
)

// reachOf is how many candidates are asked how far their neighbours are.
const reachOf = 256

// uHerding takes, one after the other, the row that brings most of what the model is unsure of near to something known or taken.
//
//	score  = how much it raises the mean over candidates x of doubt(x) · max over known and taken rows y of k(x, y)
//	doubt  = 1 - (p₁ - p₂)/Σp, the two highest and the sum over the classes, where every known image shows exactly one class;
//	         otherwise the mean over the classes of H(p), as for "entropy"; 1 where no model says anything
//	k(x,y) = exp(-|x - y|²/2σ²)
//	σ²     = the mean over candidates of |x - y|² to the m-th nearest, m = candidates/(known + n)
//
// on features from which the mean of all candidates and known rows is taken, brought to length one; without a model each is in the middle of
// itself and its neighbours, two being neighbours if each is among the 10 nearest of the other. Classes are those of x that are still
// unknown. With few labels σ is wide, so that what is chosen stands for many others; the more there are the narrower it is, and the
// more only doubt counts.
//
// Of more than 4,096 candidates, without a model 3,072, so many drawn at random are looked at. Source: Bae, Oliveira and Sutherland 2025, arXiv:2412.20644, with
// another σ, probabilities as the model has them, and doubt by entropy where classes overlap.
type uHerding struct{}

// Card implements Strategy.
func (uHerding) Card() Card {
	return Card{Name: "uherding", About: "stands for others, with a model for those that it is unsure of", Paper: "Bae et al. 2025", Needs: Features, Uses: Probs}
}

// Pick implements Strategy.
func (uHerding) Pick(p *Pool, n int) []Pick {
	most := mostCompared
	if p.Probs == nil {
		most = mostJoined
	}
	q := sampledOf(p, most, mostKnown)
	if q.open == 0 {
		return nil
	}
	q.centre()
	if p.Probs == nil {
		q.typical()
	}
	square := q.reach(q.open / (len(q.rows) - q.open + n))
	h := newHerding(q, func(cosine float32) float32 { return float32(math.Exp((min(float64(cosine), 1) - 1) / square)) })
	single := oneEach(p)
	if p.Probs != nil {
		h.weight = make([]float64, q.open)
		for i, row := range q.rows[:q.open] {
			h.weight[i] = doubtOver(p, row, single)
		}
	}
	var picks []Pick
	h.pick(n, p.Rand.Uint64(), func(i int, gain float64) {
		row := q.rows[i]
		picks = append(picks, Pick{Row: row, Score: gain, Reason: "uherding: " + standsFor(p, row, gain*float64(len(p.Rows)), single)})
	})
	return fillUp(p, picks, n, "uherding: drawn at random from those not looked at")
}

// standsFor says for how many images a row stands, those counted in part that are only somewhat like it, or that the model is only somewhat
// unsure of, and what the model makes of it.
func standsFor(p *Pool, row int, images float64, single bool) string {
	many := images >= 1.5
	if p.Probs == nil {
		if many {
			return fmt.Sprintf("stands for about %.0f images that nothing labelled looks like", images)
		}
		return "nothing labelled looks like it"
	}
	what := "the model is unsure of it; "
	if many {
		what = fmt.Sprintf("stands for about %.0f images that the model is unsure of; here ", images)
	}
	classes := wavering(p, row, single)
	if classes == "" {
		return "the model says nothing of it"
	}
	return what + classes
}

// wavering names the class that the model is least sure of, or the two likeliest where each image shows one.
func wavering(p *Pool, row int, single bool) string {
	named := func(c int, prob float64) string {
		if c < 0 {
			return ""
		}
		return fmt.Sprintf("%s at %.2f", p.Classes[c], prob)
	}
	if !single {
		return named(p.Uncertain(row))
	}
	first, prob := likeliest(p, row)
	second, next := -1, math.NaN()
	for c, v := range p.Probs(row) {
		if c != first && v == v && p.Unknown(row, c) && !(float64(v) <= next) {
			second, next = c, float64(v)
		}
	}
	if second < 0 {
		return named(first, prob)
	}
	return named(first, prob) + ", " + named(second, next)
}

// doubtOver is how unsure the model is of a row over all its classes that are still unknown, 0 to 1: by the margin where each image shows one class, by entropy
// otherwise; 1 where it says nothing.
func doubtOver(p *Pool, row int, single bool) float64 {
	first, second, sum, entropies, classes := 0.0, 0.0, 0.0, 0.0, 0.0
	for c, v := range p.Probs(row) {
		if v != v || !p.Unknown(row, c) {
			continue
		}
		prob := float64(v)
		classes++
		sum += prob
		entropies += Entropy(prob)
		if prob > first {
			first, second = prob, first
		} else {
			second = max(second, prob)
		}
	}
	switch {
	case classes == 0 || single && sum == 0:
		return 1
	case single:
		return 1 - (first-second)/sum
	}
	return entropies / classes
}

// centre moves the points so that their mean is at 0, and brings them to length one again.
func (q *points) centre() {
	sum := make([]float64, q.dim)
	for i := range q.rows {
		for k, v := range q.vector(q.rows[i]) {
			sum[k] += float64(v)
		}
	}
	q.mean = make([]float32, q.dim)
	for k, v := range sum {
		q.mean[k] = float32(v / float64(len(q.rows)))
	}
	inBlocks(len(q.rows), func(i int) {
		q.size[i], q.scale[i] = squared(q.vector(q.rows[i]), q.mean), 1
		if s := q.size[i]; s > 0 {
			q.scale[i], q.size[i] = 1/math.Sqrt(s), 1
		}
	})
}

// reach is the mean over candidates, or over some of many, of the squared distance to their m-th nearest candidate. It is more than 0.
func (q *points) reach(m int) float64 {
	m = max(1, min(m, q.open-1))
	every := max(1, q.open/reachOf)
	var asked []int
	for i := 0; i < q.open; i += every {
		asked = append(asked, i)
	}
	cosines := q.compared(asked, func(cosine float32) float32 { return cosine }) // [open, asked]
	far := make([]float64, len(asked))
	inBlocks(len(asked), func(k int) {
		column := make([]float32, 0, q.open)
		for j := range cosines {
			if j != asked[k] {
				column = append(column, cosines[j][k])
			}
		}
		slices.Sort(column)
		if len(column) > 0 {
			far[k] = 2 - 2*float64(column[len(column)-m])
		}
	})
	sum := 0.0
	for _, d := range far {
		sum += d
	}
	return max(sum/float64(len(far)), 1e-6)
}
