package imageset

import (
	"fmt"
	"image"
	"slices"
)

// samples is a raster of numbers, [h, w, c] without gaps. A pixel without data is NaN in its first channel.
type samples struct {
	w, h, c int
	pix     []float32
	full    float32 // the greatest number that its kind can hold, 0 if that says nothing about its range
}

// scale brings the bands of s, those that in reads, to [0, 1], and makes three equal channels of one.
func (in Input) scale(s *samples) {
	norm := in.Norm
	if norm.zero() {
		norm = s.span()
	}
	if s.c == 1 {
		s.repeat()
	}
	s.scale(norm)
}

// bands are those that in reads of a file that has n.
//
// Errors: the file lacks one.
func (in Input) bands(n int) ([]int, error) {
	switch {
	case len(in.Bands) == 0 && n >= 3:
		return []int{1, 2, 3}, nil
	case len(in.Bands) == 0:
		return []int{1}, nil // grey, and what else there is stands for alpha
	}
	for _, b := range in.Bands {
		if b > n {
			return nil, fmt.Errorf("it has %s and the input reads band %d; correct bands %s, or leave the file out", count(n, "band"), b, inSettings)
		}
	}
	return in.Bands, nil
}

// keep leaves the bands that in reads.
func (s *samples) keep(in Input) error {
	bands, err := in.bands(s.c)
	if err != nil {
		return err
	}
	out := s.pix[:0]
	if len(bands) > s.c {
		out = make([]float32, 0, s.w*s.h*len(bands))
	}
	pixel := make([]float32, s.c)
	for rest := s.pix; len(rest) > 0; rest = rest[s.c:] {
		copy(pixel, rest) // out may lie over it
		for _, b := range bands {
			v := pixel[b-1]
			if pixel[0] != pixel[0] {
				v = pixel[0]
			}
			out = append(out, v)
		}
	}
	s.pix, s.c = out, len(bands)
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ownValues bounds the values that span looks at.
const ownValues = 200_000

// span is the range of a picture for which none is given.
func (s *samples) span() Norm {
	if s.full > 0 {
		return Constant(s.full)
	}
	var seen []float32
	step := 1 + len(s.pix)/ownValues
	if step > 1 && step%s.c == 0 {
		step++ // so that every channel is met
	}
	for i := 0; i < len(s.pix); i += step {
		if v := s.pix[i]; v-v == 0 { // neither NaN nor infinite
			seen = append(seen, v)
		}
	}
	if len(seen) == 0 {
		return Constant(1)
	}
	slices.Sort(seen)
	low, high := quantile(seen, 0.01), quantile(seen, 0.99)
	if low == high {
		high = low + max(1, low, -low) // one value: black
	}
	return Norm{Low: []float32{low}, High: []float32{high}}
}

// scale applies a norm that fits.
func (s *samples) scale(norm Norm) {
	low, factor := make([]float32, s.c), make([]float32, s.c)
	for i := range s.c {
		l, h := norm.band(i)
		low[i], factor[i] = l, 1/(h-l)
	}
	for rest := s.pix; len(rest) > 0; rest = rest[s.c:] {
		for i, v := range rest[:s.c] {
			v = (v - low[i]) * factor[i]
			switch {
			case v < 0:
				v = 0
			case v > 1:
				v = 1
			}
			rest[i] = v
		}
	}
}

// repeat makes three equal channels of the first.
func (s *samples) repeat() {
	out := make([]float32, 0, 3*s.w*s.h)
	for i := 0; i < len(s.pix); i += s.c {
		v := s.pix[i]
		out = append(out, v, v, v)
	}
	s.pix, s.c = out, 3
}

// rgb is what a person sees of s: its first three channels, of two channels the first as grey. Pixels without data are
// black.
func (s *samples) rgb() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, s.w, s.h))
	green, blue := 1, 2
	if s.c < 3 {
		green, blue = 0, 0
	}
	for i := range s.w * s.h {
		p, v := out.Pix[4*i:][:4], s.pix[i*s.c:][:s.c]
		p[0], p[1], p[2], p[3] = eight(v[0]), eight(v[green]), eight(v[blue]), 255
	}
	return out
}

// eight rounds [0, 1] to a byte, and NaN to 0.
func eight(v float32) uint8 {
	if v > 0 {
		return uint8(min(v, 1)*255 + 0.5)
	}
	return 0
}

// samplesOf copies the numbers of a decoded picture as its file holds them: one band for grey, three for colour, alpha
// behind them, 0 to 255. PNG and TIFF, which can hold more, have decoders that give numbers.
func samplesOf(m image.Image) *samples {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	s := &samples{w: w, h: h, c: 1, full: 255}
	switch m := m.(type) {
	case *image.Gray:
		s.pix = make([]float32, 0, w*h)
		for y := range h {
			for _, v := range m.Pix[y*m.Stride:][:w] {
				s.pix = append(s.pix, float32(v))
			}
		}
	case *image.NRGBA:
		s.c = 4
		s.pix = make([]float32, 0, 4*w*h)
		for y := range h {
			for _, v := range m.Pix[y*m.Stride:][:4*w] {
				s.pix = append(s.pix, float32(v))
			}
		}
	default:
		rgb := toRGB(m)
		s.c = 3
		s.pix = make([]float32, 0, 3*w*h)
		for y := range h {
			line := rgb.Pix[y*rgb.Stride:][:4*w]
			for ; len(line) > 0; line = line[4:] {
				s.pix = append(s.pix, float32(line[0]), float32(line[1]), float32(line[2]))
			}
		}
	}
	return s
}
