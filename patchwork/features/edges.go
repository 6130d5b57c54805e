package features

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// edgeSteps are what slopes must exceed to count, in brightness [0, 1] per pixel.
var edgeSteps = [...]float64{0.01, 0.03, 0.06, 0.12, 0.2}

// edges says how steep brightness is and whether in one direction or in all. With the slopes s of the mean of the
// channels in eight directions, from central differences,
//
//	e(t) = mean over the image of max(s−t, 0)
//
// it gives mean, standard deviation and range of e over the directions for each step: [n, h, w, 3] to [n, 3·5].
func edges(x *graph.Node) *graph.Node {
	g, n, h, w := x.Graph(), x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	grey := graph.ReduceMean(x, -1) // [n, h, w]
	part := func(y, x int) *graph.Node {
		return graph.Slice(grey, graph.AxisRange(), graph.AxisRange(1+y, h-1+y), graph.AxisRange(1+x, w-1+x))
	}
	right := graph.Sub(part(0, 1), part(0, -1))
	down := graph.Sub(part(1, 0), part(-1, 0))
	slopes := graph.Reshape(graph.Stack([]*graph.Node{right, down}, -1), -1, 2) // [n·(h-2)·(w-2), 2]
	directions := make([][]float32, 2)
	for i := range 8 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 4)
		directions[0] = append(directions[0], float32(cos/2))
		directions[1] = append(directions[1], float32(sin/2))
	}
	places := (h - 2) * (w - 2)
	s := graph.Reshape(graph.MatMul(slopes, graph.Const(g, directions)), n, places, 8)
	average := graph.DivScalar(graph.Ones(g, shapes.Make(dtypes.Float32, n, places)), float64(places))
	var means, spreads, ranges []*graph.Node
	for _, t := range edgeSteps {
		e := graph.Einsum("np,npk->nk", average, graph.MaxScalar(graph.AddScalar(s, -t), 0)) // [n, 8]
		means = append(means, graph.ReduceAndKeep(e, graph.ReduceMean, -1))
		spreads = append(spreads, graph.Reshape(spread(e), n, 1))
		ranges = append(ranges, graph.Sub(graph.ReduceAndKeep(e, graph.ReduceMax, -1), graph.ReduceAndKeep(e, graph.ReduceMin, -1)))
	}
	return graph.Concatenate(append(append(means, spreads...), ranges...), -1)
}
