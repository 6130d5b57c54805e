package patchwork

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// crowd is a project of images that exist in its index only, with features around a centre a class.
func crowd(b *testing.B, n, dim, classes int) (p *Project, store *features.Store, truth []int) {
	b.Helper()
	dir := b.TempDir()
	images := make([]imageset.Image, n)
	for row := range images {
		images[row] = imageset.Image{ID: fmt.Sprintf("photos/%06d.jpg", row), Hash: fmt.Sprintf("%016x", row), Width: 256, Height: 256, Size: 20_000, ModTime: 1795470853954379291}
	}
	made, err := imageset.NewIndex(images)
	if err != nil {
		b.Fatal(err)
	}
	if err := made.Write(filepath.Join(dir, "images.tsv")); err != nil {
		b.Fatal(err)
	}
	index, err := imageset.ReadIndex(filepath.Join(dir, "images.tsv")) // as Open does
	if err != nil {
		b.Fatal(err)
	}
	random, x, centres := rand.New(rand.NewPCG(1, 1)), make([]float32, n*dim), make([]float32, classes*dim)
	for i := range centres {
		centres[i] = float32(random.NormFloat64())
	}
	truth = make([]int, n)
	for row := range truth {
		truth[row] = random.IntN(classes)
		for k := range dim {
			x[row*dim+k] = 1.5 + centres[truth[row]*dim+k] + 4*float32(random.NormFloat64())
		}
	}
	if err := classify.WriteScores(filepath.Join(dir, "x.npy"), x, n, dim); err != nil {
		b.Fatal(err)
	}
	p = &Project{dir: dir, index: index}
	store, _, err = features.ImportNPY(b.Context(), filepath.Join(dir, "x.npy"), index, features.ImportOptions{Dir: p.path("features")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	p.settings.Features = store.Spec().ID
	if err := os.WriteFile(p.path("project.yaml"), fmt.Appendf(nil, "version: 1\nimages: []\nclasses: []\nfeatures: %s\n", p.settings.Features), 0o644); err != nil {
		b.Fatal(err)
	}
	return p, store, truth
}

// BenchmarkRound is a round of the loop at 27,000 images of 384 numbers: a training on 500 labels that goes on, all images scored and saved, 16 chosen; and
// the first training, whose λ and context are chosen. The context is there but for the first of all.
func BenchmarkRound(b *testing.B) {
	const n, dim, classes, known = 27_000, 384, 10, 500
	p, _, truth := crowd(b, n, dim, classes)
	var names []string
	for c := range classes {
		names = append(names, fmt.Sprint("class ", c))
	}
	p.settings.Classes = Classes(names...)
	journal, err := p.openWriter()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	present := make([]labels.Change, classes)
	all := labels.Change{Classes: names}
	for i := range known {
		row := i * n / known
		present[truth[row]].Classes, present[truth[row]].Value = names[truth[row]:truth[row]+1], 1
		present[truth[row]].Images = append(present[truth[row]].Images, labels.Ref(p.index, row))
		all.Images = append(all.Images, labels.Ref(p.index, row))
	}
	if _, err := journal.Apply(labels.Event{Kind: labels.KindLabel, Set: append([]labels.Change{all}, present...)}); err != nil {
		b.Fatal(err)
	}
	train := func(b *testing.B, o TrainOptions) classify.Info {
		info, err := p.Train(b.Context(), o, nil)
		if err != nil {
			b.Fatal(err)
		}
		return info
	}
	for _, with := range []classify.Context{classify.NoContext, classify.NeighbourContext, classify.AutoContext} {
		o := TrainOptions{Options: classify.Options{Context: with}}
		train(b, o) // makes the context
		b.Run("first training, "+string(with), func(b *testing.B) {
			for b.Loop() {
				train(b, o)
			}
		})
		o.GoOn = true
		b.Run("round, "+string(with), func(b *testing.B) {
			for b.Loop() {
				if info := train(b, o); info.L2From != "that of the model before" {
					b.Fatal(info.L2From)
				}
				if picks, err := p.Suggest(b.Context(), SuggestOptions{Strategy: "entropy"}); err != nil || len(picks) != 16 {
					b.Fatal(picks, err)
				}
			}
		})
	}
}

// BenchmarkContext is what the context of 27,000 images of 384 numbers costs: once, and each time that it is there.
func BenchmarkContext(b *testing.B) {
	p, store, _ := crowd(b, 27_000, 384, 10)
	ask := func(b *testing.B) {
		c, err := p.surroundings(store).neighbourhood(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("made", func(b *testing.B) {
		for b.Loop() {
			for _, kind := range []string{".context", ".graph5"} {
				os.Remove(p.path("features", store.Spec().ID+kind))
			}
			ask(b)
		}
	})
	b.Run("kept", func(b *testing.B) {
		ask(b)
		for b.Loop() {
			ask(b)
		}
	})
}
