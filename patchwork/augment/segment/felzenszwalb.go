package segment

import (
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
)

// Options configures Felzenszwalb. The zero value is what scikit-image does by default.
type Options struct {
	Scale   float64 // how unlike neighbours may be within a segment, so more means larger ones; 0 means 1
	Sigma   float64 // standard deviation of the blur before, in pixels; 0 means 0.8
	NoBlur  bool    // segment the image as it is; Sigma must be 0
	MinSize int     // segments of fewer pixels are joined to a neighbour; 0 means 20, 1 joins none
}

// Around draws the options that DetCon uses for one image: a scale uniform in [0.5, 1.5) times mean, and segments of at
// least as many pixels as the scale.
func Around(mean float64, rng *rand.Rand) Options {
	scale := mean * (0.5 + rng.Float64())
	return Options{Scale: scale, MinSize: max(1, int(scale))}
}

// maxPixels bounds the memory: about 100 bytes a pixel.
const maxPixels = 1 << 24

// maxSigma bounds the time of the blur.
const maxSigma = 100

func (o Options) check() error {
	return errors.Join(
		need(o.Scale >= 0 && o.Scale <= math.MaxFloat32, "Scale is %g; want a positive number, or 0 for the default", o.Scale),
		need(o.Sigma >= 0 && o.Sigma <= maxSigma, "Sigma is %g; want 0 < Sigma ≤ %d pixels, or 0 for the default", o.Sigma, maxSigma),
		need(!o.NoBlur || o.Sigma == 0, "NoBlur is set and Sigma is %g; want one or the other", o.Sigma),
		need(o.MinSize >= 0, "MinSize is %d; want 1 pixel or more, or 0 for the default", o.MinSize),
	)
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("segment.Options: "+format, args...)
}

func (o Options) withDefaults() Options {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Sigma == 0 && !o.NoBlur {
		o.Sigma = 0.8
	}
	if o.MinSize == 0 {
		o.MinSize = 20
	}
	return o
}

// Felzenszwalb joins neighbouring pixels to segments of like colour. The alpha channel is ignored.
//
// Each pixel has an edge to each of its eight neighbours, whose cost is the Euclidean distance of the blurred colours in
// [0, 1]. The edges are gone through from the cheapest; one joins the segments A and B at its ends if
//
//	cost < min( I(A) + k/|A| , I(B) + k/|B| )        k = Scale/255
//
// where I is the cost of the last edge that joined the segment, 0 for a pixel, and |A| counts pixels. After that they
// are gone through again, and one joins the segments at its ends if one of them has fewer than MinSize pixels.
//
// The labels are those of scikit-image 0.19 with NumPy 1.24, and the same on every processor. Edges of the same cost are
// taken in the order in which that NumPy sorts them; versions that sort with AVX-512 may leave them in another. At some
// values of Sigma, not at 0.8, NumPy's exponential is off by the last bit on some processors, so that its own labels of
// patterns that repeat exactly depend on the processor and can differ from these.
//
// Errors: every bad field of o; the image is empty or has more than 16,777,216 pixels.
//
// Source: Felzenszwalb and Huttenlocher 2004, "Efficient graph-based image segmentation", IJCV 59(2).
func Felzenszwalb(m *image.RGBA, o Options) (Map, error) {
	if err := o.check(); err != nil {
		return Map{}, err
	}
	if m == nil || m.Rect.Empty() {
		return Map{}, errors.New("segment.Felzenszwalb: the image has no pixels")
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if w > maxPixels/h {
		return Map{}, fmt.Errorf("segment.Felzenszwalb: the image has %d x %d pixels; want at most %d in all: make it smaller", w, h, maxPixels)
	}
	if last := m.PixOffset(m.Rect.Max.X-1, m.Rect.Max.Y-1) + 4; m.Stride < 4*w || len(m.Pix) < last {
		return Map{}, fmt.Errorf("segment.Felzenszwalb: an image of %d x %d pixels has %d bytes; want %d", w, h, len(m.Pix), last)
	}
	o = o.withDefaults()
	pix := scaled(m, w, h)
	if !o.NoBlur {
		pix = blur(pix, w, h, o.Sigma)
	}
	edges := costs(pix, w, h)
	sortEdges(edges)
	f := newForest(w * h)
	f.grow(edges, w, o.Scale/255)
	f.absorb(edges, w, o.MinSize)
	labels, n := f.labels()
	return Map{W: w, H: h, N: n, Labels: labels}, nil
}

// scaled returns the colours in [0, 1] as [h, w, 3].
func scaled(m *image.RGBA, w, h int) []float64 {
	var value [256]float64
	for i := range value {
		value[i] = float64(i) * (1. / 255) // as the reference does, which is not always i/255
	}
	pix := make([]float64, 0, 3*w*h)
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		row := m.Pix[m.PixOffset(m.Rect.Min.X, y):][:4*w]
		for ; len(row) >= 4; row = row[4:] {
			pix = append(pix, value[row[0]], value[row[1]], value[row[2]])
		}
	}
	return pix
}
