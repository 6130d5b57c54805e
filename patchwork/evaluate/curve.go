package evaluate

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Curve is what a class looks like at every threshold that makes a difference, the strictest first.
type Curve []CurvePoint

// CurvePoint is one threshold, which is a score that occurs, and what it leads to.
type CurvePoint struct {
	Threshold float64 `json:"threshold" yaml:"threshold"`
	Confusion `yaml:",inline"`
}

// NewCurve measures every distinct score as a threshold; rows whose label is unknown are left out.
//
// Errors: the lengths differ; a score of a known row is NaN; no label is known (ErrNoLabels).
func NewCurve(scores []float32, truth []labels.Tri) (Curve, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return nil, err
	}
	if len(k.scores) == 0 {
		return nil, ErrNoLabels
	}
	return k.curve(), nil
}

func (k *known) curve() Curve {
	steps := k.ranking().steps
	points := make(Curve, len(steps))
	c := Confusion{FalseNegatives: k.positives, TrueNegatives: k.absent}
	for i, s := range steps {
		c.TruePositives += s.present
		c.FalseNegatives -= s.present
		c.FalsePositives += s.absent
		c.TrueNegatives -= s.absent
		points[i] = CurvePoint{float64(s.score), c}
	}
	return points
}

// Line is a curve to draw: X ascends, Y has as many values, and between Low and High lies Wilson's interval of each Y.
// Threshold is what led to the point; it is infinite at the corner of a ROC curve where nothing is said to be present.
type Line struct{ X, Y, Low, High, Threshold []float64 }

// drawn is how many points a line has without other wish: one for every other pixel of a usual picture.
const drawn = 200

// ROC is recall over the share of absent images that are said to show the class, from (0, 0) to (1, 1), in at most points
// points, which are spread evenly along the curve; 0 means 200. The line is empty where all labels are on one side.
func (c Curve) ROC(points int) Line {
	if len(c) == 0 || c[0].TruePositives+c[0].FalseNegatives == 0 || c[0].FalsePositives+c[0].TrueNegatives == 0 {
		return Line{}
	}
	corner := CurvePoint{math.Inf(1), Confusion{FalseNegatives: c[0].TruePositives + c[0].FalseNegatives,
		TrueNegatives: c[0].FalsePositives + c[0].TrueNegatives}}
	return thin(append(Curve{corner}, c...), points, func(p Confusion) (float64, Interval) {
		return 1 - float64(p.Specificity().Value), p.Recall()
	})
}

// PR is precision over recall, in at most points points, which are spread evenly along the curve; 0 means 200. It begins at
// the strictest threshold, not at an invented point of recall 0 and precision 1. The line is empty without a present image.
func (c Curve) PR(points int) Line {
	if len(c) == 0 || c[0].TruePositives+c[0].FalseNegatives == 0 {
		return Line{}
	}
	return thin(c, points, func(p Confusion) (float64, Interval) { return float64(p.Recall().Value), p.Precision() })
}

// Thin is the curve in at most points points, which are spread evenly along its ROC curve; 0 means 200. The strictest and
// the loosest threshold stay.
func (c Curve) Thin(points int) Curve {
	if points <= 0 {
		points = drawn
	}
	if len(c) <= points {
		return c
	}
	present, absent := float64(max(1, c[0].TruePositives+c[0].FalseNegatives)), float64(max(1, c[0].FalsePositives+c[0].TrueNegatives))
	way := func(p CurvePoint) float64 { return float64(p.TruePositives)/present + float64(p.FalsePositives)/absent }
	last := len(c) - 1
	part := (way(c[last]) - way(c[0])) / (float64(max(points, 2)) - 1.5) // so that at most points-2 fit between the ends
	thinned := Curve{c[0]}
	for _, p := range c[1:last] {
		if way(p) >= way(thinned[len(thinned)-1])+part {
			thinned = append(thinned, p)
		}
	}
	return append(thinned, c[last])
}

// thin keeps the two ends, and of the points between those where the way along the curve, |Δx| + |Δy|, has grown by one
// of equal parts since the last that was kept. What is left out lies within one part of what stays.
func thin(c Curve, points int, of func(Confusion) (x float64, y Interval)) (l Line) {
	if points <= 0 {
		points = drawn
	}
	way := make([]float64, len(c)) // from the first point to this
	xs, ys := make([]float64, len(c)), make([]Interval, len(c))
	for i, p := range c {
		xs[i], ys[i] = of(p.Confusion)
		if i > 0 {
			way[i] = way[i-1] + math.Abs(xs[i]-xs[i-1]) + math.Abs(float64(ys[i].Value-ys[i-1].Value))
		}
	}
	last := len(c) - 1
	part := way[last] / (float64(max(points, 2)) - 1.5) // so that at most points-2 fit between the ends
	for i, reached := 0, 0.0; i <= last; i++ {
		if i != 0 && i != last && len(c) > points && way[i] < reached+part {
			continue
		}
		reached = way[i]
		l.X, l.Y = append(l.X, xs[i]), append(l.Y, float64(ys[i].Value))
		l.Low, l.High = append(l.Low, float64(ys[i].Low)), append(l.High, float64(ys[i].High))
		l.Threshold = append(l.Threshold, c[i].Threshold)
	}
	return l
}
