package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// AuditCurve is the chart of an audit: the accuracy over the number of labels, as they were chosen, with its interval, and
// what random would have given. r may be nil.
func AuditCurve(r *audit.Result) widgets.Chart {
	c := widgets.Chart{Title: "Is labelling paying?", XName: "labelled images", YName: "accuracy on the audit", Width: 480, Height: 300}
	if r == nil {
		return c
	}
	add := func(name string, dashed bool, points []audit.Point) {
		s := widgets.Series{Name: name, Dashed: dashed}
		for _, p := range points {
			s.X, s.Y = append(s.X, float64(p.Images)), append(s.Y, float64(p.Figure.Value))
			s.Low, s.High = append(s.Low, float64(p.Figure.Low)), append(s.High, float64(p.Figure.High))
		}
		c.Series = append(c.Series, s)
	}
	add("as chosen", false, r.Chosen)
	add("at random, estimated", true, r.Random)
	return c
}

// auditing is the audit that runs, and what the last one said.
type auditing struct {
	job
	again   bool // one more is due when that has ended
	result  *audit.Result
	advice  audit.Advice
	option  json.RawMessage
	picture string
}

// auditView is it for a page.
type auditView struct {
	jobView                 // of the audit that runs; done and total are trainings
	Advice  string          `json:"advice"`
	Stop    bool            `json:"stop,omitempty"` // labelling could stop
	Images  int             `json:"images"`         // of the audit
	Wrong   int             `json:"wrong"`          // of them
	Option  json.RawMessage `json:"option,omitempty"`
	SVG     string          `json:"svg,omitempty"`
	Classes []auditedView   `json:"classes"`
}

// auditOnly is the part of the view that a running audit changes.
type auditOnly struct {
	Audit *auditView `json:"audit"`
}

// Key lets a slow page skip all but the latest.
func (auditOnly) Key() string { return "audit" }

// auditedView is a class on the audit.
type auditedView struct {
	Name  string  `json:"name"`
	Shown int     `json:"shown"` // audit images that show it
	Found *number `json:"found"` // share of them
	Low   *number `json:"low"`
	High  *number `json:"high"`
	Wrong int     `json:"wrong"` // mistakes about it
}

// quick is how long a training may take for the audit, which is some ten times as much work, to follow by itself.
const quick = 5 * time.Second

// startAudit measures in the background, so that labelling goes on; s.mu is held. It gives way to a training.
func (s *Session) startAudit() {
	if s.training.cancel != nil || s.closed {
		return
	}
	if s.audit.cancel != nil { // of what was before the training
		s.audit.again = true
		s.audit.cancel()
		return
	}
	ctx, cancel := s.audit.begin()
	go func() {
		defer cancel()
		result, advice, err := s.project.AuditNow(ctx, func(step string, done, total int) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.audit.heard(step, done, total) {
				s.push(auditOnly{s.auditView()})
			}
		})
		s.mu.Lock()
		defer s.mu.Unlock()
		again := s.audit.again
		s.audit.cancel, s.audit.again = nil, false
		if again {
			s.startAudit()
		}
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			s.audit.failed = err.Error()
		default:
			s.audited(result, advice)
		}
		if !s.closed {
			s.pushAll()
		}
	}()
}

// audited takes up what an audit says; s.mu is held or s not yet shared.
func (s *Session) audited(r *audit.Result, advice audit.Advice) {
	s.audit.result, s.audit.advice, s.audit.option, s.audit.picture = r, advice, nil, ""
	if r == nil {
		return
	}
	chart := AuditCurve(r)
	chart.Title, chart.Series = "", chart.Series[:2] // there is no room for the bounds, which the advice has, nor need for the title of the panel
	if option, err := chart.Option(); err == nil {
		s.audit.option = option
	}
	if svg, err := chart.DataURI(); err == nil {
		s.audit.picture = svg
	}
}

// measureAudit is the wish of a person for an audit now.
func (s *Session) measureAudit() error {
	switch {
	case s.training.cancel != nil:
		return wish("The audit follows the training that runs.")
	case s.audit.cancel != nil:
		return wish("The audit is being measured already.")
	}
	s.startAudit()
	return nil
}

func (s *Session) auditView() *auditView {
	a := &s.audit
	v := &auditView{jobView: a.view(), Advice: a.advice.Text, Stop: a.advice.CouldStop, Option: a.option, SVG: a.picture, Classes: []auditedView{}}
	if a.result == nil {
		return v
	}
	v.Images = a.result.Audit
	images, of := map[int]bool{}, map[string]int{}
	for _, w := range a.result.Wrong {
		images[w.Row] = true
		of[w.Class]++
	}
	v.Wrong = len(images)
	for _, c := range a.result.Classes {
		m := c.Figures
		v.Classes = append(v.Classes, auditedView{c.Class, m.Present, figure(float64(m.Recall.Value)), figure(float64(m.Recall.Low)), figure(float64(m.Recall.High)), of[c.Class]})
	}
	return v
}

// openWrong shows the audit images that a model without them got wrong, about a class or about any, the surest mistakes first.
func (s *Session) openWrong(e host.Event) error {
	var data struct {
		Class string `json:"class"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	name := "audit, wrong"
	if data.Class != "" {
		name += " about " + data.Class
	}
	var picks []Pick
	at := map[int]int{}
	if s.audit.result != nil {
		for _, w := range s.audit.result.Wrong {
			if data.Class != "" && w.Class != data.Class || w.Row >= s.project.Images().Len() {
				continue
			}
			reason := fmt.Sprintf("%s: %s by %.2f", w.Class, w.Said, w.Score)
			if i, ok := at[w.Row]; ok {
				picks[i].Reason += "; " + reason
				continue
			}
			at[w.Row] = len(picks)
			picks = append(picks, Pick{Row: w.Row, Score: w.Score, Reason: reason})
		}
	}
	if len(picks) == 0 {
		return wish("The model got no such audit image wrong.")
	}
	return s.open(name, picks)
}
