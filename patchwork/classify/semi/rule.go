package semi

import (
	"fmt"
	"slices"
)

// Method says how the thresholds move.
type Method string

const (
	None      Method = "none"
	FixMatch  Method = "fixmatch"  // τ throughout
	FlexMatch Method = "flexmatch" // lower for sides of which few images have been answered surely
	FreeMatch Method = "freematch" // as sure as the model is of the side on average
	SoftMatch Method = "softmatch" // no threshold: answers below the mean confidence weigh less the farther they are
)

// Methods lists them, None first.
var Methods = []Method{None, FixMatch, FlexMatch, FreeMatch, SoftMatch}

const (
	// follow is the share that a batch has in a running mean. The papers take 0.001, over a million steps; a training here
	// has a thousand.
	follow = 0.01

	// softSigmas is how many deviations below the mean SoftMatch calls one, as in the authors' program.
	softSigmas = 2
)

// sides are absent and present.
const sides = 2

// Rule is the thresholds of one training. It belongs to one goroutine.
type Rule struct {
	method  Method
	tau     float64
	classes int

	sure [sides][]int // FlexMatch: by class, images whose last answer was that side with a confidence of τ
	last []int8       // FlexMatch: by image and class, the side that was sure, -1 for none
	open []int        // FlexMatch: by class, cells without label

	all   [sides]float64   // FreeMatch: running mean of the confidence, over the classes
	mean  [sides][]float64 // FreeMatch: of the probability of the side; SoftMatch: of the confidence in it
	spray [sides][]float64 // SoftMatch: running variance of that confidence
}

// NewRule makes the rule of a method for a pool of so many images, of which unknown says which cells have no label.
//
// Errors: an unknown method; tau is not in [0.5, 1).
func NewRule(method Method, tau float64, images, classes int, unknown func(image, class int) bool) (*Rule, error) {
	if method == None || !slices.Contains(Methods, method) {
		return nil, fmt.Errorf("semi: no method %q; want one of %v", method, Methods[1:])
	}
	if !(tau >= 0.5 && tau < 1) {
		return nil, fmt.Errorf("semi: a threshold of %g; want 0.5 to less than 1", tau)
	}
	r := &Rule{method: method, tau: tau, classes: classes}
	for s := range sides {
		r.mean[s], r.spray[s] = slices.Repeat([]float64{0.5}, classes), slices.Repeat([]float64{0.25}, classes)
		r.all[s] = 0.5
	}
	if method == FlexMatch {
		r.last, r.open = slices.Repeat([]int8{-1}, images*classes), make([]int, classes)
		for s := range sides {
			r.sure[s] = make([]int, classes)
		}
		for i := range images {
			for c := range classes {
				if unknown(i, c) {
					r.open[c]++
				}
			}
		}
	}
	return r, nil
}

// Soft says whether Weights are a bell and not a step.
func (r *Rule) Soft() bool { return r.method == SoftMatch }

// Limits are what Term wants, [2, classes] each, absent first: the confidence from which on an answer counts in full, and of a
// soft rule what the squared distance below it is multiplied by, in the exponent.
//
//	FixMatch   τ
//	FlexMatch  ½ + M(β)·(τ - ½),  M(x) = x/(2-x),  β = sure/max(sure of all classes on the side, cells answered surely on no side)
//	FreeMatch  max(½, g·m/max over classes of m), g the running mean of the confidence on the side, m that of the probability of the side
//	SoftMatch  running mean μ of the confidence in the side; 2²/(2σ²)
//
// Sources: Sohn et al. 2020, arXiv:2001.07685; Zhang et al. 2021, arXiv:2110.08263, eq. 5 to 11; Wang et al. 2023, arXiv:2205.07246, eq. 5 to
// 8; Chen et al. 2023, arXiv:2301.10921, eq. 6 to 8. The papers have one label an image, whose confidence begins at 1/classes;
// here it begins at ½ on each side, so that thresholds move between ½ and τ.
func (r *Rule) Limits() (from, sharp []float32) {
	from, sharp = make([]float32, sides*r.classes), make([]float32, sides*r.classes)
	for s := range sides {
		for c := range r.classes {
			at := &from[s*r.classes+c]
			switch r.method {
			case FlexMatch:
				unsure, most := 0, 0
				for o := range r.classes {
					unsure += r.open[o] - r.sure[0][o] - r.sure[1][o]
					most = max(most, r.sure[s][o])
				}
				beta := 0.0
				if d := max(most, unsure/max(1, r.classes)); d > 0 {
					beta = float64(r.sure[s][c]) / float64(d)
				}
				beta = min(beta, 1)
				*at = float32(0.5 + beta/(2-beta)*(r.tau-0.5))
			case FreeMatch:
				*at = float32(max(0.5, r.all[s]*r.mean[s][c]/slices.Max(r.mean[s])))
			case SoftMatch:
				*at, sharp[s*r.classes+c] = float32(r.mean[s][c]), float32(softSigmas*softSigmas/(2*max(r.spray[s][c], 1e-6)))
			default:
				*at = float32(r.tau)
			}
		}
	}
	return from, sharp
}

// See takes the answers about the weak views of a batch: p is [images, classes] of the images of the pool, and unknown says
// which cells have no label.
func (r *Rule) See(images []int, p []float32, unknown func(image, class int) bool) {
	var sum, square, count [sides][]float64
	for s := range sides {
		sum[s], square[s], count[s] = make([]float64, r.classes), make([]float64, r.classes), make([]float64, r.classes)
	}
	var total, cells [sides]float64
	for i, image := range images {
		for c := range r.classes {
			if !unknown(image, c) {
				continue
			}
			present := float64(p[i*r.classes+c])
			side, confidence := 0, 1-present
			if present > 0.5 {
				side, confidence = 1, present
			}
			total[side], cells[side] = total[side]+confidence, cells[side]+1
			switch r.method {
			case FlexMatch:
				r.answered(image, c, side, confidence)
			case FreeMatch: // of both sides, whatever the answer
				sum[0][c], sum[1][c] = sum[0][c]+1-present, sum[1][c]+present
				count[0][c], count[1][c] = count[0][c]+1, count[1][c]+1
			case SoftMatch:
				sum[side][c], square[side][c] = sum[side][c]+confidence, square[side][c]+confidence*confidence
				count[side][c]++
			}
		}
	}
	for s := range sides {
		if cells[s] > 0 {
			r.all[s] += follow * (total[s]/cells[s] - r.all[s])
		}
		for c := range r.classes {
			n := count[s][c]
			if n == 0 {
				continue
			}
			mean := sum[s][c] / n
			if n > 1 {
				variance := max(0, (square[s][c]-n*mean*mean)/(n-1))
				r.spray[s][c] += follow * (variance - r.spray[s][c])
			}
			r.mean[s][c] += follow * (mean - r.mean[s][c])
		}
	}
}

// answered counts a sure answer and forgets the one before.
func (r *Rule) answered(image, class, side int, confidence float64) {
	at := &r.last[image*r.classes+class]
	if *at >= 0 {
		r.sure[*at][class]--
	}
	*at = -1
	if confidence >= r.tau {
		*at = int8(side)
		r.sure[side][class]++
	}
}
