package studio

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// peopleView says how far people agree, in the words and figures of a page.
type peopleView struct {
	Running bool         `json:"running,omitempty"` // it is being measured
	Failed  string       `json:"failed,omitempty"`
	When    string       `json:"when,omitempty"`
	People  []personView `json:"people"`
	Classes []agreeView  `json:"classes"` // the last one is all classes together
	Open    int          `json:"open"`    // disagreements that nobody has decided
	Decided int          `json:"decided"`
	Repeats []string     `json:"repeats"` // what blind repeats say, a sentence each
}

type personView struct {
	Name   string `json:"name"`
	Images int    `json:"images"`
	Labels int    `json:"labels"`
}

// agreeView is how far people agree about a class. Figures are null where the labels cannot give them.
type agreeView struct {
	Name      string  `json:"name"`
	Agreement *number `json:"agreement"` // share of pairs of labels that are alike
	Alpha     *number `json:"alpha"`     // Krippendorff's
	Low       *number `json:"low"`       // of the interval of alpha
	High      *number `json:"high"`
	Kappa     *number `json:"kappa"` // Cohen's where two people labelled, Fleiss' where more did
}

// replicates is how many times labels are drawn again for the intervals on the page: enough for two digits.
const replicates = 200

// measurePeople measures agreement in the background, so that labelling goes on; all pages are shown the result.
func (s *Session) measurePeople(host.Event) error {
	if s.people != nil && s.people.Running {
		return nil
	}
	if s.people == nil {
		s.people = &peopleView{}
	}
	running := *s.people
	running.Running, running.Failed = true, ""
	s.people = &running
	go func() {
		r, err := s.project.Agreement(context.Background(), replicates)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed {
			return
		}
		if err != nil {
			s.people = &peopleView{Failed: err.Error()}
		} else {
			s.people = peopleOf(r, time.Now())
		}
		s.pushAll()
	}()
	return nil
}

func peopleOf(r agreement.Report, now time.Time) *peopleView {
	v := &peopleView{When: now.Format("15:04"), People: []personView{}, Classes: []agreeView{}, Open: r.Open, Decided: r.Decided, Repeats: []string{}}
	for _, a := range r.Annotators {
		v.People = append(v.People, personView{a.Name, a.Images, a.Labels})
	}
	for _, c := range r.Classes {
		kappa := c.Fleiss.Kappa
		if len(r.Annotators) == 2 && len(c.Pairs) == 1 {
			kappa = c.Pairs[0].Kappa
		}
		v.Classes = append(v.Classes, agreeOf(c.Class, c.Agreement, c.Alpha, kappa))
	}
	v.Classes = append(v.Classes, agreeOf("all", r.Agreement, r.Alpha, agreement.Figure{Value: math.NaN()}))
	for _, again := range r.Repeats {
		of := again.Of
		if of == again.Annotator {
			of = "before"
		}
		v.Repeats = append(v.Repeats, fmt.Sprintf("%s, as %s: %s alike on %s", again.Annotator, of, again.Agreement, count(again.Agreement.Rows, "image")))
	}
	return v
}

func agreeOf(name string, share, alpha, kappa agreement.Figure) agreeView {
	return agreeView{name, figure(share.Value), figure(alpha.Value), figure(alpha.Low), figure(alpha.High), figure(kappa.Value)}
}

// figure is nil for what is not defined.
func figure(v float64) *number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	n := number(v)
	return &n
}

// chooseRule keeps in the project what counts where people differ.
func (s *Session) chooseRule(e host.Event) error {
	var data struct {
		Rule string `json:"rule"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if err := s.project.SetRule(data.Rule); err != nil {
		return wish("%v", err)
	}
	s.message = fmt.Sprintf("Where people differ, training and exports take: %s.", cmp.Or(data.Rule, "latest"))
	return nil
}

// openAlike shows the images that look like some, or, without any, the next ones that look like each other.
func (s *Session) openAlike(ctx context.Context, e host.Event) error {
	var t target
	if err := decode(e, &t); err != nil {
		return err
	}
	rows, err := s.resolve(t)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return wish("No image was named that others could look like.")
	}
	if len(rows) > mostAlike {
		return wish("Images can be found that look like up to %d; %d are selected.", mostAlike, len(rows))
	}
	own := map[int]bool{}
	for _, row := range rows {
		own[row] = true
	}
	picks, err := s.project.Alike(ctx, rows, s.query(alikeListed, func(row int) bool { return own[row] }))
	if err != nil {
		return wish("%v", err)
	}
	if len(picks) == 0 {
		return wish("No image that is chosen looks like that: %s.", s.describeChoice())
	}
	name := "like " + path.Base(s.project.Images().At(rows[0]).ID)
	if len(rows) > 1 {
		name = fmt.Sprintf("like %d images", len(rows))
	}
	s.openAs(name, "similar", picks)
	return nil
}

// The most images that others are compared with, and how many of those others are listed.
const (
	mostAlike   = 100
	alikeListed = 2000
)
