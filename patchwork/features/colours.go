package features

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// colourAxes are the opponent colours and the range and number of their bins.
var colourAxes = [...]struct {
	r, g, b  float64
	from, to float64
	bins     int
}{
	{1. / 3, 1. / 3, 1. / 3, 0, 1, 16}, // brightness
	{1 / math.Sqrt2, -1 / math.Sqrt2, 0, -0.3, 0.3, 12},
	{1 / 2.449489742783178, 1 / 2.449489742783178, -2 / 2.449489742783178, -0.3, 0.3, 12}, // yellow against blue; √6
}

const colourBins = 16 + 12 + 12

// colours gives three histograms with triangular bins, as logarithms log(share + 0.001) brought to mean zero and length
// one: [n, h, w, 3] to [n, 40].
//
// With the colour v cut to [c₁, c_k], bin centres c and the distance d between them, the share of bin i is the mean of
// max(0, 1−|v−c_i|/d). It is computed as the second difference over i of the mean of max(v−c_i, 0), divided by d.
func colours(x *graph.Node) *graph.Node {
	g, n := x.Graph(), x.Shape().Dim(0)
	pixels := graph.Reshape(x, -1, 3)
	places := pixels.Shape().Dim(0) / n
	average := graph.DivScalar(graph.Ones(g, shapes.Make(dtypes.Float32, n, places)), float64(places))
	var shares []*graph.Node
	for _, a := range colourAxes {
		v := graph.MatMul(pixels, graph.Const(g, [][]float32{{float32(a.r)}, {float32(a.g)}, {float32(a.b)}}))
		v = graph.ClipScalar(v, a.from, a.to)
		d := (a.to - a.from) / float64(a.bins-1)
		knots, second := make([]float32, a.bins+2), make([][]float32, a.bins+2)
		for i := range knots {
			knots[i] = float32(a.from + float64(i-1)*d)
			second[i] = make([]float32, a.bins)
			for j, k := range []float32{1, -2, 1} {
				if bin := i - j; 0 <= bin && bin < a.bins {
					second[i][bin] = k / float32(d)
				}
			}
		}
		over := graph.MaxScalar(graph.Sub(v, graph.Const(g, [][]float32{knots})), 0) // [n·h·w, bins+2]
		over = graph.Einsum("np,npk->nk", average, graph.Reshape(over, n, places, -1))
		shares = append(shares, graph.MatMul(over, graph.Const(g, second)))
	}
	share := graph.MaxScalar(graph.Concatenate(shares, -1), 0)
	return unit(graph.Log(graph.AddScalar(share, 1e-3)))
}
