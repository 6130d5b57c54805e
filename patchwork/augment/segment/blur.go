package segment

import "math/big"

// blur smooths [h, w, 3] with a Gaussian cut off at four standard deviations; at the borders the image is mirrored, the
// last pixel included. The result may share memory with pix.
//
// Every sum is taken in the order of SciPy's gaussian_filter and no product is fused with it, so that the bits are the
// same and with them the edges of equal cost.
func blur(pix []float64, w, h int, sigma float64) []float64 {
	half := kernel(sigma)
	out := make([]float64, len(pix))
	stride := 3 * w
	for y := range h {
		row := out[y*stride:][:stride]
		for i, v := range pix[y*stride:][:stride] {
			row[i] = v * half[0]
		}
		for d := len(half) - 1; d > 0; d-- {
			above, below := pix[mirror(y-d, h)*stride:][:stride], pix[mirror(y+d, h)*stride:][:stride]
			for i := range row {
				row[i] += float64((above[i] + below[i]) * half[d])
			}
		}
	}
	radius := len(half) - 1
	padded := make([]float64, 3*(w+2*radius))
	for y := range h {
		row := out[y*stride:][:stride]
		for x := -radius; x < w+radius; x++ {
			copy(padded[3*(x+radius):][:3], row[3*mirror(x, w):])
		}
		across(row, padded, half)
	}
	return out
}

// across blurs one row; padded has 3·(len(half)-1) values more at either end.
func across(row, padded, half []float64) {
	radius := len(half) - 1
	for i := range row {
		centre := i + 3*radius
		sum := padded[centre] * half[0]
		for d := radius; d > 0; d-- {
			sum += float64((padded[centre-3*d] + padded[centre+3*d]) * half[d])
		}
		row[i] = sum
	}
}

// kernel returns the weights from the centre outwards. They sum to 1 over both sides.
func kernel(sigma float64) []float64 {
	radius := int(4*sigma + 0.5)
	full := make([]float64, 2*radius+1)
	for i := range full {
		d := float64(i - radius)
		full[i] = exp(-0.5 / (sigma * sigma) * (d * d))
	}
	half, sum := full[radius:], pairwise(full)
	for i := range half {
		half[i] /= sum
	}
	return half
}

// exp is e^x, rounded once. Math.Exp may be off by a bit, and by another on another processor, which would show in the
// labels of patterns that repeat.
func exp(x float64) float64 {
	const bits = 256 // half of them are lost to cancellation at -80, and x is above -33
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	sum, term := wide(1), wide(1)
	for n := 1.; term.Sign() != 0 && term.MantExp(nil) > -bits/2; n++ {
		term.Quo(term.Mul(term, wide(x)), wide(n))
		sum.Add(sum, term)
	}
	v, _ := sum.Float64()
	return v
}

// pairwise sums as NumPy does: eight sums side by side, and of more than 128 values the halves apart.
func pairwise(v []float64) float64 {
	n := len(v)
	switch {
	case n < 8:
		sum := 0.
		for _, x := range v {
			sum += x
		}
		return sum
	case n > 128:
		cut := n / 2
		cut -= cut % 8
		return pairwise(v[:cut]) + pairwise(v[cut:])
	}
	r := [8]float64(v)
	i := 8
	for ; i+8 <= n; i += 8 {
		for j, x := range v[i : i+8] {
			r[j] += x
		}
	}
	sum := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	for ; i < n; i++ {
		sum += v[i]
	}
	return sum
}

// mirror brings i into [0, n), as in c b a | a b c | c b a.
func mirror(i, n int) int {
	for i < 0 || i >= n {
		if i < 0 {
			i = -i - 1
		} else {
			i = 2*n - 1 - i
		}
	}
	return i
}
