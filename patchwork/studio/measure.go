package studio

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// measureView says how well the chosen class is told apart at every threshold, which classes its images are taken for, and
// which classes are on one image with it.
type measureView struct {
	Class    string         `json:"class"`
	Training bool           `json:"training"` // of the images learned from, and not of those held out
	Points   []decisionView `json:"points"`   // the strictest threshold first; empty where no label is known
	Taken    *matrixView    `json:"taken"`    // null where the class excludes no other
	Together *matrixView    `json:"together"`
}

// decisionView is what a threshold leads to.
type decisionView struct {
	At             float64 `json:"at"` // a score of at least this counts as present
	TruePositives  int     `json:"tp"`
	FalsePositives int     `json:"fp"`
	FalseNegatives int     `json:"fn"`
	TrueNegatives  int     `json:"tn"`
}

// matrixView is a table of counts.
type matrixView struct {
	Names  []string `json:"names"` // of the rows and of the columns
	Counts [][]int  `json:"counts"`
	Left   int      `json:"left"` // images that could not be counted
}

// measured is the last measurement.
type measured struct {
	at      time.Time
	version int64
	stamp   string
	view    *measureView
}

// chooseMeasure is the wish to see, or not to see any more, how well the class of the histogram is told apart.
func (s *Session) chooseMeasure(e host.Event) error {
	var data struct {
		On       bool `json:"on"`
		Training bool `json:"training"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	s.measuring, s.learned, s.measured = data.On, data.Training, measured{}
	return nil
}

// measureView measures the class of the histogram, if that is wished; s.mu is held.
func (s *Session) measureView(now time.Time) *measureView {
	scores, stamp := s.project.Scores()
	if !s.measuring || s.histogram == "" || scores == nil {
		return nil
	}
	version := s.project.Labels().Version()
	if m := &s.measured; m.at.IsZero() || m.stamp != stamp || m.version != version && now.Sub(m.at) >= stays {
		*m = measured{now, version, stamp, s.measure(scores)}
	}
	return s.measured.view
}

func (s *Session) measure(scores func(int) []float32) *measureView {
	v := &measureView{Class: s.histogram, Training: s.learned, Points: []decisionView{}}
	var of []float32
	var truth []labels.Tri
	s.scored(scores, s.histogram, func(_, group int, score float32) {
		if value, ok := s.onSide(group); ok {
			of, truth = append(of, score), append(truth, value)
		}
	})
	if curve, err := evaluate.NewCurve(of, truth); err == nil {
		for _, p := range curve.Thin(0) {
			v.Points = append(v.Points, decisionView{p.Threshold, p.TruePositives, p.FalsePositives, p.FalseNegatives, p.TrueNegatives})
		}
	}
	t := s.project.Labels().Table()
	if group := groupWith(t, s.histogram); group != nil {
		if m, err := evaluate.NewMatrix(evaluate.Data{Table: t, Scores: scores}, group, s.learned, nil); err == nil {
			v.Taken = &matrixView{m.Classes, m.Counts, m.Unknown + m.Several + m.Unscored}
		}
	}
	if together := evaluate.NewCooccurrence(t); len(together.Classes) > 1 {
		v.Together = &matrixView{Names: together.Classes, Counts: together.Both}
	}
	return v
}

// onSide says whether images of a group of the histogram are of the side that is measured, and what they were labelled.
func (s *Session) onSide(group int) (labels.Tri, bool) {
	for _, value := range []labels.Tri{labels.Present, labels.Absent} {
		if group == groupOf(value, !s.learned) {
			return value, true
		}
	}
	return labels.Unknown, false
}

// groupWith are the classes that a class excludes, and itself; nil if it excludes none.
func groupWith(t *labels.Table, class string) []string {
	for _, group := range t.Groups() {
		if slices.Contains(group, class) {
			return group
		}
	}
	return nil
}

// decisions are the cells of a table of two by two, as a page names them.
var decisions = map[string]struct {
	truth labels.Tri
	said  bool
	name  string
}{
	"tp": {labels.Present, true, "found"}, "fn": {labels.Present, false, "missed"},
	"fp": {labels.Absent, true, "false alarms"}, "tn": {labels.Absent, false, "rightly absent"},
}

// openDecision shows the images of one of the four cells at a threshold: the worst mistakes first, and of what is right
// that which is nearest to the threshold.
func (s *Session) openDecision(e host.Event) error {
	var data struct {
		Cell string  `json:"cell"`
		At   float64 `json:"at"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	scores, _ := s.project.Scores()
	cell, ok := decisions[data.Cell]
	if !ok || scores == nil || s.histogram == "" {
		return wish("There is nothing to open of that kind.")
	}
	var picks []Pick
	s.scored(scores, s.histogram, func(row, group int, score float32) {
		if value, ok := s.onSide(group); ok && value == cell.truth && (float64(score) >= data.At) == cell.said {
			picks = append(picks, Pick{Row: row, Score: float64(score), Reason: fmt.Sprintf("%s: labelled %s, scored %.3f", s.histogram, cell.truth, score)})
		}
	})
	if len(picks) == 0 {
		return wish("There is no such image.")
	}
	wrong := cell.said != (cell.truth == labels.Present)
	slices.SortStableFunc(picks, func(a, b Pick) int {
		x, y := math.Abs(a.Score-data.At), math.Abs(b.Score-data.At)
		if wrong {
			return cmp.Compare(y, x)
		}
		return cmp.Compare(x, y)
	})
	return s.open(fmt.Sprintf("%s from %.3f on, %s", s.histogram, data.At, cell.name), picks)
}

// openCell shows the images of a cell of one of the two matrices.
func (s *Session) openCell(e host.Event) error {
	var data struct {
		Of     string `json:"of"` // taken, or together
		Row    string `json:"row"`
		Column string `json:"column"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	t := s.project.Labels().Table()
	scores, _ := s.project.Scores()
	if data.Of == "taken" && scores != nil {
		group := groupWith(t, data.Row)
		var rows []int
		_, err := evaluate.NewMatrix(evaluate.Data{Table: t, Scores: scores}, group, s.learned, func(row, is, answer int) {
			if group[is] == data.Row && group[answer] == data.Column {
				rows = append(rows, row)
			}
		})
		if err != nil {
			return wish("%v", err)
		}
		return s.openRows(fmt.Sprintf("%s taken for %s", data.Row, data.Column), fmt.Sprintf("labelled %s, and %s scores highest", data.Row, data.Column), rows)
	}
	a, known := t.Class(data.Row)
	b, also := t.Class(data.Column)
	if data.Of != "together" || !known || !also {
		return wish("There is no cell of %q and %q.", data.Row, data.Column)
	}
	var rows []int
	for row := range t.Len() {
		if t.Value(row, a) == labels.Present && t.Value(row, b) == labels.Present {
			rows = append(rows, row)
		}
	}
	if a == b {
		return s.openRows(data.Row, fmt.Sprintf("%s is present", data.Row), rows)
	}
	return s.openRows(fmt.Sprintf("%s and %s", data.Row, data.Column), fmt.Sprintf("%s and %s are both present", data.Row, data.Column), rows)
}
