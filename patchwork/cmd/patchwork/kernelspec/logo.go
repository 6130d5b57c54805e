package kernelspec

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// quilt draws the kernel's logo, size x size pixels: four by four patches in the colours of an aerial picture with
// thin seams between them.
func quilt(size int) []byte {
	patches := [4]string{"fwgf", "gfbw", "wrfg", "fgwf"}
	colours := map[byte]color.NRGBA{
		'f': {0x6f, 0x9a, 0x4b, 0xff}, // field
		'g': {0x3f, 0x6b, 0x45, 0xff}, // forest
		'w': {0x3e, 0x7c, 0xa6, 0xff}, // water
		'b': {0xc7, 0x6b, 0x4a, 0xff}, // building
		'r': {0xb9, 0xb2, 0xa4, 0xff}, // road
	}
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	cell, seam := size/4, max(1, size/32)
	for y := range size {
		for x := range size {
			if x%cell >= seam && y%cell >= seam {
				img.SetNRGBA(x, y, colours[patches[y/cell][x/cell]])
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil // a buffer takes every write, and the image is never empty
	}
	return out.Bytes()
}
