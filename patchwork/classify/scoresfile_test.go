package classify

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The file that numpy wrote (testdata/npy.py) is read, and written again byte for byte.
func TestScoresFileIsNumpys(t *testing.T) {
	scores, n, c, err := ReadScores("testdata/scores.npy")
	want := []float32{0.25, 1, float32(math.NaN()), 0, 1e-7, 0.5}
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if err != nil || n != 2 || c != 3 || !slices.EqualFunc(scores, want, same) {
		t.Fatalf("read %v, %d x %d, %v", scores, n, c, err)
	}
	file := filepath.Join(t.TempDir(), "scores.npy")
	for range 2 { // the second replaces the first
		if err := WriteScores(file, scores, n, c); err != nil {
			t.Fatal(err)
		}
	}
	ours, _ := os.ReadFile(file)
	numpys, _ := os.ReadFile("testdata/scores.npy")
	if !bytes.Equal(ours, numpys) {
		t.Errorf("wrote %q, numpy wrote %q", ours, numpys)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestScoresFileErrors(t *testing.T) {
	dir := t.TempDir()
	good, err := os.ReadFile("testdata/scores.npy")
	if err != nil {
		t.Fatal(err)
	}
	for says, data := range map[string][]byte{
		"is no .npy file":            []byte("filepath,a,b\n"),
		"is cut short within":        good[:40],
		"holds 20 bytes of scores":   good[:len(good)-4],
		"want 2 x 3 of 4 bytes each": append(slices.Clone(good), 0, 0, 0, 0),
		"want a two-dimensional":     bytes.Replace(good, []byte("<f4"), []byte("<f8"), 1),
		"want 4611686018427387904 x": bytes.Replace(good, []byte("(2, 3), }                   "), []byte("(4611686018427387904, 4), } "), 1)[:len(good)],
	} {
		file := filepath.Join(dir, "scores.npy")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := ReadScores(file); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want an error that says %q", err, says)
		}
	}
	if _, _, _, err := ReadScores(filepath.Join(dir, "none.npy")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := WriteScores(filepath.Join(dir, "x.npy"), make([]float32, 5), 2, 3); err == nil || !strings.Contains(err.Error(), "5 scores for") {
		t.Errorf("wrong number: %v", err)
	}
	if err := WriteScores(filepath.Join(dir, "none", "x.npy"), nil, 0, 3); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
}
