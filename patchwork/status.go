package patchwork

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Status says where a project stands.
type Status struct {
	Project  string              `json:"project"`
	Images   int                 `json:"images"`
	Usable   int                 `json:"usable"`
	Problems []Problem           `json:"problems,omitempty"` // images that are skipped everywhere, and why
	Labelled int                 `json:"labelled"`           // images with every class known
	Partial  int                 `json:"partial"`            // images with some classes known
	Excluded int                 `json:"excluded"`
	Held     int                 `json:"validation"` // images held out
	Classes  []labels.ClassCount `json:"classes"`
	Features *FeatureStatus      `json:"features,omitempty"`
	Model    *ModelStatus        `json:"model,omitempty"`
	Rule     string              `json:"rule,omitempty"`     // what counts where annotators disagree, if it is not the label set last
	Studio   string              `json:"studio,omitempty"`   // address of the running studio, without its token
	Warnings []string            `json:"warnings,omitempty"` // what could not be read, and what the journals' readers passed over
}

// Problem is an image that cannot be used.
type Problem struct {
	Image  string `json:"image"`
	Reason string `json:"reason"`
}

// FeatureStatus describes the features in use.
type FeatureStatus struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Dim  int    `json:"dim"`
	Rows int    `json:"rows"` // usable images whose features are of their present content

	imported bool // ImportFeatures brings more, and not Embed
}

// ModelStatus describes the trained classifier.
type ModelStatus struct {
	Trained   time.Time `json:"trained"`
	Classes   []string  `json:"classes"`
	NewLabels int64     `json:"new_events"` // journal events since it was trained
}

// Status counts images and labels and describes features and model.
func (p *Project) Status() (Status, error) {
	index := p.Images()
	s := Status{Project: p.Name(), Images: index.Len(), Problems: problems(index)}
	s.Usable = s.Images - len(s.Problems)
	t, version, err := p.labelsNow()
	if err != nil {
		return s, err
	}
	s.Classes, s.Rule = t.Counts(), p.Settings().Rule
	for row := range t.Len() {
		switch t.Status(row) {
		case labels.Labelled:
			s.Labelled++
		case labels.Partial:
			s.Partial++
		}
		if t.Excluded(row) {
			s.Excluded++
		}
		if t.Validation(row) {
			s.Held++
		}
	}
	p.mu.Lock()
	s.Warnings = p.store.Warnings()
	p.mu.Unlock()
	if f, err := p.Features(); err == nil {
		s.Features = &FeatureStatus{ID: f.Spec().ID, Name: f.Spec().Name, Dim: f.Dim(), imported: f.Spec().Width == 0}
		row := featureRow(f, index)
		for i := range index.Len() {
			if row(i) != nil {
				s.Features.Rows++
			}
		}
		f.Close()
	} else if !errors.Is(err, ErrNoFeatures) || p.Settings().Features != "" {
		s.Warnings = append(s.Warnings, err.Error())
	}
	if info, err := classify.ReadInfo(p.path("models", modelName)); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.Warnings = append(s.Warnings, err.Error())
		}
	} else {
		s.Model = &ModelStatus{Trained: info.Trained, Classes: info.Classes, NewLabels: max(0, version-info.JournalVersion)}
	}
	if record, alive, err := host.Find(p.dir); err == nil && alive {
		s.Studio = record.URL
	}
	return s, nil
}

func problems(index *imageset.Index) []Problem {
	var out []Problem
	for _, row := range index.Problems() {
		image := index.At(row)
		out = append(out, Problem{Image: image.ID, Reason: image.Problem})
	}
	return out
}

// String is the status as a few lines of text with a table of the classes.
func (s Status) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d images", s.Project, s.Images)
	if n := len(s.Problems); n > 0 {
		fmt.Fprintf(&b, " (%d cannot be used)", n)
	}
	fmt.Fprintf(&b, "; %d fully labelled, %d partly, %d excluded, %d held out for validation\n", s.Labelled, s.Partial, s.Excluded, s.Held)
	switch {
	case s.Features == nil:
		b.WriteString("features: none yet\n")
	default:
		fmt.Fprintf(&b, "features: %s, %d numbers for each of %d images", s.Features.Name, s.Features.Dim, s.Features.Rows)
		if n := s.Usable - s.Features.Rows; n > 0 {
			waits := "embed"
			if s.Features.imported {
				waits = "import-features"
			}
			fmt.Fprintf(&b, "; %d more wait for %s", n, waits)
		}
		b.WriteByte('\n')
	}
	switch {
	case s.Model == nil:
		b.WriteString("model: none yet\n")
	default:
		fmt.Fprintf(&b, "model: trained %s, %d label events since\n", s.Model.Trained.Local().Format("2006-01-02 15:04"), s.Model.NewLabels)
	}
	if s.Rule != "" {
		fmt.Fprintf(&b, "where people differ: train, evaluate and export-labels go by the rule %s; here the label set last counts\n", s.Rule)
	}
	if len(s.Classes) > 0 {
		w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "class\tpresent\tabsent\tunknown\theld out: present\tabsent\t")
		for _, c := range s.Classes {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t\n", c.Class, c.Train.Present, c.Train.Absent, c.Train.Unknown, c.Validation.Present, c.Validation.Absent)
		}
		w.Flush()
	}
	for i, problem := range s.Problems {
		if i == 5 {
			fmt.Fprintf(&b, "... and %d more images that cannot be used\n", len(s.Problems)-i)
			break
		}
		fmt.Fprintf(&b, "skipped %s: %s\n", problem.Image, problem.Reason)
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}
