package studio

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// scored labels every fourth image present, in which the score of water is high but for every fifth of those.
func scoredSession(t *testing.T) (*fakeProject, *Session) {
	p := newProject(t, 80)
	p.scores = func(row int) []float32 {
		score := float32(row) / 100
		if row%4 == 0 && row%5 != 0 {
			score = 0.9
		}
		return []float32{score, 1 - score}
	}
	p.stamp = "1"
	s := New(t.Context(), p, Options{})
	var changes []change
	for row := range 80 {
		value := int8(0)
		if row%4 == 0 {
			value = 1
		}
		changes = append(changes, change{row, 0, value})
	}
	do(t, s, "a", "set", set(changes...))
	rows := make([]int, 40)
	for i := range rows {
		rows[i] = i
	}
	do(t, s, "b", "validation", object{"rows": rows, "value": true})
	return p, s
}

func TestThresholdsCountTheImagesThatTheyOpen(t *testing.T) {
	_, s := scoredSession(t)
	if v := do(t, s, "1", "measure", object{"on": true}); v.Measure != nil {
		t.Error("no class is chosen, and something is measured")
	}
	for _, training := range []bool{false, true} {
		do(t, s, "", "histogram", object{"class": "water"})
		v := do(t, s, "", "measure", object{"on": true, "training": training})
		if v.Measure == nil || len(v.Measure.Points) < 5 || v.Measure.Training != training {
			t.Fatalf("measured %+v", v.Measure)
		}
		for i, point := range v.Measure.Points {
			if n := point.TruePositives + point.FalseNegatives; n != 10 || point.FalsePositives+point.TrueNegatives != 30 {
				t.Fatalf("point %d counts %+v, want 10 present and 30 absent images", i, point)
			}
			for cell, want := range map[string]int{"tp": point.TruePositives, "fp": point.FalsePositives, "fn": point.FalseNegatives, "tn": point.TrueNegatives} {
				opened := do(t, s, "", "decision", object{"cell": cell, "at": point.At})
				if want == 0 && !strings.Contains(opened.Message, "no such image") || want > 0 && !strings.HasSuffix(opened.Message, fmt.Sprintf(" of %d.", want)) {
					t.Fatalf("%s at %v: message %q, want %d images", cell, point.At, opened.Message, want)
				}
			}
		}
	}
}

// The worst mistakes come first.
func TestMistakesAreSorted(t *testing.T) {
	_, s := scoredSession(t)
	do(t, s, "1", "histogram", object{"class": "water"})
	do(t, s, "2", "measure", object{"on": true})
	v := do(t, s, "3", "decision", object{"cell": "fn", "at": 0.5})
	last := math.Inf(-1)
	for _, tile := range v.Grid.Tiles {
		score := float64(*tile.Scores[0])
		if score < last || score >= 0.5 || tile.Values[0] != 1 {
			t.Errorf("image %d with score %v after %v; want missed ones, the lowest score first", tile.Row, score, last)
		}
		last = score
	}
	if len(v.Grid.Tiles) != 2 {
		t.Errorf("%d images are missed at 0.5, want 0 and 20", len(v.Grid.Tiles))
	}
}

func TestMatricesOpen(t *testing.T) {
	p, s := scoredSession(t)
	do(t, s, "c", "set", set(change{1, 1, 1}, change{2, 1, 1}, change{4, 1, 0}, change{8, 1, 1}))
	do(t, s, "1", "histogram", object{"class": "water"})
	v := do(t, s, "2", "measure", object{"on": true})
	if v.Measure.Taken != nil || v.Measure.Together == nil || v.Measure.Together.Counts[0][1] != 1 || v.Measure.Together.Counts[0][0] != 20 {
		t.Errorf("measured %+v, together %+v", v.Measure, v.Measure.Together)
	}
	if v = do(t, s, "3", "cell", object{"of": "together", "row": "water", "column": "road"}); len(v.Grid.Tiles) != 1 || v.Grid.Tiles[0].Row != 8 {
		t.Errorf("%d images have both, message %q; want image 8", len(v.Grid.Tiles), v.Message)
	}
	do(t, s, "g", "class", object{"do": "group", "names": []string{"water", "road"}})
	do(t, s, "d", "set", set(change{8, 1, 0}))
	v = do(t, s, "4", "measure", object{"on": true})
	if v.Measure.Taken == nil || v.Measure.Taken.Counts[1][1] != 2 {
		t.Fatalf("taken %+v; want images 1 and 2 for road", v.Measure.Taken)
	}
	if v = do(t, s, "5", "cell", object{"of": "taken", "row": "road", "column": "road"}); len(v.Grid.Tiles) != 2 || v.Grid.Tiles[0].Why != "labelled road, and road scores highest" {
		t.Errorf("%d images, message %q", len(v.Grid.Tiles), v.Message)
	}
	for _, wish := range []object{{"of": "together", "row": "sky", "column": "road"}, {"of": "taken", "row": "sky", "column": "road"}, {"of": "x"}} {
		if v = do(t, s, "", "cell", wish); v.Message == "" {
			t.Errorf("%v: no message", wish)
		}
	}
	p.scores = nil
	if v = do(t, s, "6", "measure", object{"on": true}); v.Measure != nil {
		t.Error("without scores something is measured")
	}
}
