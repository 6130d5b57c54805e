package audit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Step is how far a model agrees with the one before it.
type Step struct {
	Images int `json:"labelled"` // labelled images that the later one learned from
	Agreement
}

// The bounds of the advice.
const (
	Stable  = 0.99 // mean kappa of the last Window agreements
	Window  = 3
	Worth   = 0.01 // of accuracy that the next labels must be expected to add
	Narrow  = 0.10 // width of the interval of the accuracy
	telling = 20   // audit images below which nothing is said
)

// Advice is whether to go on labelling.
type Advice struct {
	CouldStop bool   `json:"could_stop"`
	Text      string `json:"text"` // a sentence with its numbers

	Kappa   evaluate.Number `json:"kappa"`   // mean of the last Window agreements; null with fewer
	Changed evaluate.Number `json:"changed"` // share of answers, mean of the same
	Class   string          `json:"class"`   // that lacks most; "" where none stands out
	Wanted  int             `json:"wanted"`  // further audit images that would make the interval narrow; 0 where it is
}

// Advise says whether to go on. Labelling could stop when all three hold: the predictions are stable (mean kappa of the last three
// trainings 0.99 or more), the next labels are expected to add less than 0.01 of accuracy, and the accuracy is known well enough (an interval of 0.1 or
// less). r may be nil where nothing was measured, with audit images that there are.
//
// Source of the first: Bloodgood and Vijay-Shanker 2009, CoNLL, pages 39-47. The bounds are those of the paper for kappa; the other two are ours.
func Advise(r *Result, steps []Step, images int) Advice {
	a := Advice{Kappa: nan, Changed: nan}
	if n := len(steps); n >= Window {
		a.Kappa, a.Changed = 0, 0
		for _, s := range steps[n-Window:] {
			a.Kappa, a.Changed = a.Kappa+s.Kappa/Window, a.Changed+s.Changed/Window
		}
	}
	stable := a.Kappa.Known() && a.Kappa >= Stable
	if r == nil || r.Audit < telling {
		if r != nil {
			images = r.Audit
		}
		a.Text = fmt.Sprintf("Too early to tell: %s labelled, and %d are needed before a figure means anything. Go on", count(images, "audit image"), telling)
		if a.Kappa.Known() {
			a.Text += "; " + steadiness(a)
		}
		a.Text += "."
		return a
	}
	width := float64(r.Accuracy.High - r.Accuracy.Low)
	if width > Narrow { // the width falls with the square root
		a.Wanted = int(math.Ceil(float64(r.Audit)*(width/Narrow)*(width/Narrow))) - r.Audit
	}
	a.Class = r.weakest()
	settled := r.Next.Figure.Value.Known() && r.Next.Figure.Value < Worth
	a.CouldStop = stable && settled && a.Wanted == 0
	known := fmt.Sprintf("accuracy %s by %d audit images", said(r.Accuracy), r.Audit)
	gain := "what more labels bring cannot be told yet"
	if r.Next.Figure.Value.Known() {
		gain = fmt.Sprintf("the next %d labels are expected to add %s", r.Next.Images, said(r.Next.Figure))
	}
	steady := steadiness(a)
	switch {
	case a.CouldStop:
		a.Text = fmt.Sprintf("Could stop: %s; %s; %s.", steady, known, gain)
	case stable && settled:
		a.Text = fmt.Sprintf("Could nearly stop: %s and %s, but %s. About %d more audit images would say it to ±%.2f: choose random.", steady, gain, known, a.Wanted, Narrow/2)
	default:
		a.Text = fmt.Sprintf("Go on: %s; %s; %s.", gain, steady, known)
	}
	if a.Class != "" {
		verb := " Most is missing in"
		if a.CouldStop {
			verb = " If you go on, label"
		}
		a.Text += fmt.Sprintf("%s %s: %s.", verb, a.Class, r.lacks(a.Class))
	}
	return a
}

func steadiness(a Advice) string {
	if !a.Kappa.Known() {
		return "too few trainings to see whether the answers are stable"
	}
	return fmt.Sprintf("the last %d trainings changed %.1f %% of the answers (kappa %.3f)", Window, 100*float64(a.Changed), float64(a.Kappa))
}

// said is a figure in a sentence.
func said(i evaluate.Interval) string {
	return fmt.Sprintf("%.2f (%.2f to %.2f)", float64(i.Value), float64(i.Low), float64(i.High))
}

// weakest is the class whose F1 on the audit is lowest and clearly below the mean of all, with the F1 of a class of which half a dozen
// images are not enough drawn towards it; "" if none stands out.
func (r *Result) weakest() string {
	type shaky struct {
		class string
		f1    float64
	}
	var list []shaky
	sum := 0.0
	for _, c := range r.Classes {
		if c.Figures.F1.Value.Known() {
			sum += float64(c.Figures.F1.Value)
			list = append(list, shaky{c.Class, float64(c.Figures.F1.Value)})
		}
	}
	overall := sum / float64(len(list))
	for i, s := range list {
		k := slices.IndexFunc(r.Classes, func(c Class) bool { return c.Class == s.class })
		x := r.Classes[k].Figures.Confusion
		n := float64(x.TruePositives + x.FalsePositives + x.FalseNegatives)
		list[i].f1 = (s.f1*n + overall*prior) / (n + prior)
	}
	slices.SortStableFunc(list, func(a, b shaky) int { return cmp.Compare(a.f1, b.f1) })
	if len(list) < 2 || list[0].f1 > overall-0.1 {
		return ""
	}
	return list[0].class
}

// prior is how many images the mean F1 of all classes counts as.
const prior = 5

// lacks says what is wrong with a class.
func (r *Result) lacks(class string) string {
	for _, c := range r.Classes {
		if c.Class == class {
			x := c.Figures.Confusion
			parts := []string{fmt.Sprintf("%d of its %d audit images are found", x.TruePositives, x.TruePositives+x.FalseNegatives)}
			if x.FalsePositives > 0 {
				parts = append(parts, count(x.FalsePositives, "false alarm"))
			}
			return strings.Join(parts, ", ")
		}
	}
	return ""
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
