package calibrate

import (
	"fmt"
	"math"
)

// Map turns a score p into the probability
//
//	σ(A·ln p - B·ln(1-p) + C)        σ(x) = 1/(1+e^-x), p clipped to [1e-7, 1-1e-7], A and B at least 0
//
// Every Method gives such a map: with A = B the inner part is A·logit(p) + C.
type Map struct {
	A float64 `json:"a" yaml:"a"`
	B float64 `json:"b" yaml:"b"`
	C float64 `json:"c" yaml:"c"`
}

// Identity changes no score.
var Identity = Map{A: 1, B: 1}

// Apply is the calibrated probability of a score in [0, 1]; NaN stays NaN.
func (m Map) Apply(score float64) float64 {
	p := clipped(score)
	return sigmoid(m.A*math.Log(p) - m.B*math.Log1p(-p) + m.C)
}

// String is the map as a formula: "σ(1.21·ln p - 0.84·ln(1-p) + 0.03)".
func (m Map) String() string {
	return fmt.Sprintf("σ(%.3g·ln p - %.3g·ln(1-p) %+.3g)", m.A, m.B, m.C)
}

// clip is as near to certain as a score counts: float32 holds no probability nearer to 1.
const clip = 1e-7

func clipped(p float64) float64 { return math.Min(math.Max(p, clip), 1-clip) }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Method is a family of maps.
type Method int

const (
	// Platt fits the slope and the offset of the log odds: A = B and C.
	//
	// Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines", with the log odds of the score in place of
	// a margin; Lin, Lin and Weng 2007, Machine Learning 68:267-276, for Newton's method.
	Platt Method = iota

	// Temperature fits one number: A = B = 1/T and C = 0, so that one half stays one half.
	//
	// Source: Guo et al. 2017, arXiv:1706.04599, section 4.2, for one class.
	Temperature

	// Beta fits all three, and so can also bend one end and not the other.
	//
	// Source: Kull, Silva Filho and Flach 2017, AISTATS, "Beta calibration", equation 4 and algorithm 1.
	Beta
)

var methodNames = []string{Platt: "platt", Temperature: "temperature", Beta: "beta"}

func (m Method) String() string {
	if m < 0 || int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", int(m))
	}
	return methodNames[m]
}

// terms are what the parameters of a method multiply for a score. The first slopes of them may not be negative.
func (m Method) terms(score float64) (x []float64) {
	p := clipped(score)
	up, down := math.Log(p), -math.Log1p(-p)
	switch m {
	case Temperature:
		return []float64{up + down}
	case Beta:
		return []float64{up, down, 1}
	}
	return []float64{up + down, 1}
}

func (m Method) slopes() int {
	if m == Beta {
		return 2
	}
	return 1
}

// identity are the parameters that change no score.
func (m Method) identity() []float64 {
	switch m {
	case Temperature:
		return []float64{1}
	case Beta:
		return []float64{1, 1, 0}
	}
	return []float64{1, 0}
}

func (m Method) mapOf(theta []float64) Map {
	switch m {
	case Temperature:
		return Map{theta[0], theta[0], 0}
	case Beta:
		return Map{theta[0], theta[1], theta[2]}
	}
	return Map{theta[0], theta[0], theta[1]}
}
