package patchwork

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// clustered is a project whose features lie around two centres, with noise, by the folder of the image.
func clustered(t *testing.T, n int) *Project {
	t.Helper()
	const dim = 32
	p := newProject(t, photos(t, n), "red", "green")
	random, x := rand.New(rand.NewPCG(1, 1)), make([]float32, n*dim)
	for row, kind := range kinds(p) {
		for k := range dim {
			x[row*dim+k] = float32(random.NormFloat64())
			if kind == "red" && k < 8 {
				x[row*dim+k] += 1.5
			}
		}
	}
	file := filepath.Join(t.TempDir(), "x.npy")
	if err := classify.WriteScores(file, x, n, dim); err != nil {
		t.Fatal(err)
	}
	store, _, err := features.ImportNPY(t.Context(), file, p.Images(), features.ImportOptions{Dir: p.path("features")})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := p.use("default", nil, store.Spec().ID); err != nil {
		t.Fatal(err)
	}
	return p
}

// Without a word on context the training chooses one, scores what it reads, and what measures the model afterwards takes the same.
func TestTrainChoosesItsContext(t *testing.T) {
	p := clustered(t, 120)
	if p.modelContext() != "" {
		t.Errorf("without a model its context is %q", p.modelContext())
	}
	labelSome(t, p)
	var steps []string
	info, err := p.Train(t.Context(), TrainOptions{Progress: func(what string, _, _ int) { steps = append(steps, what) }}, nil)
	if err != nil || !strings.HasPrefix(info.ContextFrom, "log loss of labels left out: ") || !slices.Contains(steps, "finding neighbours") {
		t.Fatalf("%q, %v; steps %q", info.ContextFrom, err, steps)
	}
	if info.Options.Context != classify.NeighbourContext {
		t.Fatalf("context %q (%s)", info.Options.Context, info.ContextFrom)
	}
	wantScores(t, p, contextByHand(t, p))
	if !strings.Contains(info.String(), "context neighbours (log loss of labels left out: ") || p.modelContext() != classify.NeighbourContext {
		t.Errorf("%s\nmodel context %q", info, p.modelContext())
	}
	steps = nil
	again, err := p.Train(t.Context(), TrainOptions{GoOn: true, Progress: func(what string, _, _ int) { steps = append(steps, what) }}, nil)
	if err != nil || again.Options.Context != classify.NeighbourContext || again.ContextFrom != "that of the model before" || len(steps) > 0 {
		t.Errorf("going on: %q (%s), %v; steps %q, want none", again.Options.Context, again.ContextFrom, err, steps)
	}
	set := func(context classify.Context) *OutOfFold {
		t.Helper()
		o, err := p.OutOfFold(t.Context(), CrossValidateOptions{Folds: 3, Train: classify.Options{Context: context}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if slices.Equal(set(classify.NeighbourContext).p, set(classify.NoContext).p) {
		t.Error("out of fold: the same scores with and without context")
	}

	var change []labels.Change // to what no neighbour knows
	for row := range p.Images().Len() {
		for _, class := range mustLabels(t, p).Classes() {
			change = append(change, labels.Change{Class: class, Value: int8(p.Images().At(row).Hash[0] & 1), Images: []string{labels.Ref(p.Images(), row)}})
		}
	}
	if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: change}); err != nil {
		t.Fatal(err)
	}
	info, err = p.Train(t.Context(), TrainOptions{}, nil)
	if err != nil || info.Options.Context != classify.NoContext || p.modelContext() != classify.NoContext {
		t.Fatalf("labels without sense: %q (%s), %v", info.Options.Context, info.ContextFrom, err)
	}
	store, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var own [][]float32
	for row := range p.Images().Len() {
		own = append(own, store.Row(row))
	}
	wantScores(t, p, own)
}

func TestContextThatNobodyAskedForHasALimit(t *testing.T) {
	p := embedded(t, photos(t, 24))
	r, err := p.reads(t.Context(), classify.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	row, why, err := r.drawn(23)(t.Context())
	if row != nil || err != nil || why != "neighbours of 24 images are looked for only where context is neighbours, 23 are the most that auto takes" {
		t.Errorf("%q, %v", why, err)
	}
	if row, why, err := r.drawn(24)(t.Context()); row == nil || why != "" || err != nil || !slices.Equal(row(3), contextByHand(t, p)[3]) {
		t.Errorf("as many as there may be: %q, %v", why, err)
	}
}

// Every replay chooses for each of its trainings, and a second one is the same.
func TestReplaysChooseTheirContext(t *testing.T) {
	p := embedded(t, photos(t, 36))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := func(context classify.Context) *Replay {
		t.Helper()
		r, err := p.Replay(t.Context(), ReplayOptions{Strategies: []string{"random"}, Batch: 4, Rounds: 2, Seeds: 3, Train: classify.Options{Context: context}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if !reflect.DeepEqual(run(""), run(classify.AutoContext)) {
		t.Error("auto is not the default, or is another each time")
	}
	curve, err := p.LearningCurve(t.Context(), LearningCurveOptions{Budgets: []int{10}, Folds: 2}, nil)
	if err != nil || len(curve) != 1 {
		t.Errorf("%v, %v", curve, err)
	}
	if _, err := p.Search(t.Context(), SearchOptions{Trials: 3, Folds: 2, Space: map[string]string{"context": "auto, none, neighbours"}}, nil); err != nil {
		t.Error(err)
	}
}
