package patchwork

import (
	"context"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
)

// placer lays out the images of rows.
type placer struct {
	l        *looks
	rows, at []int // at is where a row stands in rows
	v        layout.Vectors
	o        LayoutOptions
	old      []layout.Point // nil where there is none
	seed     uint64
	progress Progress
}

func (s placer) run(ctx context.Context) ([]layout.Point, error) {
	switch s.o.Kind {
	case "som":
		return s.cells(ctx)
	case "pca":
		points, err := s.plane(ctx)
		if err == nil && s.old != nil {
			layout.Align(points, s.old)
		}
		return points, err
	}
	k := 15
	if s.o.Kind == "t-sne" {
		k = 90
		if s.o.Perplexity > 0 {
			k = int(math.Ceil(3 * s.o.Perplexity))
		}
	} else if s.o.Neighbours > 0 {
		k = s.o.Neighbours
	}
	g, err := s.graph(ctx, min(k, len(s.rows)-1))
	if err != nil {
		return nil, err
	}
	warm := false
	var start []layout.Point
	if s.old != nil {
		start, warm = layout.Carry(g, s.old)
	}
	if !warm {
		if start, err = s.plane(ctx); err != nil {
			return nil, err
		}
	}
	var points []layout.Point
	if s.o.Kind == "t-sne" {
		points, err = layout.TSNE(ctx, g, start, layout.TSNEOptions{Perplexity: s.o.Perplexity, Warm: warm, Progress: s.progress.step("placing images")})
	} else {
		points, err = layout.UMAP(ctx, g, start, layout.UMAPOptions{MinDist: s.o.MinDist, Warm: warm, Seed: s.seed, Progress: s.progress.step("placing images")})
	}
	if err == nil && warm {
		layout.Align(points, s.old)
	}
	return points, err
}

func (s placer) plane(ctx context.Context) ([]layout.Point, error) {
	c, err := layout.PCA(ctx, s.v, 2)
	if err != nil {
		return nil, err
	}
	return c.Plane(ctx, s.v)
}

// graph is the k nearest of each of rows, with the distance that the kind of map wants: 1 less the cosine for umap, that
// between vectors of length one for t-sne.
func (s placer) graph(ctx context.Context, k int) (layout.Graph, error) {
	g := layout.Graph{N: len(s.rows), K: max(0, k)}
	if k < 1 {
		return g, nil
	}
	found, err := s.l.neighbours(ctx, explore.GraphOptions{K: k, Among: s.rows, Progress: s.progress.step("finding neighbours")})
	if err != nil {
		return g, err
	}
	g.Index, g.Distance = make([]int32, g.N*k), make([]float32, g.N*k)
	for i, row := range s.rows {
		index, cosine := found.Of(row)
		for a := range k {
			g.Index[i*k+a] = -1
			if a < len(index) {
				d := 1 - cosine[a]
				if s.o.Kind == "t-sne" {
					d = float32(math.Sqrt(2 * float64(d)))
				}
				g.Index[i*k+a], g.Distance[i*k+a] = int32(s.at[index[a]]), max(0, d)
			}
		}
	}
	return g, nil
}

// cells places images around the middle of their cell of a self-organising map, those most like it nearest, in a spiral.
func (s placer) cells(ctx context.Context) ([]layout.Point, error) {
	side := int(min(40, max(2, math.Round(math.Sqrt(float64(len(s.rows))/10)))))
	o := layout.SOMOptions{Width: s.o.Width, Height: s.o.Height, Progress: s.progress.step("sorting images")}
	if o.Width == 0 {
		o.Width = side
	}
	if o.Height == 0 {
		o.Height = side
	}
	if before, w, h := s.cellsBefore(); before != nil && (s.o.Width == 0 && s.o.Height == 0 && w*h <= 2*side*side && side*side <= 2*w*h || w == o.Width && h == o.Height) {
		o.Width, o.Height, o.Start = w, h, before
	}
	m, err := layout.SOM(ctx, s.v, o)
	if err != nil {
		return nil, err
	}
	cell, distance, err := m.Place(ctx, s.v)
	if err != nil {
		return nil, err
	}
	byCell := make([][]int, m.Width*m.Height)
	for i, u := range cell {
		byCell[u] = append(byCell[u], i)
	}
	points := make([]layout.Point, len(cell))
	const golden = math.Pi * 0.7639320225 // 2π / φ²: the turn between seeds of a sunflower
	for u, members := range byCell {
		slices.SortStableFunc(members, func(a, b int) int {
			switch {
			case distance[a] < distance[b]:
				return -1
			case distance[a] > distance[b]:
				return 1
			}
			return 0
		})
		for i, point := range members {
			sin, cos := math.Sincos(golden * float64(i))
			r := 0.42 * math.Sqrt(float64(i)/float64(len(members)))
			points[point] = layout.Point{X: float32(float64(u%m.Width) + r*cos), Y: float32(-float64(u/m.Width) + r*sin)}
		}
	}
	return points, nil
}

// cellsBefore are the cells in which images were on the map that is there, -1 for new ones, and its size; nil without a map.
func (s placer) cellsBefore() (cells []int, w, h int) {
	if s.old == nil {
		return nil, 0, 0
	}
	at := make([][2]int, len(s.old))
	for i, p := range s.old {
		if p.Placed() {
			at[i] = [2]int{int(math.Round(float64(p.X))), int(math.Round(-float64(p.Y)))}
			w, h = max(w, at[i][0]+1), max(h, at[i][1]+1)
		}
	}
	cells = make([]int, len(s.old))
	for i, p := range s.old {
		cells[i] = -1
		if p.Placed() && at[i][0] >= 0 && at[i][1] >= 0 {
			cells[i] = at[i][1]*w + at[i][0]
		}
	}
	return cells, w, h
}
