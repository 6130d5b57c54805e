package patchwork

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// AuditOptions says how to measure. The zero value is a good default.
type AuditOptions struct {
	Next  int               // further labels whose gain is expected; 0 means a quarter of those at hand, at least 50
	Seed  uint64            // added to the project's seed
	Train *classify.Options // of each training; nil means those of the present model, or the defaults
}

// Audit says whether choosing what to label pays, and whether to go on.
type Audit struct {
	*audit.Result `json:"result"` // null with too few audit images
	Steps         []audit.Step    `json:"trainings"` // how far each training agrees with the one before, on the stop set
	Advice        audit.Advice    `json:"advice"`
	Measured      time.Time       `json:"measured"`
}

// Audit measures, on the images that a uniform draw chose (the audit of auto and of mixes, and random), models that have
// not learned from them: with the labels as they came, and with as many that random would have chosen, which is estimated; see audit.Run. With how
// stable the predictions of the last trainings were it gives advice. An image counts if its first label was given by itself or in a
// batch that a person was shown, under no filter. progress counts trainings, about 35; it may be nil. What is measured is kept for LastAudit; nothing
// else in the project changes.
//
// With fewer than audit.Least audit images Result is nil, and the advice says so. Errors: ErrNoFeatures, ErrNoMaps; what a training
// says; ctx's error.
func (p *Project) Audit(ctx context.Context, o AuditOptions, progress Progress) (*Audit, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	options := o.Train
	if options == nil {
		options = &classify.Options{}
		if info, err := classify.ReadInfo(p.path("models", modelName)); err == nil {
			options = &info.Options
		}
	}
	r, err := p.reads(ctx, *options, progress)
	if err != nil {
		return nil, err
	}
	defer r.close()
	index := p.Images()
	learn, sample, err := p.labelOrder(t, func(row int) bool { return current(r.store, index, row) })
	if err != nil {
		return nil, err
	}
	result, err := p.audit(ctx, t, r, *options, learn, sample, o, progress)
	if few := (*audit.FewError)(nil); errors.As(err, &few) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	a := &Audit{Result: result, Steps: p.answersSoFar().Steps, Measured: time.Now().UTC()}
	a.Advice = audit.Advise(a.Result, a.Steps, len(sample))
	if checkWritable(p.dir) != nil {
		return a, nil // a project that can only be read can be measured all the same
	}
	return a, p.keepAudit(a)
}

// audit runs the measurement.
func (p *Project) audit(ctx context.Context, t *labels.Table, r *reading, options classify.Options, learn, sample []int, o AuditOptions, progress Progress) (*audit.Result, error) {
	if len(sample) < audit.Least || len(learn) == 0 {
		return nil, &audit.FewError{Images: len(sample)}
	}
	index, seed := p.Images(), p.Settings().Seed+o.Seed
	a := audit.Options{
		Learn: learn, Audit: sample, Next: o.Next, Seed: seed, Progress: progress.step("training"),
		Group: func(row int) string { return index.At(row).Hash },
	}
	if ofVectors(options) {
		weights, err := p.standFor(ctx, learn, seed)
		if err != nil {
			return nil, err
		}
		a.Weight = func(row int) float64 { return weights[row] }
	}
	options.Seed = cmp.Or(options.Seed, seed)
	trainer := auditor{r, t, index, options}
	return audit.Run(ctx, t, a, trainer.train)
}

// auditor trains the project's classifier for an audit.
type auditor struct {
	*reading
	table   *labels.Table
	index   *imageset.Index
	options classify.Options
}

// train is an audit.Train.
func (a auditor) train(ctx context.Context, learn, ask []int) ([][]float32, error) {
	d := a.data(a.options)
	d.Classes, d.Groups, d.Resolve = a.table.Classes(), a.table.Groups(), a.table.Resolve
	d.Subset = func(row int) string { return a.index.At(row).Subset }
	d.Table = noneHeldOut{onlyRows{a.table, func(row int) bool { _, ok := slices.BinarySearch(learn, row); return ok }}}
	m, err := classify.Train(ctx, d, a.options, nil)
	if errors.Is(err, classify.ErrNoLabels) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	learned, row := m.Info().Classes, a.of(m.Info().Options)
	values, err := m.Scores(ctx, len(ask), func(i int) []float32 { return row(ask[i]) })
	if err != nil {
		return nil, err
	}
	of := byName(values, learned, d.Classes)
	out := make([][]float32, len(ask))
	for i := range ask {
		out[i] = slices.Clone(of(i))
	}
	return out, nil
}

// labelOrder lists the rows that a training learns from in the order in which they got their first label, and those, held-out ones
// included, that were put before a person by a uniform draw. Rows that one event labelled, as an import does, are in an order by lot. usable
// says which rows have features.
func (p *Project) labelOrder(t *labels.Table, usable func(row int) bool) (learn, sample []int, err error) {
	p.mu.Lock()
	s, err := p.journal()
	p.mu.Unlock()
	if err != nil {
		return nil, nil, err
	}
	index := p.Images()
	rowOf := func(ref string) (int, bool) {
		id, _, _ := strings.Cut(ref, "#")
		return index.Row(id)
	}
	seen, lots := map[int]bool{}, rand.New(rand.NewPCG(p.Settings().Seed, 0x6f72646572))
	for e, err := range s.Events() {
		if err != nil {
			return nil, nil, err
		}
		if e.Kind != labels.KindLabel || !s.Live(e.ID) {
			continue
		}
		var first []int
		for _, c := range e.Set {
			if c.Value == int8(labels.Unknown) || c.Class == string(labels.KindExclude) || c.Class == string(labels.KindValidation) {
				continue
			}
			for _, ref := range c.Images {
				if row, ok := rowOf(ref); ok && !seen[row] {
					seen[row], first = true, append(first, row)
				}
			}
		}
		lots.Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
		drawn := map[int]bool{}
		if e.Shown != nil {
			for _, ref := range e.Shown.Audit {
				if row, ok := rowOf(ref); ok {
					drawn[row] = true
				}
			}
		}
		for _, row := range first {
			if row >= t.Len() || t.Excluded(row) || t.Status(row) == labels.Unlabelled || !index.Usable(row) || !usable(row) {
				continue
			}
			if drawn[row] {
				sample = append(sample, row)
			}
			if !t.Validation(row) {
				learn = append(learn, row)
			}
		}
	}
	return learn, sample, nil
}

// stands is how many images are looked at to find out what labelled ones stand for.
const stands = 1000

// standFor says of each labelled row how many images of the project it stands for: itself, and those that are more like it than like any
// other labelled one. They are estimated from images drawn at random.
//
// Source: Loog 2012, "Nearest Neighbor-Based Importance Weighting", MLSP.
func (p *Project) standFor(ctx context.Context, labelled []int, seed uint64) (map[int]float64, error) {
	weights := make(map[int]float64, len(labelled))
	for _, row := range labelled {
		weights[row] = 1
	}
	err := p.lookOnce(ctx, func(l *looks) error {
		var rows []int
		for row := range l.index.Len() {
			if l.vectors.Has(row) && weights[row] == 0 {
				rows = append(rows, row)
			}
		}
		random := rand.New(rand.NewPCG(seed, 0x7374616e64))
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		each := float64(len(rows)) / float64(max(1, min(stands, len(rows))))
		for _, row := range rows[:min(stands, len(rows))] {
			near, err := l.vectors.Nearest(ctx, []int{row}, labelled, 1)
			if err != nil {
				return err
			}
			if len(near) > 0 {
				weights[near[0].Row] += each
			}
		}
		return nil
	})
	return weights, err
}

// Label gives images that were suggested the classes that are present in them; all other classes of the project are absent. It is
// what a person does with the keys of the studio: an event for each image, with the strategy, score and reason that showed it, so that
// Audit knows which ones a uniform draw chose. present names the classes; an image for which it says nil is left out.
//
// Errors: an unknown class; as Apply. Images before the one that failed are labelled.
func (p *Project) Label(ctx context.Context, picks []Suggestion, present func(Suggestion) []string) error {
	t, err := p.Labels()
	if err != nil {
		return err
	}
	for _, s := range picks {
		classes := present(s)
		if classes == nil {
			continue
		}
		ref := labels.Ref(p.Images(), s.Row)
		e := labels.Event{Kind: labels.KindLabel, Source: "api", Shown: &labels.Shown{Strategy: s.strategy, Score: s.Score, Reason: s.Reason}}
		if s.Audit {
			e.Shown.Audit = []string{ref}
		}
		for _, class := range classes {
			if _, ok := t.Class(class); !ok {
				e.Set = append(e.Set, labels.Change{Class: class, Value: int8(labels.Present), Images: []string{ref}}) // for Apply to refuse
			}
		}
		for _, class := range t.Classes() {
			value := labels.Absent
			if slices.Contains(classes, class) {
				value = labels.Present
			}
			e.Set = append(e.Set, labels.Change{Class: class, Value: int8(value), Images: []string{ref}})
		}
		if err := p.Apply(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
