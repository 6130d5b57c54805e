package augment

import "math"

// affine moves what lies at p from the centre to where a·p+t reads from: the pixel at p shows (a b; c d)·(p−t).
// Everything from outside is black, pixels are the nearest, as torchvision does for RandAugment.
func affine(s *scratch, a, b, c, d, tx, ty float64) {
	im := s.im
	s.next(im.H, im.W)
	cx, cy := float64(im.W-1)/2, float64(im.H-1)/2
	for y := range im.H {
		for x := range im.W {
			px, py := float64(x)-cx-tx, float64(y)-cy-ty
			u, v := int(math.RoundToEven(a*px+b*py+cx)), int(math.RoundToEven(c*px+d*py+cy))
			to := y*im.W + x
			inside := u >= 0 && v >= 0 && u < im.W && v < im.H
			if inside {
				copy(s.spare.Pix[to*im.C:][:im.C], im.Pix[(v*im.W+u)*im.C:])
			} else {
				clear(s.spare.Pix[to*im.C:][:im.C])
			}
			if im.Mask != nil {
				s.spare.Mask[to] = 0
				if inside {
					s.spare.Mask[to] = im.Mask[v*im.W+u]
				}
			}
		}
	}
	s.swap()
}

// sharpen blends with a picture smoothed by (1 1 1; 1 5 1; 1 1 1)/13: x·f + smooth·(1−f), clipped; the border stays.
func sharpen(s *scratch, f float32) {
	im, c, n := s.im, s.im.C, s.im.W*s.im.C
	s.next(im.H, im.W)
	copy(s.spare.Pix, im.Pix)
	copy(s.spare.Mask, im.Mask)
	for y := 1; y < im.H-1; y++ {
		for i := y*n + c; i < (y+1)*n-c; i++ {
			p := im.Pix
			sum := p[i-n-c] + p[i-n] + p[i-n+c] + p[i-c] + 5*p[i] + p[i+c] + p[i+n-c] + p[i+n] + p[i+n+c]
			s.spare.Pix[i] = clip(p[i]*f + sum/13*(1-f))
		}
	}
	s.swap()
}

// posterize keeps the first bits of the 8 of every value.
func posterize(v []float32, bits int) {
	keep := uint8(0xff) << (8 - bits)
	for i, x := range v {
		v[i] = float32(level(x)&keep) / 255
	}
}

func level(x float32) uint8 { return uint8(clip(x)*255 + 0.5) }

// stretch makes every channel reach from 0 to 1; a flat one stays.
func stretch(im *Image) {
	for c := range im.C {
		low, high := im.Pix[c], im.Pix[c]
		for i := c; i < len(im.Pix); i += im.C {
			low, high = min(low, im.Pix[i]), max(high, im.Pix[i])
		}
		if low == high {
			continue
		}
		for i := c; i < len(im.Pix); i += im.C {
			im.Pix[i] = (im.Pix[i] - low) / (high - low)
		}
	}
}

// equalize makes the histogram of 256 levels of every channel as flat as Pillow does.
func equalize(im *Image) {
	for c := range im.C {
		var count [256]int
		last := 0
		for i := c; i < len(im.Pix); i += im.C {
			l := level(im.Pix[i])
			count[l]++
			last = max(last, int(l))
		}
		step := (im.H*im.W - count[last]) / 255
		if step == 0 {
			continue
		}
		var table [256]float32
		sum := step / 2
		for l := range table {
			table[l] = float32(min(sum/step, 255)) / 255
			sum += count[l]
		}
		for i := c; i < len(im.Pix); i += im.C {
			im.Pix[i] = table[level(im.Pix[i])]
		}
	}
}
