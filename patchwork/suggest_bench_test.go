package patchwork

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// large makes a project of 100,000 images that exist in its index only, with 10 classes, of which 5 are known everywhere,
// and scores of all of them.
func large(b *testing.B) (*Project, *labels.Table, *Scores) {
	b.Helper()
	const n, classes, known = 100_000, 10, 5
	dir := b.TempDir()
	images := make([]imageset.Image, n)
	for row := range images {
		images[row] = imageset.Image{
			ID: fmt.Sprintf("photos/%06d.jpg", row), Hash: fmt.Sprintf("%016x", row), Width: 256, Height: 256, Size: 20_000, ModTime: 1795470853954379291,
		}
	}
	made, err := imageset.NewIndex(images)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(dir, "images.tsv")
	if err := made.Write(file); err != nil {
		b.Fatal(err)
	}
	index, err := imageset.ReadIndex(file) // as Open does
	if err != nil {
		b.Fatal(err)
	}
	p := &Project{dir: dir, index: index}
	refs := make([]string, n)
	for row := range refs {
		refs[row] = labels.Ref(index, row)
	}
	var names []string
	for c := range classes {
		names = append(names, fmt.Sprint("class ", c))
	}
	p.settings.Classes = Classes(names...)
	store, err := p.openWriter()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	if _, err := store.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Classes: names[:known], Value: 0, Images: refs}}}); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	scores := &Scores{Classes: names, Rows: n, p: make([]float32, n*classes)}
	for i := range scores.p {
		scores.p[i] = r.Float32()
	}
	return p, store.Table(), scores
}

// BenchmarkSuggest is what the server does for a batch at 100,000 images, the 100 pages before it left out.
func BenchmarkSuggest(b *testing.B) {
	p, _, scores := large(b)
	shown := map[int]bool{}
	for row := range 1600 {
		shown[row*7] = true
	}
	for _, strategy := range []string{"entropy", "margin", "highest: class 7", "random"} {
		b.Run(strategy, func(b *testing.B) {
			for b.Loop() {
				o := SuggestOptions{Strategy: strategy, Skip: func(row int) bool { return shown[row] }}
				picks, err := p.suggest(b.Context(), p.store.Table(), scores, nil, o)
				if err != nil || len(picks) != 16 {
					b.Fatal(picks, err)
				}
			}
		})
	}
}

// BenchmarkAlike is what the server does for a page of look-alikes at 100,000 images with 384 numbers each, the features being
// open.
func BenchmarkAlike(b *testing.B) {
	p, t, _ := large(b)
	const dim = 384
	r := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, p.index.Len()*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	vectors, err := explore.NewVectors(b.Context(), p.index.Len(), func(row int) []float32 { return x[row*dim : (row+1)*dim] })
	if err != nil {
		b.Fatal(err)
	}
	l := &looks{index: p.index, vectors: vectors}
	shown := map[int]bool{}
	for row := range 1600 {
		shown[row*7] = true
	}
	skip := func(row int) bool { return shown[row] }
	b.Run("like one", func(b *testing.B) {
		for b.Loop() {
			if found, err := p.similar(b.Context(), t, l, []int{5}, SimilarOptions{Skip: skip}); err != nil || len(found) != 16 {
				b.Fatal(found, err)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			if found, err := p.lookAlikes(b.Context(), t, l, LookAlikesOptions{Skip: skip}); err != nil || len(found) != 16 {
				b.Fatal(found, err)
			}
		}
	})
}

// What a training does for the audit before it is done: the answers of the stop set, compared with those before and kept.
func BenchmarkKeepAnswers(b *testing.B) {
	p, t, scores := large(b)
	for labelled := 100; b.Loop(); labelled *= 2 {
		if labelled > 1<<40 {
			labelled = 100
		}
		if err := p.keepAnswers(t, scores.Classes, scores.p, labelled); err != nil {
			b.Fatal(err)
		}
	}
}

// What an audit reads of the journal.
func BenchmarkLabelOrder(b *testing.B) {
	p, t, _ := large(b)
	for b.Loop() {
		if _, _, err := p.labelOrder(t, func(int) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
}

// What reading scores adds to find those that are of another image than is there now: none are, of 100,000.
func BenchmarkOutdated(b *testing.B) {
	p, _, _ := large(b)
	of := make([]string, p.index.Len())
	for row := range of {
		of[row] = p.index.At(row).Hash
	}
	for b.Loop() {
		if rows := outdated(p.index, len(of), of); len(rows) > 0 {
			b.Fatal(rows)
		}
	}
}
