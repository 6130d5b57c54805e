package imageset

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

const (
	thumbSize    = 256 // pixels on the long side, by default
	thumbQuality = 85
)

// ThumbPath returns where the thumbnail of the image with this Hash lies in the folder dir.
func ThumbPath(dir, hash string) string { return filepath.Join(dir, hash+".jpg") }

// EnsureThumb returns the path of the thumbnail of row, making the file and the folder if they do not exist. It does
// not look at the size of a thumbnail that is there.
//
// Size is the length of the long side in pixels, 0 for 256; smaller images are not enlarged.
//
// Errors: the image has a Problem, has become unreadable or is another than was scanned; the thumbnail cannot be written.
func EnsureThumb(dir string, size int, r *Reader, row int) (path string, err error) {
	if err := r.check(row); err != nil {
		return "", err
	}
	path = ThumbPath(dir, r.Index.At(row).Hash)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	data, err := r.Bytes(row) // a thumbnail is kept under the Hash, so it is never made of other content
	if err != nil {
		return "", err
	}
	p, err := r.decodeBytes(row, data, thumbDetail(size))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("imageset: cannot make the folder of thumbnails: %w", err)
	}
	return path, writeThumb(path, p, size)
}

// thumbDetail is how many pixels become one of a thumbnail.
func thumbDetail(size int) detail {
	return func(w, h int) float64 { return float64(max(w, h)) / float64(cmp.Or(size, thumbSize)) }
}

// writeThumb saves p, shrunk so that its long side has size pixels, as a JPEG.
func writeThumb(path string, p raster, size int) error {
	size = cmp.Or(size, thumbSize)
	var m *image.RGBA
	p = p.view()
	if w, h := p.size(); max(w, h) > size {
		long := max(w, h)
		m = shrink(p, max(1, (w*size+long/2)/long), max(1, (h*size+long/2)/long))
	} else {
		m = p.upright()
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: thumbQuality}); err != nil {
		return fmt.Errorf("imageset: cannot make a thumbnail: %w", err)
	}
	if err := atomicfile.Write(path, b.Bytes(), 0o644, atomicfile.Cached); err != nil {
		return fmt.Errorf("imageset: cannot save a thumbnail: %w", err)
	}
	return nil
}

func shrink(p raster, w, h int) *image.RGBA {
	values := p.resize(Resize{Size: Size{w, h}})
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		p, v := out.Pix[4*i:4*i+4], values[3*i:3*i+3]
		p[0], p[1], p[2], p[3] = uint8(v[0]*255+0.5), uint8(v[1]*255+0.5), uint8(v[2]*255+0.5), 255
	}
	return out
}
