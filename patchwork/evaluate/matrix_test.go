package evaluate

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestMatrixByHand(t *testing.T) {
	nan := float32(math.NaN())
	table := fake{[]string{"field", "forest", "night"}, []string{
		"pau v", "puu v", "apu v", "apa v", "uuu v", "ppu v", "pau v", "pau", "pau vx", "pau v",
	}}
	scores := [][]float32{{0.4, 0.3, 1}, {0.2, 0.3, 0}, {0.1, 0.9, 0}, {0.5, 0.5, 0}, {1, 0, 0}, {1, 1, 0}, {0.9, nan, 0}, {0, 1, 0}, {0, 1, 0}, nil}
	d := Data{Table: table, Scores: func(row int) []float32 { return scores[row] }}
	m, err := NewMatrix(d, []string{"field", "forest"}, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Matrix{[]string{"field", "forest"}, [][]int{{1, 1}, {1, 1}}, 1, 1, 2}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v, want %+v; the night does not matter, and a tie is the first", m, want)
	}
	if m.Accuracy() != Wilson(2, 4) || m.Recall(0) != Wilson(1, 2) || m.Precision(1) != Wilson(1, 2) {
		t.Errorf("accuracy %v, recall %v, precision %v", m.Accuracy(), m.Recall(0), m.Precision(1))
	}
	if training, _ := NewMatrix(d, []string{"field", "forest"}, true, nil); training.Counts[0][1] != 1 || training.Accuracy() != Wilson(0, 1) {
		t.Errorf("training: %+v", training)
	}
	for _, line := range []string{"is \\ taken for  field  forest  recall\n", "field           1      1       0.500 (", "left out: 1 images without a known class, 1 with several, 2 without"} {
		if !strings.Contains(m.String(), line) {
			t.Errorf("table lacks %q:\n%s", line, m)
		}
	}
	for says, classes := range map[string][]string{`class "sea" of the matrix`: {"field", "sea"}, "a matrix of 1 classes": {"field"}, `class "field" of`: {"field", "field"}} {
		if _, err := NewMatrix(d, classes, false, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", classes, err)
		}
	}
	if _, err := NewMatrix(Data{}, nil, false, nil); err == nil {
		t.Error("no table, no error")
	}
}

func TestCooccurrenceByHand(t *testing.T) {
	c := NewCooccurrence(fake{[]string{"water", "boat"}, []string{"pp", "pa v", "pu", "ap", "up", "pp x"}})
	// Water: 3 images, of which the boat is known on 2 and there on 1. Boat: 3 images, water known on 2, there on 1.
	if want := [][]int{{3, 1}, {1, 3}}; !reflect.DeepEqual(c.Both, want) {
		t.Errorf("both %v, want %v", c.Both, want)
	}
	if want := [][]int{{3, 2}, {2, 3}}; !reflect.DeepEqual(c.Known, want) {
		t.Errorf("known %v, want %v", c.Known, want)
	}
	if c.Given(1, 0) != Wilson(1, 2) {
		t.Errorf("boats on water %v", c.Given(1, 0))
	}
	if want := "water                  3 of 3  1 of 2\n"; !strings.Contains(c.String(), want) {
		t.Errorf("table lacks %q:\n%s", want, c)
	}
}
