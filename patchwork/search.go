package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// SearchOptions says which settings of the classifier to try. The zero value is a good default.
type SearchOptions struct {
	Trials int // 0 means 20

	// Space says, by the name of a setting, what to draw from: "0.001..0.1" a number between, by its logarithm where both ends
	// are above 0, or "class, instance" one of several values. Nil means the rate, the weight decay, the smoothing and the
	// sampling.
	Space map[string]string
	Base  classify.Options // what the other settings are, and the first trial; its seed is not read
	Folds int              // that each trial is measured on; 0 means 3
	Seed  uint64           // added to the project's seed
	Train bool             // train the best afterwards, as Train does
}

// defaultSpace is what matters most, as wide as it makes sense.
var defaultSpace = map[string]string{
	"rate": "0.0003..0.03", "weight_decay": "0.00001..0.1", "smoothing": "0, 0.05, 0.1, 0.2", "sampling": "class, instance, squareroot",
}

// SearchTrial is one choice of settings and what it led to.
type SearchTrial struct {
	Run      string            `json:"run"`      // its record below runs/
	Settings map[string]string `json:"settings"` // those that are not the default
	AUC      evaluate.Interval `json:"auc"`      // mean of the classes and folds, out of fold, at 95 %
}

// SearchReport is the trials, the best first.
type SearchReport struct {
	Trials []SearchTrial    `json:"trials"`
	Best   classify.Options `json:"best"`
}

// Search tries settings of the classifier that are drawn at random, after those of o.Base, and measures each by
// cross-validation on the labelled images that are not held out, the same folds for all. The held-out images play no part, so
// they can judge what was found. The best of many looks better than it is: the interval is that of one trial on its own.
// Every trial is kept as a run. A cancelled search returns ctx's error and what it has found.
//
// Errors: ErrNoFeatures; a setting that does not exist, or values that it does not take; too few labelled images.
//
// Source: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization", JMLR 13:281-305.
func (p *Project) Search(ctx context.Context, o SearchOptions, progress Progress) (SearchReport, error) {
	if err := o.fill(); err != nil {
		return SearchReport{}, err
	}
	if err := checkWritable(p.dir); err != nil {
		return SearchReport{}, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return SearchReport{}, err
	}
	reads, err := p.reads(o.Base)
	if err != nil {
		return SearchReport{}, err
	}
	defer reads.store.Close()
	index := p.Images()
	seed := p.Settings().Seed + o.Seed
	s := &curveStudy{seed: seed, reading: reads,
		table: onlyRows{t, func(r int) bool { return !t.Excluded(r) && !t.Validation(r) && current(reads.store, index, r) }}}
	folds := study.FoldOptions{Folds: o.Folds, Seed: seed, Group: func(r int) string { return index.At(r).Hash }}
	fold, err := study.Folds(s.table, folds) // whether there can be any, before the work
	if err != nil {
		return SearchReport{}, err
	}
	var r SearchReport
	draws := rand.New(rand.NewPCG(seed, 0x736561726368)) // "search"
	for trial := range o.Trials {
		s.options = o.Base
		if trial > 0 {
			if err := o.draw(&s.options, draws); err != nil {
				return r, err
			}
		}
		s.options.Seed = seed
		begun := time.Now()
		points, err := study.LearningCurve(ctx, s.table, study.CurveOptions{Budgets: []int{len(fold)}, FoldOptions: folds}, func(ctx context.Context, learn, test []int) (float64, error) {
			figure, err := s.train(ctx, learn, test)
			if s.done++; progress != nil {
				progress("searching", s.done, o.Trials*o.Folds)
			}
			return figure, err
		})
		done := SearchTrial{Settings: settingsOf(s.options)}
		outcome := fmt.Sprintf("trial %d of %d: ", trial+1, o.Trials)
		metrics, state := map[string]float64{}, runlog.Done
		switch {
		case errors.Is(err, classify.ErrDiverged): // a trial that failed says something, too
			nan := evaluate.Number(math.NaN())
			done.AUC = evaluate.Interval{Value: nan, Low: nan, High: nan}
			outcome, state = outcome+err.Error(), runlog.Failed
		case err != nil:
			return r.sorted(), err
		default:
			done.AUC = points[0].Figure
			done.AUC.Low, done.AUC.High = max(done.AUC.Low, 0), min(done.AUC.High, 1) // an area has ends
			outcome += fmt.Sprintf("mean AUC %v out of fold", done.AUC)
			metrics["folds/auc"], metrics["images"] = float64(done.AUC.Value), points[0].Images
		}
		run, err := runlog.Add(p.path("runs"), runlog.Run{
			Kind: "search", Started: begun, Seconds: time.Since(begun).Seconds(), State: state, Outcome: outcome, Metrics: metrics,
			Settings: beside(filledSettings(s.options), done.Settings), Given: slices.Sorted(maps.Keys(done.Settings)), Environment: environment(),
		})
		if err != nil {
			return r.sorted(), err
		}
		done.Run = run.ID
		if len(r.Trials) == 0 || done.AUC.Value > r.best() {
			r.Best = s.options
		}
		r.Trials = append(r.Trials, done)
	}
	r = r.sorted()
	if o.Train {
		_, err = p.Train(ctx, TrainOptions{Options: r.Best}, nil)
	}
	return r, err
}

// fill fills the defaults in and reports all that is wrong.
func (o *SearchOptions) fill() error {
	if o.Trials == 0 {
		o.Trials = 20
	}
	if o.Folds == 0 {
		o.Folds = 3
	}
	if o.Space == nil {
		o.Space = defaultSpace
	}
	errs := []error{}
	if o.Trials < 1 || o.Folds < 2 {
		errs = append(errs, fmt.Errorf("patchwork.SearchOptions: Trials is %d and Folds is %d; want 1 or more and 2 or more, or 0 for the defaults", o.Trials, o.Folds))
	}
	known := classify.Settings()
	for _, name := range slices.Sorted(maps.Keys(o.Space)) {
		at := slices.IndexFunc(known, func(s classify.Setting) bool { return s.Name == name })
		if at < 0 {
			names := make([]string, len(known))
			for i, s := range known {
				names[i] = s.Name
			}
			errs = append(errs, fmt.Errorf("patchwork.SearchOptions: Space names %q; want settings of: %s", name, strings.Join(names, ", ")))
			continue
		}
		scratch := o.Base
		if err := drawSetting(&scratch, known[at], o.Space[name], rand.New(rand.NewPCG(0, 0))); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// draw draws every setting of the space, in the order of their names.
func (o *SearchOptions) draw(to *classify.Options, r *rand.Rand) error {
	for _, s := range classify.Settings() {
		if space, ok := o.Space[s.Name]; ok {
			if err := drawSetting(to, s, space, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func drawSetting(to *classify.Options, s classify.Setting, space string, r *rand.Rand) error {
	low, high, isRange := strings.Cut(space, "..")
	if !isRange {
		values := strings.Split(space, ",")
		for _, v := range values { // also those that are not drawn now
			scratch := *to
			if err := s.Set(&scratch, v); err != nil {
				return fmt.Errorf("patchwork.SearchOptions: Space: %w", err)
			}
		}
		return s.Set(to, values[r.IntN(len(values))])
	}
	from, err1 := strconv.ParseFloat(strings.TrimSpace(low), 64)
	until, err2 := strconv.ParseFloat(strings.TrimSpace(high), 64)
	if err1 != nil || err2 != nil || !(from <= until) || len(s.Choices) > 0 {
		return fmt.Errorf("patchwork.SearchOptions: Space of %s is %q; want two numbers such as 0.001..0.1, or values such as %q", s.Name, space, cmp.Or(strings.Join(s.Choices, ", "), "1, 2"))
	}
	for _, end := range []float64{from, until} {
		scratch := *to
		if err := s.Set(&scratch, text(end, s.Whole)); err != nil {
			return fmt.Errorf("patchwork.SearchOptions: Space: %w", err)
		}
	}
	v := from + (until-from)*r.Float64()
	if from > 0 {
		v = from * math.Exp(math.Log(until/from)*r.Float64())
	}
	return s.Set(to, text(v, s.Whole))
}

func text(v float64, whole bool) string {
	if whole {
		v = math.Round(v)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// settingsOf are the settings that are not left at their defaults.
func settingsOf(o classify.Options) map[string]string {
	values := map[string]string{}
	for _, s := range classify.Settings() {
		if v := s.Get(o); v != "" {
			values[s.Name] = v
		}
	}
	return values
}

func (r SearchReport) best() evaluate.Number {
	best := evaluate.Number(math.Inf(-1))
	for _, t := range r.Trials {
		if t.AUC.Value.Known() {
			best = max(best, t.AUC.Value)
		}
	}
	return best
}

// sorted puts the best first; of equal ones the earlier.
func (r SearchReport) sorted() SearchReport {
	slices.SortStableFunc(r.Trials, func(a, b SearchTrial) int { return cmp.Compare(b.AUC.Value, a.AUC.Value) })
	return r
}

// String is a table of the trials.
func (r SearchReport) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mean AUC\tsettings\trun")
	for _, t := range r.Trials {
		var words []string
		for _, s := range classify.Settings() {
			if v := t.Settings[s.Name]; v != "" {
				words = append(words, strings.ReplaceAll(s.Name, "_", " ")+" "+v)
			}
		}
		fmt.Fprintf(w, "%v\t%s\t%s\n", t.AUC, cmp.Or(strings.Join(words, ", "), "the defaults"), t.Run)
	}
	w.Flush()
	return b.String()
}

// Search tries settings of the classifier and shows what each led to; every trial is kept as a run.
func (n *Notebook) Search(options ...SearchOptions) SearchReport {
	var o SearchOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := n.Project.Search(ctx, o, progress)
	done()
	if len(r.Trials) > 0 {
		fmt.Println(r)
	}
	check(err)
	return r
}
