package quality

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// table is labels in memory.
type table struct {
	y        [][]labels.Tri
	excluded map[int]bool
}

func (t table) Len() int                        { return len(t.y) }
func (t table) Classes() []string               { return []string{"a", "b", "c"}[:len(t.y[0])] }
func (t table) Value(row, class int) labels.Tri { return t.y[row][class] }
func (t table) Excluded(row int) bool           { return t.excluded[row] }
func (t table) Validation(int) bool             { return false }

func TestSuspectsAgainstNumpy(t *testing.T) {
	data, err := os.ReadFile("testdata/suspects.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		K, Excluded int
		Y           [][]labels.Tri
		P           [][]*float32
		Index, Same []int32
		Suspects    []struct {
			Row, Cls, Against, Asked int
			Given                    labels.Tri
			Doubt                    float64
			Model                    *float64
			Likely                   bool
		}
		Counts []ClassErrors
	}
	if err := json.Unmarshal(data, &golden); err != nil || len(golden.Suspects) == 0 {
		t.Fatal(err, "no suspects")
	}
	n := len(golden.Y)
	found, counts, err := Suspects(t.Context(), Evidence{
		Table: table{golden.Y, map[int]bool{golden.Excluded: true}},
		Scores: func(row int) []float32 {
			var out []float32
			for _, v := range golden.P[row] {
				if v == nil {
					out = append(out, float32(math.NaN()))
				} else {
					out = append(out, *v)
				}
			}
			if row == 12 { // all NaN in the script
				return nil
			}
			return out
		},
		Graph: &explore.Graph{N: n, K: golden.K, Index: golden.Index, Cosine: make([]float32, len(golden.Index))}, Same: golden.Same,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(golden.Suspects) {
		t.Fatalf("%d labels judged, want %d", len(found), len(golden.Suspects))
	}
	for i, want := range golden.Suspects {
		got := found[i]
		model := math.NaN()
		if want.Model != nil {
			model = *want.Model
		}
		same := got.Row == want.Row && got.Class == want.Cls && got.Given == want.Given && got.Against == want.Against && got.Asked == want.Asked && got.Likely == want.Likely
		if !same || math.Abs(got.Doubt-want.Doubt) > 1e-6 || math.Abs(got.Model-model) > 1e-6 || math.IsNaN(got.Model) != math.IsNaN(model) {
			t.Errorf("place %d: got %+v, want %+v (testdata/suspects.py)", i, got, want)
		}
	}
	for class, want := range golden.Counts {
		if got := counts[class]; got.Known != want.Known || got.Likely != want.Likely || math.Abs(got.Expected-want.Expected) > 1e-6 {
			t.Errorf("class %d: got %+v, want %+v", class, got, want)
		}
	}
}

// One kind of evidence is enough, none is not; what is unknown is no evidence.
func TestSuspectsByOneKindOfEvidence(t *testing.T) {
	y := table{y: [][]labels.Tri{{1}, {0}, {1}, {1}, {-1}, {-1}}}
	g := &explore.Graph{N: 6, K: 3, Index: []int32{2, 3, 4, 0, 2, 3, 0, 3, 4, 0, 2, 4, -1, -1, -1, -1, -1, -1}, Cosine: make([]float32, 18)}
	byVotes, counts, err := Suspects(t.Context(), Evidence{Table: y, Graph: g})
	if err != nil {
		t.Fatal(err)
	}
	if first := byVotes[0]; len(byVotes) != 4 || first.Row != 1 || first.Against != 3 || first.Asked != 3 || first.Doubt != 0.8 || first.Likely || !math.IsNaN(first.Model) {
		t.Errorf("by neighbours: %+v", byVotes)
	}
	if c := counts[0]; c.Known != 0 || !math.IsNaN(c.Expected) {
		t.Errorf("without a model: %+v", c)
	}
	byModel, _, err := Suspects(t.Context(), Evidence{Table: y, Scores: func(row int) []float32 {
		if row == 3 {
			return nil
		}
		return []float32{0.9}
	}})
	if err != nil || len(byModel) != 3 || byModel[0].Row != 1 || math.Abs(byModel[0].Doubt-0.9) > 1e-6 {
		t.Errorf("by the model: %+v, %v; want row 1 first and no row without evidence", byModel, err)
	}
	all, _, err := Suspects(t.Context(), Evidence{Table: y, Graph: g, Scores: func(int) []float32 { return []float32{0.7} }, Spread: func(int) []float32 { return []float32{0.9} }})
	if err != nil || all[0].Row != 1 || math.Abs(all[0].Doubt-(0.7+0.9+0.8)/3) > 1e-6 || math.Abs(all[0].Spread-0.9) > 1e-6 {
		t.Errorf("by all three: %+v, %v", all, err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	y := table{y: [][]labels.Tri{{1, 0}, {0, 1}}}
	scores := func(v ...float32) func(int) []float32 { return func(int) []float32 { return v } }
	for want, e := range map[string]Evidence{
		"no Table":                      {},
		"neither Scores nor Spread nor": {Table: y},
		"the graph has 3 rows":          {Table: y, Graph: &explore.Graph{N: 3}},
		"Same has 1 rows":               {Table: y, Scores: scores(0, 0), Same: []int32{0}},
		"row 0 has 1 scores; want one":  {Table: y, Scores: scores(0.5)},
		"row 0 has the score 2 for":     {Table: y, Scores: scores(0.5, 2)},
	} {
		if _, _, err := Suspects(t.Context(), e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Suspects(done, Evidence{Table: y, Scores: scores(0, 0)}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

func TestOutliers(t *testing.T) {
	g := &explore.Graph{N: 4, K: 2, Index: []int32{1, 2, 0, 2, 0, 1, -1, -1}, Cosine: []float32{0.5, 0.25, 0.5, 0.5, 0.25, 0.75, -1, -1}}
	want := []Outlier{{0, 0.625}, {1, 0.5}, {2, 0.5}}
	if got := Outliers(g); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v (by hand)", got, want)
	}
}
