package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// AttributionOptions says what is attributed to pixels. At most one of Class, Features and Like may be given. Without any it is, in a project with a classifier that reads the
// network, the class with the highest score of each image; else how like its own views the image is.
type AttributionOptions struct {
	see.AttributionOptions
	Class    string   // the logit of a class of the project's classifier
	Features []int    // the sum of these numbers of the features, from 0
	Like     []string // the mean cosine with these images, as SimilarOptions.Images; without a project files
	Unlike   []string // less the mean cosine with these
	Views    bool     // how like its own views the image is: the mean cosine with 25 augmentations of it, also where there is a classifier
	Baseline Baseline // "" means black
	Seed     uint64   // of the views
}

// ownViews is how many augmentations of an image stand for it, as in the original.
const ownViews = 25

// AttributionReport is what answers of a network depend on.
type AttributionReport struct {
	Figure  `json:"-"`
	Network string              `json:"network"`
	Steps   int                 `json:"steps"`
	Results []AttributionResult `json:"results"`
}

// AttributionResult is that of one image.
type AttributionResult struct {
	Image    string  `json:"image"`
	Of       string  `json:"of"`                // what is attributed
	Score    float64 `json:"score"`             // of the image
	Baseline float64 `json:"baseline"`          // score of the baseline
	Gap      float64 `json:"gap"`               // error of the integral: sum of the values less the difference of the scores
	Off      float64 `json:"off"`               // |Gap| as a share of |Score - Baseline|
	Context  string  `json:"context,omitempty"` // of a classifier that reads images in the context of their neighbours: which were held
}

// String is the title and a line for each image.
func (r AttributionReport) String() string {
	var b strings.Builder
	b.WriteString(r.Title)
	for _, one := range r.Results {
		fmt.Fprintf(&b, "\n%s: %s is %.3f, of the baseline %.3f; the integral is off by %.1f%% of the difference", one.Image, one.Of, one.Score, one.Baseline, 100*one.Off)
		if one.Context != "" {
			fmt.Fprintf(&b, "; in context: %s", one.Context)
		}
	}
	if slices.ContainsFunc(r.Results, func(one AttributionResult) bool { return one.Off > muchOff }) {
		fmt.Fprintf(&b, "\nintegrals that are off by more than %.0f%% want more steps than %d", 100*muchOff, r.Steps)
	}
	return b.String()
}

// muchOff is from what share on the error of an integral is worth a word.
const muchOff = 0.05

// Check returns an error that names every wrong field, or nil.
func (o AttributionOptions) Check() error {
	given := 0
	for _, is := range []bool{o.Class != "", len(o.Features) > 0, len(o.Like) > 0, o.Views} {
		if is {
			given++
		}
	}
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf("patchwork.AttributionOptions: "+format, args...))
		}
	}
	bad(given > 1, "Class, Features, Like and Views say different things; give one of them")
	bad(len(o.Unlike) > 0 && len(o.Like) == 0 && !o.Views, "Unlike goes with Like or Views; give one of them too")
	bad(!slices.Contains([]Baseline{"", BlackBaseline, GreyBaseline, MeanBaseline, BlurBaseline}, o.Baseline), "Baseline is %q; want black, grey, mean or blur", o.Baseline)
	bad(o.Steps < 0, "Steps is %d; want 1 or more, or 0 for 50", o.Steps)
	bad(!slices.Contains([]see.Rule{"", see.Gauss, see.Trapezoid}, o.Rule), "Rule is %q; want %s or %s", o.Rule, see.Gauss, see.Trapezoid)
	return errors.Join(errs...)
}

// Attribution shows which pixels of images speak for an answer of a network and which against it, by integrated gradients; see see.Attribution.
// Without a project there is no classifier: Class may not be given.
//
// Errors: o is wrong; those of see.Open, among them a network in an ONNX file whose operators have no gradient; an image that cannot be read.
func Attribution(ctx context.Context, n NetworkFile, album Album, o AttributionOptions, progress Progress) (AttributionReport, error) {
	if err := o.Check(); err != nil {
		return AttributionReport{}, err
	}
	if o.Class != "" {
		return AttributionReport{}, fmt.Errorf("patchwork: the class %q is one of a project's classifier; name the project in place of the network", o.Class)
	}
	o.Views = o.Views || len(o.Features)+len(o.Like) == 0
	net, err := see.Open(n.Path, n.ONNX, nil)
	if err != nil {
		return AttributionReport{}, fmt.Errorf("patchwork: %w", err)
	}
	defer net.Close()
	a := attribution{net: net, album: album, o: o, params: pretrain.Contrastive(), progress: progress}
	a.others = func(names []string) (Album, error) { return OpenAlbum(ctx, names, len(names)) }
	return a.run(ctx, n)
}

// Attribution is that of the network that makes the project's features, or the maps that its classifier reads. Views are made as project.yaml says under augment,
// else as for contrastive learning.
//
// A classifier that reads images in the context of their neighbours is followed through it with the neighbours held as they are (heldContext); an image that is not
// of the project has those of its images that are most like it.
//
// Errors: those of the function Attribution; the extractor is the embedded one, which has no gradient; a class that the classifier does not know; a classifier of
// other features, or one that has no gradient.
func (p *Project) Attribution(ctx context.Context, o AttributionOptions, progress Progress, album Album) (AttributionReport, error) {
	if err := o.Check(); err != nil {
		return AttributionReport{}, err
	}
	a := attribution{album: album, o: o, params: pretrain.Contrastive(), progress: progress}
	if s := p.Settings(); s.Augment != nil {
		a.params = *s.Augment
	}
	a.others = func(names []string) (Album, error) {
		return p.AlbumOf(names, 0)
	}
	n, err := p.NetworkFile()
	if err != nil {
		return AttributionReport{}, err
	}
	free := len(o.Features)+len(o.Like) > 0 || o.Views
	var m *classify.Model
	if !free {
		m, err = p.Model()
		if a.o.Views = errors.Is(err, ErrNoModel) && o.Class == ""; a.o.Views {
			free, err = true, nil
		}
		if err != nil {
			return AttributionReport{}, err
		}
	}
	if free {
		if a.net, err = see.Open(n.Path, n.ONNX, nil); err != nil {
			return AttributionReport{}, fmt.Errorf("patchwork: %w", err)
		}
		defer a.net.Close()
		return a.run(ctx, n)
	}
	if n, a.net, err = p.networkOf(m, n); err != nil {
		return AttributionReport{}, err
	}
	defer a.net.Close()
	if a.answers, err = m.PutLogits(a.net.Store()); err != nil {
		return AttributionReport{}, fmt.Errorf("patchwork: %w", err)
	}
	if m.Info().Options.InContext() {
		l, err := p.looks(ctx)
		if err != nil {
			return AttributionReport{}, err
		}
		defer l.close()
		if a.held, err = p.holdContext(ctx, l, a.net.Store(), progress); err != nil {
			return AttributionReport{}, err
		}
		a.answers = a.held.before(a.answers)
	}
	a.classes = m.Info().Classes
	if o.Class != "" && !slices.Contains(a.classes, o.Class) {
		return AttributionReport{}, fmt.Errorf("patchwork: the classifier does not know the class %q; it knows %s", o.Class, strings.Join(a.classes, ", "))
	}
	return a.run(ctx, n)
}

// networkOf opens the network that a model reads. The caller closes it.
func (p *Project) networkOf(m *classify.Model, n NetworkFile) (NetworkFile, *see.Network, error) {
	r, err := p.readsAsTheyAre(m.Info().Options)
	if err != nil {
		return n, nil, err
	}
	defer r.store.Close()
	spec := r.store.Spec()
	if spec.ID != m.Info().FeatureID {
		return n, nil, fmt.Errorf("patchwork: the classifier was trained on the features %s and those in use are %s; train again", m.Info().FeatureID, spec.ID)
	}
	var choice *features.MapOptions
	if spec.IsMaps() {
		file, onnx, _, err := p.mapNetwork(FeatureMapOptions{})
		if err != nil {
			return n, nil, err
		}
		n = NetworkFile{p.fromHere(file), onnx}
		choice = &features.MapOptions{Half: spec.Half}
		for _, tap := range spec.Taps {
			choice.Taps = append(choice.Taps, tap.Name)
		}
	}
	net, err := see.Open(n.Path, n.ONNX, choice)
	if err != nil {
		return n, nil, fmt.Errorf("patchwork: %w", err)
	}
	if net.Hash != spec.FileHash {
		net.Close()
		return n, nil, fmt.Errorf("patchwork: %s has changed since the features were computed; compute them and train again", n.Path)
	}
	return n, net, nil
}

// attribution is one run.
type attribution struct {
	net      *see.Network
	answers  func(*graph.Node) *graph.Node // nil: the features
	held     *heldContext                  // that answers are given in; nil for none
	classes  []string                      // that answers are about
	album    Album
	others   func(names []string) (Album, error)
	params   augment.Params
	o        AttributionOptions
	progress Progress
}

func (a *attribution) run(ctx context.Context, n NetworkFile) (r AttributionReport, err error) {
	const side = 224
	pictures, err := a.album.read(ctx, a.net.W, a.net.H)
	if err != nil {
		return r, err
	}
	large := side * 2 / max(a.net.W, a.net.H)
	seen, err := a.album.read(ctx, max(1, large)*a.net.W, max(1, large)*a.net.H)
	if err != nil {
		return r, err
	}
	attributor, err := a.net.Attributor(a.answers, a.o.AttributionOptions)
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	defer attributor.Close()
	r = AttributionReport{Network: n.Path, Steps: a.o.Steps}
	if r.Steps == 0 {
		r.Steps = see.DefaultSteps
	}
	r.side, r.Columns = side, 6
	if len(pictures) == 1 {
		r.Columns = 3
	}
	tell := a.progress.step("attributing")
	fixed, what, err := a.direction(ctx)
	if err != nil {
		return r, err
	}
	for i, picture := range pictures {
		if tell != nil {
			tell(i, len(pictures))
		}
		words := ""
		if a.held != nil {
			if words, err = a.held.hold(ctx, a.net, a.rowOf(i), picture); err != nil {
				return r, err
			}
		}
		direction, of := fixed, what
		if direction == nil {
			if direction, of, err = a.own(ctx, picture.Image, i); err != nil {
				return r, err
			}
		}
		one, err := attributor.Of(ctx, picture.Image, a.o.Baseline.of(picture.Image), direction)
		if err != nil {
			return r, fmt.Errorf("patchwork: %s: %w", picture.Name, err)
		}
		result := AttributionResult{Image: picture.Name, Of: of, Score: one.Score, Baseline: one.Baseline, Gap: one.Gap, Context: words}
		if d := math.Abs(one.Score - one.Baseline); d > 0 {
			result.Off = math.Abs(one.Gap) / d
		}
		r.Results = append(r.Results, result)
		err = errors.Join(
			r.add(see.Smooth(seen[i].Image.RGBA(nil), side), false, filepath.Base(picture.Name), picture.Name),
			r.add(one.Over(seen[i].Image, side), false, fmt.Sprintf("%s: %.2f (baseline %.2f)", of, one.Score, one.Baseline), picture.Name),
			r.add(one.Lit(seen[i].Image, side), false, fmt.Sprintf("what matters; integral off by %.1f%%", 100*result.Off), picture.Name))
		if err != nil {
			return r, err
		}
	}
	r.Title = fmt.Sprintf("%s: what speaks for (orange) and against (blue) the answer; integrated gradients, %d steps", n.name(), r.Steps)
	return r, nil
}
