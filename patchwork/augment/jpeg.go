package augment

import (
	"image"
	"image/color"
	"image/jpeg"
)

// jpegDegrade writes the picture as a JPEG of quality 5 and reads it back, with probability p; with a second chance p
// of quality 3 instead. Pictures that have neither one nor three channels stay. It is the one operation that
// allocates: image/jpeg does, to read and to write.
func jpegDegrade(s *scratch, p float64) {
	if !s.chance(p) {
		return
	}
	quality := 5
	if s.chance(p) {
		quality = 3
	}
	im := s.im
	if im.C != 1 && im.C != 3 {
		return
	}
	pic := &s.rgba
	pic.Pix, pic.Stride, pic.Rect = grow(pic.Pix, 4*im.W*im.H), 4*im.W, image.Rect(0, 0, im.W, im.H)
	for i := range im.H * im.W {
		for k := range 3 {
			pic.Pix[4*i+k] = level(im.Pix[i*im.C+k%im.C])
		}
		pic.Pix[4*i+3] = 255
	}
	s.file.Reset()
	if jpeg.Encode(&s.file, pic, &jpeg.Options{Quality: quality}) != nil {
		return
	}
	back, err := jpeg.Decode(&s.file)
	if err != nil {
		return
	}
	// What was written as RGBA comes back as YCbCr.
	yuv, ok := back.(*image.YCbCr)
	if !ok {
		return
	}
	for y := range im.H {
		for x := range im.W {
			l, c := yuv.YOffset(x, y), yuv.COffset(x, y)
			r, g, b := color.YCbCrToRGB(yuv.Y[l], yuv.Cb[c], yuv.Cr[c])
			rgb := [3]uint8{r, g, b}
			for k, v := range rgb[:im.C] {
				im.Pix[(y*im.W+x)*im.C+k] = float32(v) / 255
			}
		}
	}
}
