package imageset

import (
	"errors"
	"image"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/imageset/jpeg"
)

// detail says how many pixels of an upright picture of w x h pixels become one pixel of what the caller makes of it, on
// the axis where it is fewer. A JPEG of which many do is decoded smaller than it is. Nil is for all pixels.
type detail func(w, h int) float64

// turned is d for pictures as they are stored, which the EXIF orientation o turns upright.
func (d detail) turned(o int) detail {
	if d == nil || o < 5 {
		return d
	}
	return func(w, h int) float64 { return d(h, w) }
}

// anyDetail is for a caller that wants to know whether a picture can be decoded, and its size.
func anyDetail(w, h int) float64 { return math.Inf(1) }

// spare is how many pixels of a JPEG that is decoded smaller become one at least. At 4 the result is as near to that of the
// full size as rounding lets see; at 2 sharp lines differ by 2 to 3 of 255, and little time is won.
const spare = 4

// scale is by how much a picture of w x h pixels may be decoded smaller.
func (d detail) scale(w, h int) int {
	if d == nil {
		return 1
	}
	ratio := d(w, h)
	for _, s := range []int{8, 4, 2} {
		if float64(spare*s) <= ratio {
			return s
		}
	}
	return 1
}

// openJPEG opens a JPEG file with our decoder, or with that of Go's library if ours does not know its kind.
func openJPEG(source *patience, t task) (opened, error) {
	p, err := jpeg.Open(source.data)
	if errors.Is(err, jpeg.ErrUnsupported) {
		return openWith(source, formatJPEG, t)
	}
	if err != nil {
		return opened{}, err
	}
	o := opened{w: p.Width, h: p.Height, bands: 1}
	if t.numbers() {
		o.bands = 3
	}
	o.read = func() (raster, error) {
		scale := t.need.scale(p.Width, p.Height)
		m, err := p.Decode(jpeg.Options{Scale: scale, Check: source.check})
		if err != nil {
			return raster{}, err
		}
		var out raster
		switch {
		case t.numbers():
			out, err = t.raster(samplesOf(m))
		default:
			out = photoRaster(m)
		}
		out.scale, out.full = scale, image.Pt(p.Width, p.Height)
		return out, err
	}
	return o, nil
}

// photoRaster is a decoded JPEG.
func photoRaster(m image.Image) raster {
	switch m := m.(type) {
	case *image.YCbCr:
		return raster{yuv: m}
	case *image.Gray:
		return raster{yuv: colourless(m)}
	}
	return raster{rgb: toRGB(m)}
}

// colourless is m with colour that is neutral everywhere, of which it stores one line.
func colourless(m *image.Gray) *image.YCbCr {
	line := make([]byte, (m.Rect.Dx()+3)/4)
	for i := range line {
		line[i] = 128
	}
	return &image.YCbCr{
		Y: m.Pix, YStride: m.Stride, Cb: line, Cr: line, SubsampleRatio: image.YCbCrSubsampleRatio410, Rect: m.Rect,
	}
}
