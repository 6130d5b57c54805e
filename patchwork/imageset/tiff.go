package imageset

import (
	"image"

	"github.com/gopatchwork/patchwork/patchwork/imageset/tiff"
)

// openTIFF opens the first page of a TIFF file. Where fewer pixels are needed and the file has a smaller copy with
// enough of them, that is read.
func openTIFF(source *patience, t task) (opened, error) {
	file, err := tiff.Open(source, int64(len(source.data)))
	if err != nil {
		return opened{}, err
	}
	page := file.Images[0]
	m, scale := overview(page, t.need)
	done := func(p raster, err error) (raster, error) {
		p.scale, p.full = scale, image.Pt(page.Width, page.Height)
		return p, err
	}
	o := opened{w: page.Width, h: page.Height, bands: 1}
	if !t.numbers() && m.IsPicture() && !m.HasNoData {
		o.read = func() (raster, error) {
			rgb, err := m.RGBA()
			return done(raster{rgb: rgb}, err)
		}
		return o, nil
	}
	bands, err := t.input.bands(m.Bands)
	if err != nil {
		return opened{}, err
	}
	o.bands = len(bands)
	o.read = func() (raster, error) {
		s := &samples{w: m.Width, h: m.Height, c: len(bands), pix: make([]float32, m.Width*m.Height*len(bands)), full: fullOf(m)}
		zero := make([]int, len(bands))
		for i, b := range bands {
			zero[i] = b - 1
		}
		if err := m.ReadBands(image.Rect(0, 0, m.Width, m.Height), zero, s.pix); err != nil {
			return raster{}, err
		}
		s.spreadNoData()
		if !t.raw {
			t.input.scale(s)
		}
		return done(raster{num: s}, nil)
	}
	return o, nil
}

// overview is the smallest copy of a page that has what is needed, and how many pixels of the page one of it stands for
// on each axis.
func overview(page *tiff.Image, need detail) (m *tiff.Image, scale int) {
	m, scale = page, 1
	if need == nil {
		return m, scale
	}
	ratio := need(page.Width, page.Height)
	for _, o := range page.Overviews {
		s := (page.Width + o.Width/2) / o.Width
		fits := s > scale && o.Width == (page.Width+s-1)/s && o.Height == (page.Height+s-1)/s && float64(spare*s) <= ratio
		if fits && o.Bands == page.Bands && o.Bits == page.Bits && o.Format == page.Format && o.Photometric == page.Photometric {
			m, scale = o, s
		}
	}
	return m, scale
}

// fullOf is the greatest number that the bands of m can hold, 0 for those that have no such range.
func fullOf(m *tiff.Image) float32 {
	switch {
	case m.Photometric == tiff.Palette, m.Photometric == tiff.CMYK, m.Photometric == tiff.YCbCr, m.Bits == 1 && m.IsPicture():
		return 255
	case m.Format == tiff.Uint && m.Bits <= 16:
		return float32(int(1)<<m.Bits - 1)
	}
	return 0
}

// spreadNoData makes a pixel that has no data in one channel one that has none in all.
func (s *samples) spreadNoData() {
	for rest := s.pix; len(rest) > 0; rest = rest[s.c:] {
		pixel := rest[:s.c]
		for _, v := range pixel {
			if v != v {
				for i := range pixel {
					pixel[i] = v
				}
				break
			}
		}
	}
}
