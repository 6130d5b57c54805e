package features

import (
	"github.com/gomlx/gomlx/core/graph"
)

// scattered describes what waves on maps of one channel, [n, h, w, 1], at so many sizes, each half of the one before:
// how strongly (first), how that changes over the image (second), and, if third, how the changes change.
//
// With U_j = |x_j∗ψ| at size j, in eight directions, V_jk = |U_j∗ψ| at a coarser size k > j and W_jkl the same of V_jk,
// of places where both waves lie alike and where they lie across, at a size l > k, and with means over the image,
//
//	first:  mean and spread over the directions of U_j, and √mean U_j² / mean U_j
//	second: mean and spread over the directions of V_jk / mean U_j
//	third:  mean and spread over the directions of W_jkl / mean V_jk
//
// all as logarithms. In second and third the directions turn together, and what is left is the angle between the first
// and the last wave: 0, 22.5, 45, 67.5 and 90 degrees, of which mirror images are taken together.
//
// Returned are [n, 3·sizes], [n, 10·pairs of sizes] and [n, 20·triples of sizes], or nil.
//
// Source: Mallat 2012, Communications on Pure and Applied Mathematics 65(10); with rotations, Sifre and Mallat 2013, CVPR.
func scattered(x *graph.Node, sizes int, third bool) (one, two, three *graph.Node) {
	n := x.Shape().Dim(0)
	var first, second, thirds []*graph.Node
	for j := range sizes {
		bx := bordered(x)
		u := moduli(bx)       // [n, h, w, 8]
		means := placeMean(u) // [n, 8]
		mean := graph.ReduceAndKeep(means, graph.ReduceMean, -1)
		square := graph.ReduceAndKeep(placeMean(graph.Mul(u, u)), graph.ReduceMean, -1)
		strength := graph.AddScalar(mean, weak)
		first = append(first, mean, graph.Reshape(spread(means), n, 1), graph.Div(graph.Sqrt(square), strength))
		bu := bordered(u)
		for k := j + 1; k < sizes; k++ {
			bu = bordered(coarser(bu))
			v := moduli(bu) // [n, h, w, 8·8]
			second = append(second, angles(placeMean(v), strength)...)
			if third && k+1 < sizes {
				for _, turn := range []int{0, directions / 2} {
					w := apart(v, turn)
					before := graph.AddScalar(graph.ReduceAndKeep(placeMean(w), graph.ReduceMean, -1), weak)
					bw := bordered(w)
					for l := k + 1; l < sizes; l++ {
						bw = bordered(coarser(bw))
						thirds = append(thirds, angles(placeMean(moduli(bw)), before)...)
					}
				}
			}
		}
		if j+1 < sizes {
			x = coarser(bx)
		}
	}
	log := func(parts []*graph.Node, least float64) *graph.Node {
		return graph.Log(graph.AddScalar(graph.Concatenate(parts, -1), least))
	}
	one, two = log(first, weak), log(second, weakChange)
	if third {
		three = log(thirds, weakChange)
	}
	return one, two, three
}

// weak and weakChange are added to strengths, of brightness [0, 1], and to changes relative to a strength, so that what
// is hardly there counts as little as what is not.
const (
	weak       = 1e-4
	weakChange = 1e-3
)

// placeMean is the mean over the image: [n, h, w, maps] to [n, maps].
func placeMean(x *graph.Node) *graph.Node { return graph.ReduceMean(x, 1, 2) }

// apart takes of 8·8 maps, as moduli makes them of eight, those whose last wave is turned by so many eighths of half a
// turn: [n, h, w, 64] to [n, h, w, 8].
func apart(v *graph.Node, turn int) *graph.Node {
	n, h, w := v.Shape().Dim(0), v.Shape().Dim(1), v.Shape().Dim(2)
	all := graph.AxisRange()
	v = graph.Slice(graph.Reshape(v, n, h, w, directions, directions), all, all, all, all, graph.AxisRange(turn, turn+1))
	return graph.Reshape(v, n, h, w, directions)
}

// angles divides means over the image, [n, 8·8] as moduli orders them, by a strength [n, 1] and gives their mean and
// spread over the first direction for each of five angles: two of [n, 5].
func angles(means, strength *graph.Node) []*graph.Node {
	g, n := means.Graph(), means.Shape().Dim(0)
	w := graph.Reshape(graph.Div(means, strength), n, directions, directions) // [n, first, turn]
	alike := make([][]float32, directions)
	for turn := range alike {
		alike[turn] = make([]float32, directions/2+1)
		share := float32(0.5)
		if turn%(directions/2) == 0 { // its own mirror image
			share = 1
		}
		alike[turn][min(turn, directions-turn)] = share
	}
	fold := graph.Const(g, alike)
	return []*graph.Node{
		graph.MatMul(graph.ReduceMean(w, 1), fold),
		graph.MatMul(spread(graph.TransposeAllDims(w, 0, 2, 1)), fold),
	}
}
