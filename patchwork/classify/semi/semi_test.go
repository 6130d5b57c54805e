package semi

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

type golden struct {
	Terms []struct {
		Soft                                 bool
		Weak, Strong, Unknown, Limits, Sharp [][]float64
		Term, Counted                        float64
		Gradient                             [][]float64
	}
	Tau     float64
	Images  int
	Known   [][2]int
	Batches []struct {
		Images []int
		P      [][]float32
	}
	Rules map[Method][][]float64
	Sharp [][]float64
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	raw, err := os.ReadFile("testdata/semi.json")
	if err == nil {
		err = json.Unmarshal(raw, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTermAgainstPyTorch(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range readGolden(t).Terms {
		exec := MustNewExec(backend, func(in []*Node) []*Node {
			term, counted := Term(in[0], in[1], in[2], in[3], in[4], want.Soft)
			return append([]*Node{term, counted}, Gradient(term, in[1], in[0])...)
		})
		narrow := func(m [][]float64) [][]float32 {
			out := make([][]float32, len(m))
			for i, row := range m {
				for _, v := range row {
					out[i] = append(out[i], float32(v))
				}
			}
			return out
		}
		got := exec.MustExec(narrow(want.Weak), narrow(want.Strong), narrow(want.Unknown), narrow(want.Limits), narrow(want.Sharp))
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-5 {
				t.Errorf("%s is %.7f, want %.7f", what, got, want)
			}
		}
		near("term", float64(got[0].Value().(float32)), want.Term)
		near("counted", float64(got[1].Value().(float32)), want.Counted)
		for i, row := range got[2].Value().([][]float32) {
			for c, v := range row {
				near("gradient", float64(v), want.Gradient[i][c])
			}
		}
		sum := 0.0
		for i, row := range got[3].Value().([][]float32) {
			for c, v := range row {
				near("gradient of the weak views", float64(v), 0)
				sum += want.Unknown[i][c] * weightOf(want.Weak[i][c], want.Limits[0][c], want.Limits[1][c], want.Sharp[0][c], want.Sharp[1][c], want.Soft)
			}
		}
		cells := 0.0
		for _, row := range want.Unknown {
			for _, u := range row {
				cells += u
			}
		}
		near("counted, cell by cell", sum/cells, want.Counted)
	}
}

func TestRulesAgainstPython(t *testing.T) {
	g := readGolden(t)
	unknown := func(image, class int) bool { return !slices.Contains(g.Known, [2]int{image, class}) }
	for method, want := range g.Rules {
		r, err := NewRule(method, g.Tau, g.Images, 3, unknown)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range g.Batches {
			r.See(b.Images, slices.Concat(b.P...), unknown)
		}
		from, sharp := r.Limits()
		for s, row := range want {
			for c, w := range row {
				if got := float64(from[s*3+c]); math.Abs(got-w) > 1e-6 {
					t.Errorf("%s: side %d of class %d from %.7f, want %.7f", method, s, c, got, w)
				}
				if got, w := float64(sharp[s*3+c]), g.Sharp[s][c]; r.Soft() && math.Abs(got-w) > 1e-4*w {
					t.Errorf("%s: side %d of class %d has sharpness %g, want %g", method, s, c, got, w)
				}
			}
		}
	}
	if len(g.Rules) != len(Methods)-1 {
		t.Errorf("%d methods were compared", len(g.Rules))
	}
}

func TestNewRuleSaysWhatIsWrong(t *testing.T) {
	all := func(int, int) bool { return true }
	for want, try := range map[string]func() (*Rule, error){
		`no method "none"; want one of [fixmatch`: func() (*Rule, error) { return NewRule(None, 0.9, 1, 1, all) },
		"a threshold of 0.4; want 0.5":            func() (*Rule, error) { return NewRule(FixMatch, 0.4, 1, 1, all) },
		"a threshold of NaN":                      func() (*Rule, error) { return NewRule(FixMatch, math.NaN(), 1, 1, all) },
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

// weightOf is w of one answer under limits.
func weightOf(p, fromAbsent, fromPresent, sharpAbsent, sharpPresent float64, soft bool) float64 {
	confidence, from, sharp := 1-p, fromAbsent, sharpAbsent
	if p > 0.5 {
		confidence, from, sharp = p, fromPresent, sharpPresent
	}
	switch below := confidence - from; {
	case below >= 0:
		return 1
	case soft:
		return math.Exp(-sharp * below * below)
	}
	return 0
}
