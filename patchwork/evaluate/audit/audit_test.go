package audit

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// golden is testdata/audit.json, by scikit-learn and scipy.
type golden struct {
	Kappas []struct {
		A, B    []int
		Kappa   float64
		Changed float64
		Change  []float64
	}
	Laws []struct {
		Images []int
		Errors []float64
		At     float64
	}
	Shares []struct{ Right, N, Low, High float64 }
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/audit.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.9g; want %.9g", what, got, want)
	}
}

func TestKappaAsByScikitLearn(t *testing.T) {
	for _, g := range readGolden(t).Kappas {
		kappa, changed, err := Kappa(g.A, g.B)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "kappa", kappa, g.Kappa, 1e-12)
		near(t, "the changed share", changed, g.Changed, 1e-12)
		agreement, err := Compare(singleAnswers(g.A, len(g.Change)), singleAnswers(g.B, len(g.Change)), same)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "kappa of Compare", float64(agreement.Kappa), g.Kappa, 1e-12)
		for c, want := range g.Change {
			near(t, "1 - F1", float64(agreement.Classes[c].Change), want, 1e-12)
		}
	}
}

func same(class string) string { return class }

var letters = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}

func singleAnswers(top []int, classes int) Answers {
	a := Answers{Classes: letters[:classes], Single: true, Top: top}
	for i := range top {
		a.Images = append(a.Images, uint64(i))
	}
	return a
}

func TestKappaOfConstants(t *testing.T) {
	for _, tt := range []struct {
		name  string
		a, b  []int
		kappa float64 // by hand
	}{
		{"nothing changed in a constant", []int{1, 1, 1}, []int{1, 1, 1}, 1},
		{"all changed", []int{0, 1}, []int{1, 0}, -1},
		{"a constant and another", []int{0, 0}, []int{1, 1}, 0},
	} {
		if kappa, _, err := Kappa(tt.a, tt.b); err != nil || kappa != tt.kappa {
			t.Errorf("%s: %g, %v; want %g", tt.name, kappa, err, tt.kappa)
		}
	}
	if _, _, err := Kappa([]int{1}, nil); err == nil {
		t.Error("lists of different lengths were compared")
	}
}

func TestCompareOfOverlappingClasses(t *testing.T) {
	before := Answers{Classes: []string{"road", "gone", "old name"}, Images: []uint64{1, 2, 3, 4}, Top: []int{0, 0, 0, 0}, Present: [][]int{{0, 1}, {0}, {3}}}
	after := Answers{Classes: []string{"new name", "road"}, Images: []uint64{2, 3, 4, 9}, Top: []int{0, 0, 0, 0}, Present: [][]int{{2, 3}, {1}}}
	got, err := Compare(before, after, func(class string) string {
		if class == "old name" {
			return "new name"
		}
		return class
	})
	if err != nil {
		t.Fatal(err)
	}
	// Images 2, 3, 4. New name: before 4, after 4. Road: before 2, after 3. So of six answers two differ, and both say "present" twice:
	// p_o = 4/6, p_e = (2·2 + 4·4)/36 = 5/9, kappa = (6 - 5)/(9 - 5)·... = (2/3 - 5/9)/(4/9) = 1/4.
	near(t, "kappa", float64(got.Kappa), 0.25, 1e-12)
	near(t, "changed", float64(got.Changed), 2.0/6, 1e-12)
	if got.Images != 3 || len(got.Classes) != 2 || got.Classes[0].Change != 0 || got.Classes[1].Change != 1 {
		t.Errorf("got %+v", got)
	}
	if _, err := Compare(before, Answers{Single: true}, same); err == nil {
		t.Error("answers of two kinds were compared")
	}
}

func TestPowerLawAsByScipy(t *testing.T) {
	for i, g := range readGolden(t).Laws {
		within := 1e-6
		if i > 0 {
			within = 5e-4 // γ in steps of a hundredth
		}
		near(t, "the error at 192", lawsThrough(g.Images).fit(g.Errors).at(192), g.At, within)
	}
}

func TestIntervalOfAShareAsByScipy(t *testing.T) {
	for _, g := range readGolden(t).Shares {
		shares := make([]float64, int(g.N))
		left := g.Right
		for i := range shares {
			shares[i] = min(1, left)
			left -= shares[i]
		}
		got := beta(shares)
		near(t, "low", float64(got.Low), min(g.Low, g.Right/g.N), 1e-7)
		near(t, "high", float64(got.High), max(g.High, g.Right/g.N), 1e-7)
	}
}

func TestDifferenceOfMatchedShares(t *testing.T) {
	ones := func(n, of int) []float64 {
		list := make([]float64, of)
		for i := range n {
			list[i] = 1
		}
		return list
	}
	// By hand: 8 more and 0 fewer of 20 are right, u = 8.5, v = 0.5, n + 2 = 22: 8/22 ± 1.96·√(9 - 64/22)/22.
	got := difference(ones(14, 20), ones(6, 20), 1)
	near(t, "the difference", float64(got.Value), 0.4, 1e-12)
	near(t, "low", float64(got.Low), 8.0/22-1.959964*math.Sqrt(9-64.0/22)/22, 1e-6)
	near(t, "high", float64(got.High), 8.0/22+1.959964*math.Sqrt(9-64.0/22)/22, 1e-6)
	if same := difference(ones(20, 20), ones(20, 20), 1); same.Value != 0 || !(same.Low < -0.05) || !(same.High > 0.05) {
		t.Errorf("right about the same 20 images: %v; want an interval that is no point", same)
	}
	shares := difference([]float64{1, 1, 1, 0.5}, []float64{1, 1, 1, 1}, 0.5) // one label of two of one image, of four
	near(t, "the difference of shares", float64(shares.Value), -0.125, 1e-12)
	near(t, "low", float64(shares.Low), -0.5/6-1.959964*math.Sqrt(0.25+0.25-0.25/6)/6, 1e-6)
}

func steps(kappas ...float64) (list []Step) {
	for i, k := range kappas {
		list = append(list, Step{Images: 16 * (i + 1), Agreement: Agreement{Kappa: evaluate.Number(k), Changed: evaluate.Number(1 - k)}})
	}
	return list
}
