package augment

import (
	"bytes"
	"image"
	"image/jpeg"
)

// jpegDegrade writes the picture as a JPEG of quality 5 and reads it back, with probability p; with a second chance p
// of quality 3 instead. Pictures that have neither one nor three channels stay. It is the one operation that allocates.
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
	pic := image.NewRGBA(image.Rect(0, 0, im.W, im.H))
	for i := range im.H * im.W {
		for k := range 3 {
			pic.Pix[4*i+k] = uint8(clip(im.Pix[i*im.C+k%im.C])*255 + 0.5)
		}
		pic.Pix[4*i+3] = 255
	}
	var file bytes.Buffer
	if jpeg.Encode(&file, pic, &jpeg.Options{Quality: quality}) != nil {
		return
	}
	back, err := jpeg.Decode(&file)
	if err != nil {
		return
	}
	for i := range im.H * im.W {
		r, g, b, _ := back.At(i%im.W, i/im.W).RGBA()
		rgb := [3]uint32{r, g, b}
		for k, v := range rgb[:im.C] {
			im.Pix[i*im.C+k] = float32(v>>8) / 255
		}
	}
}
