package augment

import "slices"

// flipLeftRight mirrors horizontally with probability 0.5.
func flipLeftRight(s *scratch) {
	if s.chance(0.5) {
		mirror(s.im)
	}
}

// flipUpDown mirrors vertically with probability 0.5.
func flipUpDown(s *scratch) {
	if s.chance(0.5) {
		upend(s.im)
	}
}

func mirror(im *Image) {
	w, c := im.W, im.C
	for y := range im.H {
		row := im.Pix[y*w*c : (y+1)*w*c]
		for a, b := 0, (w-1)*c; a < b; a, b = a+c, b-c {
			for k := range c {
				row[a+k], row[b+k] = row[b+k], row[a+k]
			}
		}
		if im.Mask != nil {
			slices.Reverse(im.Mask[y*w : (y+1)*w])
		}
	}
}

func upend(im *Image) {
	for a, b := 0, im.H-1; a < b; a, b = a+1, b-1 {
		swapRows(im.Pix, im.W*im.C, a, b)
		if im.Mask != nil {
			swapRows(im.Mask, im.W, a, b)
		}
	}
}

func swapRows[T any](v []T, n, a, b int) {
	x, y := v[a*n:(a+1)*n], v[b*n:(b+1)*n]
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}
