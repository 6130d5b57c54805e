package patchwork

import (
	"context"
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Curves shows, for a class on the held-out images, the ROC curve, precision over recall, and how far scores are shares.
func (n *Notebook) Curves(class string) ClassCurves {
	c, err := n.Project.Curves(class)
	check(err)
	charts := []widgets.Chart{c.ROC, c.PR, c.Reliability}
	if !host.InNotebook() {
		for _, chart := range charts {
			fmt.Println(chart.Alt())
		}
		return c
	}
	var b strings.Builder
	for _, chart := range charts {
		html, err := chart.StaticHTML()
		check(err)
		b.WriteString(html)
	}
	check(host.DisplayOnce(b.String()))
	return c
}

// Confusion shows which classes the held-out images of classes that exclude each other are taken for, and which classes are
// on one image together. Without classes it takes each group of the project.
func (n *Notebook) Confusion(classes ...string) Confusions {
	c, err := n.Project.Confusion(classes...)
	check(err)
	for _, m := range c.Matrices {
		title := fmt.Sprintf("right: %v. Not counted: none of them known to be present %d, several present %d, without a score %d", m.Accuracy(), m.Unknown, m.Several, m.Unscored)
		check(widgets.Matrix{Title: title, Names: m.Classes, Counts: m.Counts, Down: "is", Across: "taken for"}.Show())
	}
	check(widgets.Matrix{Title: "on one image, as labelled", Names: c.Together.Classes, Counts: c.Together.Both, Down: "with", Across: "and"}.Show())
	return c
}

// Thresholds shows the scores from which on each class counts as present, and between which to ask a person. It takes the
// first of the options, if any; without one it looks for the best F1.
func (n *Notebook) Thresholds(options ...ThresholdOptions) ClassThresholds {
	var o ThresholdOptions
	if len(options) > 0 {
		o = options[0]
	}
	return shown(n.Project.Thresholds(o))
}

// Calibration shows how far scores can be taken for probabilities, before and after a calibration.
func (n *Notebook) Calibration(options ...CalibrationOptions) Calibration {
	return n.calibrated(n.Project.Calibration, options)
}

// Calibrate is Calibration, and keeps the maps for PredictFile.
func (n *Notebook) Calibrate(options ...CalibrationOptions) Calibration {
	return n.calibrated(n.Project.Calibrate, options)
}

func (n *Notebook) calibrated(how func(context.Context, CalibrationOptions, Progress) (Calibration, error), options []CalibrationOptions) Calibration {
	var o CalibrationOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	c, err := how(ctx, o, progress)
	done()
	return shown(c, err)
}

// PredictFile scores every image, writes a CSV file (see Project.Predict for its columns) and shows how many it holds.
func (n *Notebook) PredictFile(file string, options ...PredictOptions) {
	ctx, stop := interruptible()
	defer stop()
	var o PredictOptions
	if len(options) > 0 {
		o = options[0]
	}
	progress, done := ShowProgress()
	if o.Progress == nil {
		o.Progress = progress
	}
	written, skipped, err := n.Project.PredictFile(ctx, file, o)
	done()
	check(err)
	fmt.Printf("%d images scored in %s", written, file)
	if skipped > 0 {
		fmt.Printf("; %d left out because they have no features", skipped)
	}
	fmt.Println()
}

// Prevalence shows what share of all images is estimated to show each class.
func (n *Notebook) Prevalence() Prevalences { return shown(n.Project.Prevalence()) }

// LearningCurve shows how well classifiers do that learn from fewer labelled images than there are, and so what more labels
// may bring.
func (n *Notebook) LearningCurve(options ...LearningCurveOptions) LearningCurve {
	var o LearningCurveOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	c, err := n.Project.LearningCurve(ctx, o, progress)
	done()
	check(err)
	fmt.Println(c)
	check(c.Chart().Show())
	return c
}

// Replay shows what ways of choosing would have been worth on the labelled images.
func (n *Notebook) Replay(options ...ReplayOptions) *Replay {
	var o ReplayOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := n.Project.Replay(ctx, o, progress)
	done()
	check(err)
	fmt.Println(r)
	if len(r.Strategies) > inOneChart {
		check(r.Sheet().Show())
	} else {
		check(r.Chart().Show())
	}
	return r
}

// Chart draws the curve with its intervals.
func (c LearningCurve) Chart() widgets.Chart {
	s := widgets.Series{Name: "mean AUC"}
	for _, p := range c {
		s.X, s.Y = append(s.X, p.Images), append(s.Y, float64(p.Figure.Value))
		s.Low, s.High = append(s.Low, float64(p.Figure.Low)), append(s.High, float64(p.Figure.High))
	}
	return widgets.Chart{Title: "What more labels bring", XName: "labelled images", YName: "mean AUC", Series: []widgets.Series{s}, Width: 480, Height: 280}
}
