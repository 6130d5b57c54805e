package represent

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

type golden struct {
	Features, Views [][]float32
	Kinds, Clusters []int
	Probe           struct {
		Accuracy  float64
		Weights   [][]float64
		Intercept []float64
	}
	Alignment, Uniformity, Rank, NMI float64
	Same                             float64 `json:"nmi_same"`
	Found                            float64 `json:"nmi_found"`
	Right                            [][]bool
	Half                             float64
}

func read(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/represent.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

// The figures are those of scikit-learn and numpy (testdata/represent.py).
func TestGolden(t *testing.T) {
	g := read(t)
	align, err1 := Alignment(g.Features, g.Views)
	uniform, err2 := Uniformity(g.Features)
	rank, err3 := RankMe(g.Features)
	nmi, err4 := NMI(g.Kinds, g.Clusters)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	near(t, "alignment", align, g.Alignment, 1e-5)
	near(t, "uniformity", uniform, g.Uniformity, 1e-5)
	near(t, "RankMe", rank, g.Rank, 1e-4)
	near(t, "NMI", nmi, g.NMI, 1e-9)
	same, _ := NMI(g.Kinds, []int{0})
	if same != 0 {
		t.Error("NMI of lists of different lengths has a value")
	}
	other := make([]int, len(g.Kinds))
	for i, k := range g.Kinds {
		other[i] = (k + 1) % 3
	}
	renamed, _ := NMI(g.Kinds, other)
	near(t, "NMI of other names", renamed, g.Same, 1e-9)
	var x [][]float64
	for _, row := range g.Features {
		x = append(x, unit(row))
	}
	clusters, err := divide(t.Context(), x, 3, 50, rand.New(rand.NewPCG(1, 1))) // so that the best is found, as the reference does
	if err != nil {
		t.Fatal(err)
	}
	found, err := NMI(g.Kinds, clusters)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "NMI of clusters", found, g.Found, 1e-9)
	apart, kinds := blobs([]int{30, 20, 10, 5}, 16, 0.1)
	if all, err := Clusters(t.Context(), append(apart, make([]float32, 16)), append(kinds, -1), 1); err != nil || all != 1 {
		t.Errorf("NMI of kinds far apart is %g, %v", all, err)
	}
	if _, err := Clusters(t.Context(), g.Features, make([]int, len(g.Kinds)), 1); err == nil || !strings.Contains(err.Error(), "want two or more") {
		t.Errorf("clusters of one kind: %v", err)
	}
	// Fewer rows than numbers: the other product.
	wide, err := RankMe(g.Features[:4])
	if err != nil || wide < 1 || wide > 4.001 {
		t.Errorf("RankMe of 4 rows is %g, %v; want 1 to 4", wide, err)
	}
}

func TestProbeGolden(t *testing.T) {
	g := read(t)
	test := ThirdIsTest(len(g.Kinds))
	r, err := Probe(g.Features, g.Kinds, test)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy", float64(r.Accuracy.Value), g.Probe.Accuracy, 1e-9)
	if r.Train != 40 || r.Test != 20 || r.Kinds != 3 {
		t.Errorf("learned from %d, tested on %d, of %d kinds; want 40, 20 and 3", r.Train, r.Test, r.Kinds)
	}
	var learn []int
	for i, is := range test {
		if !is {
			learn = append(learn, i)
		}
	}
	s := standardise(g.Features, learn)
	p := &softmax{x: s.matrix(g.Features, learn), classes: 3}
	for _, i := range learn {
		p.kinds = append(p.kinds, g.Kinds[i])
	}
	w := p.fit()
	for c, row := range g.Probe.Weights {
		for k, want := range row {
			near(t, "weight", w[k*3+c], want, 2e-3)
		}
	}
	// The regression does not change when the same is added to all intercepts.
	for c := range 3 {
		near(t, "intercept", w[6*3+c]-w[6*3], g.Probe.Intercept[c]-g.Probe.Intercept[0], 2e-3)
	}
}

func TestBadInput(t *testing.T) {
	x := [][]float32{{1, 2}, {3, 4}, {5, 6}, {7, 8}}
	for _, c := range []struct {
		kinds []int
		test  []bool
		x     [][]float32
		says  string
	}{
		{[]int{0, 0, 0, 0}, []bool{true, false, false, false}, x, "want two kinds"},
		{[]int{0, 1, 0, 1}, []bool{false, false, false, false}, x, "0 are for testing"},
		{[]int{0, 1, 0}, []bool{true, false, false, false}, x, "as many of each"},
		{[]int{0, 1, 0, 1}, []bool{true, false, false, false}, [][]float32{{1, 2}, {3}, {5, 6}, {7, 8}}, "row 1 has 1 numbers and row 0 has 2"},
		{[]int{0, 1, 0, 1}, []bool{true, false, false, false}, [][]float32{{1, 2}, {3, 4}, {5, float32(math.NaN())}, {7, 8}}, "row 2 holds NaN"},
	} {
		if _, err := Probe(c.x, c.kinds, c.test); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("kinds %v: error %v, want %q", c.kinds, err, c.says)
		}
	}
	if _, err := Stratified([]int{0, 1}, 1.5, 1); err == nil {
		t.Error("a share of 1.5 is accepted")
	}
}

func TestStratified(t *testing.T) {
	kinds := []int{0, 0, 0, 0, 0, 0, 1, 1, 2, -1}
	a, err := Stratified(kinds, 1./3, 5)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Stratified(kinds, 1./3, 5)
	if !slices.Equal(a, b) {
		t.Error("the same seed draws other rows")
	}
	counts := map[int]int{}
	for i, is := range a {
		if is {
			counts[kinds[i]]++
		}
	}
	if counts[0] != 2 || counts[1] != 1 || counts[2] != 0 || counts[-1] != 0 {
		t.Errorf("test rows by kind: %v, want 2 of kind 0, 1 of kind 1, none of kind 2, which has one row, and none without a kind", counts)
	}
}
