package segment

import "fmt"

// Grid cuts an image of w x h pixels into rows x columns rectangles, whose sides differ by at most one pixel. It is the
// spatial baseline of DetCon, which needs no image.
//
// Errors: w or h is less than 1, or the image has more than 16,777,216 pixels; there are less than 1 or more than h rows,
// or less than 1 or more than w columns.
func Grid(w, h, rows, columns int) (Map, error) {
	if w < 1 || h < 1 || w > maxPixels/h {
		return Map{}, fmt.Errorf("segment.Grid: the image has %d x %d pixels; want 1 to %d in all", w, h, maxPixels)
	}
	if rows < 1 || rows > h || columns < 1 || columns > w {
		return Map{}, fmt.Errorf("segment.Grid: %d x %d pixels cannot be cut into %d rows and %d columns; want 1 to %d rows and 1 to %d columns",
			w, h, rows, columns, h, w)
	}
	m := Map{W: w, H: h, N: rows * columns, Labels: make([]int32, w*h)}
	for y := range h {
		line := m.Labels[y*w:][:w]
		for x := range line {
			line[x] = int32(y*rows/h*columns + x*columns/w)
		}
	}
	return m, nil
}
