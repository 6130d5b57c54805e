package see

import (
	"image"
	"image/color"
	"math"
	"slices"

	"golang.org/x/image/draw"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// blocks shows each pixel as a square, all of them together about side pixels a side.
func blocks(m *image.RGBA, side int) *image.RGBA {
	size := m.Bounds().Size()
	each := max(1, side/max(size.X, size.Y))
	out := image.NewRGBA(image.Rect(0, 0, each*size.X, each*size.Y))
	draw.NearestNeighbor.Scale(out, out.Rect, m, m.Bounds(), draw.Src, nil)
	return out
}

// Smooth is a picture with its longer side as long as side.
func Smooth(m image.Image, side int) *image.RGBA {
	size := m.Bounds().Size()
	long := max(size.X, size.Y)
	out := image.NewRGBA(image.Rect(0, 0, max(1, side*size.X/long), max(1, side*size.Y/long)))
	draw.CatmullRom.Scale(out, out.Rect, m, m.Bounds(), draw.Src, nil)
	return out
}

// Picture is channel c of a map in grey, from its least number in black to its largest in white.
func (m Map) Picture(c, side int) *image.RGBA {
	values := m.Channel(c)
	low, high := m.Range(c)
	grey := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i, v := range values {
		level := uint8(0)
		if high > low {
			level = uint8(255*(v-low)/(high-low) + 0.5)
		}
		grey.SetRGBA(i%m.W, i/m.W, color.RGBA{level, level, level, 255})
	}
	return blocks(grey, side)
}

// Colours is a map of three channels in [0, 1] as red, green and blue, in squares.
func (m Map) Colours(side int) *image.RGBA { return blocks(m.rgb(), side) }

func (m Map) rgb() *image.RGBA {
	return (&augment.Image{H: m.H, W: m.W, C: m.C, Pix: m.Values}).RGBA(nil)
}

// Over is such a map laid over the grey picture of an image: three parts of its colour to two of grey.
func (m Map) Over(im *augment.Image, side int) *image.RGBA {
	under := Smooth(im.RGBA(nil), side)
	over := image.NewRGBA(under.Rect)
	draw.BiLinear.Scale(over, over.Rect, m.rgb(), image.Rect(0, 0, m.W, m.H), draw.Src, nil)
	for i := 0; i < len(over.Pix); i += 4 {
		grey := luminance(under.Pix[i:])
		for c := range 3 {
			over.Pix[i+c] = uint8(0.6*float64(over.Pix[i+c]) + 0.4*grey + 0.5)
		}
	}
	return over
}

// luminance is that of a pixel, 0 to 255.
//
// Source: ITU-R BT.601.
func luminance(pixel []uint8) float64 {
	return 0.299*float64(pixel[0]) + 0.587*float64(pixel[1]) + 0.114*float64(pixel[2])
}

// The ends of the scale of attributions: what speaks for the score, and what speaks against it.
var (
	For     = color.RGBA{214, 72, 20, 255}
	Against = color.RGBA{30, 96, 200, 255}
)

// strongest is the share of pixels at the upper end that are shown in full colour, so that single ones do not make all others pale.
const strongest = 0.01

// Over lays the values of pixels (PerPixel) over the grey picture of their image: For where they are positive, Against where negative, the stronger the
// larger they are. For the eye alone they are blurred a little first, by a Gaussian of 1/64 of the longer side.
func (a Attribution) Over(im *augment.Image, side int) *image.RGBA {
	values := blurred(a.PerPixel(), a.W, a.H, float64(max(a.W, a.H))/64)
	most := quantile(values, 1-strongest)
	tint := image.NewNRGBA(image.Rect(0, 0, a.W, a.H))
	for i, v := range values {
		strength := 0.0
		if most > 0 {
			strength = min(math.Abs(float64(v))/most, 1)
		}
		c := For
		if v < 0 {
			c = Against
		}
		tint.SetNRGBA(i%a.W, i/a.W, color.NRGBA{c.R, c.G, c.B, uint8(235*strength + 0.5)})
	}
	out := Smooth(im.RGBA(nil), side)
	for i := 0; i < len(out.Pix); i += 4 {
		grey := uint8(70 + 0.65*luminance(out.Pix[i:])) // pale, so that both colours stand out
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = grey, grey, grey
	}
	draw.BiLinear.Scale(out, out.Rect, tint, tint.Rect, draw.Over, nil)
	return out
}

// Lit is the image with its pixels as bright as they matter for the score, whether they speak for it or against it: by the absolute values, summed over
// channels and blurred by a Gaussian of 1/32 of the longer side.
func (a Attribution) Lit(im *augment.Image, side int) *image.RGBA {
	strength := make([]float32, a.H*a.W)
	for i, v := range a.Values {
		strength[i/a.C] += max(v, -v)
	}
	values := blurred(strength, a.W, a.H, float64(max(a.W, a.H))/32)
	most := quantile(values, 1-strongest)
	light := image.NewGray(image.Rect(0, 0, a.W, a.H))
	for i, v := range values {
		if most > 0 {
			light.Pix[i] = uint8(255*min(float64(v)/most, 1) + 0.5)
		}
	}
	out := Smooth(im.RGBA(nil), side)
	lit := image.NewGray(out.Rect)
	draw.BiLinear.Scale(lit, lit.Rect, light, light.Rect, draw.Src, nil)
	const dark = 0.08
	for i := range out.Pix {
		if i%4 < 3 {
			out.Pix[i] = uint8(float64(out.Pix[i])*(dark+(1-dark)*float64(lit.Pix[i/4])/255) + 0.5)
		}
	}
	return out
}

// Blurred is an image blurred by a Gaussian of a deviation in pixels; what lies outside takes no part.
func Blurred(im *augment.Image, deviation float64) *augment.Image {
	out := augment.NewImage(im.H, im.W, im.C)
	for c := range im.C {
		channel := make([]float32, im.H*im.W)
		for i := range channel {
			channel[i] = im.Pix[i*im.C+c]
		}
		for i, v := range blurred(channel, im.W, im.H, deviation) {
			out.Pix[i*im.C+c] = v
		}
	}
	return out
}

// quantile is that of the absolute values.
func quantile(values []float32, q float64) float64 {
	sorted := make([]float64, len(values))
	for i, v := range values {
		sorted[i] = math.Abs(float64(v))
	}
	slices.Sort(sorted)
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// blurred is values [h·w] blurred by a Gaussian of a deviation in pixels; what lies outside takes no part.
func blurred(values []float32, w, h int, deviation float64) []float32 {
	reach := int(3*deviation + 0.5)
	pass := func(in []float32, n, step, lines, stride int) []float32 {
		out := make([]float32, len(in))
		for line := range lines {
			for i := range n {
				var sum, total float64
				for d := max(-reach, -i); d <= min(reach, n-1-i); d++ {
					g := math.Exp(-float64(d*d) / (2 * deviation * deviation))
					sum += g * float64(in[line*stride+(i+d)*step])
					total += g
				}
				out[line*stride+i*step] = float32(sum / total)
			}
		}
		return out
	}
	if reach == 0 {
		return values
	}
	return pass(pass(values, w, 1, h, w), h, w, w, 1)
}
