package studio

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/widgets"
)

// Names of the curves of LearningCurve.
const (
	TrainingCurve   = "training"
	ValidationCurve = "validation"
	UnlabelledCurve = "without labels"
)

// LearningCurve is the chart of a training: loss on training and validation images by epoch, and dashed what images without
// labels add, where they do.
func LearningCurve(points []classify.Point) widgets.Chart {
	train := widgets.Series{Name: TrainingCurve}
	validation := widgets.Series{Name: ValidationCurve}
	unlabelled := widgets.Series{Name: UnlabelledCurve, Dashed: true}
	for _, p := range points {
		if !math.IsNaN(p.TrainLoss) {
			train.X, train.Y = append(train.X, p.Epoch), append(train.Y, p.TrainLoss)
		}
		if !math.IsNaN(p.ValidationLoss) {
			validation.X, validation.Y = append(validation.X, p.Epoch), append(validation.Y, p.ValidationLoss)
		}
		if p.SemiLoss > 0 {
			unlabelled.X, unlabelled.Y = append(unlabelled.X, p.Epoch), append(unlabelled.Y, p.SemiLoss)
		}
	}
	c := widgets.Chart{Title: "Loss", XName: "epoch", YName: "loss", Series: []widgets.Series{train}, Width: 420, Height: 220}
	if len(validation.X) > 0 {
		c.Series = append(c.Series, validation)
	}
	if len(unlabelled.X) > 0 {
		c.Series = append(c.Series, unlabelled)
	}
	return c
}

// trainView draws the training; s.mu is held.
func (s *Session) trainView() trainView {
	t := &s.training
	v := trainView{jobView: t.view(), Outcome: t.outcome}
	if len(t.points) > 1 { // a head that is made at once has one, and no curve
		chart := LearningCurve(t.points)
		if option, err := chart.Option(); err == nil {
			v.Option = option
		}
		if !v.Running {
			v.SVG = t.svg(chart)
		}
	}
	return v
}

// svg is the chart as a picture, drawn once for each training.
func (t *training) svg(c widgets.Chart) string {
	if t.picture == "" {
		if svg, err := c.DataURI(); err == nil {
			t.picture = svg
		}
	}
	return t.picture
}
