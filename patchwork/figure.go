package patchwork

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/sheet"
)

// Figure is images side by side under a title. Show puts them below a cell, Write into a file.
type Figure struct {
	Title string
	widgets.Grid

	side int // pixels of an image in a file; 0 means 160
}

// Draw is the figure as one picture, on a light or a dark ground.
//
// Errors: an image that cannot be read.
func (f Figure) Draw(dark bool) (*image.RGBA, error) {
	m, err := sheet.Draw(f.Grid, sheet.Options{Title: f.Title, Side: f.side, Dark: dark})
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	return m, nil
}

// Write draws the figure into a PNG file, on a light or a dark ground.
//
// Errors: the name does not end in .png; the file cannot be written.
func (f Figure) Write(file string, dark bool) error {
	if !strings.EqualFold(filepath.Ext(file), ".png") {
		return fmt.Errorf("patchwork: the picture is written as PNG, and %q does not end in .png", file)
	}
	m, err := f.Draw(dark)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return fmt.Errorf("patchwork: the picture cannot be written: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("patchwork: the picture cannot be written: %w", err)
	}
	if err := atomicfile.Write(file, b.Bytes(), 0o644, atomicfile.Cached); err != nil {
		return fmt.Errorf("patchwork: the picture cannot be written: %w", err)
	}
	return nil
}

// add puts a picture into the figure: a drawing of flat colours as a PNG, a photograph as a JPEG.
func (f *Figure) add(m image.Image, drawing bool, caption, title string) error {
	var b bytes.Buffer
	var err error
	if drawing {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 90})
	}
	if err != nil {
		return fmt.Errorf("patchwork: a picture cannot be shown: %w", err)
	}
	f.Images = append(f.Images, widgets.GridImage{Src: b.Bytes(), Caption: caption, Title: title})
	return nil
}

// framed draws a frame of a colour into a picture.
func framed(m image.Image, c color.Color) *image.RGBA {
	r := image.Rectangle{Max: m.Bounds().Size()}
	out := image.NewRGBA(r)
	draw.Draw(out, r, image.NewUniform(c), image.Point{}, draw.Src)
	width := max(2, min(r.Dx(), r.Dy())/28)
	draw.Draw(out, r.Inset(width), m, m.Bounds().Min.Add(image.Pt(width, width)), draw.Src)
	return out
}
