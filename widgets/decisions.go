package widgets

import (
	"context"
	"errors"
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// Decisions shows what every threshold leads to, for some classes: curves with a slider, bars of the scores, and tables of
// counts. Every count opens its images. Classes and Open are needed.
type Decisions struct {
	Title    string
	Classes  []Deciding
	Matrices []Matrix

	// Open gives the images behind a count, at most n of them and how many there are, and what they are. It is not called
	// twice at a time, and gets the context of Run.
	Open func(ctx context.Context, o Opened, n int) (title string, total int, images []GridImage, err error)
}

// Deciding is one class of Decisions.
type Deciding struct {
	Name   string     `json:"name"`
	Points []Decision `json:"points"`           // the strictest threshold first
	Start  float64    `json:"start"`            // the threshold to begin with
	Groups []BarGroup `json:"groups,omitempty"` // how many images have which score
}

// Decision is what a threshold leads to.
type Decision struct {
	At             float64 `json:"at"` // a score of at least this counts as present
	TruePositives  int     `json:"tp"`
	FalsePositives int     `json:"fp"`
	FalseNegatives int     `json:"fn"`
	TrueNegatives  int     `json:"tn"`
}

// BarGroup is a part of the bars: how many of its images have a score in each of len(Counts) equal parts of 0 to 1.
type BarGroup struct {
	Name   string `json:"name"`
	Counts []int  `json:"counts"`
}

// Opened is the count that was pressed.
type Opened struct {
	Kind   string  // "decision", "bar" or "cell"
	Class  int     // of a decision or a bar
	Cell   string  // of a decision: tp, fp, fn or tn, or near: all with a label, those nearest to the threshold first
	At     float64 // of a decision
	Bin    int     // of a bar
	Matrix int     // of a cell
	Row    string  // of a cell
	Column string  // of a cell
}

// Run shows the decisions in the output of the cell, which it holds until Done is pressed or the cell is interrupted, and
// returns the threshold of each class. Curves, counts and the images opened last stay in the notebook. Where nobody can click
// it shows them and returns the thresholds to begin with.
//
// Errors: Open is missing; there are no classes, or one without points; the page cannot be served. What Open says is shown
// on the page.
func (d Decisions) Run(ctx context.Context) ([]float64, error) {
	errs := []error{}
	if d.Open == nil {
		errs = append(errs, errors.New("widgets.Decisions: Open is nil; want a function that gives the images behind a count"))
	}
	if len(d.Classes) == 0 {
		errs = append(errs, errors.New("widgets.Decisions: there are no Classes; want at least one"))
	}
	for i, c := range d.Classes {
		if len(c.Points) == 0 {
			errs = append(errs, fmt.Errorf("widgets.Decisions: Classes[%d] (%q) has no Points; want at least one threshold", i, c.Name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s := newDecisionsSession(ctx, d)
	err := host.Run(ctx, s, host.RunOptions{
		Title: orText(d.Title, "decisions"), Assets: Assets, Height: 640, Static: s.static, Page: d.shell().HTML,
	})
	return s.chosen(), err
}

// shell is the page around assets/decisionscell.mjs.
func (d Decisions) shell() host.Shell {
	return host.Shell{Title: orText(d.Title, "decisions"), Module: "assets/decisionscell.mjs",
		Styles: []string{"assets/widgets.css", "assets/measures.css", "assets/cell.css"}}
}

// StaticHTML is the curves of each class with what its threshold leads to, then the tables, for viewers that remove scripts.
// At has a threshold for each class. Errors: those of Chart.SVG.
func (d Decisions) StaticHTML(at []float64) (string, error) {
	var b strings.Builder
	for i, c := range d.Classes {
		roc, pr := c.charts()
		b.WriteString("<p>" + html.EscapeString(c.sentence(at[i])) + "</p>\n")
		text, err := ChartSheet{Charts: []Chart{roc, pr}}.StaticHTML()
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	for _, m := range d.Matrices {
		b.WriteString(m.StaticHTML())
	}
	return b.String(), nil
}

// point is the loosest of the thresholds that are not below at, or else the strictest.
func (c Deciding) point(at float64) (p Decision) {
	for i, q := range c.Points {
		if i == 0 || q.At >= at {
			p = q
		}
	}
	return p
}

// sentence says what a threshold leads to.
func (c Deciding) sentence(at float64) string {
	p := c.point(at)
	return fmt.Sprintf("%s, present from %.3f on: %d found, %d missed, %d false alarms, %d rightly absent; precision %s, recall %s", c.Name, at,
		p.TruePositives, p.FalseNegatives, p.FalsePositives, p.TrueNegatives,
		shareText(p.TruePositives, p.TruePositives+p.FalsePositives), shareText(p.TruePositives, p.TruePositives+p.FalseNegatives))
}

func shareText(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", float64(n)/float64(of))
}

// charts are recall over false alarms and precision over recall.
func (c Deciding) charts() (roc, pr Chart) {
	share := func(n, of int) float64 {
		if of == 0 {
			return math.NaN()
		}
		return float64(n) / float64(of)
	}
	up, precision := Series{Name: "recall", X: []float64{0}, Y: []float64{0}}, Series{Name: "precision"}
	for _, p := range c.Points {
		recall := share(p.TruePositives, p.TruePositives+p.FalseNegatives)
		up.X, up.Y = append(up.X, share(p.FalsePositives, p.FalsePositives+p.TrueNegatives)), append(up.Y, recall)
		precision.X, precision.Y = append(precision.X, recall), append(precision.Y, share(p.TruePositives, p.TruePositives+p.FalsePositives))
	}
	chart := Chart{XName: "false alarms", YName: "recall", Series: []Series{up}, Shares: true, Width: 340, Height: 240}
	roc, pr = chart, chart
	roc.Title = c.Name + ": ROC"
	pr.Title, pr.XName, pr.YName, pr.Series = c.Name+": precision and recall", "recall", "precision", []Series{precision}
	return roc, pr
}
