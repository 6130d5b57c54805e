package patchwork

import (
	"math"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// Every count of the page opens as many images as it says, of the kind that it names.
func TestDecideOpensWhatItCounts(t *testing.T) {
	p := measured(t)
	if _, err := p.GroupClasses(t.Context(), "red", "green"); err != nil {
		t.Fatal(err)
	}
	n := &Notebook{Project: p}
	d, err := p.decisions(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := d.widget(n)
	if len(w.Classes) != 2 || len(w.Matrices) != 2 {
		t.Fatalf("%d classes, %d tables", len(w.Classes), len(w.Matrices))
	}
	for i, c := range w.Classes {
		for _, point := range c.Points {
			for cell, want := range map[string]int{"tp": point.TruePositives, "fp": point.FalsePositives, "fn": point.FalseNegatives, "tn": point.TrueNegatives} {
				title, total, images, err := w.Open(t.Context(), widgets.Opened{Kind: "decision", Class: i, Cell: cell, At: point.At}, 3)
				if err != nil || total != want || len(images) != min(3, want) || !strings.HasPrefix(title, c.Name+" from ") {
					t.Errorf("%s at %g: %q opens %d images, %d shown, %v; want %d", cell, point.At, title, total, len(images), err, want)
				}
			}
		}
		all := 0
		for bin := range decideBins {
			want := 0
			for _, g := range c.Groups {
				want += g.Counts[bin]
			}
			if _, total, _, err := w.Open(t.Context(), widgets.Opened{Kind: "bar", Class: i, Bin: bin}, 3); err != nil || total != want {
				t.Errorf("bar %d opens %d images, %v; want %d", bin, total, err, want)
			}
			all += want
		}
		if all != 20 {
			t.Errorf("%s has %d images in its bars; want the 20 held out", c.Name, all)
		}
	}
	for k, m := range w.Matrices {
		for r, row := range m.Names {
			for c, column := range m.Names {
				if _, total, _, err := w.Open(t.Context(), widgets.Opened{Kind: "cell", Matrix: k, Row: row, Column: column}, 3); err != nil || total != m.Counts[r][c] {
					t.Errorf("table %d: %s and %s open %d images, %v; want %d", k, row, column, total, err, m.Counts[r][c])
				}
			}
		}
	}
	for _, tt := range []struct{ row, column, want string }{{"red", "green", "red and green, as labelled"}, {"red", "red", "red, as labelled"}} {
		if got, _ := d.open(widgets.Opened{Kind: "cell", Matrix: len(d.taken), Row: tt.row, Column: tt.column}); got != tt.want {
			t.Errorf("the cell %s, %s is called %q; want %q", tt.row, tt.column, got, tt.want)
		}
	}
	// A point of a curve opens the images next to it.
	_, near := d.open(widgets.Opened{Kind: "decision", Class: 0, Cell: "near", At: 0.5})
	for i := 1; i < len(near); i++ {
		if gap := func(row int) float64 { return math.Abs(float64(d.Scores(row)[d.columns[0]]) - 0.5) }; gap(near[i]) < gap(near[i-1]) {
			t.Errorf("row %d is nearer to the threshold than the one before", near[i])
		}
	}
	if len(near) != 20 {
		t.Errorf("a point opens %d images; want the 20 held out", len(near))
	}
	// The worst mistake comes first.
	class := d.columns[0]
	_, rows := d.open(widgets.Opened{Kind: "decision", Class: 0, Cell: "fn", At: 1.1})
	last := -1.0
	for _, row := range rows {
		score := float64(d.Scores(row)[class])
		if d.Table.Value(row, class) != labels.Present || last >= 0 && score < last {
			t.Errorf("row %d with %g after %g", row, score, last)
		}
		last = score
	}
	if _, err := p.decisions([]string{"blue"}); err == nil || !strings.Contains(err.Error(), `no class "blue"; want one of`) {
		t.Error(err)
	}
	if at := n.Decide("red"); len(at) != 1 || at["red"] <= 0 { // nobody can click here: the thresholds to begin with
		t.Error(at)
	}
}
