package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// modelName is the folder below models/ of the classifier that the loop trains.
const modelName = "default"

// Train fits the classifier to the current labels, under the project's rule, and features, scores every image and saves
// both in models/default. Validation images are held out and measure it. onPoint, if not nil, receives the learning curve
// as it grows. A record of the run is kept; see Runs.
//
// A cancelled Train keeps the best weights so far, scores and saves them, and returns ctx's error.
//
// Errors: ErrNoFeatures, or ErrNoMaps with a trunk that reads maps; no class; no labelled image to learn from. An earlier model stays until the new one is on disk.
func (p *Project) Train(ctx context.Context, o classify.Options, onPoint func(classify.Point)) (classify.Info, error) {
	return p.train(ctx, o, trainFrom{}, onPoint)
}

// trainFrom is what a training begins with besides labels.
type trainFrom struct {
	start  *classify.Model // whose weights to go on from; may be nil
	pseudo *Scores         // that stand for labels where they are sure; may be nil
	sure   float64

	teacher classify.Teacher // to learn from in place of labels; may be nil
}

// options are those that classify.Train takes o for.
func (f trainFrom) options(o classify.Options) classify.Options {
	if f.teacher != nil && o.Head == "" {
		o.Head = classify.LinearHead
	}
	return o
}

// train is Train from something.
func (p *Project) train(ctx context.Context, o classify.Options, from trainFrom, onPoint func(classify.Point)) (classify.Info, error) {
	if err := checkWritable(p.dir); err != nil {
		return classify.Info{}, err
	}
	t, version, err := p.labelsUnder("")
	if err != nil {
		return classify.Info{}, err
	}
	if len(t.Classes()) == 0 {
		return classify.Info{}, fmt.Errorf("patchwork: the project has no classes; add some, as with `patchwork init %s --classes water,road`", typed(p.dir))
	}
	r, err := p.reads(o)
	if err != nil {
		return classify.Info{}, err
	}
	defer r.store.Close()
	index := p.Images()
	var learned evaluate.Table = t
	if from.pseudo != nil {
		learned = withPseudo(t, from.pseudo, from.sure)
	}
	d := r.data()
	d.Classes, d.Table, d.JournalVersion, d.Usable, d.Groups, d.Start, d.Resolve = t.Classes(), learned, version, index.Usable, t.Groups(), from.start, t.Resolve
	d.Subset = func(row int) string { return index.At(row).Subset }
	d.Teacher = from.teacher
	rec := beginRecord(p.path("runs"), p.trainRun(o, from.options(o), from), 0, following{})
	m, err := classify.Train(ctx, d, o, func(pt classify.Point) {
		rec.addPoint(pt, nil)
		if onPoint != nil {
			onPoint(pt)
		}
	})
	err = errors.Join(err, rec.endTraining(m, err))
	if m == nil {
		return classify.Info{}, err
	}
	save := context.WithoutCancel(ctx) // what a cancelled training has learned is kept
	predicted, serr := m.Predict(save, index.Len(), r.row)
	if serr != nil {
		return m.Info(), errors.Join(err, serr)
	}
	predicted.Images = scoredImages(index, r.store)
	if serr = m.SavePredicted(p.path("models", modelName), predicted); serr == nil {
		serr = p.keepAnswers(t, m.Info().Classes, predicted.Scores, m.Info().TrainRows)
	}
	return m.Info(), errors.Join(err, serr)
}

// featureRow gives a row's features; nil where it has none, where the image cannot be used, and where they are of what
// the image was before it changed.
func featureRow(s *features.Store, index *imageset.Index) func(row int) []float32 {
	return func(row int) []float32 {
		if !current(s, index, row) {
			return nil
		}
		return s.Row(row)
	}
}

// current says whether a row has features of what its image is now.
func current(s *features.Store, index *imageset.Index, row int) bool {
	if row >= index.Len() || !s.Has(row) {
		return false
	}
	image := index.At(row)
	return image.Problem == "" && image.Hash == s.Hash(row)
}

// Model opens the trained classifier.
//
// Errors: ErrNoModel before the first Train.
func (p *Project) Model() (*classify.Model, error) {
	m, err := classify.Load(p.path("models", modelName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: label a few images, then p.Train() in a cell, Train in the studio, or `patchwork train %s`", ErrNoModel, typed(p.dir))
	}
	return m, err
}

// History is the learning curve of the saved classifier, nil if there is none.
func (p *Project) History() []classify.Point {
	info, err := classify.ReadInfo(p.path("models", modelName))
	if err != nil {
		return nil
	}
	return info.History
}
