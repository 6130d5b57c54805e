package explore

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestGraphAgainstScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/graph.json")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Row    int
		Index  []int32
		Cosine []float64
	}
	var golden struct {
		K         int
		X         [][]float32
		All, Some []row
	}
	if err := json.Unmarshal(data, &golden); err != nil || len(golden.All) == 0 {
		t.Fatal(err, "no rows")
	}
	v := of(t, golden.X)
	var some []int
	for _, r := range golden.Some {
		some = append(some, r.Row)
	}
	slices.Reverse(some)
	for _, c := range []struct {
		among []int
		want  []row
	}{{nil, golden.All}, {append(some, some...), golden.Some}} {
		g, err := v.Graph(t.Context(), GraphOptions{K: golden.K, Among: c.among})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			index, cosine := g.Of(want.Row)
			if !slices.Equal(index, want.Index) {
				t.Errorf("row %d: got the neighbours %d, want %d", want.Row, index, want.Index)
				continue
			}
			for a, got := range cosine {
				if math.Abs(float64(got)-want.Cosine[a]) > 1e-6 {
					t.Errorf("row %d and %d: got cosine %.8f, want %.8f", want.Row, index[a], got, want.Cosine[a])
				}
			}
		}
		for row := 40; row < 50 && c.among != nil; row++ {
			if index, _ := g.Of(row); len(index) > 0 {
				t.Errorf("row %d takes no part and has the neighbours %d", row, index)
			}
		}
	}
}

// The graph is what a search for each row gives, over several blocks, with doubles, on any number of cores.
func TestGraphIsExact(t *testing.T) {
	const n, dim, k = 2*graphBlock + 300, 24, 7
	row := random(n, dim)
	for _, twin := range []int{5, 127, 128, graphBlock, graphBlock + 1, n - 1} {
		copy(row(twin), row(5))
	}
	x := func(r int) []float32 {
		if r%97 == 3 {
			return nil
		}
		return row(r)
	}
	v, err := NewVectors(t.Context(), n, x)
	if err != nil {
		t.Fatal(err)
	}
	var told []int
	want, err := v.Graph(t.Context(), GraphOptions{K: k, Progress: func(done, total int) { told = append(told, done, total) }})
	if err != nil {
		t.Fatal(err)
	}
	if end := told[len(told)-2:]; end[0] != end[1] || end[1] != 6 || len(told) != 12 {
		t.Errorf("told %d of the progress; want 6 comparisons of 3 blocks", told)
	}
	for r := 0; r < n; r += 31 {
		index, cosine := want.Of(r)
		if !v.Has(r) {
			if len(index) > 0 {
				t.Errorf("row %d has no features and the neighbours %d", r, index)
			}
			continue
		}
		found, err := v.Nearest(t.Context(), []int{r}, count(n), k)
		if err != nil || len(index) != k {
			t.Fatal(err, index)
		}
		for a, m := range found {
			if math.Abs(m.Cosine-float64(cosine[a])) > 1e-6 || !slices.Contains(index, int32(m.Row)) {
				t.Errorf("row %d: neighbours %d with %v; a search finds %d with %.6f", r, index, cosine, m.Row, m.Cosine)
			}
		}
	}
	if index, _ := want.Of(128); !slices.Equal(index[:5], []int32{5, 127, graphBlock, graphBlock + 1, n - 1}) {
		t.Errorf("the nearest of a double are %d; want its doubles in the order of the rows", index)
	}
	for _, cores := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(cores)
		got, err := v.Graph(t.Context(), GraphOptions{K: k})
		runtime.GOMAXPROCS(before)
		if err != nil || !slices.Equal(got.Index, want.Index) || !slices.Equal(got.Cosine, want.Cosine) {
			t.Errorf("on %d cores: another graph (%v)", cores, err)
		}
	}
}

func TestGraphOfFewRows(t *testing.T) {
	v := of(t, [][]float32{{1, 0}, nil, {1, 1}})
	g, err := v.Graph(t.Context(), GraphOptions{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	if index, cosine := g.Of(0); !slices.Equal(index, []int32{2}) || math.Abs(float64(cosine[0])-math.Sqrt2/2) > 1e-6 {
		t.Errorf("row 0: %d %v; want row 2 at 45°", index, cosine)
	}
	if want := []int32{2, -1, -1, -1, -1, -1, 0, -1, -1}; !slices.Equal(g.Index, want) {
		t.Errorf("got %d, want %d", g.Index, want)
	}
	for _, x := range [][][]float32{nil, {nil, nil}, {{}, {}}} {
		if g, err := of(t, x).Graph(t.Context(), GraphOptions{}); err != nil || g.N != len(x) || g.K != 10 {
			t.Errorf("no features: %+v, %v", g, err)
		}
	}
	if _, err := v.Graph(t.Context(), GraphOptions{K: -1}); err == nil || !strings.Contains(err.Error(), "want 1 neighbour or more") {
		t.Errorf("got %v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Graph(done, GraphOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}
