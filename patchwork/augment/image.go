package augment

import (
	"fmt"
	"image"
)

// Image is a picture of H×W pixels with C channels: value (y,x,c) is Pix[(y*W+x)*C+c], in [0,1]. Mask, if it is not
// nil, holds a segment for every pixel, (y,x) at y*W+x.
type Image struct {
	H, W, C int
	Pix     []float32
	Mask    []int32
}

// NewImage returns a black image without a mask.
func NewImage(h, w, c int) *Image {
	return &Image{H: h, W: w, C: c, Pix: make([]float32, h*w*c)}
}

// RGBA is the picture in bytes, opaque: its first three channels, or of fewer the first as grey. It lies in the memory of
// dst where that is enough; nil makes a new one.
func (im *Image) RGBA(dst *image.RGBA) *image.RGBA {
	if dst == nil {
		dst = new(image.RGBA)
	}
	dst.Pix, dst.Stride, dst.Rect = grow(dst.Pix, 4*im.W*im.H), 4*im.W, image.Rect(0, 0, im.W, im.H)
	green, blue := 1, 2
	if im.C < 3 {
		green, blue = 0, 0
	}
	for i := range im.W * im.H {
		from, to := im.Pix[i*im.C:][:im.C], dst.Pix[4*i:][:4]
		to[0], to[1], to[2], to[3] = level(from[0]), level(from[green]), level(from[blue]), 255
	}
	return dst
}

// maxSide bounds the sides and the channels of an image, so that no product of them overflows.
const maxSide = 1 << 16

func (im *Image) check() error {
	if im == nil {
		return fmt.Errorf("augment: image is nil; give an image of at least 1x1 pixels")
	}
	if im.H < 1 || im.W < 1 || im.C < 1 || im.H > maxSide || im.W > maxSide || im.C > maxSide {
		return fmt.Errorf("augment: image is %dx%d with %d channels; each must lie in [1, %d]", im.H, im.W, im.C, maxSide)
	}
	if len(im.Pix) != im.H*im.W*im.C {
		return fmt.Errorf("augment: image of %dx%dx%d has %d values, want %d", im.H, im.W, im.C, len(im.Pix), im.H*im.W*im.C)
	}
	if im.Mask != nil && len(im.Mask) != im.H*im.W {
		return fmt.Errorf("augment: mask of an image of %dx%d has %d values, want %d", im.H, im.W, len(im.Mask), im.H*im.W)
	}
	return nil
}

// shape makes im h×w×c with a mask or without, in the memory it has where that is enough. The values are arbitrary.
func (im *Image) shape(h, w, c int, mask bool) {
	im.H, im.W, im.C = h, w, c
	im.Pix = grow(im.Pix, h*w*c)
	if !mask {
		im.Mask = nil
		return
	}
	im.Mask = grow(im.Mask, h*w)
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
