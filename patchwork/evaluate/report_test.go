package evaluate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"go.yaml.in/yaml/v3"
)

// *labels.Table is a Table.
var _ Table = (*labels.Table)(nil)

// fake is a small table: one string a row with a letter a class (p, a, u), then flags: v validation, x excluded.
type fake struct {
	classes []string
	rows    []string
}

func (f fake) Len() int          { return len(f.rows) }
func (f fake) Classes() []string { return f.classes }
func (f fake) Value(row, class int) labels.Tri {
	return map[byte]labels.Tri{'p': p, 'a': a, 'u': u}[f.rows[row][class]]
}
func (f fake) Excluded(row int) bool   { return strings.Contains(f.rows[row], "x") }
func (f fake) Validation(row int) bool { return strings.Contains(f.rows[row], "v") }

func evaluated(t *testing.T, table fake, scores [][]float32) Report {
	t.Helper()
	r, err := Evaluate(Data{Table: table, Scores: func(row int) []float32 { return scores[row] }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEvaluateByHand(t *testing.T) {
	nan := float32(math.NaN())
	table := fake{[]string{"water", "road"}, []string{
		"pa", "ap", "pu", "uu", "pax", "pp", // training; the fifth is excluded
		"pa v", "ap v", "ua v", "pa v", "aax v",
	}}
	r := evaluated(t, table, [][]float32{
		{0.9, 0.2}, {0.6, 0.7}, {0.8, 0.9}, {0.1, 0.1}, {0, 1}, nil,
		{0.9, 0.4}, {0.2, 0.6}, {0.5, 0.3}, {0.3, nan}, {1, 1},
	})
	water, road := r.Classes[0], r.Classes[1]
	if w := water.Train; w.Present != 3 || w.Absent != 1 || w.Unknown != 1 || w.Unscored != 1 {
		t.Errorf("water, training: %+v; want 3 present, 1 absent, 1 unknown, 1 unscored", w)
	}
	if w := road.Validation; w.Present != 1 || w.Absent != 3 || w.Unknown != 0 || w.Unscored != 1 {
		t.Errorf("road, validation: %+v; want 1 present, 3 absent, none unknown, 1 unscored", w)
	}
	checks := []struct {
		what string
		got  Number
		want float64
	}{
		{"water train accuracy, 2 of 3", water.Train.Accuracy.Value, 2.0 / 3},
		{"water train AUC", water.Train.AUC.Value, 1},
		{"water validation AUC", water.Validation.AUC.Value, 1},
		{"water validation accuracy, the last is missed", water.Validation.Accuracy.Value, 2.0 / 3},
		{"water validation log loss", water.Validation.LogLoss, -(math.Log(0.9) + math.Log(0.8) + math.Log(0.3)) / 3},
		{"train cells", Number(r.Train.Cells), 5},
		{"train rows", Number(r.Train.Rows), 3},
		{"train micro accuracy, 4 of 5", r.Train.Accuracy.Value, 0.8},
		{"train interval counts rows", r.Train.Accuracy.Low, float64(wilson(0.8, 3).Low)},
		{"train exact rows", Number(r.Train.ExactRows), 2},
		{"train exact", r.Train.Exact.Value, 0.5},
		{"validation cells", Number(r.Validation.Cells), 6},
		{"validation exact rows", Number(r.Validation.ExactRows), 2},
		{"validation exact", r.Validation.Exact.Value, 1},
		{"macro AUC", r.Validation.MacroAUC, 1},
		{"AUC classes", Number(r.Validation.AUCClasses), 2},
	}
	for _, c := range checks {
		if !near(c.got, c.want, 1e-7) {
			t.Errorf("%s: got %v, want %v", c.what, c.got, c.want)
		}
	}
	if r.Train.Top1.Value.Known() {
		t.Errorf("top-1 of rows that are not fully labelled: %v", r.Train.Top1)
	}
}

func TestTop1(t *testing.T) {
	table := fake{[]string{"x", "y", "z"}, []string{"paa", "apa", "aap", "paa"}}
	r := evaluated(t, table, [][]float32{{0.4, 0.1, 0.2}, {0.3, 0.9, 0.2}, {0.7, 0.1, 0.6}, {0.9, 0.8, 0.7}})
	if !near(r.Train.Top1.Value, 0.75, 0) || !near(r.Train.Exact.Value, 0.25, 0) {
		t.Errorf("top-1 %v, exact %v; want 3/4 and 1/4: only the second row has every label right", r.Train.Top1, r.Train.Exact)
	}
	two := fake{table.classes, []string{"paa", "ppa"}}
	if r := evaluated(t, two, [][]float32{{1, 0, 0}, {1, 1, 0}}); r.Train.Top1.Value.Known() {
		t.Errorf("top-1 with two classes present: %v", r.Train.Top1)
	}
}

func TestOneSidedIsNullInJSON(t *testing.T) {
	r := evaluated(t, fake{[]string{"water"}, []string{"p", "p", "u"}}, [][]float32{{0.9}, {0.4}, nil})
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"auc":{"value":null,"low":null,"high":null}`, `"macro_auc":null`, `"accuracy":{"value":0.5,`, `"unknown":1`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("JSON lacks %s: %s", want, data)
		}
	}
	var back Report
	if err := json.Unmarshal(data, &back); err != nil || back.Classes[0].Train.AUC.Value.Known() || back.String() != r.String() {
		t.Errorf("read back: %v\n%v", err, back)
	}
	text, err := yaml.Marshal(r)
	back = Report{}
	if err != nil || yaml.Unmarshal(text, &back) != nil || back.Validation.Accuracy.Value.Known() || back.String() != r.String() {
		t.Errorf("read back from YAML: %v\n%s", err, text)
	}
}

func TestStringTable(t *testing.T) {
	table := fake{[]string{"water", "road"}, []string{"pa", "ap", "pa v", "ap v"}}
	got := evaluated(t, table, [][]float32{{1, 0}, {0, 1}, {0.9, 0.1}, {0.2, 0.4}}).String()
	for _, want := range []string{
		"validation: 2 images, 4 labels\n",
		"class  present  absent  unknown  accuracy ",
		"water  1        1       0        1.000 (0.342-1.000)  1.000 (",
		"every label right: 0.500 (0.095-0.905) of 2 fully labelled images\n",
		"highest score is the class: 1.000 (0.342-1.000)\n",
		"training: 2 images, 4 labels\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("table lacks %q:\n%s", want, got)
		}
	}
	empty := evaluated(t, fake{[]string{"water"}, []string{"u"}}, [][]float32{{0.5}}).String()
	if want := "validation: no labelled image with a score\n\ntraining: no labelled image with a score\n"; empty != want {
		t.Errorf("got %q, want %q", empty, want)
	}
}

func TestEvaluateErrors(t *testing.T) {
	table := fake{[]string{"water"}, []string{"p"}}
	for says, scores := range map[string][]float32{
		"row 0 has 2 scores and there are 1 classes":     {0.1, 0.2},
		`row 0 scores 1.5 for class "water"; want a pro`: {1.5},
	} {
		if _, err := Evaluate(Data{Table: table, Scores: func(int) []float32 { return scores }}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want an error that says %q", err, says)
		}
	}
	if _, err := Evaluate(Data{Table: table}); err == nil || !strings.Contains(err.Error(), "one of them is nil") {
		t.Errorf("no scores: %v", err)
	}
}
