package studio

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// TestMarksOfManyImagesAreOneStep: exclude with a reason, unsure and a note on several rows, each taken back by one undo.
func TestMarksOfManyImagesAreOneStep(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	reason := "<b>blurred</b>"
	v := do(t, s, "a", "exclude", map[string]any{"rows": []int{1, 2, 3}, "value": true, "text": reason})
	if !v.Grid.Tiles[1].Excluded || v.Grid.Tiles[1].Reason != reason || v.Totals.Excluded != 3 {
		t.Fatalf("excluded: %+v", v.Grid.Tiles[1])
	}
	do(t, s, "b", "unsure", map[string]any{"rows": []int{4, 5}, "class": nil, "value": true})
	v = do(t, s, "c", "note", map[string]any{"rows": []int{4, 5}, "text": "look again"})
	if !v.Grid.Tiles[5].Unsure || v.Grid.Tiles[5].Note != "look again" || v.Grid.Tiles[6].Unsure {
		t.Errorf("unsure and noted: %+v", v.Grid.Tiles[5])
	}
	do(t, s, "d", "undo", nil)
	do(t, s, "e", "undo", nil)
	v = do(t, s, "f", "undo", nil)
	if v.Totals.Excluded != 0 || v.Grid.Tiles[5].Unsure || v.Grid.Tiles[5].Note != "" || v.Grid.Tiles[1].Reason != "" {
		t.Errorf("three undos leave %+v", v.Grid.Tiles[5])
	}
	for i, data := range []map[string]any{{"rows": []int{4000}}, {"rows": []int{}}, {}} {
		if v := do(t, s, "g"+string(rune('0'+i)), "exclude", data); v.Message == "" {
			t.Errorf("%v is taken", data)
		}
	}
}

// TestReasonsAreOffered: those given before, the most frequent first, as plain text, and none that is too long or taken back.
func TestReasonsAreOffered(t *testing.T) {
	s := New(t.Context(), newProject(t, 40), Options{})
	out := func(id, why string, value bool, rows ...int) view {
		return do(t, s, id, "exclude", map[string]any{"rows": rows, "value": value, "text": why})
	}
	if v := out("a", "", true, 0); len(v.Grid.Reasons) != 0 {
		t.Errorf("without a reason %q are offered", v.Grid.Reasons)
	}
	hostile := "<img src=x onerror=\"hit()\"> \u202e مرحبا 🙂"
	out("b", "dark", true, 1)
	out("c", hostile, true, 2, 3)
	out("d", strings.Repeat("long ", 2000), true, 4)
	out("e", "gone", true, 5)
	v := out("f", "", false, 5)
	if want := []string{hostile, "dark"}; !slices.Equal(v.Grid.Reasons, want) {
		t.Errorf("offered are %q; want %q", v.Grid.Reasons, want)
	}
	for i := range 9 {
		v = out("g"+strconv.Itoa(i), "reason "+strconv.Itoa(i), true, 10+i)
	}
	if len(v.Grid.Reasons) != mostReasons || v.Grid.Reasons[1] != "dark" {
		t.Errorf("of 11 reasons %q are offered", v.Grid.Reasons)
	}
}

func TestQuickAsksAboutOneClass(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	v := do(t, s, "a", "quick", map[string]any{"class": "road"})
	if v.Grid.Quick == nil || v.Grid.Quick.Class != 1 || s.filter.Subset.Name != "road" {
		t.Fatalf("quick is %+v, the filter %+v", v.Grid.Quick, s.filter)
	}
	if v = do(t, s, "b", "quick", map[string]any{"class": "sky"}); !strings.Contains(v.Message, `no class "sky"`) || v.Grid.Quick == nil {
		t.Errorf("a class that is none: %q", v.Message)
	}
	if v = do(t, s, "c", "quick", map[string]any{"class": ""}); v.Grid.Quick != nil || s.filter.Subset.Name != "" {
		t.Errorf("all classes: %+v", v.Grid.Quick)
	}
}

// TestLookedPictures asks for contrast and bands of a real file.
func TestLookedPictures(t *testing.T) {
	dir := t.TempDir()
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		m.SetRGBA(i%64, i/64, color.RGBA{uint8(100 + i%8), uint8(120 + i/64%8), 90, 255})
	}
	f, err := os.Create(filepath.Join(dir, "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	f.Close()
	index, _, err := imageset.Scan(t.Context(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: "."}}})
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, 1)
	p.dir, p.index = dir, index
	s := New(t.Context(), p, Options{})
	if got, err := s.looked(t.Context(), 0, url.Values{}, lookedSide); got != nil || err != nil {
		t.Errorf("without a wish: %v, %v", got, err)
	}
	for _, query := range []string{"contrast=stretch", "contrast=clahe", "bands=3,2,1", "contrast=stretch&bands=1"} {
		values, _ := url.ParseQuery(query)
		got, err := s.looked(t.Context(), 0, values, lookedSide)
		if err != nil || got == nil || got.Bounds().Size() != image.Pt(64, 48) {
			t.Fatalf("%s: %v, %v", query, got, err)
		}
		r, _, b, _ := got.At(7, 0).RGBA()
		switch query {
		case "contrast=stretch":
			if r>>8 < 240 {
				t.Errorf("stretched, the brightest red is %d", r>>8)
			}
		case "bands=3,2,1":
			if r>>8 != 90 || b>>8 != 107 {
				t.Errorf("with red and blue exchanged: %d and %d", r>>8, b>>8)
			}
		}
	}
	for _, query := range []string{"contrast=magic", "bands=0", "bands=9"} {
		values, _ := url.ParseQuery(query)
		if _, err := s.looked(t.Context(), 0, values, lookedSide); err == nil {
			t.Errorf("%s is taken", query)
		}
	}
	for range atOnce { // others are being made
		s.looking <- struct{}{}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.looked(gone, 0, url.Values{"contrast": {"clahe"}}, lookedSide); !errors.Is(err, context.Canceled) {
		t.Errorf("a page that went away while it waited: %v", err)
	}
	if got, err := s.looked(gone, 0, url.Values{}, lookedSide); got != nil || err != nil {
		t.Errorf("without a wish nothing waits: %v, %v", got, err)
	}
}
