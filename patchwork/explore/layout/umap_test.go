package layout

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestFuzzyAgainstUMAPLearn(t *testing.T) {
	g := readGolden(t)
	got := fuzzy(g.graph()).dense(len(g.X))
	for i, row := range g.Fuzzy {
		for j, want := range row {
			near(t, fmt.Sprintf("weight %d, %d", i, j), got[i][j], want, 2e-4)
		}
	}
}

func TestCurveAgainstUMAPLearn(t *testing.T) {
	for _, want := range readGolden(t).Curves {
		c := newCurve(want.MinDist, want.Spread)
		near(t, fmt.Sprint("a of ", want.MinDist, want.Spread), float64(c.a), want.A, 1e-3*want.A)
		near(t, fmt.Sprint("b of ", want.MinDist, want.Spread), float64(c.b), want.B, 1e-3)
	}
	c := newCurve(0.1, 1)
	for d2 := 1e-12; d2 < 1e9; d2 *= 1.37 {
		want := math.Pow(float64(float32(d2)), float64(c.b))
		near(t, fmt.Sprint("power of ", d2), float64(c.pow(float32(d2))), want, 1e-4*want)
	}
	near(t, "power of 0", float64(c.pow(0)), 0, 0)
}

// heaps is count heaps of size points each in dim dimensions, and their exact graph.
func heaps(count, size, dim, k int) (Vectors, Graph) {
	r := rand.New(rand.NewPCG(5, 6))
	x := make([][]float32, count*size)
	middle := make([]float64, dim)
	for i := range x {
		if i%size == 0 {
			for d := range middle {
				middle[d] = 4 * r.NormFloat64()
			}
		}
		x[i] = make([]float32, dim)
		for d := range x[i] {
			x[i][d] = float32(middle[d] + r.NormFloat64())
		}
	}
	v := Vectors{N: len(x), Dim: dim, At: func(i int) []float32 { return x[i] }}
	return v, exact(x, k)
}

// exact finds the k nearest of all by comparing everything.
func exact(x [][]float32, k int) Graph {
	g := Graph{N: len(x), K: k}
	for i := range x {
		type other struct {
			j int
			d float64
		}
		var all []other
		for j := range x {
			if i == j {
				continue
			}
			s := 0.0
			for d := range x[i] {
				s += float64(x[i][d]-x[j][d]) * float64(x[i][d]-x[j][d])
			}
			all = append(all, other{j, math.Sqrt(s)})
		}
		slices.SortStableFunc(all, func(a, b other) int { return int(math.Copysign(1, a.d-b.d)) })
		for a := range k {
			if a < len(all) {
				g.Index, g.Distance = append(g.Index, int32(all[a].j)), append(g.Distance, float32(all[a].d))
			} else {
				g.Index, g.Distance = append(g.Index, -1), append(g.Distance, 0)
			}
		}
	}
	return g
}

// kept is the share of each point's 10 nearest on the plane that are of its heap.
func kept(points []Point, size int) float64 {
	x := make([][]float32, len(points))
	for i, p := range points {
		x[i] = []float32{p.X, p.Y}
	}
	g := exact(x, 10)
	same := 0
	for a, j := range g.Index {
		if a/10/size == int(j)/size {
			same++
		}
	}
	return float64(same) / float64(len(g.Index))
}

func plane(t *testing.T, v Vectors) []Point {
	t.Helper()
	c, err := PCA(t.Context(), v, 2)
	if err != nil {
		t.Fatal(err)
	}
	points, err := c.Plane(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return points
}

func TestLayoutsKeepHeapsTogether(t *testing.T) {
	v, g := heaps(8, 40, 20, 15)
	start := plane(t, v)
	before := kept(start, 40)
	for name, run := range layouts {
		t.Run(name, func(t *testing.T) {
			rounds := 0
			points, err := run(t.Context(), g, start, false, func(done, total int) { rounds = total - done })
			if err != nil {
				t.Fatal(err)
			}
			if after := kept(points, 40); after < 0.99 || after <= before {
				t.Errorf("neighbours are of one heap in %.3f of the cases and were in %.3f; want 0.99 and more than before", after, before)
			}
			if rounds != 0 {
				t.Errorf("%d rounds were left", rounds)
			}
			again, err := run(t.Context(), g, start, false, nil)
			if err != nil || !slices.Equal(again, points) {
				t.Error("the same seed gave other places", err)
			}
		})
	}
}

// layouts are those that start from a graph, run as a caller would.
var layouts = map[string]func(ctx context.Context, g Graph, start []Point, warm bool, progress func(done, total int)) ([]Point, error){
	"umap": func(ctx context.Context, g Graph, start []Point, warm bool, progress func(done, total int)) ([]Point, error) {
		return UMAP(ctx, g, start, UMAPOptions{Warm: warm, Progress: progress})
	},
	"t-sne": func(ctx context.Context, g Graph, start []Point, warm bool, progress func(done, total int)) ([]Point, error) {
		return TSNE(ctx, g, start, TSNEOptions{Warm: warm, Progress: progress})
	},
}

// TestWarmLayoutsStayWherePointsWere takes 24 of 320 points away, lays the rest out, and brings the others back.
func TestWarmLayoutsStayWherePointsWere(t *testing.T) {
	v, g := heaps(8, 40, 20, 15)
	for name, run := range layouts {
		t.Run(name, func(t *testing.T) {
			old, err := run(t.Context(), g, plane(t, v), false, nil)
			if err != nil {
				t.Fatal(err)
			}
			known := slices.Clone(old)
			for i := range known {
				if i%13 == 0 {
					known[i] = Nowhere
				}
			}
			start, ok := Carry(g, known)
			if !ok {
				t.Fatal("nothing was carried over")
			}
			points, err := run(t.Context(), g, start, true, nil)
			if err != nil {
				t.Fatal(err)
			}
			Align(points, known)
			low, high, _ := span(old)
			size := math.Hypot(float64(high.X-low.X), float64(high.Y-low.Y))
			moved := 0.0
			for i, p := range points {
				moved += math.Hypot(float64(p.X-old[i].X), float64(p.Y-old[i].Y)) / size / float64(len(points))
			}
			if moved > 0.05 {
				t.Errorf("points moved by %.3f of the picture; want at most 0.05", moved)
			}
			if after := kept(points, 40); after < 0.97 {
				t.Errorf("neighbours are of one heap in %.3f of the cases; want 0.97", after)
			}
		})
	}
}

func TestLayoutsOfLittleAndOfTheSame(t *testing.T) {
	same := make([][]float32, 30)
	for i := range same {
		same[i] = []float32{1, 2}
	}
	graphs := map[string]Graph{
		"none": {}, "one": {N: 1, K: 0}, "two": exact([][]float32{{0}, {1}}, 3), "the same": exact(same, 5),
		"no neighbours": {N: 3, K: 2, Index: []int32{-1, -1, -1, -1, -1, -1}, Distance: make([]float32, 6)},
	}
	for name, g := range graphs {
		for kind, run := range layouts {
			points, err := run(t.Context(), g, make([]Point, g.N), false, nil)
			if err != nil || len(points) != g.N {
				t.Fatal(kind, name, points, err)
			}
			for _, p := range points {
				if !p.Placed() {
					t.Error(kind, name, points)
				}
			}
		}
	}
}

func TestLayoutsSayWhatIsWrong(t *testing.T) {
	_, good := heaps(2, 10, 3, 4)
	change := func(f func(*Graph)) Graph {
		g := good
		g.Index, g.Distance = slices.Clone(g.Index), slices.Clone(g.Distance)
		f(&g)
		return g
	}
	for want, g := range map[string]Graph{
		"holds 79 and 80 numbers":           change(func(g *Graph) { g.Index = g.Index[1:] }),
		"neighbour 1 of point 2 is 2":       change(func(g *Graph) { g.Index[9] = 2 }),
		"neighbour 1 of point 2 is 20":      change(func(g *Graph) { g.Index[9] = 20 }),
		"neighbour 2 of point 0 has distan": change(func(g *Graph) { g.Distance[2] = 0 }),
	} {
		if _, err := UMAP(t.Context(), g, make([]Point, 20), UMAPOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if _, err := UMAP(t.Context(), good, make([]Point, 19), UMAPOptions{MinDist: 2}); err == nil || !strings.Contains(err.Error(), "MinDist is 2") {
		t.Error(err)
	}
	if _, err := TSNE(t.Context(), good, make([]Point, 19), TSNEOptions{}); err == nil || !strings.Contains(err.Error(), "19 places to start from for 20 points") {
		t.Error(err)
	}
	start := make([]Point, 20)
	start[4] = Nowhere
	if _, err := TSNE(t.Context(), good, start, TSNEOptions{Theta: -1}); err == nil || !strings.Contains(err.Error(), "Theta is -1") {
		t.Error(err)
	}
	if _, err := TSNE(t.Context(), good, start, TSNEOptions{}); err == nil || !strings.Contains(err.Error(), "point 4 has no place") {
		t.Error(err)
	}
	for kind, run := range layouts {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := run(ctx, good, make([]Point, 20), false, func(done, _ int) {
			if done == 3 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(kind, err)
		}
	}
}
