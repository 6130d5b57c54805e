package evaluate

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Brier is the mean squared distance of scores from the truth, and what it is made of.
//
//	Score = mean (p - y)²  =  Reliability - Resolution + Uncertainty + Within
type Brier struct {
	Score       float64 // 0 is perfect, 0.25 what a constant one half gets
	Reliability float64 // Σ_b n_b/n·(mean score - share present)²: lower is better calibrated
	Resolution  float64 // Σ_b n_b/n·(share present - share of all)²: higher tells images apart better
	Uncertainty float64 // share of all · (1 - share of all), which no scores can change
	Within      float64 // the rest: what bins hide by taking scores as equal; 0 if they are
}

// BrierScore measures and decomposes the Brier score over bins.
//
// Errors: those of Reliability.
//
// Source: Brier 1950; Murphy 1973, Journal of Applied Meteorology 12:595-600, for the first three terms; the fourth is the
// within-bin terms of Stephenson, Coelho and Jolliffe 2008, Weather and Forecasting 23:752-757, taken together.
func BrierScore(scores []float32, truth []labels.Tri, o BinOptions) (Brier, error) {
	nan := math.NaN()
	bins, err := Reliability(scores, truth, o)
	if err != nil {
		return Brier{nan, nan, nan, nan, nan}, err
	}
	k, err := keepShares(scores, truth)
	if err != nil {
		return Brier{nan, nan, nan, nan, nan}, err
	}
	n := float64(len(k.scores))
	share := float64(k.positives) / n
	b := Brier{Score: k.squares() / n, Uncertainty: share * (1 - share)}
	for _, bin := range bins {
		w, present := float64(bin.N)/n, float64(bin.Present.Value)
		b.Reliability += w * (bin.Score - present) * (bin.Score - present)
		b.Resolution += w * (present - share) * (present - share)
	}
	b.Within = b.Score - (b.Reliability - b.Resolution + b.Uncertainty)
	return b, nil
}

// squares is the sum of squared distances of scores from the truth.
func (k *known) squares() (sum float64) {
	for i, s := range k.scores {
		d := float64(s)
		if k.present[i] {
			d--
		}
		sum += d * d
	}
	return sum
}
