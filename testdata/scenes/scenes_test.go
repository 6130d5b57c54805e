package scenes

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The committed scenes are those of this seed; README.md names it too.
const (
	committedSeed = 1
	committed     = 300
)

func readTruth(t *testing.T, dir string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := append([]string{"filepath"}, Classes...); !slices.Equal(rows[0], want) {
		t.Fatalf("truth.csv has the columns %q, want %q", rows[0], want)
	}
	return rows[1:]
}

func readImage(t *testing.T, file string) image.Image {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return m
}

// difference is the mean absolute difference of two pictures, of 255.
func difference(a, b image.Image) float64 {
	sum := 0.0
	for y := range Size {
		for x := range Size {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(b2)} {
				sum += float64(max(d, -d)) / 257
			}
		}
	}
	return sum / (3 * Size * Size)
}

// TestCommittedScenes fails when the generator has changed and the committed files have not; README.md says how to
// make them again. JPEG at this quality moves a grainy pixel by about 3 of 255 on average, and another scene by 20.
func TestCommittedScenes(t *testing.T) {
	rows := readTruth(t, "images")
	if len(rows) != committed {
		t.Fatalf("truth.csv has %d rows, want %d", len(rows), committed)
	}
	for i := 0; i < committed; i += 23 {
		s := New(committedSeed, i)
		m := readImage(t, filepath.Join("images", FileName(i)))
		if m.Bounds() != s.Image.Rect {
			t.Fatalf("%s has the bounds %v, want %v", FileName(i), m.Bounds(), s.Image.Rect)
		}
		d := difference(m, s.Image)
		if d > 6 {
			t.Errorf("%s differs from what the generator makes by %.1f of 255 on average", FileName(i), d)
		}
		if rows[i][0] != FileName(i) {
			t.Errorf("row %d of truth.csv is about %q, want %q", i, rows[i][0], FileName(i))
		}
		for k, present := range s.Present {
			if (rows[i][k+1] == "1") != present {
				t.Errorf("truth.csv says %s=%s for %s; the generator says %v", Classes[k], rows[i][k+1], FileName(i), present)
			}
		}
	}
}

func TestGenerateIsRepeatable(t *testing.T) {
	a, b := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	if err := Generate(a, 6, 9); err != nil {
		t.Fatal(err)
	}
	if err := Generate(b, 9, 9); err != nil { // more of them, in a folder that does not exist
		t.Fatal(err)
	}
	for i := range 6 {
		x, _ := os.ReadFile(filepath.Join(a, FileName(i)))
		y, _ := os.ReadFile(filepath.Join(b, FileName(i)))
		if len(x) == 0 || !bytes.Equal(x, y) {
			t.Errorf("scene %d is not the same in two runs", i)
		}
	}
	if x, y := readTruth(t, a), readTruth(t, b); !slices.EqualFunc(x, y[:6], slices.Equal) {
		t.Errorf("truth differs:\n%v\n%v", x, y[:6])
	}
	if difference(New(9, 0).Image, New(10, 0).Image) < 5 {
		t.Error("another seed gives the same scene")
	}
	if err := Generate(a, 0, 1); err == nil || err.Error() != "scenes: n is 0; want at least one scene" {
		t.Errorf("n = 0 gives %v", err)
	}
}

// TestMixture holds what the committed scenes are good for: every class often enough to be learned, none so common
// that guessing works, several together, some hopeless.
func TestMixture(t *testing.T) {
	rows := readTruth(t, "images")
	between := map[string][2]float64{"field": {0.25, 0.5}, "forest": {0.25, 0.5}, "water": {0.15, 0.4},
		"road": {0.35, 0.65}, "building": {0.15, 0.4}, "vehicle": {0.1, 0.2}}
	for k, name := range Classes {
		n := 0
		for _, row := range rows {
			if row[k+1] == "1" {
				n++
			}
		}
		if share := float64(n) / float64(len(rows)); share < between[name][0] || share > between[name][1] {
			t.Errorf("%s is present in %.0f %% of the scenes, want %.0f to %.0f", name, 100*share, 100*between[name][0], 100*between[name][1])
		}
	}
	none, several := 0, 0
	for _, row := range rows {
		switch n := len(row) - 1 - len(slices.DeleteFunc(slices.Clone(row[1:]), func(v string) bool { return v == "1" })); {
		case n == 0:
			none++
		case n > 1:
			several++
		}
	}
	if none < 5 || several < 100 {
		t.Errorf("%d scenes show nothing and %d several classes; want at least 5 and 100", none, several)
	}
}

// TestTruthMatchesCanvas asks the map of classes itself: what is said to be present covers enough of the picture, and
// what is said to be absent next to nothing.
func TestTruthMatchesCanvas(t *testing.T) {
	spoilt := map[string]int{}
	for i := range 150 {
		s, c := build(77, i)
		spoilt[s.Spoilt]++
		for k, share := range c.shares() {
			if s.Present[k] && share < present[k] || !s.Present[k] && share > doubtful[k] {
				t.Errorf("scene %d: %s covers %.4f of the picture and is given as present=%v", i, Classes[k], share, s.Present[k])
			}
		}
	}
	if spoilt["cloud"]+spoilt["blur"] < 1 || spoilt[""] < 135 {
		t.Errorf("of 150 scenes these are spoilt: %v; want about 2 in a hundred", spoilt)
	}
}
