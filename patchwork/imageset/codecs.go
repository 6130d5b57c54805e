package imageset

import (
	"image"
	"image/gif"
	"image/jpeg"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// codec is how a library reads one format.
type codec struct {
	size func(io.Reader) (image.Config, error)
	read func(io.Reader) (image.Image, error)
}

// codecs are for what no decoder of our own reads.
var codecs = map[format]codec{
	formatJPEG: {jpeg.DecodeConfig, jpeg.Decode}, // progressive, CMYK and other rare kinds
	formatGIF:  {gif.DecodeConfig, gif.Decode},
	formatBMP:  {bmp.DecodeConfig, bmp.Decode},
	formatWebP: {webp.DecodeConfig, webp.Decode},
}

// openWith opens a file with the codec of its format.
func openWith(source *patience, f format, t task) (opened, error) {
	c, err := codecs[f].size(source)
	if err != nil {
		return opened{}, err
	}
	o := opened{w: c.Width, h: c.Height, bands: 1}
	if t.numbers() {
		o.bands = 3
	}
	o.read = func() (raster, error) {
		source.Seek(0, io.SeekStart) // cannot fail
		m, err := codecs[f].read(source)
		if err != nil {
			return raster{}, err
		}
		switch f {
		case formatWebP:
			m = webpRGB(m)
		case formatGIF:
			m = placed(m, c)
		}
		if t.numbers() {
			return t.raster(samplesOf(m))
		}
		if yuv, ok := m.(*image.YCbCr); ok {
			return raster{yuv: yuv}, nil
		}
		return raster{rgb: placed(m, c)}, nil
	}
	return o, nil
}
