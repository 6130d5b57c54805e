package imageset

import "image"

// raster is a decoded image that has not been turned upright yet. A JPEG keeps its brightness and its colour, often
// of fewer samples, apart: to shrink them first and convert what is left is faster than the other way round.
type raster struct {
	yuv    *image.YCbCr // or nil
	rgb    *image.RGBA  // or nil
	num    *samples     // or nil; in [0, 1], or NaN where there is no data
	orient int          // EXIF orientation, 1 to 8

	scale int         // the sides of what was decoded are those of the picture divided by this, rounded up; 0 means 1
	full  image.Point // size of the picture as it is stored, if scale is more than 1
}

// size returns the upright size.
func (p raster) size() (w, h int) {
	var size image.Point
	switch {
	case p.scale > 1:
		size = p.full
	case p.yuv != nil:
		size = p.yuv.Rect.Size()
	case p.rgb != nil:
		size = p.rgb.Rect.Size()
	default:
		size = image.Pt(p.num.w, p.num.h)
	}
	if p.orient >= 5 {
		return size.Y, size.X
	}
	return size.X, size.Y
}

// channels is the number of channels of what resize gives.
func (p raster) channels() int {
	if p.num != nil {
		return p.num.c
	}
	return 3
}

// view is what a person sees of the picture: three channels.
func (p raster) view() raster {
	if p.num != nil && p.num.c != 3 {
		p.rgb, p.num = p.num.rgb(), nil
	}
	return p
}

// upright returns the pixels that were decoded, opaque and with their origin at (0, 0).
func (p raster) upright() *image.RGBA {
	switch {
	case p.yuv != nil:
		return upright(toRGB(p.yuv), p.orient)
	case p.rgb != nil:
		return upright(p.rgb, p.orient)
	}
	return upright(p.num.rgb(), p.orient)
}

// resize returns the picture as o wants it, [H, W, channels] in [0, 1].
func (p raster) resize(o Resize) []float32 {
	c := p.channels()
	w, h := p.size()
	from, to := o.layout(w, h)
	if p.orient <= 1 && to.Size() == image.Pt(o.Size.W, o.Size.H) {
		return p.sample(from, o.Size.W, o.Size.H, o.filter())
	}
	dst := newPixels(c * o.Size.W * o.Size.H)
	if to.Dx() < o.Size.W || to.Dy() < o.Size.H {
		ground := o.fill(c)
		for i := range dst {
			dst[i] = ground[i%c]
		}
	}
	tw, th := to.Dx(), to.Dy()
	if p.orient >= 5 { // what is read is centred, so turning does not move it
		from, tw, th = box{from.y, from.x, from.h, from.w}, th, tw
	}
	values := p.sample(from, tw, th, o.filter())
	place(dst[c*(to.Min.Y*o.Size.W+to.Min.X):], c*o.Size.W, values, tw, th, c, p.orient)
	keepPixels(values)
	return dst
}

// sample resamples the part b of the picture as it is stored to [h, w, channels] in [0, 1].
func (p raster) sample(b box, w, h int, f Filter) []float32 {
	if s := float64(max(1, p.scale)); s > 1 {
		b = box{b.x / s, b.y / s, b.w / s, b.h / s}
	}
	n := w * h
	if p.num != nil {
		out := newPixels(p.num.c * n)
		p.num.resample(out, newTaps(f, p.num.w, b.x, b.w, w), newTaps(f, p.num.h, b.y, b.h, h))
		return out
	}
	out := newPixels(3 * n)
	kept := scratches.Get().(*scratch)
	defer scratches.Put(kept)
	if p.yuv == nil {
		sampleRGB(out, p.rgb, b, w, h, f, kept)
		return out
	}
	sampleColours(out, p.yuv, b, w, h, f, kept)
	return out
}

// sampleRGB fills out with the part b of m, [h, w, 3] in [0, 1].
func sampleRGB(out []float32, m *image.RGBA, b box, w, h int, f Filter, s *scratch) {
	sw, sh := m.Rect.Dx(), m.Rect.Dy()
	across, down := s.taps(axis{f, sw, b.x, b.w, w, 1}), s.taps(axis{f, sh, b.y, b.h, h, 1})
	line := room(&s.values, 4*across.reads())
	for y := range h {
		plane{m.Pix, m.Stride, sw, sh, 4}.mixed(line, across.from[0], y, down, s)
		across.shorten4(out[3*y*w:][:3*w], line)
	}
}

// sampleColours fills out with the part b of m, [h, w, 3] in [0, 1].
func sampleColours(out []float32, m *image.YCbCr, b box, w, h int, f Filter, s *scratch) {
	sw, sh := m.Rect.Dx(), m.Rect.Dy()
	x, y := subsampling(m.SubsampleRatio)
	across, down := s.taps(axis{f, sw, b.x, b.w, w, 1}), s.taps(axis{f, sh, b.y, b.h, h, 1})
	acrossColour, downColour := s.taps(axis{f, sw, b.x, b.w, w, x}), s.taps(axis{f, sh, b.y, b.h, h, y})
	brightness := plane{m.Y, m.YStride, sw, sh, 1}
	blueness := plane{m.Cb, m.CStride, (sw + x - 1) / x, (sh + y - 1) / y, 1}
	redness := blueness
	redness.pix = m.Cr

	n, k := across.reads(), acrossColour.reads()
	values := room(&s.values, 3*w+n+2*k)
	light, blue, red, values := values[:w], values[w:2*w], values[2*w:3*w], values[3*w:]
	line, lineBlue, lineRed := values[:n], values[n:n+k], values[n+k:]
	for i := range h {
		brightness.mixed(line, across.from[0], i, down, s)
		across.shorten(light, line)
		blueness.mixed(lineBlue, acrossColour.from[0], i, downColour, s)
		redness.mixed(lineRed, acrossColour.from[0], i, downColour, s)
		acrossColour.shortenBoth(blue, red, lineBlue, lineRed)
		blue, red := blue[:len(light)], red[:len(light)]
		for i, l := range light { // ITU-T T.871 (JFIF), section 7
			u, v := blue[i]-128, red[i]-128
			to := (*[3]float32)(out)
			to[0], to[1], to[2] = unit(l+1.402*v), unit(l-0.344136*u-0.714136*v), unit(l+1.772*u)
			out = out[3:]
		}
	}
}

// unit scales [0, 255] to [0, 1] and cuts off what lies beyond.
func unit(v float32) float32 {
	switch {
	case v >= 255:
		return 1
	case v > 0:
		return v * (1.0 / 255)
	}
	return 0
}

// subsampling returns how many pixels across and down share one sample of colour.
func subsampling(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// place writes values, [h, w, c], turned by the EXIF orientation o, into dst, whose lines begin stride apart.
func place(dst []float32, stride int, values []float32, w, h, c, o int) {
	t := turned(w, h, c, c*w, o)
	for y := range t.h {
		line := dst[y*stride : y*stride+c*t.w]
		for p := t.start + y*t.down; len(line) > 0; p, line = p+t.right, line[c:] {
			copy(line[:c], values[p:p+c])
		}
	}
}
