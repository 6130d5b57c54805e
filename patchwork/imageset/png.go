package imageset

import (
	"image"
	"image/color"
	"io"

	"github.com/gopatchwork/patchwork/patchwork/imageset/png"
)

// pngSize and readPNG are the codec of PNG. The decoder wants the data in one piece, which patience has.
func pngSize(r io.Reader) (image.Config, error) {
	h, err := png.ReadHeader(r.(*patience).data)
	return image.Config{ColorModel: color.RGBAModel, Width: h.Width, Height: h.Height}, err
}

func readPNG(r io.Reader) (image.Image, error) {
	p := r.(*patience)
	return png.Decode(p.data, p.check)
}
