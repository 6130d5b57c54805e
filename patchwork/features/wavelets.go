package features

import (
	"math"
	"math/cmplx"

	"github.com/gomlx/gomlx/core/graph"
)

// The wavelets of the scattering blocks: a Gaussian, twice as long as wide, times a wave across it.
const (
	directions    = 8               // of the wave, over half a turn
	waveletSide   = 7               // pixels
	waveletWidth  = 0.8             // pixels, the Gaussian's standard deviation along the wave
	waveletSlant  = 0.5             // that width over the one across the wave
	waveletPeriod = 8. / 3          // pixels
	margin        = waveletSide / 2 // pixels
)

// wavelets returns the even and the odd parts of the wavelets of all directions, [direction][y][x]:
//
//	ψ(p) = g(p)·(e^(i·2π·u/period) − κ)   g(p) = exp(−(u² + slant²·v²)/2·width²) · slant/(2π·width²)
//
// with u and v the distances from the middle along and across the wave, and κ such that ψ sums to zero (Morlet).
func wavelets() (even, odd [directions][waveletSide][waveletSide]float32) {
	for d := range directions {
		sin, cos := math.Sincos(math.Pi * float64(d) / directions)
		var gauss [waveletSide][waveletSide]float64
		var wave [waveletSide][waveletSide]complex128
		var sum float64
		var both complex128
		for i := range waveletSide {
			for j := range waveletSide {
				y, x := float64(i-margin), float64(j-margin)
				u, v := cos*x+sin*y, cos*y-sin*x
				gauss[i][j] = math.Exp(-(u*u+waveletSlant*waveletSlant*v*v)/(2*waveletWidth*waveletWidth)) *
					waveletSlant / (2 * math.Pi * waveletWidth * waveletWidth)
				wave[i][j] = cmplx.Exp(complex(0, 2*math.Pi*u/waveletPeriod))
				sum += gauss[i][j]
				both += complex(gauss[i][j], 0) * wave[i][j]
			}
		}
		for i := range waveletSide {
			for j := range waveletSide {
				psi := complex(gauss[i][j], 0) * (wave[i][j] - both/complex(sum, 0))
				even[d][i][j], odd[d][i][j] = float32(real(psi)), float32(imag(psi))
			}
		}
	}
	return even, odd
}

// moduli gives how strongly each map waves in each direction, |map∗ψ|: [n, h+6, w+6, maps], with its border, to
// [n, h, w, maps·8]. Map m's direction r is r eighths of half a turn from direction m mod 8, so that what depends on how
// the directions of two waves lie to each other stands together. One map counts from direction 0.
func moduli(x *graph.Node) *graph.Node {
	maps := x.Shape().Dim(3)
	even, odd := wavelets()
	both := kernel(maps*2*directions, func(y, x, out int) float32 {
		m, psi, r := out/(2*directions), &even, out%directions
		if out/directions%2 == 1 {
			psi = &odd
		}
		return psi[(m+r)%directions][y][x]
	})
	v := graph.Convolve(x, graph.Const(x.Graph(), both)).NoPadding().ChannelGroupCount(maps).Done()
	n, h, w := v.Shape().Dim(0), v.Shape().Dim(1), v.Shape().Dim(2)
	parts := graph.Reshape(graph.Mul(v, v), n, h, w, maps, 2, directions)
	all := graph.AxisRange()
	part := func(i int) *graph.Node { return graph.Slice(parts, all, all, all, all, graph.AxisRange(i, i+1), all) }
	square := graph.Add(part(0), part(1))
	return graph.Sqrt(graph.AddScalar(graph.Reshape(square, n, h, w, maps*directions), 1e-10))
}

// coarser halves maps after smoothing them with (1, 5, 10, 10, 5, 1)/32 along both axes: [n, h+6, w+6, maps], with their
// border, to [n, h/2, w/2, maps]. The weights are even in number, so that a mirrored map becomes the mirror image.
func coarser(x *graph.Node) *graph.Node {
	smooth := [waveletSide]float32{0, 1. / 32, 5. / 32, 10. / 32, 10. / 32, 5. / 32, 1. / 32}
	maps := x.Shape().Dim(3)
	weights := kernel(maps, func(y, x, _ int) float32 { return smooth[y] * smooth[x] })
	return graph.Convolve(x, graph.Const(x.Graph(), weights)).NoPadding().Strides(2).ChannelGroupCount(maps).Done()
}

// kernel makes [7][7][1][out] weights of a formula.
func kernel(out int, weight func(y, x, out int) float32) [][][][]float32 {
	k := make([][][][]float32, waveletSide)
	for y := range k {
		k[y] = make([][][]float32, waveletSide)
		for x := range k[y] {
			k[y][x] = [][]float32{make([]float32, out)}
			for o := range out {
				k[y][x][0][o] = weight(y, x, o)
			}
		}
	}
	return k
}

// bordered continues maps by three pixels on each side as in a mirror: [n, h, w, maps] to [n, h+6, w+6, maps].
func bordered(x *graph.Node) *graph.Node {
	for _, axis := range []int{1, 2} {
		size := x.Shape().Dim(axis)
		side := func(from, to int) *graph.Node {
			ranges := []graph.SliceAxisSpec{graph.AxisRange(), graph.AxisRange(), graph.AxisRange(), graph.AxisRange()}
			ranges[axis] = graph.AxisRange(from, to)
			return graph.Reverse(graph.Slice(x, ranges...), axis)
		}
		x = graph.Concatenate([]*graph.Node{side(0, margin), x, side(size-margin, size)}, axis)
	}
	return x
}
