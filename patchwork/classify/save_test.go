package classify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
)

// saveSmall trains a small model and saves it in a new folder.
func saveSmall(t *testing.T) (m *Model, d Data, dir string) {
	t.Helper()
	d, _ = blobs(60, 16, 3, 0.5, false)
	m = train(t, d, quick)
	dir = filepath.Join(t.TempDir(), "models", "default")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	return m, d, dir
}

func scores(t *testing.T, m *Model, d Data) []float32 {
	t.Helper()
	s, err := m.Scores(t.Context(), 60, d.Features)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSaveAndLoad(t *testing.T) {
	m, d, dir := saveSmall(t)
	back, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(scores(t, m, d), scores(t, back, d)) {
		t.Error("the loaded model gives other scores")
	}
	asJSON := func(v any) string {
		text, err := json.Marshal(v) // NaN is null there, and DeepEqual would not find it equal to itself
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got, want := asJSON(back.Info()), asJSON(m.Info()); got != want {
		t.Errorf("info was\n%s\nand is\n%s", want, got)
	}
	info, err := ReadInfo(dir)
	if err != nil || asJSON(info) != asJSON(m.Info()) || !math.IsNaN(info.History[0].ValidationLoss) {
		t.Errorf("ReadInfo: %v\n%s", err, asJSON(info))
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*")); len(left) != 1 {
		t.Errorf("left beside the model: %q", left)
	}
	if hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*")); len(hidden) != 0 {
		t.Errorf("left beside the model: %q", hidden)
	}
}

// A process of its own opens the model and gives the same scores: this test runs itself again.
func TestLoadInAnotherProcess(t *testing.T) {
	const variable = "CLASSIFY_TEST_MODEL"
	if dir := os.Getenv(variable); dir != "" {
		m, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := blobs(60, 16, 3, 0.5, false)
		fmt.Printf("scores: %x\n", scores(t, m, d))
		return
	}
	m, d, dir := saveSmall(t)
	child := exec.Command(os.Args[0], "-test.run=^TestLoadInAnotherProcess$")
	child.Env = append(os.Environ(), variable+"="+dir)
	out, err := child.CombinedOutput()
	if want := fmt.Sprintf("scores: %x\n", scores(t, m, d)); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("the other process: %v\n%s\nwant %s", err, out, want)
	}
}

// The folder is an ordinary GoMLX checkpoint.
func TestGoMLXOpensTheCheckpoint(t *testing.T) {
	m, _, dir := saveSmall(t)
	store := model.NewStore()
	if _, err := checkpoint.Load(store).Dir(dir).Immediate().Done(); err != nil {
		t.Fatal(err)
	}
	h := head{dim: m.head.dim, classes: m.head.classes}
	if err := h.read(store); err != nil || !reflect.DeepEqual(h.weights, m.head.weights) {
		t.Errorf("%v, weights %v", err, h.weights)
	}
}

func TestSaveReplacesAModelAndNothingElse(t *testing.T) {
	_, d, dir := saveSmall(t)
	stale := filepath.Join(dir, ScoresFile)
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	o := quick
	o.Seed = 9
	other := train(t, d, o)
	want := scores(t, other, d)
	if err := other.SavePredicted(dir, Prediction{Rows: 60, Classes: 3, Scores: want}); err != nil {
		t.Fatal(err)
	}
	back, err := Load(dir)
	if err != nil || back.head.sum() != other.head.sum() {
		t.Errorf("after a second save: %v", err)
	}
	if got, n, c, err := ReadScores(stale); err != nil || n != 60 || c != 3 || !reflect.DeepEqual(got, want) {
		t.Errorf("scores saved with the model: %d x %d, %v", n, c, err)
	}
	if err := other.SavePredicted(dir, Prediction{Rows: 60, Classes: 3, Scores: want[1:]}); err == nil || !strings.Contains(err.Error(), "179 scores for 60 rows of 3 classes") {
		t.Errorf("too few scores: %v", err)
	}
	images := append(make([]string, 59), "0a")
	if err := other.SavePredicted(dir, Prediction{Rows: 60, Classes: 3, Scores: want, Images: images}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadImages(dir); err != nil || !reflect.DeepEqual(got, images) {
		t.Errorf("images behind the scores: %q, %v; want those that were saved", got, err)
	}
	if err := other.SavePredicted(dir, Prediction{Rows: 60, Classes: 3, Scores: want, Images: images[1:]}); err == nil || !strings.Contains(err.Error(), "59 images are named for 60 rows") {
		t.Errorf("too few images: %v", err)
	}
	if err := other.Save(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadImages(dir); got != nil || err != nil {
		t.Errorf("a model without scores has images %q, %v", got, err)
	}
	foreign := t.TempDir()
	keep := filepath.Join(foreign, "thesis.txt")
	if err := os.WriteFile(keep, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := other.Save(foreign); err == nil || !strings.Contains(err.Error(), "holds files and no model") {
		t.Errorf("saving over a foreign folder: %v", err)
	}
	if _, err := os.Stat(keep); err != nil {
		t.Error(err)
	}
}

func TestLoadErrors(t *testing.T) {
	rewrite := func(pattern string, change func(data []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, pattern))
			if len(files) != 1 {
				t.Fatalf("%s: %q", pattern, files)
			}
			data, err := os.ReadFile(files[0])
			if err == nil {
				err = os.WriteFile(files[0], change(data), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(old, new string) func(*testing.T, string) {
		return rewrite(modelFile, func(data []byte) []byte {
			if !strings.Contains(string(data), old) {
				t.Fatalf("%s lacks %q", modelFile, old)
			}
			return []byte(strings.Replace(string(data), old, new, 1))
		})
	}
	remove := func(pattern string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, f := range files {
				os.Remove(f)
			}
		}
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		is    error
		says  string
	}{
		{"no folder", func(_ *testing.T, dir string) { os.RemoveAll(dir) }, fs.ErrNotExist, "classify: no model in "},
		{"no description", remove(modelFile), fs.ErrNotExist, "classify: no model in "},
		{"foreign description", rewrite(modelFile, func([]byte) []byte { return []byte("name: resnet\n") }), nil, "is not the description of a patchwork head"},
		{"no YAML", rewrite(modelFile, func([]byte) []byte { return []byte("\x00\x01: [") }), nil, "is not the description of"},
		{"newer version", replace("version: 2", "version: 3"), nil, "has version 3 and this program reads version 2; update patchwork"},
		{"torn description", rewrite(modelFile, func(d []byte) []byte { return d[:113] }), ErrDamaged, "names"},
		{"unknown entry", replace("dim:", "dimension:"), ErrDamaged, "dimension"},
		{"no weights", remove("checkpoint*"), ErrDamaged, "no checkpoints found"},
		{"weights cut short", rewrite("checkpoint*.bin", func(d []byte) []byte { return d[:len(d)/2] }), ErrDamaged, "checkpoint"},
		{"weights empty", rewrite("checkpoint*.bin", func([]byte) []byte { return nil }), ErrDamaged, "checkpoint"},
		{"weights' list cut short", rewrite("checkpoint*.json", func(d []byte) []byte { return d[:len(d)/2] }), ErrDamaged, "checkpoint"},
		{"other weights' list", rewrite("checkpoint*.json", func(d []byte) []byte {
			return []byte(strings.ReplaceAll(string(d), "weights", "wheels"))
		}), ErrDamaged, "variable /head/weights is missing"},
		{"another model's description", replace("weights_sha256: ", "weights_sha256: 00"), ErrDamaged, "was written with 00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, dir := saveSmall(t)
			tt.spoil(t, dir)
			m, err := Load(dir)
			if m != nil || err == nil || !strings.Contains(err.Error(), tt.says) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, error %v; want %v that says %q", m, err, tt.is, tt.says)
			}
		})
	}
}
