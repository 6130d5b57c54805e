package studio

import (
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

// TestDisagreementsAreAListWhoseLabelsDecide: the journal tells a decision from an opinion.
func TestDisagreementsAreAListWhoseLabelsDecide(t *testing.T) {
	p := newProject(t, 40)
	p.disputed = map[string][]Pick{"water": {{Row: 7, Score: 0.5, Reason: "water: anna present, bob absent"}, {Row: 3, Score: 0.3, Reason: "water: anna absent, bob present"}}}
	s := New(t.Context(), p, Options{Columns: 1, Rows: 1})
	v := do(t, s, "a", "disagreements", map[string]string{"class": "water"})
	if len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 7 || v.Grid.Tiles[0].Why != "water: anna present, bob absent" || v.People != 2 ||
		!strings.Contains(v.Message, `disagreements about "water": 1 to 1 of 2. What you label here decides.`) {
		t.Fatalf("the first is %+v: %q", v.Grid.Tiles, v.Message)
	}
	do(t, s, "b", "set", set(change{7, 0, 1}))
	v = do(t, s, "c", "next", map[string]any{})
	if v.Grid.Tiles[0].Row != 3 {
		t.Errorf("the second is %+v", v.Grid.Tiles)
	}
	do(t, s, "d", "next", map[string]any{})
	do(t, s, "e", "set", set(change{0, 1, 1}))
	var strategies []string
	for e, err := range p.store.Events() {
		if err != nil {
			t.Fatal(err)
		}
		strategies = append(strategies, e.Shown.Strategy)
	}
	if !slices.Equal(strategies, []string{agreement.Adjudication, "auto"}) {
		t.Errorf("the journal says %q", strategies)
	}
	if v = do(t, s, "f", "disagreements", map[string]string{}); v.Message != "Nobody disagrees, or everything has been decided." {
		t.Errorf("without any: %q", v.Message)
	}
}
