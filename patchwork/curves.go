package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/widgets"
)

// ClassCurves are pictures of how well a class is told apart on the held-out images. Each has its 95 % intervals as dashed
// lines. A curve that the labels cannot give is empty.
type ClassCurves struct {
	ROC         widgets.Chart // share found over false alarms
	PR          widgets.Chart // precision over recall
	Reliability widgets.Chart // share of present images over their score, in bins of ten equal parts, beside what calibrated scores would show
}

// Curves draws the curves of a class.
//
// Errors: ErrNoModel; no such class; no held-out image with a score is labelled (evaluate.ErrNoLabels).
func (p *Project) Curves(class string) (ClassCurves, error) {
	d, err := p.evaluation()
	if err != nil {
		return ClassCurves{}, err
	}
	at := -1
	for c, name := range d.Table.Classes() {
		if name == class {
			at = c
		}
	}
	if at < 0 {
		return ClassCurves{}, fmt.Errorf("patchwork: no class %q; want one of %q", class, d.Table.Classes())
	}
	scores, truth := heldOut(d, at)
	curve, err := evaluate.NewCurve(scores, truth)
	if err != nil {
		return ClassCurves{}, fmt.Errorf("patchwork: class %s, held-out images: %w", class, err)
	}
	bins, err := evaluate.Reliability(scores, truth, evaluate.BinOptions{})
	if err != nil {
		return ClassCurves{}, fmt.Errorf("patchwork: class %s, held-out images: %w", class, err)
	}
	var points evaluate.Line
	for _, b := range bins {
		points.X, points.Y = append(points.X, b.Score), append(points.Y, float64(b.Present.Value))
		points.Low, points.High = append(points.Low, float64(b.Present.Low)), append(points.High, float64(b.Present.High))
	}
	reliability := banded(class+": reliability", "score", "present", points)
	reliability.Series = append(reliability.Series, widgets.Series{Name: "calibrated", X: []float64{0, 1}, Y: []float64{0, 1}, Dashed: true})
	return ClassCurves{
		ROC:         banded(class+": ROC", "false alarms", "found", curve.ROC(0)),
		PR:          banded(class+": precision and recall", "recall", "precision", curve.PR(0)),
		Reliability: reliability,
	}, nil
}

func banded(title, x, y string, l evaluate.Line) widgets.Chart {
	return widgets.Chart{Title: title, XName: x, YName: y, Shares: true, Width: 420, Height: 320, Series: []widgets.Series{
		{Name: y, X: l.X, Y: l.Y, Low: l.Low, High: l.High},
	}}
}
