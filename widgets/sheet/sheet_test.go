package sheet

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"

	"github.com/gopatchwork/patchwork/widgets"
)

func plain(t *testing.T, w, h int, c color.RGBA) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDraw(t *testing.T) {
	red, blue := color.RGBA{200, 0, 0, 255}, color.RGBA{0, 0, 200, 255}
	file := filepath.Join(t.TempDir(), "blue.png")
	if err := os.WriteFile(file, plain(t, 20, 10, blue), 0o644); err != nil {
		t.Fatal(err)
	}
	g := widgets.Grid{Columns: 2, Images: []widgets.GridImage{{Src: plain(t, 40, 40, red), Caption: "one"}, {File: file}, {Src: plain(t, 40, 40, red), Badge: "3"}}}
	m, err := Draw(g, Options{Side: 40})
	if err != nil {
		t.Fatal(err)
	}
	// 8 + 2·(40 + 8) wide; 8 + 2·(40 + 20 + 8) high: a line for captions is in each row.
	if m.Rect.Dx() != 104 || m.Rect.Dy() != 144 {
		t.Errorf("the sheet is %v", m.Rect)
	}
	for what, p := range map[string]struct {
		x, y int
		want color.RGBA
	}{"the first image": {8, 8, red}, "its last pixel": {47, 47, red}, "above the flat one": {60, 20, light.ground}, "the flat one": {60, 40, blue},
		"the third, below": {20, 90, red}, "the margin": {3, 3, light.ground}} {
		if got := m.RGBAAt(p.x, p.y); got != p.want {
			t.Errorf("%s has the colour %v, want %v", what, got, p.want)
		}
	}
	titled, err := Draw(g, Options{Side: 40, Title: "a title", Dark: true})
	if err != nil || titled.Rect.Dy() != 144+large || titled.RGBAAt(3, 3) != dark.ground || titled.RGBAAt(10, 8+large) != red {
		t.Errorf("with a title: %v, ground %v, %v", titled.Rect, titled.RGBAAt(3, 3), err)
	}
	written := 0
	for y := range large {
		for x := range 80 {
			if c := titled.RGBAAt(x, y); c.R > 150 && c.R == c.G-4 || c == dark.letters {
				written++
			}
		}
	}
	if written < 20 {
		t.Errorf("the title has %d light pixels", written)
	}
	g.Images[1].File = file + ".gone"
	if _, err := Draw(g, Options{}); err == nil || !strings.Contains(err.Error(), "blue.png.gone") {
		t.Errorf("an image that is gone: %v", err)
	}
}

func TestWrap(t *testing.T) {
	face, err := letters(11.5)
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	width := font.MeasureString(face, "three words").Ceil()
	for text, want := range map[string][]string{
		"":                               nil,
		"three words":                    {"three words"},
		"here are  three words":          {"here are", "three words"},
		"here are three words and again": {"here are", "three words…"},
	} {
		if got := wrap(face, text, width+font.MeasureString(face, "…").Ceil(), 2); !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	const name = "one_very_long_name_of_a_file.jpg"
	got := wrap(face, name, width, 9)
	if strings.Join(got, "") != name || len(got) < 3 {
		t.Errorf("%q becomes %q; want all of it in lines", name, got)
	}
	for _, line := range append(got, wrap(face, name, width, 2)...) {
		if font.MeasureString(face, line).Ceil() > width {
			t.Errorf("%q is wider than %d", line, width)
		}
	}
}
