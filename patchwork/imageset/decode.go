package imageset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// inFlight bounds the pixels that are being decoded at one time in this process, so that many workers that meet many
// huge images wait for each other and do not exhaust the memory.
var inFlight = semaphore.NewWeighted(maxPixels)

// format is an image format as a person names it.
type format string

const (
	formatJPEG format = "JPEG"
	formatPNG  format = "PNG"
	formatGIF  format = "GIF"
	formatBMP  format = "BMP"
	formatTIFF format = "TIFF"
	formatWebP format = "WebP"
)

// task is what a caller wants of a file.
type task struct {
	limits Limits
	input  Input
	need   detail // how much of the picture; nil: all of it
	raw    bool   // the bands that input names, as numbers that are not scaled
}

// numbers says that the file has to be read as numbers and not as a picture in bytes.
func (t task) numbers() bool { return t.raw || !t.input.plain() }

// raster is the picture of which s are all numbers that were read.
func (t task) raster(s *samples) (raster, error) {
	if err := s.keep(t.input); err != nil {
		return raster{}, err
	}
	if !t.raw {
		t.input.scale(s)
	}
	return raster{num: s}, nil
}

// opened is a file of which the headers have been read.
type opened struct {
	w, h  int
	bands int                    // numbers of a pixel that are held at a time; 1 stands for a pixel in bytes
	read  func() (raster, error) // decodes the pixels
}

// Decode decodes a JPEG, PNG, GIF (first frame), BMP, TIFF (first page) or WebP (first frame) into upright RGB. The
// content decides the format, not a file name.
//
// The result is opaque and has its origin at (0, 0). What becomes of grey, alpha, palettes, 16 bits and CMYK stands
// in the package documentation.
//
// Errors: the data is empty, of another format, broken or cut off, of a variant that is not supported, or has more
// than 300 megapixels. The message begins with the format, as "JPEG: unexpected EOF".
func Decode(data []byte) (*image.RGBA, error) {
	p, err := decodeRaster(data, task{})
	if err != nil {
		return nil, err
	}
	return p.upright(), nil
}

// decodeRaster is Decode without the last steps, which a caller that wants it smaller does better after shrinking.
func decodeRaster(data []byte, t task) (raster, error) {
	f, err := sniff(data)
	if err != nil {
		return raster{}, err
	}
	orient := orientation(data, f)
	t.need = t.need.turned(orient)
	p, err := decode(data, f, t)
	if err != nil {
		return raster{}, fmt.Errorf("%s: %s", f, reason(err))
	}
	p.orient = orient
	return p, nil
}

func decode(data []byte, f format, t task) (p raster, err error) {
	defer func() {
		if r := recover(); r != nil { // broken data that a decoder was not ready for
			p, err = raster{}, fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	source := newPatience(mend(data, f), t.limits.Time)
	o, err := open(source, f, t)
	if err != nil {
		return raster{}, err
	}
	if err := t.limits.checkPixels(o.w, o.h); err != nil {
		return raster{}, err
	}
	cost := int64(o.w) * int64(o.h) * int64(max(1, o.bands))
	if cost > maxPixels {
		return raster{}, fmt.Errorf("has %d x %d pixels of %s; the limit is %d million numbers. Cut it into tiles, or read fewer bands",
			o.w, o.h, count(o.bands, "band"), maxPixels/1_000_000)
	}
	inFlight.Acquire(context.Background(), cost) // cannot fail: this context never ends
	defer inFlight.Release(cost)
	if t.limits.Time > 0 {
		source.end = time.Now().Add(t.limits.Time) // waiting for other files is not its fault
	}
	return o.read()
}

// open reads the headers of a file.
func open(source *patience, f format, t task) (opened, error) {
	switch f {
	case formatJPEG:
		return openJPEG(source, t)
	case formatPNG:
		return openPNG(source, t)
	case formatTIFF:
		return openTIFF(source, t)
	}
	return openWith(source, f, t)
}

// reason is a decoder's complaint without the name of its package and with one name for a file that is cut off.
func reason(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "unexpected EOF"
	}
	if err == jpeg.FormatError("short Huffman data") { // what Go's JPEG decoder calls it in the picture's data
		return "unexpected EOF"
	}
	s := err.Error()
	for _, name := range []string{"invalid JPEG format: ", "jpeg: ", "png: ", "gif: ", "bmp: ", "tiff: ", "webp: ", "vp8: ", "vp8l: "} {
		s = strings.TrimPrefix(s, name)
	}
	return s
}

// sniff tells the format from the first bytes. For what is not supported, its error says what it seems to be.
func sniff(data []byte) (format, error) {
	has := func(at int, magic string) bool {
		return len(data) >= at+len(magic) && string(data[at:at+len(magic)]) == magic
	}
	found := "data of an unknown kind"
	switch {
	case has(0, "\xff\xd8\xff"):
		return formatJPEG, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return formatPNG, nil
	case has(0, "GIF8"):
		return formatGIF, nil
	case has(0, "BM"):
		return formatBMP, nil
	case has(0, "II*\x00"), has(0, "MM\x00*"), has(0, "II+\x00"), has(0, "MM\x00+"):
		return formatTIFF, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return formatWebP, nil
	case len(data) == 0:
		return "", errors.New("the file is empty")
	case has(4, "ftypheic"), has(4, "ftypheix"), has(4, "ftypmif1"):
		found = "a HEIC image"
	case has(4, "ftypavif"):
		found = "an AVIF image"
	case has(0, "\x00\x00\x00\x0cjP  "):
		found = "a JPEG 2000 image"
	case has(0, "%PDF"):
		found = "a PDF"
	case len(bytes.Trim(data[:min(len(data), 512)], "\x00")) == 0:
		found = "zero bytes"
	case bytes.HasPrefix(bytes.TrimSpace(data[:min(len(data), 512)]), []byte("<")):
		found = "HTML or XML text"
	case has(0, "version https://git-lfs"):
		found = "a Git LFS pointer (run git lfs pull)"
	}
	return "", fmt.Errorf("not an image of a known format: found %s; want JPEG, PNG, GIF, BMP, TIFF or WebP", found)
}
