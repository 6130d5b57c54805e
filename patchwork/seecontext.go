package patchwork

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// heldContext puts what a network makes of an image in its context, unit(z + s), with z = unit(x - mean) of what the network makes of it
// and the part s of its neighbours held as it is: a change of the image's pixels changes z and not s. See explore.Context.
type heldContext struct {
	index   *imageset.Index
	vectors *explore.Vectors
	drawn   *explore.Context
	k       int // neighbours of each image
	row     func(row int) []float32
	mean    *model.Variable // [dim]
	pull    *model.Variable // s, [dim]
}

// Paths of what a heldContext puts in the store of a network.
const (
	pathContextMean = "/context/mean"
	pathContextPull = "/context/pull"
)

// holdContext readies the context of the project's images. What it returns reads l as long as it is used.
func (p *Project) holdContext(ctx context.Context, l *looks, s *model.Store, progress Progress) (*heldContext, error) {
	drawn, err := l.drawn(ctx, progress)
	if err != nil {
		return nil, err
	}
	dim := l.store.Dim()
	mean := make([]float32, dim)
	for k, v := range drawn.Mean() {
		mean[k] = float32(v)
	}
	put := func(path string, values []float32) *model.Variable {
		return s.VariableWithValue(path, tensors.FromFlatDataAndDimensions(values, dim)).SetTrainable(false)
	}
	return &heldContext{index: l.index, vectors: l.vectors, drawn: drawn, k: l.contextNeighbours(), row: l.row,
		mean: put(pathContextMean, mean), pull: put(pathContextPull, make([]float32, dim))}, nil
}

// before puts the context before what reads it: features [n, dim] as they are.
func (h *heldContext) before(answers func(*graph.Node) *graph.Node) func(*graph.Node) *graph.Node {
	unit := func(x *graph.Node) *graph.Node {
		length := graph.Sqrt(graph.AddScalar(graph.ReduceAndKeep(graph.Square(x), graph.ReduceSum, -1), 1e-20))
		return graph.Div(x, length)
	}
	return func(x *graph.Node) *graph.Node {
		g := x.Graph()
		z := unit(graph.Sub(x, graph.ExpandAxes(h.mean.NodeValue(g), 0)))
		return answers(unit(graph.Add(z, graph.ExpandAxes(h.pull.NodeValue(g), 0))))
	}
}

// rowOf is the row in the project of an image of the album; -1 of one from elsewhere.
func (a *attribution) rowOf(image int) int {
	if a.album.reader.Index != a.held.index {
		return -1
	}
	return a.album.rows[image]
}

// hold takes the neighbours of an image: those that it has as a row of the project, or of one that is none, row -1, those that it would
// have. It says which in words.
func (h *heldContext) hold(ctx context.Context, net *see.Network, row int, picture Picture) (words string, err error) {
	if row >= 0 && h.vectors.Has(row) {
		return "its neighbours in the project, held as they are", h.pull.SetValue(tensors.FromValue(h.drawn.Pull(row)))
	}
	features, err := net.Answers(ctx, nil, picture.Image)
	if err != nil {
		return "", fmt.Errorf("patchwork: %w", err)
	}
	near, err := h.nearest(ctx, features[0])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the images of the project that would be its neighbours (%d), held as they are", len(near)),
		h.pull.SetValue(tensors.FromValue(h.drawn.PullOf(features[0], near)))
}

// nearest are the rows most like a vector that is none of them, as far as it is most like them too.
func (h *heldContext) nearest(ctx context.Context, x []float32) (rows []int, err error) {
	n := h.index.Len()
	v, err := explore.NewVectors(ctx, n+1, func(row int) []float32 {
		if row == n {
			return x
		}
		return h.row(row)
	})
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	among := make([]int, n)
	for row := range among {
		among[row] = row
	}
	near, err := v.Nearest(ctx, []int{n}, among, h.k)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	for _, m := range near {
		if h.drawn.Near(m.Row, m.Cosine) {
			rows = append(rows, m.Row)
		}
	}
	return rows, nil
}
