package acquire_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
)

// informed is testdata/informed.json, which informed.py made with numpy and scipy.
func informed(t *testing.T) (g struct {
	Bald []struct{ Prob, Deviation, Bits float64 }
	Bait struct {
		Candidates      int
		Features, Probs [][]float32
		Labels          [][]int8
		Rows            []int
		Scores          []float64
	}
	Variance struct { // of the same candidates
		Rows   []int
		Scores []float64
	}
}) {
	t.Helper()
	raw, err := os.ReadFile("testdata/informed.json")
	if err == nil {
		err = json.Unmarshal(raw, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestBaldAgainstScipy(t *testing.T) {
	for _, want := range informed(t).Bald {
		p := &acquire.Pool{
			Rows: []int{0}, Classes: []string{"water"}, Rand: rand.New(rand.NewPCG(1, 1)),
			Probs:      func(int) []float32 { return []float32{float32(want.Prob)} },
			Deviations: func(int) []float32 { return []float32{float32(want.Deviation)} },
		}
		picks, err := acquire.Select(lookup(t, "bald"), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := picks[0].Score; math.Abs(got-want.Bits) > 2e-3*want.Bits+1e-6 {
			t.Errorf("a probability of %g with a deviation of %g: %g bits; want %g", want.Prob, want.Deviation, got, want.Bits)
		}
	}
}

// Of two rows at one half the one that the weights disagree about comes first, known classes count nothing, and several classes add up.
func TestBaldTellsDoubtFromAmbiguity(t *testing.T) {
	probs := [][]float32{{0.5, 0.5, 0.5}, {0.5, 0.01, 0.01}, {0.5, 0.5, 0.5}}
	deviations := [][]float32{{0.01, 0.01, 0.01}, {2, 0.1, 0.1}, {2, 2, 0.1}}
	p := pool(probs, [][]int8{{-1, -1, -1}, {-1, -1, -1}, {-1, -1, -1}})
	p.Deviations = func(row int) []float32 { return deviations[row] }
	picks, err := acquire.Select(lookup(t, "bald"), p, 3)
	if err != nil {
		t.Fatal(err)
	}
	if picks[0].Row != 2 || picks[1].Row != 1 || picks[2].Row != 0 || !strings.HasPrefix(picks[1].Reason, "bald 0.3") || !strings.HasSuffix(picks[1].Reason, "bits: water at 0.50, give or take 2.0 in the logit") {
		t.Error(picks)
	}
	p.Labels = func(row, class int) int8 { return map[bool]int8{true: 1, false: -1}[row == 2 && class < 2] }
	if picks, err = acquire.Select(lookup(t, "bald"), p, 3); err != nil || picks[0].Row != 1 {
		t.Error(picks, err)
	}
}

// Power BALD draws: a row of three times the information comes first three times as often.
func TestPowerBaldDrawsInProportion(t *testing.T) {
	deviations := []float32{0.5, 3}
	p := pool([][]float32{{0.5, 0, 0}, {0.5, 0, 0}}, [][]int8{{-1, 0, 0}, {-1, 0, 0}})
	p.Deviations = func(row int) []float32 { return []float32{deviations[row], 1, 1} }
	both, err := acquire.Select(lookup(t, "bald"), p, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := both[0].Score / (both[0].Score + both[1].Score)
	first, n := 0, 4000
	for range n {
		picks, err := acquire.Select(lookup(t, "power bald"), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		first += picks[0].Row
	}
	if got := float64(first) / float64(n); math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/float64(n)) {
		t.Errorf("drawn first in %.3f of the cases; want %.3f", got, want)
	}
}

func TestBaitAgainstNumpy(t *testing.T) {
	want := informed(t).Bait
	againstNumpy(t, "bait", want.Rows, want.Scores)
}

func TestVarianceAgainstNumpy(t *testing.T) {
	want := informed(t).Variance
	picks := againstNumpy(t, "variance", want.Rows, want.Scores)
	if begin := "variance: its labels would take away 62 % of the doubt about all images; "; !strings.HasPrefix(picks[0].Reason, begin) {
		t.Errorf("the reason is %q; want %q and what the model says", picks[0].Reason, begin)
	}
}

// againstNumpy chooses among the candidates of informed.json.
func againstNumpy(t *testing.T, strategy string, rows []int, scores []float64) []acquire.Pick {
	t.Helper()
	g := informed(t).Bait
	p := &acquire.Pool{
		Classes: []string{"water", "forest", "road"}, Rand: rand.New(rand.NewPCG(1, 1)),
		Probs:    func(row int) []float32 { return g.Probs[row] },
		Features: func(row int) []float32 { return g.Features[row] },
		Labels:   func(row, class int) int8 { return g.Labels[row][class] },
	}
	for row := range g.Features {
		if row < g.Candidates {
			p.Rows = append(p.Rows, row)
		} else {
			p.Known = append(p.Known, row)
		}
	}
	picks, err := acquire.Select(lookup(t, strategy), p, len(rows))
	if err != nil {
		t.Fatal(err)
	}
	for i, pick := range picks {
		if pick.Row != rows[i] || math.Abs(pick.Score-scores[i]) > 1e-4*scores[i] {
			t.Errorf("pick %d is row %d with %g; want %d with %g", i, pick.Row, pick.Score, rows[i], scores[i])
		}
	}
	return picks
}

// The model judges by the first number alone. Rows whose number is near the border change when it is dropped and multiplied;
// sure ones with many equal numbers do not.
func TestDropQueryAsksWhereTheModelWavers(t *testing.T) {
	const dim, n = 64, 60
	r := rand.New(rand.NewPCG(3, 4))
	features, probs := make([][]float32, n), make([][]float32, n)
	judge := func(count int, vector func(i int) []float32) []float32 {
		var out []float32
		for i := range count {
			sum := 0.0
			for _, x := range vector(i) {
				sum += float64(x)
			}
			out = append(out, float32(1/(1+math.Exp(-sum/dim))))
		}
		return out
	}
	for i := range features {
		at := []float64{-2, 0.02, 2}[i%3]
		for range dim {
			features[i] = append(features[i], float32(at+0.5*r.NormFloat64()))
		}
		probs[i] = judge(1, func(int) []float32 { return features[i] })
	}
	p := &acquire.Pool{
		Classes: []string{"water"}, Rand: rand.New(rand.NewPCG(1, 1)), Judge: judge,
		Probs:    func(row int) []float32 { return probs[row] },
		Features: func(row int) []float32 { return features[row] },
	}
	for row := range n {
		p.Rows = append(p.Rows, row)
	}
	picks, err := acquire.Select(lookup(t, "dropquery"), p, 6)
	if err != nil || len(picks) != 6 {
		t.Fatal(picks, err)
	}
	for _, pick := range picks {
		if pick.Row%3 != 1 || pick.Score < 0.6 {
			t.Errorf("row %d with %g: %s; want rows at the border", pick.Row, pick.Score, pick.Reason)
		}
	}
	p.Judge = func(int, func(int) []float32) []float32 { return nil }
	if _, err := acquire.Select(lookup(t, "dropquery"), p, 6); !errors.Is(err, acquire.ErrNotReady) {
		t.Errorf("a model that cannot say: %v", err)
	}
}
