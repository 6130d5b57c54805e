package patchwork

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func byColour(s Suggestion) []string { return []string{kindOf(s)} }

// labelMore labels n more images that a strategy chooses.
func labelMore(t *testing.T, p *Project, strategy string, n int) []Suggestion {
	t.Helper()
	picks, err := p.Suggest(t.Context(), SuggestOptions{Strategy: strategy, N: n})
	if err == nil {
		err = p.Label(t.Context(), picks, byColour)
	}
	if err != nil {
		t.Fatal(err)
	}
	return picks
}

func orderOf(t *testing.T, p *Project) (learn, sample []int) {
	t.Helper()
	table, err := p.Labels()
	if err == nil {
		learn, sample, err = p.labelOrder(table, func(int) bool { return true })
	}
	if err != nil {
		t.Fatal(err)
	}
	return learn, sample
}

func rowsOf(picks []Suggestion, keep func(Suggestion) bool) (rows []int) {
	for _, s := range picks {
		if keep(s) {
			rows = append(rows, s.Row)
		}
	}
	return rows
}

func TestAuditIsWhatAUniformDrawChose(t *testing.T) {
	p := embedded(t, photos(t, 60))
	all, drawn := func(Suggestion) bool { return true }, func(s Suggestion) bool { return s.Audit }
	random := labelMore(t, p, "random", 8)
	auto := labelMore(t, p, "auto", 20)
	if n := len(rowsOf(auto, drawn)); n == 0 || n == 20 {
		t.Fatalf("%d of 20 that auto chose are its audit; want some", n)
	}
	learn, sample := orderOf(t, p)
	if want := slices.Concat(rowsOf(random, all), rowsOf(auto, all)); !slices.Equal(learn, want) {
		t.Errorf("learned from, in order: %v; want %v", learn, want)
	}
	if want := slices.Concat(rowsOf(random, all), rowsOf(auto, drawn)); !slices.Equal(sample, want) {
		t.Errorf("audit %v; want %v", sample, want)
	}
	for _, o := range []SuggestOptions{
		{Strategy: "random", Filter: labels.Filter{Status: labels.Unlabelled}}, {Strategy: "random", Labelled: true}, {Strategy: "in order"},
	} {
		picks, err := p.Suggest(t.Context(), o)
		if err != nil || len(rowsOf(picks, drawn)) > 0 {
			t.Errorf("%+v: %v, audit %v; want none", o, err, rowsOf(picks, drawn))
		}
	}
	set(t, p, random[0].Row, labels.KindExclude, 1)
	set(t, p, random[1].Row, labels.KindValidation, 1)
	again, rest := orderOf(t, p)
	if !slices.Equal(again, learn[2:]) || !slices.Equal(rest, sample[1:]) {
		t.Errorf("one excluded and one held out: learned from %v, audit %v; want the first two gone from the former, the first from the latter", again, rest)
	}
	if err := p.Label(t.Context(), random[:1], func(Suggestion) []string { return []string{"blue"} }); err == nil || !strings.Contains(err.Error(), "blue") {
		t.Errorf("a class that is not there: %v", err)
	}
}

func TestAuditMeasuresAndAdvises(t *testing.T) {
	p := embedded(t, photos(t, 120))
	a, err := p.Audit(t.Context(), AuditOptions{}, nil)
	if err != nil || a.Result != nil || !strings.Contains(a.Advice.Text, "0 audit images") {
		t.Fatalf("without labels: %+v, %v", a, err)
	}
	for range 5 {
		labelMore(t, p, "random", 8)
		if _, err := p.Train(t.Context(), TrainOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Train(t.Context(), TrainOptions{}, nil); err != nil { // with the same labels, which says nothing of them
			t.Fatal(err)
		}
	}
	var done, total int
	a, err = p.Audit(t.Context(), AuditOptions{Next: 20}, func(_ string, d, n int) { done, total = d, n })
	if err != nil {
		t.Fatal(err)
	}
	if a.Images != 40 || a.Result.Audit != 40 || !a.Single || a.Accuracy.Value < 0.9 || a.Next.Images != 20 || len(a.Chosen) != 4 || len(a.Random) != 4 {
		t.Errorf("measured %+v", a.Result)
	}
	if done != total || total != 35 {
		t.Errorf("%d of %d trainings were reported; want 35", done, total)
	}
	if len(a.Steps) != 4 || a.Steps[3].Images != 40 || a.Steps[3].Agreement.Images != 120 || !(a.Steps[3].Kappa > 0.9) {
		t.Errorf("trainings compared: %+v; want the four that had more labels than the one before", a.Steps)
	}
	if last, err := p.LastAudit(); err != nil || last.String() != a.String() || !reflect.DeepEqual(last.Chosen, a.Chosen) {
		t.Errorf("kept: %v, %v; want what was measured, %v", last, err, a)
	}
	if text := a.String(); !strings.Contains(text, "labelled") || !strings.Contains(text, "red") {
		t.Errorf("the table is %s", text)
	}
	if svg, err := a.Chart().SVG(); err != nil || !strings.Contains(string(svg), "at random, estimated") {
		t.Errorf("the chart lacks random: %v", err)
	}
}

func TestStopSetStaysTheSame(t *testing.T) {
	p := embedded(t, photos(t, 40))
	labelMore(t, p, "random", 12)
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]float32, 2*40)
	for i := range scores {
		scores[i] = float32(i%7) / 7
	}
	before := p.stopAnswers(table, []string{"red", "green"}, scores)
	if len(before.Images) != 40 || !before.Single || !slices.IsSorted(before.Images) {
		t.Fatalf("answers %+v", before)
	}
	after := p.stopAnswers(table, []string{"green"}, scores[:40])
	agreement, err := audit.Compare(before, after, func(c string) string { return c })
	if err != nil || agreement.Images != 40 {
		t.Errorf("compared %+v, %v", agreement, err)
	}
	if k := p.answersSoFar(); k.Labelled != 0 || len(k.Steps) != 0 {
		t.Errorf("before a training there is %+v", k)
	}
}

func TestAuditNeedsFeatures(t *testing.T) {
	p := newProject(t, photos(t, 8), "red", "green")
	if _, err := p.Audit(t.Context(), AuditOptions{}, nil); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("without features: %v", err)
	}
	if a, err := p.LastAudit(); a != nil || err != nil {
		t.Errorf("an audit that never was: %v, %v", a, err)
	}
}
