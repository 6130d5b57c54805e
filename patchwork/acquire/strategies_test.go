package acquire_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/acquire/acquiretest"
)

func lookup(t *testing.T, name string) acquire.Strategy {
	t.Helper()
	s, err := acquire.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPromises(t *testing.T) {
	for _, name := range append(acquire.Names([]string{"water", "a: b"}), "near 0.3: water", "60% entropy + 25% rare", "100% highest: water") {
		t.Run(name, func(t *testing.T) { acquiretest.Run(t, lookup(t, name)) })
	}
}

// pool of one row for each entry of probs, in three classes; labels may be nil.
func pool(probs [][]float32, labels [][]int8) *acquire.Pool {
	p := &acquire.Pool{
		Classes: []string{"water", "forest", "road"},
		Probs:   func(row int) []float32 { return probs[row] },
		Rand:    rand.New(rand.NewPCG(1, 1)),
	}
	for row := range probs {
		p.Rows = append(p.Rows, row)
	}
	if labels != nil {
		p.Labels = func(row, class int) int8 { return labels[row][class] }
	}
	return p
}

func TestGoldenByHand(t *testing.T) {
	probs := [][]float32{{0.5, 0.9, 0.1}, {0.25, 0.05, 0.97}, {0.9, 0.9, 0.6}, {0, 1, 0}}
	known := [][]int8{{1, -1, -1}, {-1, -1, 0}, {-1, -1, 0}, {-1, -1, -1}}
	tests := []struct {
		strategy string
		labels   [][]int8
		rows     []int
		scores   []float64
		reasons  []string
		source   string
	}{
		{"entropy", nil, []int{0, 2, 1, 3}, []float64{1, 0.9709506, 0.8112781, 0.0001805},
			[]string{"entropy 1.00: water at 0.50", "entropy 0.97: road at 0.60", "entropy 0.81: water at 0.25", "entropy 0.00: water at 0.00"},
			"by hand: H(0.5), H(0.6), H(0.25), H(1e-5) in bits"},
		{"entropy", known, []int{1, 0, 2, 3}, []float64{0.8112781, 0.4689956, 0.4689956, 0.0001805}, nil,
			"by hand: H(0.25), then H(0.9) twice once water of row 0 and road of row 2 are known"},
		{"margin", nil, []int{0, 2, 1, 3}, []float64{1, 0.8, 0.5, 0},
			[]string{"margin 0.00: water at 0.50", "margin 0.20: road at 0.60", "margin 0.50: water at 0.25", "margin 1.00: water at 0.00"},
			"by hand: 1 - 2|p - 1/2|"},
		{"entropy: forest", nil, []int{0, 2, 1, 3}, []float64{0.4689956, 0.4689956, 0.2863970, 0.0001805}, nil,
			"by hand: H(0.9) twice, H(0.05), H(1-1e-5)"},
		{"highest: road", nil, []int{1, 2, 0, 3}, []float64{0.97, 0.6, 0.1, 0},
			[]string{"highest: road at 0.97", "highest: road at 0.60", "highest: road at 0.10", "highest: road at 0.00"}, "by hand"},
		{"highest: road", known, []int{0, 3}, []float64{0.1, 0}, nil, "by hand: road is known in rows 1 and 2"},
		{"lowest: road", nil, []int{3, 0, 2, 1}, []float64{1, 0.9, 0.4, 0.03},
			[]string{"lowest: road at 0.00", "lowest: road at 0.10", "lowest: road at 0.60", "lowest: road at 0.97"}, "by hand"},
	}
	for _, tt := range tests {
		t.Run(tt.strategy, func(t *testing.T) {
			picks, err := acquire.Select(lookup(t, tt.strategy), pool(probs, tt.labels), 4)
			if err != nil || len(picks) != len(tt.rows) {
				t.Fatalf("got %v, %v; want %d picks", picks, err, len(tt.rows))
			}
			var rows []int
			for i, k := range picks {
				rows = append(rows, k.Row)
				if math.Abs(k.Score-tt.scores[i]) > 1e-6 {
					t.Errorf("pick %d scores %.7f, want %.7f (%s)", i, k.Score, tt.scores[i], tt.source)
				}
				if tt.reasons != nil && k.Reason != tt.reasons[i] {
					t.Errorf("pick %d gives reason %q, want %q", i, k.Reason, tt.reasons[i])
				}
			}
			tied := len(tt.scores) > 2 && (tt.scores[0] == tt.scores[1] || tt.scores[1] == tt.scores[2])
			if tied { // the tied rows come in an order drawn from the seed
				slices.Sort(rows)
				slices.Sort(tt.rows)
			}
			if !slices.Equal(rows, tt.rows) {
				t.Errorf("rows %v, want %v (%s)", rows, tt.rows, tt.source)
			}
		})
	}
}

// TestGoldenNumpy compares whole rankings with testdata/rankings.py.
func TestGoldenNumpy(t *testing.T) {
	file, err := os.Open("testdata/rankings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	cases := 0
	for lines.Scan() {
		var g struct {
			Strategy string
			Probs    [][]float32
			Labels   [][]int8
			Rows     []int
			Scores   []float64
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		picks, err := acquire.Select(lookup(t, g.Strategy), pool(g.Probs, g.Labels), len(g.Probs))
		if err != nil || len(picks) != len(g.Rows) {
			t.Fatalf("%s: %d picks, %v; want %d", g.Strategy, len(picks), err, len(g.Rows))
		}
		for i, k := range picks {
			if k.Row != g.Rows[i] || math.Abs(k.Score-g.Scores[i]) > 1e-6 {
				t.Fatalf("%s: pick %d is row %d at %.7f, want row %d at %.7f", g.Strategy, i, k.Row, k.Score, g.Rows[i], g.Scores[i])
			}
		}
		cases++
	}
	if cases != 6 {
		t.Errorf("compared %d rankings, want 6", cases)
	}
}

// The doc of margin claims that it ranks like entropy within the clipping.
func TestMarginRanksLikeEntropy(t *testing.T) {
	rows := func(name string) (rows []int) {
		picks, err := acquire.Select(lookup(t, name), acquiretest.Pool(200, 5, ""), 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range picks {
			rows = append(rows, k.Row)
		}
		return rows
	}
	if !slices.Equal(rows("margin"), rows("entropy")) {
		t.Error("margin and entropy rank differently")
	}
}

func TestTiesFollowTheSeed(t *testing.T) {
	probs := make([][]float32, 30)
	for i := range probs {
		probs[i] = []float32{0.5, 0.5, 0.5}
	}
	orders := map[int]bool{}
	for seed := range uint64(20) {
		p := pool(probs, nil)
		p.Rand = rand.New(rand.NewPCG(seed, 0))
		picks, err := acquire.Select(lookup(t, "entropy"), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		orders[picks[0].Row] = true
	}
	if len(orders) < 8 {
		t.Errorf("20 seeds broke a tie of 30 rows in only %d ways", len(orders))
	}
}

func TestRandomIsUniform(t *testing.T) {
	const rows, draws = 10, 5000
	var counts [rows]int
	p := acquiretest.Pool(rows, 11, "")
	for range draws {
		picks, err := acquire.Select(lookup(t, "random"), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		counts[picks[0].Row]++
	}
	chi2 := 0.0
	for _, c := range counts {
		d := float64(c) - draws/rows
		chi2 += d * d / (draws / rows)
	}
	if chi2 > 27.88 { // 0.999 quantile of chi-squared with 9 degrees of freedom
		t.Errorf("counts %v over %d draws: chi-squared %.1f", counts, draws, chi2)
	}
}

// Ranks and what they leave out change nothing: a few are the head of all, in scores and rows, ties, clipped probabilities
// and classes that the model has not learned included.
func TestFewAreTheHeadOfAll(t *testing.T) {
	const n = 5000
	r := rand.New(rand.NewPCG(2, 3))
	probs, known := make([][]float32, n), make([][]int8, n)
	special := []float32{0, 1, 1e-6, 1 - 1e-6, 0.5, 0.25, 0.75, float32(math.NaN())}
	for _, coarse := range []bool{false, true} {
		for row := range n {
			probs[row], known[row] = make([]float32, 3), make([]int8, 3)
			for c := range 3 {
				probs[row][c], known[row][c] = r.Float32(), int8(max(r.IntN(4)-2, -1))
				if coarse || r.IntN(10) == 0 {
					probs[row][c] = special[r.IntN(len(special))]
				}
				if coarse && row%50 > 0 {
					probs[row][c] = special[r.IntN(4)] // almost everything is clipped
				}
			}
		}
		for _, name := range []string{"random", "entropy", "margin", "entropy: forest", "highest: road", "lowest: road"} {
			all, err := acquire.Select(lookup(t, name), pool(probs, known), n)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.IsSortedFunc(all, func(a, b acquire.Pick) int { return -cmp.Compare(a.Score, b.Score) }) {
				t.Errorf("%s: the scores do not fall", name)
			}
			for _, few := range []int{1, 16, 300} {
				got, err := acquire.Select(lookup(t, name), pool(probs, known), few)
				if err != nil || !slices.Equal(got, all[:few]) {
					t.Errorf("%s: the first %d differ from the head of all (%v)", name, few, err)
				}
			}
		}
	}
}

func TestEntropyBounds(t *testing.T) {
	if got := acquire.Entropy(0.5); got != 1 {
		t.Errorf("Entropy(0.5) = %g, want 1 bit", got)
	}
	if acquire.Entropy(0) != acquire.Entropy(1e-5) || acquire.Entropy(0) <= 0 {
		t.Errorf("Entropy(0) = %g is not the clipped value", acquire.Entropy(0))
	}
	if !math.IsNaN(acquire.Entropy(math.NaN())) {
		t.Error("Entropy(NaN) is a number")
	}
}

func BenchmarkEntropy100k(b *testing.B) {
	p := acquiretest.Pool(100_000, 1, "")
	s, _ := acquire.Lookup("entropy")
	for b.Loop() {
		if picks, err := acquire.Select(s, p, 16); err != nil || !strings.HasPrefix(picks[0].Reason, "entropy 1.00") {
			b.Fatal(picks, err)
		}
	}
}
