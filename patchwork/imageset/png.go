package imageset

import "github.com/gopatchwork/patchwork/patchwork/imageset/png"

// openPNG opens a PNG file. The decoder wants the data in one piece, which patience has.
func openPNG(source *patience, t task) (opened, error) {
	h, err := png.ReadHeader(source.data)
	if err != nil {
		return opened{}, err
	}
	o := opened{w: h.Width, h: h.Height, bands: 1, read: func() (raster, error) {
		m, err := png.Decode(source.data, source.check)
		return raster{rgb: m}, err
	}}
	if !t.numbers() {
		return o, nil
	}
	o.bands = h.Bands()
	o.read = func() (raster, error) {
		pix, _, err := png.Samples(source.data, source.check)
		if err != nil {
			return raster{}, err
		}
		s := &samples{w: h.Width, h: h.Height, c: h.Bands(), pix: pix, full: 255}
		switch {
		case h.Depth == 16:
			s.full = 65535
		case h.Depth < 8 && h.Color != png.Palette:
			s.full = float32(int(1)<<h.Depth - 1)
		}
		return t.raster(s)
	}
	return o, nil
}
