package prevalence

import (
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"gonum.org/v1/gonum/stat"
)

// Estimate is the share of images that show a class.
type Estimate struct {
	Share   evaluate.Interval `json:"share" yaml:"share"`     // from scores and audit; at 95 %
	Classic evaluate.Interval `json:"classic" yaml:"classic"` // from the audit alone; Wilson

	Audited  int `json:"audited" yaml:"audited"`   // images with a label and a score
	Present  int `json:"present" yaml:"present"`   // of these, how many show the class
	Scored   int `json:"scored" yaml:"scored"`     // images with a score and no label
	Unscored int `json:"unscored" yaml:"unscored"` // images without a score, which are left out

	Lambda evaluate.Number `json:"lambda" yaml:"lambda"` // how far the scores are relied on, 0 to 1
	Worth  evaluate.Number `json:"worth" yaml:"worth"`   // how many audited images would do as well without scores
	Note   string          `json:"note,omitempty" yaml:"note,omitempty"`
}

// fewest is from how many audited images of the rarer kind the normal approximation of the interval will do: with about
// five, simulated intervals covered 88 % instead of 95, with ten 91, with fifteen 94.
const fewest = 10

const z95 = 1.959963984540054

// Of estimates the share. audit is unknown where an image was not audited, present or absent where it was.
//
//	share    = λ·mean_N(f) + mean_n(y - λ·f)
//	variance = λ²·var_N(f)/N + var_n(y - λ·f)/n
//	λ        = cov_n(y, f) / ((1 + n/N)·var_{n+N}(f)), cut to [0, 1]
//
// f are scores, y labels, n audited images and N the others. With λ = 0 it is the mean of the audit; the λ chosen makes the
// variance least. The interval is share ± 1.96·√variance, cut to [0, 1]. The images are taken as a sample of what there could
// be; of the collection itself the estimate is a little better than it says, the more so the more of it is audited.
//
// Share is missing where all audited images are of one kind, or there are no others; Classic holds then. Note says so, and
// also where fewer than 10 are of the rarer kind, which makes the interval of Share too narrow.
//
// Errors: the lengths differ; a score outside [0, 1]; fewer than two audited images.
//
// Source: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, "Prediction-Powered Inference", Science 382:669-674,
// algorithm 1; λ from Angelopoulos, Duchi and Zrnic 2023, "PPI++", arXiv:2311.01453, example 6.1.
func Of(scores []float32, audit []labels.Tri) (Estimate, error) {
	missing := evaluate.Number(math.NaN())
	e := Estimate{Share: evaluate.Interval{Value: missing, Low: missing, High: missing}, Classic: evaluate.Wilson(0, 0), Lambda: missing, Worth: missing}
	if len(scores) != len(audit) {
		return e, fmt.Errorf("prevalence: %d scores and %d labels; want one of each for every image", len(scores), len(audit))
	}
	var y, seen, other []float64
	for i, s := range scores {
		f := float64(s)
		switch {
		case f < 0 || f > 1:
			return e, fmt.Errorf("prevalence: the score at position %d is %g; want a probability in [0, 1], or NaN for none", i, s)
		case math.IsNaN(f):
			e.Unscored++
		case audit[i] == labels.Unknown:
			other = append(other, f)
		default:
			seen, y = append(seen, f), append(y, float64(audit[i]))
			if audit[i] == labels.Present {
				e.Present++
			}
		}
	}
	e.Audited, e.Scored = len(y), len(other)
	if e.Audited < 2 {
		return e, fmt.Errorf("prevalence: %d audited images have a score; want 2 or more, better 100: label a random sample", e.Audited)
	}
	e.Classic = evaluate.Wilson(e.Present, e.Audited)
	switch rarer := min(e.Present, e.Audited-e.Present); {
	case rarer == 0:
		e.Note = fmt.Sprintf("all %d audited images are of one kind, so nothing shows how far the scores are off; take the classic interval, or audit more images", e.Audited)
		return e, nil
	case len(other) < 2:
		e.Note = "all images are audited, so the scores add nothing; take the classic interval"
		return e, nil
	case rarer < fewest:
		e.Note = fmt.Sprintf("only %d audited images are of the rarer kind; below %d the interval is too narrow: take that of the audit alone, or audit more", rarer, fewest)
	}
	e.estimate(y, seen, other)
	return e, nil
}

// estimate computes λ and the share from the labels and scores of the audit and the scores of the other images.
func (e *Estimate) estimate(y, seen, other []float64) {
	n, others := float64(len(y)), float64(len(other))
	lambda := 0.0
	if v := stat.Variance(append(append([]float64(nil), seen...), other...), nil); v > 0 {
		lambda = math.Min(math.Max(stat.Covariance(y, seen, nil)/((1+n/others)*v), 0), 1)
	}
	corrected := make([]float64, len(y))
	for i := range y {
		corrected[i] = y[i] - lambda*seen[i]
	}
	share := lambda*stat.Mean(other, nil) + stat.Mean(corrected, nil)
	squared := lambda*lambda*stat.Variance(other, nil)/others + stat.Variance(corrected, nil)/n
	half := z95 * math.Sqrt(squared)
	share = math.Min(math.Max(share, 0), 1)
	e.Share = evaluate.Interval{Value: evaluate.Number(share), Low: evaluate.Number(math.Max(0, share-half)), High: evaluate.Number(math.Min(1, share+half))}
	e.Lambda, e.Worth = evaluate.Number(lambda), evaluate.Number(stat.Variance(y, nil)/squared)
}

// String is "0.213 (0.188-0.238), as good as 412 audited images of 300; audit alone 0.230 (0.186-0.281)".
func (e Estimate) String() string {
	text := fmt.Sprintf("audit alone %v", e.Classic)
	if e.Share.Value.Known() {
		text = fmt.Sprintf("%v, as good as %.0f audited images of %d; ", e.Share, float64(e.Worth), e.Audited) + text
	}
	if e.Note != "" {
		text += "\nnote: " + e.Note
	}
	return text
}
