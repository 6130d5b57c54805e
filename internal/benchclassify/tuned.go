package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// tunings are the ways of training that are compared, of a linear head.
var tunings = []struct {
	name  string
	semi  semi.Method
	tuned bool
}{
	{"features", semi.None, false}, {"features, fixmatch", semi.FixMatch, false}, {"features, flexmatch", semi.FlexMatch, false},
	{"tuned", semi.None, true}, {"tuned, fixmatch", semi.FixMatch, true}, {"tuned, flexmatch", semi.FlexMatch, true}, {"tuned, freematch", semi.FreeMatch, true},
}

// tuning is the images and labels of a project, with the network that is trained on them.
type tuning struct {
	net     features.Trainable
	full    *table
	reader  *imageset.Reader
	resize  imageset.Resize
	numbers []int // rows of the project
	epochs  int
	rate    float64
}

// tuned compares trainings of the network in file on the images of a project, of which a few a class are labelled, none are held out and
// all others judged.
func tuned(ctx context.Context, dir, file string, o features.ONNXOptions, epochs int, rate float64, seeds int, only *regexp.Regexp) error {
	p, err := patchwork.Open(dir)
	if err != nil {
		return err
	}
	defer p.Close()
	all, err := p.Labels()
	if err != nil {
		return err
	}
	t := &tuning{full: &table{classes: all.Classes()}, reader: p.Reader(), epochs: epochs, rate: rate}
	for row := range all.Len() {
		if !p.Images().Usable(row) {
			continue
		}
		values, err := truthOf(all, row)
		if err != nil {
			return err
		}
		t.numbers, t.full.truth = append(t.numbers, row), append(t.full.truth, values)
	}
	if t.net, err = features.OpenTrainable(file, o, nil); err != nil {
		return err
	}
	t.resize = imageset.Resize{Size: imageset.Size{W: t.net.Spec().Width, H: t.net.Spec().Height}}
	e, err := features.OpenONNX(file, o)
	if err != nil {
		return err
	}
	before, err := t.extract(ctx, e)
	if err != nil {
		return err
	}
	fmt.Printf("%d images of %d classes, %d choices of labelled images; mean and half of the 95 %% interval of average precision, share of\n"+
		"images whose class is found, log loss and calibration error, and seconds of one training\n", len(t.numbers), len(t.full.classes), seeds)
	for _, choice := range choices {
		for _, c := range tunings {
			if !only.MatchString(choice.name + ": " + c.name) {
				continue
			}
			var figures [5][]float64
			for seed := range seeds {
				begun := time.Now()
				shown := choose(t.full, choice.images, choice.partial, uint64(seed))
				o := finetune.Options{Options: classify.Options{Seed: uint64(seed), Semi: c.semi}, NetworkRate: t.rate, Augment: augment.FixMatchWeak()}
				f := [5]float64{}
				if c.tuned {
					o.Epochs = t.epochs
					f, err = t.measure(ctx, shown, before, e.Spec(), o)
				} else {
					o.Head = classify.LinearHead
					f, err = measure(ctx, t.full, shown, before, uint64(seed), o.Options)
				}
				if err != nil {
					return fmt.Errorf("%s with %s: %w", c.name, choice.name, err)
				}
				f[4] = time.Since(begun).Seconds()
				fmt.Fprintf(os.Stderr, "%s: %s, choice %d: %.3f\n", choice.name, c.name, seed, f)
				for i, v := range f {
					figures[i] = append(figures[i], v)
				}
			}
			fmt.Println(lineOf(choice.name, c.name, figures))
		}
	}
	return nil
}

// measure trains the network on the labels of shown and judges all other images.
func (t *tuning) measure(ctx context.Context, shown *table, before [][]float32, spec features.Spec, o finetune.Options) (figures [5]float64, err error) {
	images := func(rows []int) (stream.Source, error) {
		list := make([]int, len(rows))
		for i, row := range rows {
			list[i] = t.numbers[row]
		}
		return stream.Files(t.reader, list, t.resize)
	}
	row := func(x [][]float32) func(int) []float32 { return func(i int) []float32 { return x[i] } }
	d := classify.Data{Classes: shown.classes, Dim: spec.Dim, Table: shown, Features: row(before), FeatureID: spec.ID}
	r, err := finetune.Train(ctx, finetune.Task{Network: t.net, Data: d, Images: images}, o, func(p finetune.Point) {
		if p.EpochEnd {
			fmt.Fprintf(os.Stderr, "epoch %g: loss %.4f, without labels %.4f, sure %.3f, %.3g images/s\n", p.Epoch, p.TrainLoss, p.SemiLoss, p.Sure, p.Speed)
		}
	})
	if err != nil {
		return figures, err
	}
	dir, err := os.MkdirTemp("", "benchclassify")
	if err != nil {
		return figures, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "tuned.onnx")
	if err := r.Network.Save(file); err != nil {
		return figures, err
	}
	e, err := features.OpenONNX(file, t.net.Options())
	if err != nil {
		return figures, err
	}
	after, err := t.extract(ctx, e)
	if err != nil {
		return figures, err
	}
	m, err := r.Model(row(after), e.Spec().ID)
	if err != nil {
		return figures, err
	}
	return judge(ctx, m, t.full, shown, after)
}

// extract are the features of all images, of length 1 as a project keeps them.
func (t *tuning) extract(ctx context.Context, e features.Extractor) (all [][]float32, err error) {
	const batch = 50
	for at := 0; at < len(t.numbers); at += batch {
		b := imageset.Batch{N: min(batch, len(t.numbers)-at), H: t.resize.Size.H, W: t.resize.Size.W}
		size := b.H * b.W * 3
		b.Pix = make([]float32, b.N*size)
		for i := range b.N {
			if err := t.reader.ReadInto(b.Pix[i*size:(i+1)*size], t.numbers[at+i], t.resize); err != nil {
				return nil, err
			}
		}
		x, err := e.Extract(ctx, b)
		if err != nil {
			return nil, err
		}
		dim := e.Spec().Dim
		for i := range b.N {
			v, sum := x[i*dim:(i+1)*dim], 0.0
			for _, u := range v {
				sum += float64(u) * float64(u)
			}
			for k := range v {
				v[k] /= float32(math.Sqrt(sum))
			}
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("the project has no image that can be read")
	}
	return all, nil
}

// judge measures a model on the images that it has not learned from.
func judge(ctx context.Context, m *classify.Model, full, shown *table, x [][]float32) (figures [5]float64, err error) {
	if len(m.Info().Classes) != len(shown.classes) {
		return figures, fmt.Errorf("only %q were learned", m.Info().Classes)
	}
	scores, err := m.Scores(ctx, len(x), func(i int) []float32 { return x[i] })
	if err != nil {
		return figures, err
	}
	report, err := evaluate.Evaluate(evaluate.Data{Table: full, Scores: func(i int) []float32 {
		if shown.shown[i] {
			return nil
		}
		return scores[i*len(shown.classes) : (i+1)*len(shown.classes)]
	}})
	r := report.Train
	return [5]float64{float64(r.MacroAP.Value), float64(r.Top1.Value), float64(r.LogLoss), float64(r.MacroECE.Value), m.Info().Seconds}, err
}
