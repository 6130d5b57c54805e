package studio

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// histogramBins is how many bars a histogram has, each of a twentieth of [0, 1]; the last one holds 1, too.
const histogramBins = 20

// histogramView counts the images by the model's score of one class. Rows without a score and excluded ones are left out.
type histogramView struct {
	Class  string           `json:"class"`
	Groups []histogramGroup `json:"groups"` // those of histogramGroups, in order
}

type histogramGroup struct {
	Name   string             `json:"name"`
	Counts [histogramBins]int `json:"counts"`
}

// histogramGroups are the sets of images that are counted apart: by what a person said of the class, and whether the image
// is held out.
var histogramGroups = []string{"present", "absent", "held out: present", "held out: absent", "not labelled"}

// groupOf is the index in histogramGroups.
func groupOf(value labels.Tri, held bool) int {
	switch {
	case value == labels.Unknown:
		return 4
	case value == labels.Present && held:
		return 2
	case value == labels.Present:
		return 0
	case held:
		return 3
	}
	return 1
}

// binOf is the bar of a score.
func binOf(score float32) int { return min(histogramBins-1, max(0, int(score*histogramBins))) }

// drawn is the last histogram that was counted.
type drawn struct {
	at      time.Time
	version int64
	stamp   string
	view    *histogramView
}

// chooseHistogram is the wish to see the scores of a class, "" for none.
func (s *Session) chooseHistogram(e host.Event) error {
	var data struct {
		Class string `json:"class"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if _, ok := s.project.Labels().Table().Class(data.Class); data.Class != "" && !ok {
		return wish("There is no class %q.", data.Class)
	}
	s.histogram, s.drawn, s.measured = data.Class, drawn{}, measured{}
	return nil
}

// histogramView counts the scores of the chosen class; nil without one, or without a model; s.mu is held.
func (s *Session) histogramView(now time.Time) *histogramView {
	scores, stamp := s.project.Scores()
	if s.histogram == "" || scores == nil {
		return nil
	}
	version := s.project.Labels().Version()
	if d := &s.drawn; d.at.IsZero() || d.stamp != stamp || d.version != version && now.Sub(d.at) >= stays {
		*d = drawn{now, version, stamp, s.countScores(scores)}
	}
	return s.drawn.view
}

func (s *Session) countScores(scores func(int) []float32) *histogramView {
	v := &histogramView{Class: s.histogram}
	for _, name := range histogramGroups {
		v.Groups = append(v.Groups, histogramGroup{Name: name})
	}
	s.scored(scores, s.histogram, func(row, group int, score float32) { v.Groups[group].Counts[binOf(score)]++ })
	return v
}

// scored goes through the usable rows, not excluded, that have a score of a class.
func (s *Session) scored(scores func(int) []float32, class string, each func(row, group int, score float32)) {
	t := s.project.Labels().Table()
	c, ok := t.Class(class)
	if !ok {
		return
	}
	for row := range min(t.Len(), len(s.sources.usable)) {
		if !s.sources.usable[row] || t.Excluded(row) {
			continue
		}
		if p := scores(row); c < len(p) && !math.IsNaN(float64(p[c])) {
			each(row, groupOf(t.Value(row, c), t.Validation(row)), p[c])
		}
	}
}

// openBar shows the images behind a bar of the histogram, those that the model is surest of first.
func (s *Session) openBar(e host.Event) error {
	var data struct {
		Class string `json:"class"`
		Group string `json:"group"` // "" for all
		Bin   int    `json:"bin"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	scores, _ := s.project.Scores()
	group := slices.Index(histogramGroups, data.Group)
	switch {
	case scores == nil:
		return wish("There are no scores yet; train first.")
	case data.Bin < 0 || data.Bin >= histogramBins || group < 0 && data.Group != "":
		return wish("There is no bar %d of %q.", data.Bin, data.Group)
	}
	var picks []Pick
	from, to := float64(data.Bin)/histogramBins, float64(data.Bin+1)/histogramBins
	s.scored(scores, data.Class, func(row, g int, score float32) {
		if binOf(score) == data.Bin && (group < 0 || g == group) {
			picks = append(picks, Pick{Row: row, Score: float64(score), Reason: fmt.Sprintf("%s scored %.3f, %s", data.Class, score, histogramGroups[g])})
		}
	})
	if len(picks) == 0 {
		return wish("No image has a score of %s from %.2f to %.2f there.", data.Class, from, to)
	}
	slices.SortStableFunc(picks, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
	what := data.Group
	if what == "" {
		what = "all"
	}
	return s.open(fmt.Sprintf("%s scored %.2f to %.2f, %s", data.Class, from, to, what), picks)
}
