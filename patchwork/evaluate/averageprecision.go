package evaluate

import "github.com/gopatchwork/patchwork/patchwork/labels"

// AveragePrecision summarises how early the present rows come when rows are sorted by score.
//
//	AP = Σ_k (R_k - R_{k-1}) · P_k        over the distinct scores, best first
//
// Shapes: one entry a row; rows whose label is unknown are left out. The result is in (0, 1]; a random order gives about
// the share of present rows. Equal scores form one step, so the order of ties cannot change the result. The inputs are
// not modified.
//
// Errors: the lengths differ; a score of a known row is NaN; no row is present or none is absent (ErrOneSided): without an absent
// one it would be 1, whatever the scores.
//
// Source: step-wise definition without interpolation, as in scikit-learn's average_precision_score, which gives 1 there.
func AveragePrecision(scores []float32, truth []labels.Tri) (float64, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return 0, err
	}
	return k.averagePrecision()
}

func (k *known) averagePrecision() (float64, error) {
	if k.positives == 0 || k.absent == 0 {
		return 0, ErrOneSided
	}
	var found, seen int
	var sum float64
	for _, s := range k.ranking().steps {
		found += s.present
		seen += s.present + s.absent
		sum += float64(s.present) * float64(found) / float64(seen)
	}
	return sum / float64(k.positives), nil
}
