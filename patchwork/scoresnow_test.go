package patchwork

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// scoreOf is the score of a class of an image, NaN without one.
func scoreOf(t *testing.T, s *Scores, p *Project, row int, class string) float64 {
	t.Helper()
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	c, ok := table.Class(class)
	if !ok {
		t.Fatalf("no class %q", class)
	}
	if scores := s.For(table)(row); scores != nil {
		return float64(scores[c])
	}
	return math.NaN()
}

// TestScoresAreOfTheImagesAsTheyAre: an image that changed or came after the training has a score of what it is now, or none, by
// the model and by propagation, and is never chosen by what it was.
func TestScoresAreOfTheImagesAsTheyAre(t *testing.T) {
	folder := photos(t, 30)
	p := embedded(t, folder)
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Posterior: classify.DiagonalPosterior}}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Propagate(ctx, PropagateOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	e := &engine{Project: p}
	_, stamp := e.Scores()
	before, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	changed, same := slices.Index(kinds(p), "red"), slices.Index(kinds(p), "green")
	if s := scoreOf(t, before, p, changed, "red"); !(s > 0.5) {
		t.Fatalf("a red image has %g for red; want more than one half", s)
	}
	file := filepath.Join(folder, "red", filepath.Base(p.Images().At(changed).ID))
	paint(t, file, "green", 77)
	paint(t, filepath.Join(folder, "red", "zz.png"), "red", 78)
	if _, err := p.Rescan(ctx, nil); err != nil {
		t.Fatal(err)
	}
	added := p.Images().Len() - 1
	for _, row := range []int{changed, added} {
		s, err := p.Scores()
		if err != nil {
			t.Fatal(err)
		}
		if q := scoreOf(t, s, p, row, "red"); q == q {
			t.Errorf("row %d has the score %g without features; want none", row, q)
		}
		spread, err := p.Propagated()
		if err != nil {
			t.Fatal(err)
		}
		if q := scoreOf(t, spread, p, row, "red"); q == q {
			t.Errorf("row %d has the propagated score %g; want none", row, q)
		}
	}
	if _, err := p.Embed(ctx, EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	after, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	if s := scoreOf(t, after, p, changed, "red"); !(s < 0.5) {
		t.Errorf("the image that turned green has %g for red", s)
	}
	if s := scoreOf(t, after, p, added, "red"); !(s > 0.5) {
		t.Errorf("the red image that came has %g for red", s)
	}
	if a, b := scoreOf(t, before, p, same, "red"), scoreOf(t, after, p, same, "red"); a != b {
		t.Errorf("an image that stayed had %g and has %g", a, b)
	}
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	if d := after.DeviationsFor(table)(added); d == nil || !(d[0] > 0) {
		t.Errorf("deviations of the image that came: %v", d)
	}
	if scores, now := e.Scores(); scores(changed) == nil || !strings.HasPrefix(now, stamp+"+") {
		t.Errorf("the studio has %v of stamp %q after %q; want the new score, and another stamp", scores(changed), now, stamp)
	}
	found, err := p.Suggest(ctx, SuggestOptions{Strategy: "highest: red", N: 40, Labelled: true})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(found, func(s Suggestion) bool { return s.Row == changed })
	if at < 0 || found[at].Score > 0.5 {
		t.Errorf("the image that turned green is at place %d of %d by its score for red; want a low score", at, len(found))
	}

	// What an older program saved says nothing of images: those that were there count as the same.
	if err := os.Remove(p.path("models", modelName, classify.ImagesFile)); err != nil {
		t.Fatal(err)
	}
	old, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	if a, b := scoreOf(t, before, p, changed, "red"), scoreOf(t, old, p, changed, "red"); a != b {
		t.Errorf("without names of images %g, want %g as it was", b, a)
	}
	if s := scoreOf(t, old, p, added, "red"); !(s > 0.5) {
		t.Errorf("the red image that came has %g for red", s)
	}
}

// TestLabelsNewerThanScores: what a strategy goes by has not seen all labels, and how many is said.
func TestLabelsNewerThanScores(t *testing.T) {
	p := embedded(t, photos(t, 12))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	newer := func(strategy string, want int64) {
		t.Helper()
		if n, err := p.NewerLabels(strategy); err != nil || n != want {
			t.Errorf("%q: %d label events are newer, %v; want %d", strategy, n, err, want)
		}
	}
	for _, strategy := range []string{"", "entropy", "random", "propagated entropy"} {
		newer(strategy, 0) // there are no scores yet
	}
	if _, err := p.Train(ctx, TrainOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Propagate(ctx, PropagateOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	newer("entropy", 0)
	newer("propagated entropy", 0)
	for range 2 {
		if err := p.Apply(ctx, labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "red", Value: 1, Images: []string{labels.Ref(p.Images(), 0)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	newer("", 2)
	newer("60% entropy", 2)
	newer("propagated entropy", 2)
	newer("random", 0)
	if _, err := p.NewerLabels("magic"); err == nil {
		t.Error("an unknown strategy is accepted")
	}
}

// TestPropagatedScoresOfOtherFeatures: labels that were spread along other features than are in use are refused, not used.
func TestPropagatedScoresOfOtherFeatures(t *testing.T) {
	p := embedded(t, photos(t, 12))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Propagate(ctx, PropagateOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	kept := p.path("propagated", "propagated.yaml")
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(text), "features: "+p.Settings().Features, "features: another", 1)
	if other == string(text) {
		t.Fatalf("%s names no features:\n%s", kept, text)
	}
	if err := os.WriteFile(kept, []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	want := "labels were propagated along the features another and the current ones are " + p.Settings().Features
	if _, err := p.Suggest(ctx, SuggestOptions{Strategy: "propagated entropy", Labelled: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("suggest: %v; want an error that says %q", err, want)
	}
	if _, err := p.Train(ctx, TrainOptions{Pseudo: 0.9}, nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("train: %v; want an error that says %q", err, want)
	}
}

// Scores of one model are not mixed with those of another that was saved while they were read.
func TestScoresOfAModelThatChanges(t *testing.T) {
	p := measured(t)
	info, err := classify.ReadInfo(p.path("models", modelName))
	if err != nil {
		t.Fatal(err)
	}
	if found, err := p.predictRows(info, []int{0, 1}); err != nil || found == nil || found.Rows != 2 {
		t.Errorf("of the model as it is: %+v, %v", found, err)
	}
	info.Trained = info.Trained.Add(-time.Second)
	if _, err := p.predictRows(info, []int{0, 1}); err == nil || !strings.Contains(err.Error(), "another model was saved while scores were read; read them again") {
		t.Errorf("of another model: %v", err)
	}
}
