package evaluate

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Accuracy is the share of known labels that the scores get right at Threshold, with Wilson's interval.
//
// Errors: the lengths differ; a score of a known row is NaN; no label is known (ErrNoLabels).
func Accuracy(scores []float32, truth []labels.Tri) (Interval, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return noInterval, err
	}
	if len(k.scores) == 0 {
		return noInterval, ErrNoLabels
	}
	return k.at(Threshold).Accuracy(), nil
}

// lossClip keeps one confident mistake from making the log loss infinite; float32 holds no probability nearer to 1.
const lossClip = 1e-7

// LogLoss is the mean negative log likelihood of the known labels, in nats.
//
//	-mean( y·ln p + (1-y)·ln(1-p) )        with p clipped to [1e-7, 1-1e-7]
//
// A constant score of one half gives ln 2, about 0.693; lower is better.
//
// Errors: the lengths differ; a score of a known row is NaN; no label is known (ErrNoLabels).
func LogLoss(scores []float32, truth []labels.Tri) (float64, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return 0, err
	}
	if len(k.scores) == 0 {
		return 0, ErrNoLabels
	}
	return k.loss() / float64(len(k.scores)), nil
}

// loss is the sum of the negative log likelihoods.
func (k *known) loss() (sum float64) {
	for i, s := range k.scores {
		p := min(max(float64(s), lossClip), 1-lossClip)
		if !k.present[i] {
			p = 1 - p
		}
		sum -= math.Log(p)
	}
	return sum
}
