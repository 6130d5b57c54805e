package patchwork

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

// spoil makes a file of an image unreadable.
func spoil(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, []byte("no image any more"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Pictures that are kept in memory have the numbers of their files, and one that cannot be read has no picture of another.
func TestPretrainSourceKeepsNumbers(t *testing.T) {
	dir := photos(t, 40)
	r, err := readerOf(t.Context(), []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int, r.Index.Len())
	for i := range rows {
		rows[i] = i
	}
	gone := []int{3, 20, 39}
	for _, row := range gone {
		spoil(t, r.Index.At(row).ID)
	}
	resize := imageset.Resize{Mode: imageset.Crop, Size: imageset.Size{W: 24, H: 24}}
	kept, err := pretrainSource(t.Context(), r, rows, resize, pretrainMemory, nil)
	if err != nil {
		t.Fatal(err)
	}
	read, err := pretrainSource(t.Context(), r, rows, resize, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := kept.(decoded); !ok || kept.Shape() != read.Shape() {
		t.Fatalf("kept is a %T of shape %v; want one in memory of %v", kept, kept.Shape(), read.Shape())
	}
	a, b := make([]float32, 24*24*3), make([]float32, 24*24*3)
	for i := range rows {
		err1, err2 := kept.Read(t.Context(), i, a), read.Read(t.Context(), i, b)
		if broken := slices.Contains(gone, i); broken != (err1 != nil) || broken != (err2 != nil) {
			t.Errorf("picture %d: %v in memory, %v from the file; want an error: %v", i, err1, err2, broken)
		} else if !broken && !slices.Equal(a, b) {
			t.Errorf("picture %d is another in memory", i)
		}
	}
}

// Files that break while a network learns are told, and the features that are measured are those of the pictures that are left.
func TestPretrainWhenFilesBreak(t *testing.T) {
	images := photos(t, 48)
	gone := []string{"red/000.png", "red/010.png", "green/021.png"}
	o := brief()
	o.Method, o.Settings, o.Look = "supcon", nil, 1
	o.Tests = []string{"all"}
	out := filepath.Join(t.TempDir(), "net")
	var warnings []string
	var looks []map[string]float64
	o.Pictures = func(LookPicture) error { return nil }
	report, err := Pretrain(t.Context(), []string{images}, out, o, func(p pretrain.Point) {
		if p.Warning != "" {
			warnings = append(warnings, p.Warning)
		}
		if p.Looked != nil {
			looks = append(looks, p.Looked)
		}
	}, func(what string, done, total int) {
		if what == "reading images" && done == total {
			for _, name := range gone {
				spoil(t, filepath.Join(images, name))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Unread == 0 || report.Unread > len(gone) || report.Images != 48 || report.After.Images != 45 {
		t.Errorf("the report is %+v, after the training %+v", report, report.After)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], ".png") || !strings.Contains(report.String(), "could not be read any more") {
		t.Errorf("the warnings are %q and the report says %s", warnings, report)
	}
	for _, at := range looks {
		if v, ok := at["rotation"]; !ok || math.IsNaN(v) || at["alignment"] <= 0 || at["linear"] < 0.5 {
			t.Errorf("the features measure %v", at)
		}
	}
}

// A sight without some images keeps what is known of the others.
func TestSightOfSome(t *testing.T) {
	s := sight{at: []int{2, 4, 6, 8, 10}, all: []int{0, 2, 4}, known: []int{1, 2, 3}, kinds: []int{7, 8, 9}, test: []bool{true, false, true}}
	got := s.of([]int{0, 1, 3})
	if !slices.Equal(got.at, []int{2, 4, 8}) || !slices.Equal(got.all, []int{0}) || !slices.Equal(got.known, []int{1, 2}) || !slices.Equal(got.kinds, []int{7, 9}) || !slices.Equal(got.test, []bool{true, true}) {
		t.Errorf("of images 2, 4 and 8: %+v", got)
	}
	if err := noneMissing([][]float32{{1}, nil}); err == nil {
		t.Errorf("features with a gap: %v", err)
	}
}
