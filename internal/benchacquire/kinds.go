package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
)

// kind is a way to make a double.
type kind struct {
	name      string
	extension string                                 // "" is that of the original
	write     func(w io.Writer, m image.Image) error // nil copies the file
}

var kinds = []kind{
	{"the same file", "", nil},
	{"as PNG", ".png", png.Encode},
	{"as JPEG of quality 50", ".jpg", func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 50}) }},
	{"at three quarters of the size", ".jpg", func(w io.Writer, m image.Image) error {
		return write(w, cut(m, m.Bounds(), m.Bounds().Dx()*3/4, m.Bounds().Dy()*3/4))
	}},
	{"15 % brighter", ".jpg", func(w io.Writer, m image.Image) error { return write(w, toned(m, 1.15, 0)) }},
	{"15 % darker", ".jpg", func(w io.Writer, m image.Image) error { return write(w, toned(m, 0.85, 0)) }},
	{"20 % more contrast", ".jpg", func(w io.Writer, m image.Image) error { return write(w, toned(m, 1.2, -0.1)) }},
	{"mirrored", ".jpg", func(w io.Writer, m image.Image) error { return write(w, mirrored(m)) }},
	{"turned by a quarter", ".jpg", func(w io.Writer, m image.Image) error { return write(w, turned(m)) }},
	{"turned by half, 15 % darker", ".jpg", func(w io.Writer, m image.Image) error { return write(w, toned(turned(turned(m)), 0.85, 0)) }},
	{"mirrored and turned, as JPEG of quality 50", ".jpg", func(w io.Writer, m image.Image) error {
		return jpeg.Encode(w, turned(mirrored(m)), &jpeg.Options{Quality: 50})
	}},
	{"without 4 % at the edges", ".jpg", func(w io.Writer, m image.Image) error { return write(w, trimmed(m, 0.04)) }},
	{"without 10 % at the edges", ".jpg", func(w io.Writer, m image.Image) error { return write(w, trimmed(m, 0.1)) }},
}

func write(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 92}) }

// cut is a part of m at another size.
func cut(m image.Image, part image.Rectangle, width, height int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Bounds(), m, part, draw.Src, nil)
	return out
}

// trimmed lacks a share of its width and height, half of it on each side, at the same size.
func trimmed(m image.Image, share float64) image.Image {
	b := m.Bounds()
	return cut(m, image.Rect(b.Min.X+int(share/2*float64(b.Dx())), b.Min.Y+int(share/2*float64(b.Dy())),
		b.Max.X-int(share/2*float64(b.Dx())), b.Max.Y-int(share/2*float64(b.Dy()))), b.Dx(), b.Dy())
}

// toned has each channel multiplied, and moved by a share of the full range.
func toned(m image.Image, times, plus float64) image.Image {
	out := image.NewRGBA(m.Bounds())
	tone := func(v uint32) uint8 { return uint8(max(0, min(255, float64(v>>8)*times+255*plus))) }
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			r, g, b, _ := m.At(x, y).RGBA()
			out.Set(x, y, color.RGBA{tone(r), tone(g), tone(b), 255})
		}
	}
	return out
}

// turned is m turned by a quarter, clockwise.
func turned(m image.Image) image.Image {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

func mirrored(m image.Image) image.Image {
	b := m.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Set(b.Max.X-1-(x-b.Min.X), y, m.At(x, y))
		}
	}
	return out
}
