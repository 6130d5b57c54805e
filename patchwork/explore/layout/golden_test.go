package layout

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// golden is testdata/layout.json, which layout.py made with numpy, scikit-learn and umap-learn.
type golden struct {
	X        [][]float32
	Axes     [][]float64
	Variance []float64
	Total    float64
	K        int
	Index    [][]int32
	Distance [][]float32
	Fuzzy    [][]float64
	Curves   []struct{ MinDist, Spread, A, B float64 }
	Affinity [][]float64
	Places   [][2]float32
	Gradient [][2]float64
	KL       float64
	SOM      [][]float64
	Best     []int
}

func readGolden(t *testing.T) golden {
	t.Helper()
	raw, err := os.ReadFile("testdata/layout.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g golden) vectors() Vectors {
	return Vectors{N: len(g.X), Dim: len(g.X[0]), At: func(i int) []float32 { return g.X[i] }}
}

func (g golden) graph() Graph {
	return Graph{N: len(g.X), K: g.K, Index: slices.Concat(g.Index...), Distance: slices.Concat(g.Distance...)}
}

// near fails unless got is within tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.9g; want %.9g", what, got, want)
	}
}

// dense writes m out.
func (m weights) dense(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		for a := m.from[i]; a < m.from[i+1]; a++ {
			out[i][m.to[a]] = float64(m.w[a])
		}
	}
	return out
}
