package evaluate

import "github.com/gopatchwork/patchwork/patchwork/labels"

// AUC is the area under the ROC curve: how often a present row scores above an absent one.
//
//	AUC = (pairs with present > absent + ½·pairs with equal scores) / (present · absent)
//
// Shapes: one entry a row; rows whose label is unknown are left out. The result is in [0, 1], 0.5 for chance, with its
// interval (Newcombe 2006, method 5; see aucInterval). The inputs are not modified. Time is that of a sort.
//
// Errors: the lengths differ; a score of a known row is NaN; no row is present or none is absent (ErrOneSided).
//
// Source: the Mann-Whitney statistic, as in Hanley and McNeil 1982.
func AUC(scores []float32, truth []labels.Tri) (Interval, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return noInterval, err
	}
	return k.auc()
}

func (k *known) auc() (Interval, error) {
	if k.positives == 0 || k.absent == 0 {
		return noInterval, ErrOneSided
	}
	var above, wins int // twice the wins, so that ties stay whole numbers
	for _, s := range k.ranking().steps {
		wins += s.absent * (2*above + s.present)
		above += s.present
	}
	return aucInterval(float64(wins)/2/float64(k.positives)/float64(k.absent), k.positives, k.absent), nil
}
