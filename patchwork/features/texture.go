package features

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// textureSteps are what responses must exceed to count, in standard deviations of the model (see filterBank). Several
// of them tell a few strong responses from many weak ones.
var textureSteps = [...]float64{0.5, 1.5, 3}

// weightSpread and weightContrast are how much the parts count, beside 1 for even responses, that tell light on dark from
// dark on light: little, or neighbours that differ only in that would be lost.
const (
	weightSpread   = 0.3
	weightContrast = 0.1
)

// flat is the standard deviation of pixels below which a patch counts as flat.
const flat = 10.0 / 255

// patches cuts all 4×4 patches: [n, h, w, 3] to [n, h-3, w-3, 48].
func patches(x *graph.Node) *graph.Node {
	h, w := x.Shape().Dim(1), x.Shape().Dim(2)
	var rows, parts []*graph.Node
	for i := range patchSide {
		parts = append(parts, graph.Slice(x, graph.AxisRange(), graph.AxisRange(), graph.AxisRange(i, w-patchSide+1+i)))
	}
	row := graph.Concatenate(parts, -1) // [n, h, w-3, 12]
	for i := range patchSide {
		rows = append(rows, graph.Slice(row, graph.AxisRange(), graph.AxisRange(i, h-patchSide+1+i)))
	}
	return graph.Concatenate(rows, -1)
}

// texture pools the responses r of the bank to patches p of an image, each divided by its contrast:
//
//	r = F·p / √(var p + flat²)
//	a(t), b(t) = mean over the image of max(r−t, 0) and of max(−r−t, 0)
//	even = a+b, odd = a−b
//
// For each step t and base filter it gives mean and spread of even over the filter's eight forms, the spread of odd,
// and its mean, in three blocks: [n, 2·3·base], [n, 3·base], [n, 3·base].
func (d *embedded) texture(patches *graph.Node, filters [][]float32) []*graph.Node { // patches: [n, h, w, 48]
	g, n, pixels := patches.Graph(), patches.Shape().Dim(0), len(filters)
	p := graph.Reshape(patches, -1, pixels) // [n·h·w, 48]
	mean := graph.ReduceAndKeep(p, graph.ReduceMean, -1)
	variance := graph.Sub(graph.ReduceAndKeep(graph.Mul(p, p), graph.ReduceMean, -1), graph.Mul(mean, mean))
	contrast := graph.Sqrt(graph.AddScalar(graph.MaxScalar(variance, 0), flat*flat)) // [n·h·w, 1]
	r := graph.MatMul(graph.Div(p, contrast), graph.Const(g, filters))               // F sums to zero: no need to subtract the mean
	r = graph.Reshape(r, n, -1, 8*d.bank.base)                                       // [n, h·w, 8·base]

	places := r.Shape().Dim(1)
	average := graph.DivScalar(graph.Ones(g, shapes.Make(dtypes.Float32, n, places)), float64(places))
	pool := func(x *graph.Node) *graph.Node { // [n, h·w, 8·base] to [n, 1, base, 8]
		return graph.Reshape(graph.Einsum("np,npk->nk", average, x), n, 1, d.bank.base, 8)
	}
	var even, odd []*graph.Node
	for _, t := range textureSteps {
		above := pool(graph.MaxScalar(graph.AddScalar(r, -t), 0))
		below := pool(graph.MinScalar(graph.AddScalar(r, t), 0)) // minus max(−r−t, 0)
		even = append(even, graph.Sub(above, below))
		odd = append(odd, graph.Add(above, below))
	}
	e, o := graph.Concatenate(even, 1), graph.Concatenate(odd, 1) // [n, 3, base, 8]
	line := func(x *graph.Node) *graph.Node { return graph.Reshape(x, n, -1) }
	evenMean, oddMean := graph.ReduceMean(e, -1), graph.ReduceMean(o, -1) // [n, 3, base]
	return []*graph.Node{
		rooted(graph.Concatenate([]*graph.Node{line(evenMean), line(spread(e))}, -1)),
		graph.MulScalar(rooted(line(spread(o))), weightSpread),
		graph.MulScalar(rooted(line(oddMean)), weightContrast),
	}
}

// spread is the standard deviation along the last axis, which goes.
func spread(x *graph.Node) *graph.Node {
	dx := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	return graph.Sqrt(graph.ReduceMean(graph.Mul(dx, dx), -1))
}

// rooted takes signed square roots, which keep few large numbers from drowning the others, and brings each row to mean
// zero and length one: [n, d] to [n, d].
func rooted(x *graph.Node) *graph.Node {
	return unit(graph.Mul(graph.Sign(x), graph.Sqrt(graph.Abs(x))))
}

// unit brings each row to mean zero and length one; a row of equal numbers becomes zeros.
func unit(x *graph.Node) *graph.Node {
	x = graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, -1))
	length := graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Mul(x, x), graph.ReduceSum, -1), 1e-12))
	return graph.Div(x, length)
}
