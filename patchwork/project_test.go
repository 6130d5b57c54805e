package patchwork

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// photos makes a folder of n small pictures, red ones and green striped ones in turn, and returns it.
func photos(t *testing.T, n int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "photos")
	for i := range n {
		kind := []string{"red", "green"}[i%2]
		paint(t, filepath.Join(dir, kind, fmt.Sprintf("%03d.png", i)), kind, uint64(i))
	}
	return dir
}

func paint(t *testing.T, file, kind string, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	m := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			noise := uint8(rng.IntN(60))
			c := color.RGBA{180 + noise, 40 + noise, 40, 255}
			if kind == "green" {
				c = color.RGBA{40, 150 + noise - uint8(y%4)*30, 60, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newProject makes a project on photos.
func newProject(t *testing.T, photos string, classes ...string) *Project {
	t.Helper()
	p, _, err := Init(t.Context(), filepath.Join(t.TempDir(), "p"), InitOptions{Images: []string{photos}, Classes: Classes(classes...)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestTheWholeLoop(t *testing.T) {
	p := newProject(t, photos(t, 40))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Split(ctx, 0.25, 1); err != nil {
		t.Fatal(err)
	}
	report, err := p.Embed(ctx, EmbedOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Run.Computed != 40 || report.Sanity == nil || report.Sanity.Features.Accuracy < 0.95 {
		t.Errorf("first embedding: %+v", report)
	}
	if report, err = p.Embed(ctx, EmbedOptions{}, nil); err != nil || report.Run.Computed != 0 {
		t.Errorf("second embedding computed %d images, error %v; want none", report.Run.Computed, err)
	}
	info, err := p.Train(ctx, TrainOptions{Options: classify.Options{Seed: 1, Epochs: 5}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if info.TrainRows != 30 || info.ValidationRows != 10 {
		t.Errorf("trained on %d and held out %d, want 30 and 10", info.TrainRows, info.ValidationRows)
	}

	again, err := Open(p.Dir()) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	measured, err := again.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	if got := measured.Validation.Accuracy.Value; got < 0.95 {
		t.Errorf("validation accuracy %.3f on red against green, want 0.95 or more", got)
	}
	var out bytes.Buffer
	if n, skipped, err := again.Predict(ctx, &out); n != 40 || skipped != 0 || err != nil {
		t.Errorf("predict wrote %d, skipped %d, error %v", n, skipped, err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 41 || !slices.Equal(rows[0], []string{"filepath", "green", "red"}) {
		t.Errorf("scores: %d rows, header %v, error %v", len(rows), rows[0], err)
	}
	if picks, err := again.Suggest(ctx, SuggestOptions{}); err != nil || len(picks) != 0 {
		t.Errorf("suggested %d of fully labelled images, error %v", len(picks), err)
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	p := newProject(t, photos(t, 20))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	score := func() []float32 {
		if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Seed: 7, Epochs: 2}}, nil); err != nil {
			t.Fatal(err)
		}
		s, err := p.Scores()
		if err != nil {
			t.Fatal(err)
		}
		return s.p
	}
	if a, b := score(), score(); !slices.Equal(a, b) {
		t.Errorf("two trainings with one seed gave %v and %v", a[:4], b[:4])
	}
}

func TestSuggestNeverExcludedNeverTwice(t *testing.T) {
	p := newProject(t, photos(t, 20), "red")
	excluded := p.Images().At(3).ID
	err := p.Apply(t.Context(), labels.Event{Kind: labels.KindExclude, Set: []labels.Change{{Value: 1, Images: []string{excluded}}}})
	if err != nil {
		t.Fatal(err)
	}
	picks, err := p.Suggest(t.Context(), SuggestOptions{N: 50})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range picks {
		if s.Image == excluded || seen[s.Image] {
			t.Errorf("%s was suggested although it is excluded or was there before", s.Image)
		}
		seen[s.Image] = true
	}
	if len(picks) != 19 {
		t.Errorf("%d suggestions of 19 candidates", len(picks))
	}
	again, err := p.Suggest(t.Context(), SuggestOptions{N: 50})
	if err != nil || !slices.Equal(picks, again) {
		t.Errorf("the same seed and journal gave other suggestions (error %v)", err)
	}
}

func TestInitAgainKeepsLabelsAndFindsNewImages(t *testing.T) {
	dir := photos(t, 6)
	p := newProject(t, dir, "red")
	first := p.Images().At(0).ID
	if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "red", Value: 1, Images: []string{first}}}}); err != nil {
		t.Fatal(err)
	}
	paint(t, filepath.Join(dir, "aaa.png"), "red", 99) // sorts first
	if err := os.Remove(filepath.Join(dir, "green", "003.png")); err != nil {
		t.Fatal(err)
	}
	again, report, err := Init(t.Context(), p.Dir(), InitOptions{Classes: Classes("red", "water")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Added != 1 || report.Vanished != 1 {
		t.Errorf("report %+v, want one added and one vanished", report)
	}
	table, err := again.Labels()
	if err != nil {
		t.Fatal(err)
	}
	if again.Images().At(0).ID != first || table.Value(0, 0) != labels.Present {
		t.Error("the first row changed or lost its label")
	}
	if got := table.Classes(); !slices.Equal(got, []string{"red", "water"}) {
		t.Errorf("classes %v", got)
	}
	status, err := again.Status()
	if err != nil || len(status.Problems) != 1 || !strings.Contains(status.Problems[0].Image, "003.png") {
		t.Errorf("status lists %v, error %v", status.Problems, err)
	}
}

func TestBadInput(t *testing.T) {
	good := photos(t, 2)
	empty := t.TempDir()
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "a.jpg"), []byte("not a picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		o    InitOptions
		want string
		is   error
	}{
		{"folder without images", InitOptions{Images: []string{empty}}, empty, imageset.ErrNoImages},
		{"no readable image", InitOptions{Images: []string{broken}}, "a.jpg", imageset.ErrNoneReadable},
		{"folder that does not exist", InitOptions{Images: []string{filepath.Join(empty, "nowhere")}}, "nowhere", nil},
		{"no images named", InitOptions{}, "no images named", nil},
		{"class named twice", InitOptions{Images: []string{good}, Classes: Classes("water", "Water", "road", "road")}, "road", nil},
		{"class like a column", InitOptions{Images: []string{good}, Classes: Classes("filepath")}, "filepath", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "p")
			_, _, err := Init(t.Context(), dir, tt.o, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want one that names %q", err, tt.want)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("a failed Init left a folder behind")
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoProject) || !strings.Contains(err.Error(), "patchwork init") {
		t.Errorf("a folder without a project: %v", err)
	}
	p := newProject(t, photos(t, 2), "red")
	file := p.path("project.yaml")
	if err := os.WriteFile(file, []byte("version: 99\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(p.Dir()); err == nil || !strings.Contains(err.Error(), "newer patchwork") {
		t.Errorf("settings of version 99: %v", err)
	}
	if err := os.WriteFile(file, []byte("images: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(p.Dir()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("broken settings: %v, want the file named", err)
	}
}

func TestStepsThatNeedAnEarlierOneSayWhich(t *testing.T) {
	p := newProject(t, photos(t, 4), "red")
	if _, err := p.Train(t.Context(), TrainOptions{}, nil); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "embed") {
		t.Errorf("train: %v", err)
	}
	if _, err := p.Evaluate(); !errors.Is(err, ErrNoModel) {
		t.Errorf("evaluate: %v", err)
	}
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "entropy"}); err == nil || !strings.Contains(err.Error(), "train") {
		t.Errorf("suggest: %v", err)
	}
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "magic"}); err == nil || !strings.Contains(err.Error(), "random") {
		t.Errorf("unknown strategy: %v, want the list of names", err)
	}
}

func TestCancelledInitGoesOn(t *testing.T) {
	dir := photos(t, 30)
	folder := filepath.Join(t.TempDir(), "p")
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := Init(ctx, folder, InitOptions{Images: []string{dir}}, func(string, int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	p, _, err := Init(t.Context(), folder, InitOptions{Images: []string{dir}}, nil)
	if err != nil || p.Images().Len() != 30 {
		t.Errorf("second Init: %v", err)
	}
}

func TestSecondWriterIsNamed(t *testing.T) {
	p := newProject(t, photos(t, 2), "red")
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	other, err := Open(p.Dir())
	if err != nil {
		t.Fatal(err)
	}
	err = other.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "red", Value: 1, Images: []string{p.Images().At(0).ID}}}})
	var locked *labels.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("error %v, want a LockedError with this process", err)
	}
}

// TestSuggestLooksAtLabelledOnesAgain: fully labelled and excluded images come only where the filter asks for them.
func TestSuggestLooksAtLabelledOnesAgain(t *testing.T) {
	p := newProject(t, photos(t, 6))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if picks, err := p.Suggest(t.Context(), SuggestOptions{}); err != nil || len(picks) != 0 {
		t.Errorf("with everything labelled %d are suggested (%v)", len(picks), err)
	}
	labelled := labels.Filter{Status: labels.Labelled, Subset: labels.SubsetFilter{Kind: labels.ClassPresent, Name: "red"}}
	picks, err := p.Suggest(t.Context(), SuggestOptions{Filter: labelled})
	if err != nil || len(picks) != 3 {
		t.Fatalf("%d labelled red ones are suggested (%v), want 3", len(picks), err)
	}
	for _, pick := range picks {
		if !strings.Contains(pick.Image, "/red/") {
			t.Errorf("%s is suggested as red", pick.Image)
		}
	}
}
