package patchwork

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
)

// set labels an image for the classes red and green, or marks it.
func set(t *testing.T, p *Project, row int, kind labels.Kind, value int8) {
	t.Helper()
	change := labels.Change{Images: []string{p.Images().At(row).ID}, Value: value}
	if kind == labels.KindLabel {
		change.Classes = []string{"red", "green"}
	}
	if err := p.Apply(t.Context(), labels.Event{Kind: kind, Set: []labels.Change{change}}); err != nil {
		t.Fatal(err)
	}
}

// greens counts, over 20 seeds, how often the one image that diversity chooses is green.
func greens(t *testing.T, p *Project) (n int) {
	t.Helper()
	for seed := range uint64(20) {
		picks, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "diversity", N: 1, Seed: seed})
		if err != nil || len(picks) != 1 {
			t.Fatal(picks, err)
		}
		if kindOf(picks[0]) == "green" {
			n++
		}
	}
	return n
}

// What is labelled is not drawn again by its look; what is held out does not count.
func TestSuggestLooksAtWhatIsLabelled(t *testing.T) {
	p := embedded(t, photos(t, 24))
	if n := greens(t, p); n < 4 || n > 16 {
		t.Errorf("nothing labelled: %d of 20 are green, want about half", n)
	}
	red := slices.Index(kinds(p), "red")
	set(t, p, red, labels.KindLabel, 0)
	if n := greens(t, p); n < 18 {
		t.Errorf("a red image labelled: %d of 20 are green, want nearly all", n)
	}
	set(t, p, red, labels.KindValidation, 1)
	if n := greens(t, p); n < 4 || n > 16 {
		t.Errorf("the red image held out: %d of 20 are green, want about half", n)
	}
}

func TestSuggestByFeaturesSaysWhatToDo(t *testing.T) {
	p := newProject(t, photos(t, 8), "red", "green")
	e := &engine{Project: p}
	t.Cleanup(func() { e.kept.close() })
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "diversity"}); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "patchwork embed") {
		t.Errorf("without features: %v", err)
	}
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	_, err := e.Suggest(t.Context(), studio.Query{Strategy: "diversity", N: 4})
	if !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "Train computes them too") {
		t.Errorf("in the studio without features: %v", err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "badge"}); !errors.Is(err, acquire.ErrNotReady) || !strings.Contains(err.Error(), "train once") {
		t.Errorf("without a model: %v", err)
	}
	for row, kind := range kinds(p) {
		if row%2 == 0 {
			change := labels.Change{Images: []string{p.Images().At(row).ID}, Class: "red"}
			if kind == "red" {
				change.Value = 1
			}
			if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{change}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 2}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, strategy := range []string{"badge: red", "diversity", "high: red"} {
		picks, err := p.Suggest(t.Context(), SuggestOptions{Strategy: strategy, N: 3})
		if err != nil || len(picks) != 3 || !strings.HasPrefix(picks[0].Reason, strategy[:4]) {
			t.Fatalf("%s: %v, %v", strategy, picks, err)
		}
		shown, err := e.Suggest(t.Context(), studio.Query{Strategy: strategy, N: 3})
		if err != nil || !slices.Equal(shown, asPicks(picks)) {
			t.Errorf("%s: the studio shows %v, %v; want %v", strategy, shown, err, picks)
		}
	}
}
