package imageset

import "image"

// turn says where the pixels of an upright raster of w x h pixels lie in the one it comes from: the first at start, the
// next to the right and the next below that many values further.
type turn struct{ w, h, start, right, down int }

// turned is the way to turn a raster of w x h pixels by its EXIF orientation o (1 to 8) so that its top is up. A pixel
// is step values, a line stride. Any other o is upright.
//
// Pixel (x, y) of the result is pixel
//
//	2: (w-1-x, y)   3: (w-1-x, h-1-y)   4: (x, h-1-y)
//	5: (y, x)       6: (y, h-1-x)       7: (w-1-y, h-1-x)   8: (w-1-y, x)
//
// of the raster; 5 to 8 swap width and height.
func turned(w, h, step, stride, o int) turn {
	t := turn{w: w, h: h, right: step, down: stride}
	if o == 2 || o == 3 || o == 7 || o == 8 { // from the right
		t.start += step * (w - 1)
		t.right = -step
	}
	if o == 3 || o == 4 || o == 6 || o == 7 { // from the bottom
		t.start += stride * (h - 1)
		t.down = -stride
	}
	if o >= 5 && o <= 8 {
		t.w, t.h = h, w
		t.right, t.down = t.down, t.right
	}
	return t
}

// upright turns an image by its EXIF orientation o so that its top is up. For o = 1 it returns m itself.
func upright(m *image.RGBA, o int) *image.RGBA {
	if o < 2 || o > 8 {
		return m
	}
	t := turned(m.Rect.Dx(), m.Rect.Dy(), 4, m.Stride, o)
	out := image.NewRGBA(image.Rect(0, 0, t.w, t.h))
	for y := range t.h {
		line := out.Pix[y*out.Stride : y*out.Stride+4*t.w]
		for p := t.start + y*t.down; len(line) > 0; p, line = p+t.right, line[4:] {
			copy(line[:4], m.Pix[p:p+4])
		}
	}
	return out
}
