package imageset

import (
	"image"
	"image/color"
	"image/draw"
)

// placed converts a decoded image to opaque RGB of the size the file declares. A GIF's first frame may be smaller
// than its canvas; the rest stays black.
func placed(m image.Image, c image.Config) *image.RGBA {
	rgb := toRGB(m)
	if m.Bounds() == image.Rect(0, 0, c.Width, c.Height) {
		return rgb
	}
	canvas := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(canvas, canvas.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(canvas, m.Bounds(), rgb, image.Point{}, draw.Src)
	return canvas
}

// toRGB copies the colour channels of m as they are stored and cuts off alpha: a transparent pixel keeps the colour
// that lies under the transparency. The result has its origin at (0, 0). It may share memory with m.
func toRGB(m image.Image) *image.RGBA {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	switch m := m.(type) {
	case *image.RGBA:
		return opaque(m.Pix, m.Stride, w, h)
	case *image.NRGBA:
		return opaque(m.Pix, m.Stride, w, h)
	case *image.NYCbCrA:
		return toRGB(&m.YCbCr)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	set := func(i int, r, g, b uint8) { out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = r, g, b, 255 }
	switch m := m.(type) {
	case *image.YCbCr, *image.CMYK:
		draw.Draw(out, out.Rect, m, b.Min, draw.Src)
	case *image.Gray:
		for i := range w * h {
			v := m.Pix[i/w*m.Stride+i%w]
			set(4*i, v, v, v)
		}
	case *image.Paletted:
		var colours [256]color.NRGBA // an index beyond the palette is black
		for i, c := range m.Palette {
			colours[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
		}
		for i := range w * h {
			c := colours[m.Pix[i/w*m.Stride+i%w]]
			set(4*i, c.R, c.G, c.B)
		}
	default:
		for i := range w * h {
			c := color.NRGBAModel.Convert(m.At(b.Min.X+i%w, b.Min.Y+i/w)).(color.NRGBA)
			set(4*i, c.R, c.G, c.B)
		}
	}
	return out
}

// opaque makes an opaque image over pix, which it changes.
func opaque(pix []byte, stride, w, h int) *image.RGBA {
	for y := range h {
		line := pix[y*stride : y*stride+4*w]
		for i := 3; i < len(line); i += 4 {
			line[i] = 255
		}
	}
	return &image.RGBA{Pix: pix, Stride: stride, Rect: image.Rect(0, 0, w, h)}
}
