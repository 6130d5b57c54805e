package patchwork

import (
	"context"
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

// AgreementReport says how far annotators agree; docs/agreement.md has the formulas.
type AgreementReport = agreement.Report

// AgreementOptions says how to measure agreement. The zero value is a good default.
type AgreementOptions struct {
	Rule       string // what counts where people disagree; "" is the project's rule, see SetRule
	Replicates int    // of the bootstrap behind the intervals; 0 means 1000
	Seed       uint64 // of the bootstrap, added to the project's seed
}

// Agreement measures how far annotators agree about each class and over all: raw agreement, Cohen's kappa for each pair,
// Fleiss' kappa, Krippendorff's alpha, and what blind repeats say. The same seed and journals give the same report.
//
// Errors: an unknown rule, or one that names somebody who has labelled nothing; a journal that cannot be read.
func (p *Project) Agreement(ctx context.Context, o AgreementOptions) (AgreementReport, error) {
	rule, err := p.rule(o.Rule)
	if err != nil {
		return AgreementReport{}, err
	}
	v, _, err := p.opinions()
	if err != nil {
		return AgreementReport{}, err
	}
	return v.Measure(ctx, agreement.Options{Rule: rule, Replicates: o.Replicates, Seed: p.Settings().Seed + o.Seed})
}

// opinions is who said what, and how many journal events that contains.
func (p *Project) opinions() (v *agreement.View, version int64, err error) {
	p.mu.Lock()
	s, err := p.journal()
	p.mu.Unlock()
	if err != nil {
		return nil, 0, err
	}
	version = s.Version() // read first: the view then holds at least these events
	v, err = agreement.Read(s)
	return v, version, err
}

// rule reads the name of a rule; "" is that of the project.
func (p *Project) rule(text string) (agreement.Rule, error) {
	if text == "" {
		text = p.Settings().Rule
	}
	return agreement.ParseRule(text)
}

// LabelsUnder is the label table under a rule: "latest", "unanimous", "majority" or "priority: anna > bob"; "" is the
// project's rule. Train, Evaluate and ExportLabels use the latter.
//
// Errors: an unknown rule, or one that names somebody who has labelled nothing.
func (p *Project) LabelsUnder(rule string) (*labels.Table, error) {
	t, _, err := p.labelsUnder(rule)
	return t, err
}

func (p *Project) labelsUnder(text string) (t *labels.Table, version int64, err error) {
	rule, err := p.rule(text)
	if err != nil {
		return nil, 0, err
	}
	if rule.Kind == agreement.Latest {
		return p.labelsNow()
	}
	v, version, err := p.opinions()
	if err != nil {
		return nil, 0, err
	}
	t, err = v.Merge(rule)
	return t, version, err
}

// SetRule keeps in project.yaml what counts where people disagree, for Train, Evaluate and ExportLabels. The labels
// that the studio shows, labels.csv and Suggest stay those of the rule "latest".
//
// Errors: an unknown rule, or one that names somebody who has labelled nothing; project.yaml cannot be written.
func (p *Project) SetRule(text string) error {
	rule, err := agreement.ParseRule(text)
	if err != nil {
		return err
	}
	if _, _, err := p.labelsUnder(rule.String()); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := readSettings(p.dir) // another process may have changed other fields
	if err != nil {
		return err
	}
	s.Rule = ""
	if rule.Kind != agreement.Latest {
		s.Rule = rule.String()
	}
	if err := s.write(p.dir); err != nil {
		return err
	}
	p.settings.Rule = s.Rule
	return nil
}

// Disagreement is a class of an image about which people differ.
type Disagreement struct {
	Image string `json:"image"`
	agreement.Dispute
}

// Disagreements is the queue of them, the most disputed first.
type Disagreements []Disagreement

// String is a line for each: the image, the class and who said what.
func (d Disagreements) String() string {
	if len(d) == 0 {
		return "nobody disagrees about what was asked for"
	}
	var b strings.Builder
	for _, x := range d {
		fmt.Fprintf(&b, "%s\t%v\n", x.Image, x.Dispute)
	}
	return strings.TrimRight(b.String(), "\n")
}

// DisagreementOptions choose among disagreements: those of one class, the first N, the decided ones.
type DisagreementOptions = agreement.DisputeOptions

// Disagreements lists what people differ about and nobody has decided, the most disputed first; with o.Decided what
// somebody has decided.
//
// Errors: an unknown class; a negative N; a journal that cannot be read.
func (p *Project) Disagreements(ctx context.Context, o DisagreementOptions) (Disagreements, error) {
	v, _, err := p.opinions()
	if err != nil {
		return nil, err
	}
	list, err := v.Disputes(o)
	if err != nil {
		return nil, err
	}
	index := p.Images()
	out := make(Disagreements, len(list))
	for i, d := range list {
		out[i] = Disagreement{index.At(d.Row).ID, d}
	}
	return out, ctx.Err()
}

// Decide settles what people differ about: whatever they said, the class has this value under every rule, until
// somebody says something else later. Unknown takes a decision back.
//
// Errors: as Apply.
func (p *Project) Decide(ctx context.Context, image, class string, value labels.Tri) error {
	return p.Apply(ctx, labels.Event{
		Kind: labels.KindLabel, Set: []labels.Change{{Class: class, Value: int8(value), Images: []string{image}}},
		Shown: &labels.Shown{Strategy: agreement.Adjudication}, Source: "api",
	})
}

// RepeatOptions say which images to show again; see agreement.RepeatOptions.
type RepeatOptions = agreement.RepeatOptions

// Repeats draws images to be labelled again without their labels being seen, for this annotator unless o names another.
// The project's seed is added to o.Seed; images that cannot be used are left out. What is labelled then must be applied
// with agreement.BlindRepeat as Shown.Strategy.
//
// Errors: options out of range; a journal that cannot be read.
func (p *Project) Repeats(o RepeatOptions) (rows []int, err error) {
	v, _, err := p.opinions()
	if err != nil {
		return nil, err
	}
	if o.Annotator == "" {
		o.Annotator = annotator()
	}
	if o.Usable == nil {
		o.Usable = p.Images().Usable
	}
	o.Seed += p.Settings().Seed
	return v.Repeats(o)
}
