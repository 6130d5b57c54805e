package acquire_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/acquire/acquiretest"
)

func TestSelectErrors(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		name, strategy string
		n              int
		spoil          func(p *acquire.Pool)
		is             error
		says           string
	}{
		{"no model", "entropy", 4, func(p *acquire.Pool) { p.Probs = nil }, acquire.ErrNotReady,
			"acquire: pool lacks what the strategy needs: entropy ranks by class probabilities and no model has been trained yet; train once, or use random for the first round"},
		{"no model, one class", "highest: water", 4, func(p *acquire.Pool) { p.Probs = nil }, acquire.ErrNotReady, "train once, or use random"},
		{"no model, and one with a posterior is wanted", "bald", 4, func(p *acquire.Pool) { p.Probs, p.Deviations = nil, nil }, acquire.ErrNotReady,
			"no model has been trained yet; train one with the head logistic and the posterior diagonal or full"},
		{"nothing judged", "entropy", 4, func(p *acquire.Pool) { p.Probs = func(int) []float32 { return []float32{nan, nan, nan} } },
			acquire.ErrNotReady, "entropy can judge none of the 40 candidates"},
		{"no rows", "random", 4, func(p *acquire.Pool) { p.Rows = nil }, acquire.ErrExhausted, "holds no row; widen the filter"},
		{"all done", "random", 4, func(p *acquire.Pool) { p.Labels = func(int, int) int8 { return 0 } }, acquire.ErrExhausted,
			"each of the 40 rows is excluded or labelled for every class"},
		{"one class done", "lowest: forest", 4, func(p *acquire.Pool) { p.Labels = func(_, c int) int8 { return int8(c%2) - boolByte(c != 1) } },
			acquire.ErrExhausted, `already labelled for "forest"`},
		{"negative n", "random", -1, nil, nil, "asked for -1 rows; want 0 or more"},
		{"no randomness", "random", 1, func(p *acquire.Pool) { p.Rand = nil }, nil, "Pool.Rand is nil"},
		{"negative row", "random", 1, func(p *acquire.Pool) { p.Rows = []int{4, -2} }, nil, "holds row -2"},
		{"unknown class", "highest: swamp", 1, nil, nil, `class "swamp", which is not among the classes ["water"`},
		{"no classes", "entropy", 1, func(p *acquire.Pool) { p.Classes = nil }, nil, "Pool.Classes is empty"},
		{"other number of classes", "margin", 1, func(p *acquire.Pool) { p.Probs = func(int) []float32 { return []float32{0.5} } }, nil,
			"row 0 has 1 probabilities and there are 3 classes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := acquiretest.Pool(40, 1, "")
			if tt.spoil != nil {
				tt.spoil(p)
			}
			picks, err := acquire.Select(lookup(t, tt.strategy), p, tt.n)
			if picks != nil || err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %v, error %v; want an error that says %q", picks, err, tt.says)
			}
			for _, sentinel := range []error{acquire.ErrNotReady, acquire.ErrExhausted} {
				if errors.Is(err, sentinel) != (sentinel == tt.is) {
					t.Errorf("errors.Is(err, %q) = %v", sentinel, !(sentinel == tt.is))
				}
			}
		})
	}
	if _, err := acquire.Select(nil, nil, 1); err == nil || !strings.Contains(err.Error(), "one of them is nil") {
		t.Errorf("nil strategy: %v", err)
	}
}

func boolByte(b bool) int8 {
	if b {
		return 1
	}
	return 0
}

// A model that knows only the second class judges rows by that class; where it is known, the row is left out.
func TestClassesTheModelHasNotLearned(t *testing.T) {
	nan := float32(math.NaN())
	probs := [][]float32{{nan, 0.9, nan}, {nan, 0.6, nan}, {nan, 0.5, nan}}
	p := pool(probs, [][]int8{{-1, -1, -1}, {-1, -1, -1}, {-1, 1, -1}})
	picks, err := acquire.Select(lookup(t, "entropy"), p, 3)
	if err != nil || len(picks) != 2 || picks[0].Row != 1 || picks[0].Reason != "entropy 0.97: forest at 0.60" || picks[1].Row != 0 {
		t.Errorf("got %v, %v; want rows 1 and 0", picks, err)
	}
}

// A caller who wants to look through labelled rows leaves Labels nil, as the doc of Select says.
func TestReviewOfLabelledRows(t *testing.T) {
	p := pool([][]float32{{0.1, 0, 0}, {0.9, 0, 0}}, nil)
	picks, err := acquire.Select(lookup(t, "highest: water"), p, 2)
	if err != nil || len(picks) != 2 || picks[0].Row != 1 {
		t.Errorf("got %v, %v", picks, err)
	}
}

// faulty breaks the promises that Select guards.
type faulty []acquire.Pick

func (faulty) Card() acquire.Card                       { return acquire.Card{Name: "faulty"} }
func (f faulty) Pick(*acquire.Pool, int) []acquire.Pick { return f }

func TestSelectCatchesFaultyStrategies(t *testing.T) {
	for name, picks := range map[string]faulty{
		"repeat":       {{Row: 1}, {Row: 1}},
		"no candidate": {{Row: 77}},
		"too many":     {{Row: 1}, {Row: 2}, {Row: 3}},
		"NaN":          {{Row: 1, Score: math.NaN()}},
	} {
		got, err := acquire.Select(picks, acquiretest.Pool(40, 1, ""), 2)
		if got != nil || err == nil || !strings.Contains(err.Error(), "this is a fault of the strategy") {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, name := range acquire.Names([]string{"water", "bridge: old", "  ", "entropy"}) {
		s, err := acquire.Lookup(name)
		if err != nil || s.Card().Name != name {
			t.Errorf("Lookup(%q) = %v, %v", name, s, err)
		}
	}
	if s, err := acquire.Lookup("highest: a: b"); err != nil || s.Card().Class != "a: b" {
		t.Errorf("class after the first colon: %v, %v", s, err)
	}
	for name, says := range map[string]string{
		"bold":          `no strategy is called "bold"; want one of: auto, random, entropy, margin, `,
		"random: water": "want one of",
		"":              "want one of",
		"highest":       `ranks by a class; write "highest: CLASS"`,
		"lowest:":       `ranks by a class; write "lowest: CLASS"`,
		"entropy: ":     `ranks by a class; write "entropy: CLASS"`,
		"near 2: a: b":  `is near "2"; want a score from 0 to 1, as "near 0.8: a: b"`,
	} {
		if s, err := acquire.Lookup(name); s != nil || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Lookup(%q) = %v, %v; want an error that says %q", name, s, err, says)
		}
	}
}

func TestNames(t *testing.T) {
	names := acquire.Names([]string{"a", "b"})
	i := slices.Index(names, "entropy: a")
	if i < 3 || !slices.Equal(names[:4], []string{"auto", "random", "entropy", "margin"}) || names[i+1] != "entropy: b" || names[i+2] != "highest: a" {
		t.Errorf("Names = %q; want those of no class first, then each with each class", names)
	}
	for _, card := range acquire.All() {
		if card.About == "" || card.Needs.Has(acquire.OneClass) != strings.HasSuffix(card.Name, ": ") {
			t.Errorf("card %+v: want a line for the menu, and a name ending in ': ' if and only if it needs a class", card)
		}
	}
}
