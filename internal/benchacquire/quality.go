package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// options say on what to measure.
type options struct {
	images, truth, extractor string
	seeds                    int
	context                  classify.Context // of the classifier in the replays of the policy
	only                     *regexp.Regexp   // which measurements
}

// quality measures on a project of the images, which is made for it.
func (o options) quality(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "benchacquire")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, _, err := patchwork.Init(ctx, filepath.Join(dir, "p"), patchwork.InitOptions{Images: []string{o.images}, Extractor: o.extractor}, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	if o.truth == "" {
		err = p.LabelFromFolders(ctx)
	} else {
		_, err = p.ImportLabels(ctx, o.truth, labels.ImportOptions{AddClasses: true})
	}
	if err != nil {
		return err
	}
	embedded, err := p.Embed(ctx, patchwork.EmbedOptions{}, nil)
	if err != nil {
		return err
	}
	truth, err := p.Labels()
	if err != nil {
		return err
	}
	fmt.Printf("%d images, %d classes, %s; %d times\n", truth.Len(), len(truth.Classes()), embedded.Spec.Name, o.seeds)
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"policy", func() error { return o.policy(ctx, p, truth, dir) }},
		{"suspects", func() error { return o.suspects(ctx, p, truth) }},
		{"spreading", func() error { return o.spreading(ctx, p, truth) }},
		{"doubles", func() error { return o.doubles(ctx, dir) }},
	} {
		if !o.only.MatchString(m.name) {
			continue
		}
		if err := m.run(); err != nil {
			return err
		}
	}
	return nil
}

// wrong is how many labels are made wrong.
const wrong = 0.1

// suspects plants wrong labels and measures how early they come in the list of suspects. Where each image shows one class,
// one image in ten is given another class; otherwise one label in ten is turned round.
func (o options) suspects(ctx context.Context, p *patchwork.Project, truth *labels.Table) error {
	var found, precise, complete, expected figures
	one := single(truth)
	for seed := range o.seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 0x73757370))
		planted, e := plant(truth, p.Images(), r)
		e.ID = fmt.Sprint("planted ", seed)
		if err := p.Apply(ctx, e); err != nil {
			return err
		}
		report, err := p.Suspects(ctx, patchwork.SuspectOptions{N: truth.Len() * len(truth.Classes()), Validate: patchwork.CrossValidateOptions{Seed: uint64(seed)}}, nil)
		if err != nil {
			return err
		}
		key := func(s patchwork.SuspectLabel) string { return s.Image + "\n" + s.Class }
		if one {
			key = func(s patchwork.SuspectLabel) string { return s.Image }
		}
		score := map[string]float64{} // of an image, or of a label
		for _, s := range report.Suspects {
			score[key(s)] = max(score[key(s)], s.Score)
		}
		var scores []float32
		var is []labels.Tri
		for k, s := range score {
			scores, is = append(scores, float32(s)), append(is, labels.Absent)
			if planted[k] {
				is[len(is)-1] = labels.Present
			}
		}
		ap, err := evaluate.AveragePrecision(scores, is)
		if err != nil {
			return err
		}
		likely := map[string]bool{}
		for _, s := range report.Suspects {
			if s.Likely {
				likely[key(s)] = true
			}
		}
		right := 0
		for k := range likely {
			if planted[k] {
				right++
			}
		}
		sum := 0.0
		for _, c := range report.Classes {
			sum += float64(c.Expected)
		}
		cells := float64(len(planted))
		if one {
			cells *= 2 // the class it was and the class it is
		}
		found, expected = append(found, ap), append(expected, sum/cells)
		precise, complete = append(precise, float64(right)/float64(max(len(likely), 1))), append(complete, float64(right)/float64(len(planted)))
		if err := p.Apply(ctx, labels.Event{Kind: labels.KindUndo, Target: e.ID}); err != nil {
			return err
		}
	}
	row(fmt.Sprintf("suspects: average precision of %.0f %% wrong labels (promised: 0.8)", 100*wrong), found)
	row("suspects: share of wrong labels among likely errors", precise)
	row("suspects: share of likely errors among wrong labels", complete)
	row("suspects: expected errors over planted ones", expected)
	return nil
}

// plant makes labels wrong. The keys of planted are images, or images and classes.
func plant(truth *labels.Table, ix labels.Images, r *rand.Rand) (planted map[string]bool, e labels.Event) {
	planted, e = map[string]bool{}, labels.Event{Kind: labels.KindLabel, Source: "api"}
	put := func(row, class int, v labels.Tri) {
		e.Set = append(e.Set, labels.Change{Class: truth.Classes()[class], Value: int8(v), Images: []string{labels.Ref(ix, row)}})
	}
	if single(truth) {
		classes := len(truth.Classes())
		for _, row := range r.Perm(truth.Len())[:int(wrong*float64(truth.Len()))] {
			is := 0
			for truth.Value(row, is) != labels.Present {
				is++
			}
			put(row, is, labels.Absent)
			put(row, (is+1+r.IntN(classes-1))%classes, labels.Present)
			planted[ix.At(row).ID] = true
		}
		return planted, e
	}
	for row := range truth.Len() {
		for class, name := range truth.Classes() {
			if v := truth.Value(row, class); v != labels.Unknown && r.Float64() < wrong {
				put(row, class, 1-v)
				planted[ix.At(row).ID+"\n"+name] = true
			}
		}
	}
	return planted, e
}

// single says that each row shows exactly one class.
func single(t *labels.Table) bool {
	for row := range t.Len() {
		n := 0
		for class := range t.Classes() {
			n += int(cmp.Or(max(t.Value(row, class), 0), 0))
		}
		if n != 1 {
			return false
		}
	}
	return true
}
