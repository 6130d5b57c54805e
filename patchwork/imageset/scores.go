package imageset

import (
	"math"
	"slices"
)

// Scores are what the checks measure of one image.
//
// All but Perceptual and Signs are taken from a grey copy, 0.299·R + 0.587·G + 0.114·B in [0, 255], of which no side has more
// than 256 pixels: longer sides are shrunk to that, each for itself, shorter ones are left.
type Scores struct {
	Low     float64 // 5th percentile of the copy, rounded: the smallest value v such that 5 % of the pixels are at most v
	High    float64 // 99th percentile
	Sharp   float64 // variance of the Laplacian, the sum of the four neighbours − 4 times the pixel, without the border
	Entropy float64 // of the values of the copy rounded to whole numbers, in bits: −Σ p·log₂ p, 0 to 8

	// Perceptual is a hash of which near pictures differ in few bits: bit 8v+u, from the lowest, says whether the cosine
	// of frequency u across and v down is above the median of the 8 x 8 lowest, in a grey copy of 32 x 32 pixels.
	Perceptual uint64

	Signs uint64 // the same with 0 in place of the median: of a mirrored or turned picture they follow from those of the picture
}

// Sources: variance of the Laplacian, Pech-Pacheco et al. 2000, Diatom autofocusing in brightfield microscopy; the
// hash, C. Zauner 2010, Implementation and benchmarking of perceptual image hash functions, 3.2.1, with the constant
// frequency left in as ImageHash does; the percentiles and entropy as numpy (method inverted_cdf) and scikit-image.

const (
	checkSide = 256
	hashSide  = 32
)

// scoreDetail is how many pixels become one of the copy.
func scoreDetail(w, h int) float64 {
	return Resize{Size: Size{min(w, checkSide), min(h, checkSide)}}.detail(w, h)
}

// score measures a picture.
func (p raster) score() Scores {
	p = p.view()
	w, h := p.size()
	w, h = min(w, checkSide), min(h, checkSide)
	grey := p.grey(w, h)
	var s Scores
	var histogram [256]int
	for _, v := range grey {
		histogram[int(v+0.5)]++
	}
	total, seen := float64(len(grey)), 0
	s.Low, s.High = -1, -1
	for v, n := range histogram {
		if n == 0 {
			continue
		}
		seen += n
		if s.Low < 0 && float64(seen) >= 0.05*total {
			s.Low = float64(v)
		}
		if s.High < 0 && float64(seen) >= 0.99*total {
			s.High = float64(v)
		}
		s.Entropy -= float64(n) / total * math.Log2(float64(n)/total)
	}
	s.Entropy = max(0, s.Entropy) // not −0
	s.Sharp = laplacianVariance(grey, w, h)
	s.Perceptual, s.Signs = perceptual(p.grey(hashSide, hashSide))
	return s
}

// grey returns the brightness of the picture stretched to w x h pixels, in [0, 255].
func (p raster) grey(w, h int) []float32 {
	rgb := p.resize(Resize{Size: Size{w, h}})
	grey := rgb[:w*h]
	for i := range grey {
		grey[i] = 255 * min(1, 0.299*rgb[3*i]+0.587*rgb[3*i+1]+0.114*rgb[3*i+2])
	}
	return grey
}

// laplacianVariance is 0 for a picture without inner pixels.
func laplacianVariance(grey []float32, w, h int) float64 {
	var sum, squares float64
	n := float64(w-2) * float64(h-2)
	if w < 3 || h < 3 {
		return 0
	}
	for y := 1; y < h-1; y++ {
		above, line, below := grey[(y-1)*w:y*w], grey[y*w:(y+1)*w], grey[(y+1)*w:(y+2)*w]
		for x := 1; x < w-1; x++ {
			v := float64(line[x-1] + line[x+1] + above[x] + below[x] - 4*line[x])
			sum += v
			squares += v * v
		}
	}
	return max(0, squares/n-sum/n*(sum/n))
}

// cosines[u] are cos(π·u·(2x+1)/64) for x from 0 to 31.
var cosines = func() (c [8][hashSide]float64) {
	for u := range c {
		for x := range c[u] {
			c[u][x] = math.Cos(math.Pi * float64(u) * float64(2*x+1) / (2 * hashSide))
		}
	}
	return c
}()

// perceptual hashes a grey picture of 32 x 32 pixels. Less than 0.1 is taken for 0, so that a picture of one colour has
// a hash that rounding does not decide.
func perceptual(grey []float32) (hash, signs uint64) {
	var rows [hashSide][8]float64
	for y := range rows {
		for u := range 8 {
			for x, c := range cosines[u] {
				rows[y][u] += c * float64(grey[y*hashSide+x])
			}
		}
	}
	var values [64]float64
	for v := range 8 {
		for u := range 8 {
			for y, c := range cosines[v] {
				values[8*v+u] += c * rows[y][u]
			}
			if math.Abs(values[8*v+u]) < 0.1 {
				values[8*v+u] = 0
			}
		}
	}
	sorted := values
	slices.Sort(sorted[:])
	median := (sorted[31] + sorted[32]) / 2
	for i, v := range values {
		if v > median {
			hash |= 1 << i
		}
		if v > 0 {
			signs |= 1 << i
		}
	}
	return hash, signs
}
