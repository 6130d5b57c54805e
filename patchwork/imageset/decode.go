package imageset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
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

// codec is how to read one format.
type codec struct {
	size func(io.Reader) (image.Config, error)
	read func(io.Reader) (image.Image, error)
}

var codecs = map[format]codec{
	formatJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	formatPNG:  {png.DecodeConfig, png.Decode},
	formatGIF:  {gif.DecodeConfig, gif.Decode},
	formatBMP:  {bmp.DecodeConfig, bmp.Decode},
	formatTIFF: {tiff.DecodeConfig, tiff.Decode},
	formatWebP: {webp.DecodeConfig, webp.Decode},
}

// Decode decodes a JPEG, PNG, GIF (first frame), BMP, TIFF or WebP (first frame) into upright RGB. The content
// decides the format, not a file name.
//
// The result is opaque and has its origin at (0, 0). What becomes of grey, alpha, palettes, 16 bits and CMYK stands
// in the package documentation.
//
// Errors: the data is empty, of another format, broken or cut off, of a variant that is not supported, or has more
// than 300 megapixels. The message begins with the format, as "JPEG: unexpected EOF".
func Decode(data []byte) (*image.RGBA, error) {
	p, err := decodeRaster(data, Limits{}, nil)
	if err != nil {
		return nil, err
	}
	return p.upright(), nil
}

// decodeRaster is Decode without the last steps, which a caller that wants it smaller does better after shrinking. What
// such a caller needs stands in need, which may be nil.
func decodeRaster(data []byte, l Limits, need detail) (raster, error) {
	f, err := sniff(data)
	if err != nil {
		return raster{}, err
	}
	orient := orientation(data, f)
	p, err := decode(data, f, l, need.turned(orient))
	if err != nil {
		return raster{}, fmt.Errorf("%s: %s", f, reason(err))
	}
	p.orient = orient
	return p, nil
}

func decode(data []byte, f format, l Limits, need detail) (p raster, err error) {
	defer func() {
		if r := recover(); r != nil { // broken data that a decoder was not ready for
			p, err = raster{}, fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	source := newPatience(mend(data, f), l.Time)
	by, scale := codecs[f], 1
	if f == formatJPEG {
		if by, err = photoCodec(data, need, source.check, &scale); err != nil {
			return raster{}, err
		}
	}
	c, err := by.size(source)
	if err != nil {
		return raster{}, err
	}
	if err := l.checkPixels(c.Width, c.Height); err != nil {
		return raster{}, err
	}
	inFlight.Acquire(context.Background(), int64(c.Width)*int64(c.Height)) // cannot fail: this context never ends
	defer inFlight.Release(int64(c.Width) * int64(c.Height))
	if l.Time > 0 {
		source.end = time.Now().Add(l.Time) // waiting for other files is not its fault
	}
	source.Seek(0, io.SeekStart) // cannot fail
	raw, err := by.read(source)
	if err != nil {
		return raster{}, err
	}
	if f == formatJPEG {
		return photoRaster(raw, image.Pt(c.Width, c.Height), scale), nil
	}
	if f == formatWebP {
		return raster{rgb: webpRGB(raw)}, nil
	}
	return raster{rgb: placed(raw, c)}, nil
}

// reason is a decoder's complaint without the name of its package and with one name for a file that is cut off.
func reason(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "unexpected EOF"
	}
	if err == jpeg.FormatError("short Huffman data") { // what the JPEG decoder calls it in the picture's data
		return "unexpected EOF"
	}
	s := err.Error()
	for _, name := range []string{"invalid JPEG format: ", "jpeg: ", "png: ", "invalid format: ", "gif: ", "bmp: ", "tiff: ", "webp: ", "vp8: ", "vp8l: "} {
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
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return formatTIFF, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return formatWebP, nil
	case len(data) == 0:
		return "", errors.New("the file is empty")
	case has(0, "II+\x00"), has(0, "MM\x00+"):
		found = "a BigTIFF"
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
