package features

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// textureSteps are what responses must exceed to count, in standard deviations of the model (see filterBank). Several
// of them tell a few strong responses from many weak ones.
var textureSteps = [...]float64{0.5, 1.5, 3}

// flat is the standard deviation of pixels below which a patch counts as flat.
const flat = 10.0 / 255

// fineOrder and coarseOrder say which pixel of a patch, counted as [y, x, channel], comes where in what finePatches and
// coarsePatches make.
func fineOrder() (order []int) {
	for cellY := range 2 {
		for cellX := range 2 {
			for y := range 2 {
				for x := range 2 {
					for c := range 3 {
						order = append(order, ((2*cellY+y)*patchSide+2*cellX+x)*3+c)
					}
				}
			}
		}
	}
	return order
}

func coarseOrder() []int {
	order := make([]int, patchSide*patchSide*3)
	for i := range order {
		order[i] = i
	}
	return order
}

// finePatches cuts 4×4 patches, two pixels apart, from an image given as 2×2 cells: [n, h, w, 12] to [n, h-1, w-1, 48].
func finePatches(cells *graph.Node) *graph.Node {
	h, w := cells.Shape().Dim(1), cells.Shape().Dim(2)
	var parts []*graph.Node
	for y := range 2 {
		for x := range 2 {
			parts = append(parts, graph.Slice(cells, graph.AxisRange(), graph.AxisRange(y, h-1+y), graph.AxisRange(x, w-1+x)))
		}
	}
	return graph.Concatenate(parts, -1)
}

// coarsePatches cuts all 4×4 patches: [n, h, w, 3] to [n, h-3, w-3, 48].
func coarsePatches(x *graph.Node) *graph.Node {
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
		weigh(weightSpread, rooted(line(spread(o)))),
		weigh(weightContrast, rooted(line(oddMean))),
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

func weigh(w float64, x *graph.Node) *graph.Node { return graph.MulScalar(x, w) }
