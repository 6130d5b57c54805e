package patchwork

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// SuggestOptions says which images to suggest.
type SuggestOptions struct {
	// Strategy is "" for "auto"; acquire.All lists them, and acquire.Lookup reads mixes too. Before one that ranks by scores
	// "propagated " means the scores of the last Propagate and not the model's, as "propagated entropy".
	Strategy string
	N        int           // 0 means 16
	Filter   labels.Filter // which images; the zero value is those that are not excluded and not fully labelled, and so is AnyStatus
	Labelled bool          // with AnyStatus also those that are fully labelled
	Seed     uint64        // added to the project's seed

	With, Without []imageset.Flag        // only images with all, and with none of these flags; see CheckImages
	Checks        imageset.CheckSettings // the thresholds of the flags

	Skip func(row int) bool

	Progress Progress // of what has to be made before, as the context of images; may be nil
}

// Suggestion is an image worth labelling next, and why.
type Suggestion struct {
	Row    int     `json:"row"`
	Image  string  `json:"image"`
	Score  float64 `json:"score"` // higher is more worth labelling
	Reason string  `json:"reason"`
	Audit  bool    `json:"audit,omitempty"` // drawn uniformly from all images that are not fully labelled; see Project.Audit

	strategy string // that chose it
}

// Suggest chooses up to N images to label next, or to look at again: fully labelled and excluded images are chosen only
// where the filter asks for them, unreadable ones and one image twice never; with none left the result is empty. The same seed, journal and model give the same images.
//
// Errors: an unknown strategy, class, subset or flag (the error lists those that exist); a strategy that needs scores
// before a model is trained, or features before Embed (ErrNoFeatures); flags of images that CheckImages has not measured.
func (p *Project) Suggest(ctx context.Context, o SuggestOptions) ([]Suggestion, error) {
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	scores, err := p.Scores()
	if err != nil && !errors.Is(err, ErrNoModel) {
		return nil, err
	}
	return p.suggest(ctx, t, scores, p.lookOnce, o)
}

// suggest is Suggest on labels and scores at hand; scores may be nil. look is called where the strategy compares features.
func (p *Project) suggest(ctx context.Context, t *labels.Table, scores *Scores, look lookAt, o SuggestOptions) ([]Suggestion, error) {
	if o.N == 0 {
		o.N = 16
	}
	if err := p.checkFilter(t, o.Filter); err != nil {
		return nil, err
	}
	if o.Strategy == "" {
		o.Strategy = "auto"
	}
	name, propagated := strings.CutPrefix(o.Strategy, propagatedPrefix)
	strategy, err := acquire.Lookup(name)
	if err != nil {
		return nil, err
	}
	if propagated {
		if !ranksByScores(strategy.Card()) {
			return nil, fmt.Errorf("patchwork: strategy %q ranks by other things than scores; want a strategy such as %q", o.Strategy, propagatedPrefix+"entropy")
		}
		if scores, err = p.Propagated(); err != nil {
			return nil, err
		}
	}
	if card := strategy.Card(); card.Needs.Has(acquire.OneClass) {
		if _, ok := t.Class(card.Class); !ok {
			return nil, fmt.Errorf("patchwork: strategy %q names no class of the project, which has %q", o.Strategy, t.Classes())
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fits, err := p.flagged(o)
	if err != nil {
		return nil, err
	}
	candidates := p.candidates(t, o.Filter, o.Labelled, fits, o.Skip)
	if len(candidates) == 0 {
		return nil, nil
	}
	pool := &acquire.Pool{
		Rows: candidates, Classes: t.Classes(),
		Labels: func(row, class int) int8 { return int8(t.Value(row, class)) },
		Rand:   p.random("acquire/"+o.Strategy, o.Seed),
	}
	if o.Filter.Status == labels.Labelled || o.Labelled {
		pool.Labels = nil // to be looked at again: what is known does not make an image uninteresting
	}
	if scores != nil {
		if now := p.Settings().Features; scores.Of != "" && scores.Of != now && (strategy.Card().Needs | strategy.Card().Uses).Has(acquire.Probs) {
			return nil, fmt.Errorf("patchwork: the scores are of a model of the features %s and the current ones are %s; train again, "+
				"or choose by what needs no model, as random", scores.Of, now)
		}
		pool.Probs, pool.Deviations = scores.For(t), scores.DeviationsFor(t)
	}
	var around func(l *looks) (*inContext, error)
	if scores != nil && scores.inContext && scores.Of == p.Settings().Features {
		around = func(l *looks) (*inContext, error) { return l.context(ctx, p, o.Progress) }
	}
	picks, err := p.choose(ctx, t, strategy, pool, look, around, min(o.N, len(candidates)))
	if errors.Is(err, acquire.ErrExhausted) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]Suggestion, len(picks))
	for i, pick := range picks {
		reason := pick.Reason
		if propagated {
			reason = propagatedPrefix + reason
		}
		out[i] = Suggestion{Row: pick.Row, Image: p.Images().At(pick.Row).ID, Score: pick.Score, Reason: reason,
			Audit: pick.Uniform && o.all(), strategy: o.Strategy}
	}
	return out, nil
}

// all says that nothing but what is labelled already keeps an image from being suggested.
func (o SuggestOptions) all() bool {
	return o.Filter == (labels.Filter{}) && !o.Labelled && len(o.With)+len(o.Without) == 0
}

// choose is acquire.Select with features, where the strategy compares them, in their context where the model reads them so; around gives that, nil where not.
func (p *Project) choose(ctx context.Context, t *labels.Table, s acquire.Strategy, pool *acquire.Pool, look lookAt, around func(*looks) (*inContext, error), n int) (picks []acquire.Pick, err error) {
	card := s.Card()
	if !(card.Needs | card.Uses).Has(acquire.Features) {
		return acquire.Select(s, pool, n)
	}
	if pool.Probs != nil && (card.Needs | card.Uses).Has(acquire.Probs) {
		m, err := p.Model()
		if err != nil {
			return nil, err
		}
		if ofVectors(m.Info().Options) {
			pool.Mean, pool.Judge = m.Mean(), func(n int, vector func(int) []float32) []float32 {
				return judged(ctx, m, n, vector, t.Classes(), t.Resolve)
			}
		}
	}
	if pool.Labels != nil {
		pool.Known = learnedFrom(t)
	}
	err = look(ctx, func(l *looks) (err error) {
		pool.Features = l.row
		if around != nil {
			c, err := around(l)
			if err != nil {
				return err
			}
			pool.Features = c.row
		}
		picks, err = acquire.Select(s, pool, n)
		return err
	})
	if errors.Is(err, ErrNoFeatures) && !card.Needs.Has(acquire.Features) {
		return acquire.Select(s, pool, n)
	}
	return picks, err
}

// judged are the model's probabilities of n vectors by classes, NaN for one that it does not know: [n, classes], nil where it fails, as when ctx is done.
// now says what a class is called that was renamed since the training.
func judged(ctx context.Context, m *classify.Model, n int, vector func(int) []float32, classes []string, now func(class string) (string, bool)) []float32 {
	values, err := m.Scores(ctx, n, vector)
	if err != nil {
		return nil
	}
	learned := m.Info().Classes
	out := slices.Repeat([]float32{float32(math.NaN())}, n*len(classes))
	for k, name := range learned {
		name, ok := now(name)
		c := slices.Index(classes, name)
		if !ok || c < 0 {
			continue
		}
		for i := range n {
			at := &out[i*len(classes)+c]
			if v := values[i*len(learned)+k]; *at != *at || v > *at { // of one that was merged from several the highest, as For has it
				*at = v
			}
		}
	}
	return out
}

// propagatedPrefix before the name of a strategy means the propagated scores.
const propagatedPrefix = "propagated "

// ranksByScores says that scores are all that a strategy needs. Those of propagation have no gradients.
func ranksByScores(card acquire.Card) bool {
	return card.Needs.Has(acquire.Probs) && !(card.Needs | card.Uses).Has(acquire.Features)
}

// learnedFrom are the labelled rows that a training takes. Images that are held out are no reason to leave out what is
// like them, since no model learns from them, nor may they draw what is like them into the training.
func learnedFrom(t *labels.Table) []int {
	return slices.DeleteFunc(t.Rows(labels.Filter{}), func(row int) bool {
		return t.Validation(row) || t.Status(row) == labels.Unlabelled
	})
}

// candidates are the rows that can be used, pass the filter, which takes fully labelled ones only if it names a status or
// labelled is set, fit and are not skipped, ascending. fits and skip may be nil.
func (p *Project) candidates(t *labels.Table, f labels.Filter, labelled bool, fits, skip func(row int) bool) []int {
	index := p.Images()
	return slices.DeleteFunc(t.Rows(f), func(row int) bool {
		return !labelled && f.Status == labels.AnyStatus && t.Status(row) == labels.Labelled || !index.Usable(row) ||
			fits != nil && !fits(row) || skip != nil && skip(row)
	})
}

// random is the source of randomness of a component, by its name: the same for the same project and seed.
func (p *Project) random(name string, seed uint64) *rand.Rand {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	return rand.New(rand.NewPCG(p.Settings().Seed+seed, hash.Sum64()))
}

// flagged says of a row whether it has the flags that are wanted and none of the others; nil if no flag is asked for.
func (p *Project) flagged(o SuggestOptions) (func(row int) bool, error) {
	if len(o.With)+len(o.Without) == 0 {
		return nil, nil
	}
	for _, flag := range slices.Concat(o.With, o.Without) {
		if !slices.Contains(imageset.AllFlags(), flag) {
			return nil, fmt.Errorf("patchwork: there is no flag %q; there are %q", flag, imageset.AllFlags())
		}
	}
	index := p.Images()
	checks, err := imageset.ReadChecks(p.checksFile(), index)
	if err != nil {
		return nil, err
	}
	for row := range index.Len() {
		if _, ok := checks.Scores(row); !ok && index.Usable(row) {
			return nil, fmt.Errorf("patchwork: %s has not been checked; run p.CheckImages() or `patchwork check %s`", index.At(row).ID, typed(p.dir))
		}
	}
	flags, err := checks.Flags(o.Checks)
	if err != nil {
		return nil, err
	}
	return func(row int) bool {
		has := func(flag imageset.Flag) bool { return flags.Has(row, flag) }
		return !slices.ContainsFunc(o.With, func(f imageset.Flag) bool { return !has(f) }) && !slices.ContainsFunc(o.Without, has)
	}, nil
}

// checkFilter says whether what the filter names exists; a slip of the pen would look like nothing left to do.
func (p *Project) checkFilter(t *labels.Table, f labels.Filter) error {
	if f.Subset.Kind != labels.InSubset {
		return t.CheckFilter(f)
	}
	known := map[string]bool{}
	index := p.Images()
	for row := range index.Len() {
		known[index.At(row).Subset] = true
	}
	if known[f.Subset.Name] {
		return nil
	}
	names := slices.Sorted(maps.Keys(known))
	return fmt.Errorf("patchwork: no image is of subset %q; there are %d subsets, such as %q", f.Subset.Name, len(names), names[:min(10, len(names))])
}
