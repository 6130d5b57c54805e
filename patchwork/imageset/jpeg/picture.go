package jpeg

import (
	"errors"
	"fmt"
	"image"
	"io"
)

// ErrUnsupported says that a JPEG is of a kind that image/jpeg may know and this package does not.
var ErrUnsupported = errors.New("jpeg: of a kind that is not supported here")

// FormatError says what is wrong with a JPEG. A JPEG that is cut off is io.ErrUnexpectedEOF instead.
type FormatError string

// Error implements error.
func (e FormatError) Error() string { return "jpeg: " + string(e) }

// Options say how a picture is decoded. The zero value decodes it at its full size.
type Options struct {
	// Scale shrinks each side by 2, 4 or 8, rounded up; 0 and 1 mean not at all. Colour that has fewer samples than
	// brightness is shrunk less, so that it keeps what it has.
	Scale int
	// Check, if not nil, is called before every line of blocks; an error that it returns ends the decoding.
	Check func() error
}

// Picture is a JPEG whose headers have been read.
type Picture struct {
	Width, Height int // of the full size, in pixels; not checked, and 0 if the file says so

	segments segments
	planes   []*plane // none before Decode
}

// Open reads the headers of a JPEG up to its first scan. It keeps data, which must not change until Decode is done.
//
// Errors: ErrUnsupported; the data is cut off (io.ErrUnexpectedEOF); a FormatError.
func Open(data []byte) (*Picture, error) {
	p := &Picture{segments: segments{data: data}}
	s := &p.segments
	if len(data) < 2 {
		return nil, io.ErrUnexpectedEOF
	}
	if data[0] != 0xff || data[1] != startOfImage {
		return nil, FormatError("missing SOI marker")
	}
	s.at = 2
	switch marker, err := s.next(); {
	case err != nil:
		return nil, err
	case marker == endOfImage:
		return nil, FormatError("missing SOS marker")
	case s.frame.components == nil:
		return nil, FormatError("missing SOF marker")
	}
	p.Width, p.Height = s.frame.width, s.frame.height
	return p, nil
}

// Decode decodes the picture. It can be called once.
//
// The result has its origin at (0, 0) and ⌈Width/Scale⌉ × ⌈Height/Scale⌉ pixels; at a lower scale its last pixel may lie
// partly outside the picture. It is an *image.Gray for one component, an *image.RGBA where the file says that its
// three are red, green and blue, and an *image.YCbCr otherwise. Memory is that of the result, rounded up to whole
// blocks, and about 100 KB; for a progressive JPEG also two bytes for each sample of the full size.
//
// Errors: Scale is none of 0, 1, 2, 4 and 8; the data is cut off (io.ErrUnexpectedEOF) or broken (a FormatError); that of
// Check.
func (p *Picture) Decode(o Options) (image.Image, error) {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Scale != 1 && o.Scale != 2 && o.Scale != 4 && o.Scale != 8 {
		return nil, fmt.Errorf("jpeg: scale is %d; want 1, 2, 4 or 8", o.Scale)
	}
	if p.Width == 0 || p.Height == 0 {
		return nil, FormatError("no pixels")
	}
	if o.Check == nil {
		o.Check = func() error { return nil }
	}
	p.planes = p.segments.frame.planes(8 / o.Scale)
	w := windows.Get().(*window)
	defer windows.Put(w)
	s := &p.segments
	for n := 0; ; n++ {
		if n == maxScans {
			return nil, FormatError("too many scans")
		}
		sc, err := s.scan(p.planes)
		if err != nil {
			return nil, err
		}
		if s.at, err = sc.decode(w, s.data, s.at, o.Check); err != nil {
			return nil, err
		}
		marker, err := s.next()
		if err != nil {
			return nil, err
		}
		if marker == endOfImage {
			break
		}
	}
	if s.frame.kind == progressive {
		for _, plane := range p.planes {
			if err := plane.finish(s.quant[plane.quant], o.Check); err != nil {
				return nil, err
			}
		}
	}
	return p.image(o.Scale), nil
}

// image puts the planes together.
func (p *Picture) image(scale int) image.Image {
	r := image.Rect(0, 0, (p.Width+scale-1)/scale, (p.Height+scale-1)/scale)
	light := p.planes[0]
	if len(p.planes) == 1 {
		return &image.Gray{Pix: light.pix, Stride: light.stride, Rect: r}
	}
	blue, red := p.planes[1], p.planes[2]
	m := &image.YCbCr{
		Y: light.pix, Cb: blue.pix, Cr: red.pix, YStride: light.stride, CStride: blue.stride, Rect: r,
		SubsampleRatio: ratios[[2]int{light.h * light.wide / (blue.h * blue.wide), light.v * light.high / (blue.v * blue.high)}],
	}
	if !p.segments.isRGB() {
		return m
	}
	out := image.NewRGBA(r)
	for y := range r.Dy() {
		for x := range r.Dx() {
			c := m.COffset(x, y)
			copy(out.Pix[out.PixOffset(x, y):], []byte{m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c], 255})
		}
	}
	return out
}

// ratios are those of an image.YCbCr, by how many pixels across and down share a sample of colour.
var ratios = map[[2]int]image.YCbCrSubsampleRatio{
	{1, 1}: image.YCbCrSubsampleRatio444, {2, 1}: image.YCbCrSubsampleRatio422, {4, 1}: image.YCbCrSubsampleRatio411,
	{1, 2}: image.YCbCrSubsampleRatio440, {2, 2}: image.YCbCrSubsampleRatio420, {4, 2}: image.YCbCrSubsampleRatio410,
}
