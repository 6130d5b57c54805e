// Package sheet draws a grid of images with its captions as one picture, for files and for places that show no HTML.
package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // formats that an image may have
	_ "image/png"
	"os"
	"strings"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/gopatchwork/patchwork/widgets"
)

// Options says how a sheet looks. The zero value is a good default.
type Options struct {
	Title string // above the images; "" means none
	Side  int    // pixels of the longer side of each image; 0 means 160
	Dark  bool   // light letters on a dark ground
}

const (
	gap     = 8  // pixels between images and around them
	line    = 16 // pixels of a line of a caption
	textTop = 14 // pixels from an image to the line that letters stand on
	large   = 22 // pixels of a line of the title
	most    = 3  // lines of a caption
)

type theme struct{ ground, letters color.RGBA }

var (
	light = theme{color.RGBA{255, 255, 255, 255}, color.RGBA{40, 46, 54, 255}}
	dark  = theme{color.RGBA{24, 26, 29, 255}, color.RGBA{222, 226, 230, 255}}
)

// Draw puts the images of a grid in rows, each with its badge and caption in the middle below it, in up to three lines.
//
// Errors: an image that cannot be read, with the reason.
func Draw(g widgets.Grid, o Options) (*image.RGBA, error) {
	if o.Side == 0 {
		o.Side = 160
	}
	columns := g.Columns
	if columns < 1 {
		columns = 4
	}
	columns = max(1, min(columns, len(g.Images)))
	small, err := letters(11.5)
	if err != nil {
		return nil, err
	}
	defer small.Close()
	big, err := letters(15)
	if err != nil {
		return nil, err
	}
	defer big.Close()
	captions, lines := make([][]string, len(g.Images)), 0
	for i, im := range g.Images {
		captions[i] = wrap(small, strings.TrimSpace(im.Badge+" "+im.Caption), o.Side+gap-2, most)
		lines = max(lines, len(captions[i]))
	}
	foot := 0
	if lines > 0 {
		foot = 4 + lines*line
	}
	rows := (len(g.Images) + columns - 1) / columns
	width := gap + columns*(o.Side+gap)
	title := wrap(big, o.Title, width-2*gap, most)
	head := len(title) * large
	colours := light
	if o.Dark {
		colours = dark
	}
	out := image.NewRGBA(image.Rect(0, 0, width, head+gap+rows*(o.Side+foot+gap)))
	draw.Draw(out, out.Rect, image.NewUniform(colours.ground), image.Point{}, draw.Src)
	for i, text := range title {
		write(out, big, colours.letters, gap, large*(i+1), text)
	}
	for i, im := range g.Images {
		at := image.Pt(gap+i%columns*(o.Side+gap), head+gap+i/columns*(o.Side+foot+gap))
		if err := place(out, im, at, o.Side); err != nil {
			return nil, err
		}
		for k, text := range captions[i] {
			wide := font.MeasureString(small, text).Ceil()
			write(out, small, colours.letters, at.X+(o.Side-wide)/2, at.Y+o.Side+textTop+k*line, text)
		}
	}
	return out, nil
}

// place draws an image into a square, at its lower side.
func place(out *image.RGBA, im widgets.GridImage, at image.Point, side int) error {
	data := im.Src
	if len(data) == 0 {
		var err error
		if data, err = os.ReadFile(im.File); err != nil {
			return fmt.Errorf("sheet: the image %q cannot be read: %w", im.Caption, err)
		}
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("sheet: the image %q cannot be read: %w", im.Caption, err)
	}
	size := m.Bounds().Size()
	w, h := side, side
	if size.X > size.Y {
		h = max(1, side*size.Y/size.X)
	} else {
		w = max(1, side*size.X/size.Y)
	}
	to := image.Rect(0, 0, w, h).Add(at).Add(image.Pt((side-w)/2, side-h))
	if size == to.Size() {
		draw.Draw(out, to, m, m.Bounds().Min, draw.Over)
	} else {
		xdraw.CatmullRom.Scale(out, to, m, m.Bounds(), draw.Over, nil)
	}
	return nil
}

func letters(size float64) (font.Face, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}

func write(out *image.RGBA, face font.Face, c color.RGBA, x, y int, text string) {
	pen := font.Drawer{Dst: out, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	pen.DrawString(text)
}

// wrap breaks text into at most so many lines of a width in pixels, at spaces where that is possible. What does not fit ends in an ellipsis.
func wrap(face font.Face, text string, width, lines int) (out []string) {
	fits := func(s string) bool { return font.MeasureString(face, s).Ceil() <= width }
	rest := strings.Join(strings.Fields(text), " ")
	for rest != "" {
		if fits(rest) {
			return append(out, rest)
		}
		r := []rune(rest)
		end, space := 1, 0
		for end < len(r) && fits(string(r[:end+1])) {
			if end++; r[end-1] == ' ' {
				space = end
			}
		}
		if len(out) == lines-1 {
			for end > 1 && !fits(string(r[:end])+"…") {
				end--
			}
			return append(out, string(r[:end])+"…")
		}
		if space > 0 {
			end = space
		}
		out, rest = append(out, strings.TrimSpace(string(r[:end]))), strings.TrimSpace(string(r[end:]))
	}
	return out
}
