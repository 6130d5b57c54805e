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
	if want := "validation: no labelled image with a score\n\ntraining: no labelled image with a score\n\nnote: no labelled image is held out, "; !strings.HasPrefix(empty, want) {
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

func TestReportBySubset(t *testing.T) {
	table := fake{[]string{"water"}, []string{"p v", "a v", "p v", "a v", "p", "a x"}}
	from := []string{"south", "south", "north", "north", "north", "east"}
	scores := [][]float32{{0.9}, {0.2}, {0.1}, {0.8}, {1}, {1}}
	d := Data{Table: table, Scores: func(row int) []float32 { return scores[row] }, Subset: func(row int) string { return from[row] }}
	r, err := Evaluate(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Subsets) != 2 || r.Subsets[0].Subset != "north" || r.Subsets[1].Subset != "south" {
		t.Fatalf("subsets %+v; want north and south: the only image from the east is excluded", r.Subsets)
	}
	north, south := r.Subsets[0], r.Subsets[1]
	if north.Validation.MacroAUC != 0 || south.Validation.MacroAUC != 1 || north.Train.Rows != 1 || south.Train.Rows != 0 {
		t.Errorf("north %+v, south %+v", north.Validation, south.Validation)
	}
	if north.Classes[0].Validation.AUC.Value != 0 || north.Validation.Rows+south.Validation.Rows != r.Validation.Rows {
		t.Errorf("north by class %+v", north.Classes)
	}
	if want := "validation by subset\nsubset  images  labels  accuracy "; !strings.Contains(r.String(), want) {
		t.Errorf("table lacks %q:\n%s", want, r)
	}
	from = []string{"a", "a", "a", "a", "a", "b"}
	if r, _ := Evaluate(d); r.Subsets != nil {
		t.Errorf("one subset: %+v", r.Subsets)
	}
	many := fake{table.classes, make([]string, mostSubsets+1)}
	for i := range many.rows {
		many.rows[i] = "p v"
	}
	r, err = Evaluate(Data{Table: many, Scores: func(int) []float32 { return scores[0] }, Subset: func(row int) string { return string(rune('0' + row)) }})
	if err != nil || r.Subsets != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "51 subsets are too many") {
		t.Errorf("51 subsets: %v, %q", err, r.Notes)
	}
}

func TestNotesSayWhatToDo(t *testing.T) {
	nan := float32(math.NaN())
	for _, tt := range []struct {
		rows  []string
		score float32
		says  string
	}{
		{[]string{"p", "a"}, 0.5, "no labelled image is held out, so no figure"},
		{[]string{"p v", "a v"}, nan, "no held-out label has a score"},
		{[]string{"pp v", "pu v"}, 0.5, "class b: all 1 held-out labels say present, so it has no AUC"},
		{[]string{"aa v", "pa v"}, 0.5, "class b: all 2 held-out labels say absent, so it has no AUC, AP, recall"},
		{[]string{"pu v", "au v"}, 0.5, "class b: all 2 held-out images are unlabelled"},
	} {
		table := fake{[]string{"a", "b"}, tt.rows}
		if len(tt.rows[0]) < 2 || tt.rows[0][1] == ' ' {
			table.classes = table.classes[:1]
		}
		r, err := Evaluate(Data{Table: table, Bootstrap: &Bootstrap{}, Scores: func(int) []float32 { return []float32{tt.score, tt.score}[:len(table.classes)] }})
		if err != nil || !strings.Contains(strings.Join(r.Notes, "\n"), tt.says) || !strings.Contains(r.String(), "note: "+tt.says) {
			t.Errorf("%q: %v, notes %q; want one that says %q", tt.rows, err, r.Notes, tt.says)
		}
	}
	fine := evaluated(t, fake{[]string{"a"}, []string{"p v", "a v"}}, [][]float32{{1}, {0}})
	if len(fine.Notes) != 0 {
		t.Errorf("nothing is missing, yet: %q", fine.Notes)
	}
	partly := evaluated(t, fake{[]string{"a"}, []string{"p v", "a v", "a v"}}, [][]float32{{1}, {0}, nil})
	if len(partly.Notes) != 1 || !strings.Contains(partly.Notes[0], "1 held-out labels have no score") {
		t.Errorf("one label without a score: %q", partly.Notes)
	}
}

func TestBootstrapFillsInBounds(t *testing.T) {
	table := fake{classes: []string{"water", "agricultural"}}
	var scores [][]float32
	drawn, truth := drawnCase(12, 120, 1)
	for i := range drawn {
		table.rows = append(table.rows, string("uap"[truth[i]+1])+string("uap"[truth[(i+1)%len(truth)]+1])+" v")
		scores = append(scores, []float32{drawn[i], drawn[(i+1)%len(truth)]})
	}
	table.rows, scores = append(table.rows, "pp", "aa"), append(scores, []float32{0.6, 0.4}, []float32{0.5, 0.1})
	d := Data{Table: table, Scores: func(row int) []float32 { return scores[row] }}
	plain, _ := Evaluate(d)
	d.Bootstrap = &Bootstrap{Replicates: 100, Seed: 1}
	r, err := Evaluate(d)
	if err != nil || r.Bootstrap == nil || *r.Bootstrap != *d.Bootstrap || plain.Bootstrap != nil {
		t.Fatalf("%v, %v, %v", err, r.Bootstrap, plain.Bootstrap)
	}
	for line := range strings.Lines(r.String()) {
		if !strings.HasPrefix(line, "note: ") && len(line) > 103 {
			t.Errorf("a line of %d characters, which a notebook folds: %s", len(line), line)
		}
	}
	m, o := r.Classes[0].Validation, r.Validation
	for name, pair := range map[string][2]Interval{
		"AP": {m.APInterval, plain.Classes[0].Validation.APInterval}, "log loss": {m.LogLossInterval, plain.Classes[0].Validation.LogLossInterval},
		"Brier": {m.Brier, plain.Classes[0].Validation.Brier}, "ECE": {m.ECE, plain.Classes[0].Validation.ECE}, "ECE by mass": {m.ECEEqualMass, plain.Classes[0].Validation.ECEEqualMass},
		"macro AUC": {o.MacroAUCInterval, plain.Validation.MacroAUCInterval}, "macro AP": {o.MacroAP, plain.Validation.MacroAP},
		"macro F1": {o.MacroF1, plain.Validation.MacroF1}, "macro balanced": {o.MacroBalanced, plain.Validation.MacroBalanced},
		"macro ECE": {o.MacroECE, plain.Validation.MacroECE}, "log loss of all": {o.LogLossInterval, plain.Validation.LogLossInterval}, "Brier of all": {o.Brier, plain.Validation.Brier},
	} {
		drawn, without := pair[0], pair[1]
		if drawn.Value != without.Value || !without.Value.Known() || without.Low.Known() || !(drawn.Low < drawn.High) || drawn.Low > drawn.Value || drawn.High < drawn.Value {
			t.Errorf("%s: with a bootstrap %v, without %v", name, drawn, without)
		}
	}
	if r.Train.MacroAP.Low.Known() || r.Train.MacroAP.Value != plain.Train.MacroAP.Value {
		t.Errorf("training images were drawn: %v", r.Train.MacroAP)
	}
	if _, err := Evaluate(Data{Table: table, Scores: d.Scores, Bootstrap: &Bootstrap{Replicates: -2}}); err == nil || !strings.Contains(err.Error(), "Replicates is -2") {
		t.Errorf("-2 replicates: %v", err)
	}
}

// A report written before there were other figures has those that it has; the others are missing, not 0.
func TestReportOfAnEarlierVersion(t *testing.T) {
	const old = `{"threshold":0.5,"confidence":0.95,"train":{"rows":0,"cells":0},"validation":{"rows":4,"cells":4,"macro_auc":0.9,"log_loss":0.4},
		"classes":[{"class":"water","train":{},"validation":{"present":2,"absent":2,"average_precision":0.8,"log_loss":0.3}}]}`
	var fromJSON, fromYAML Report
	if err := json.Unmarshal([]byte(old), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(old), &fromYAML); err != nil {
		t.Fatal(err)
	}
	for _, r := range []Report{fromJSON, fromYAML} {
		m, o := r.Classes[0].Validation, r.Validation
		if m.F1.Value.Known() || m.Brier.Value.Known() || m.AboveBase.Known() || o.MacroF1.Value.Known() || o.Brier.Value.Known() {
			t.Errorf("figures that were never written: %+v, %+v", m, o)
		}
		if m.APInterval.Value != 0.8 || m.LogLossInterval.Value != 0.3 || o.MacroAUCInterval.Value != 0.9 || o.LogLossInterval.Value != 0.4 {
			t.Errorf("figures that were written: %+v, %+v", m, o)
		}
	}
}

func TestBaseRate(t *testing.T) {
	m := evaluated(t, fake{[]string{"water"}, []string{"p v", "a v", "a v", "a v"}}, [][]float32{{0.9}, {0.1}, {0.1}, {0.6}}).Classes[0].Validation
	// 3 of 4 right, as often as "always absent": Beta(3.5, 1.5) above 0.75, from scipy.stats.beta(3.5, 1.5).sf(0.75).
	if m.BaseRate != 0.75 || !near(m.AboveBase, 0.4573823348032364, 1e-9) {
		t.Errorf("base rate %v, probability to exceed it %v", m.BaseRate, float64(m.AboveBase))
	}
}
