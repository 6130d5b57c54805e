package patchwork

import (
	"context"
	"errors"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// TrainOptions says how the classifier is trained. The zero value is a good default.
type TrainOptions struct {
	classify.Options
	GoOn bool // begin with the weights of the present model, for the classes that it knows

	// Pseudo is the propagated score from which a class that is not known of an image counts as present, and from 1 minus which down as absent: more than
	// 0.5 and at most 1, such as 0.95. 0 means that labels alone teach. Labels go before, images that are held out or excluded get none, and nothing is
	// written to the journal.
	Pseudo float64

	Note string // of a person, for the record

	Progress Progress `json:"-"` // of what has to be made before, as the context of images; may be nil
}

// Train fits the classifier to the current labels, under the project's rule, and features, scores every image and saves
// both in models/default. Validation images are held out and measure it. onPoint, if not nil, receives the learning curve
// as it grows. A record of the run is kept; see Runs.
//
// A cancelled Train keeps the best weights so far, scores and saves them, and returns ctx's error.
//
// Errors: ErrNoFeatures, or ErrNoMaps with a trunk that reads maps; no class; no labelled image to learn from; with GoOn ErrNoModel, or the model reads other
// features; with Pseudo ErrNotPropagated, or it is out of range. An earlier model stays until the new one is on disk.
func (p *Project) Train(ctx context.Context, o TrainOptions, onPoint func(classify.Point)) (classify.Info, error) {
	from := trainFrom{sure: o.Pseudo, progress: o.Progress}
	if o.Pseudo != 0 && !(o.Pseudo > 0.5 && o.Pseudo <= 1) {
		return classify.Info{}, fmt.Errorf("patchwork.TrainOptions: Pseudo is %g; want more than 0.5 and at most 1, such as 0.95, or 0 to learn from labels alone", o.Pseudo)
	}
	var err error
	if o.GoOn {
		if from.start, err = p.Model(); err != nil {
			return classify.Info{}, err
		}
	}
	if o.Pseudo != 0 {
		if from.pseudo, err = p.Propagated(); err != nil {
			return classify.Info{}, err
		}
	}
	return p.train(ctx, o.Options, from, o.Note, onPoint)
}

// trainFrom is what a training begins with besides labels.
type trainFrom struct {
	start  *classify.Model // whose weights to go on from; may be nil
	pseudo *Scores         // that stand for labels where they are sure; may be nil
	sure   float64

	teacher classify.Teacher // to learn from in place of labels; may be nil

	progress Progress // of what has to be made before; may be nil
}

// options are those that classify.Train takes o for.
func (f trainFrom) options(o classify.Options) classify.Options {
	if f.teacher != nil && o.Head == "" {
		o.Head = classify.LinearHead
	}
	return o
}

// train is Train from something, with a note for the record.
func (p *Project) train(ctx context.Context, o classify.Options, from trainFrom, note string, onPoint func(classify.Point)) (classify.Info, error) {
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
	r, err := p.reads(ctx, o, from.progress)
	if err != nil {
		return classify.Info{}, err
	}
	defer r.close()
	index := p.Images()
	var learned evaluate.Table = t
	if from.pseudo != nil {
		learned = withPseudo(t, from.pseudo, from.sure)
	}
	d := r.data(o)
	if from.start != nil && from.start.Info().Options.InContext() && d.Around != nil {
		d.Around = r.drawn(contextMost)
	}
	d.Classes, d.Table, d.JournalVersion, d.Usable, d.Groups, d.Start, d.Resolve = t.Classes(), learned, version, index.Usable, t.Groups(), from.start, t.Resolve
	d.Subset = func(row int) string { return index.At(row).Subset }
	d.Teacher = from.teacher
	run := p.trainRun(o, from.options(o), from)
	run.Note = note
	rec := beginRecord(p.path("runs"), run, 0, following{})
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
	predicted, serr := m.Predict(save, index.Len(), r.of(m.Info().Options))
	if serr != nil {
		return m.Info(), errors.Join(err, serr)
	}
	predicted.Images = scoredImages(index, r.store)
	if serr = m.SavePredicted(p.path("models", modelName), predicted); serr == nil {
		serr = p.keepAnswers(t, m.Info().Classes, predicted.Scores, m.Info().TrainRows)
	}
	return m.Info(), errors.Join(err, serr)
}
