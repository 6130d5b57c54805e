package imageset

import "image"

// upright turns an image by its EXIF orientation o (1 to 8) so that its top is up. For o = 1 it returns m itself.
//
// With w and h the size of m, pixel (x, y) of the result is pixel
//
//	2: (w-1-x, y)   3: (w-1-x, h-1-y)   4: (x, h-1-y)
//	5: (y, x)       6: (y, h-1-x)       7: (w-1-y, h-1-x)   8: (w-1-y, x)
//
// of m; 5 to 8 swap width and height.
func upright(m *image.RGBA, o int) *image.RGBA {
	if o < 2 || o > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	right, down := 4, m.Stride // byte steps in m for one pixel right and down in the result
	start := 0
	fromRight := o == 2 || o == 3 || o == 7 || o == 8
	fromBottom := o == 3 || o == 4 || o == 6 || o == 7
	if fromRight {
		start += 4 * (w - 1)
		right = -right
	}
	if fromBottom {
		start += m.Stride * (h - 1)
		down = -down
	}
	if o >= 5 {
		w, h = h, w
		right, down = down, right
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		line := out.Pix[y*out.Stride : y*out.Stride+4*w]
		for p := start + y*down; len(line) > 0; p, line = p+right, line[4:] {
			copy(line[:4], m.Pix[p:p+4])
		}
	}
	return out
}
