package imageset

import "image"

// webpRGB converts what the WebP decoder returns. A lossy WebP stores luma in 16 to 235, and the decoder hands the
// stored values out as if they filled 0 to 255, which would make every picture pale. So this conversion is our own:
//
//	R = 1.164·(Y−16) + 1.596·(V−128)
//	G = 1.164·(Y−16) − 0.813·(V−128) − 0.391·(U−128)
//	B = 1.164·(Y−16) + 2.018·(U−128)
//
// Source: RFC 6386 section 9.2 names ITU-R BT.601 as the colour space; the factors are 255/219 and
// 255/112·(1−K)·{1, K/0.587} with K = 0.299 and 0.114.
func webpRGB(m image.Image) *image.RGBA {
	if alpha, ok := m.(*image.NYCbCrA); ok {
		m = &alpha.YCbCr
	}
	yuv, ok := m.(*image.YCbCr)
	if !ok { // lossless
		return toRGB(m)
	}
	b := yuv.Rect
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := yuv.COffset(x, y)
			l := 76309 * (int32(yuv.Y[yuv.YOffset(x, y)]) - 16) // factors times 65536
			u, v := int32(yuv.Cb[c])-128, int32(yuv.Cr[c])-128
			out.Pix[i] = clip16(l + 104597*v)
			out.Pix[i+1] = clip16(l - 53279*v - 25675*u)
			out.Pix[i+2] = clip16(l + 132201*u)
			out.Pix[i+3] = 255
			i += 4
		}
	}
	return out
}

// clip16 rounds v/65536 to the nearest value in [0, 255].
func clip16(v int32) uint8 {
	return uint8(max(0, min(255, (v+1<<15)>>16)))
}
