package patchwork

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
)

// say labels an image for the class red.
func say(t *testing.T, p *Project, row int, value int8) {
	t.Helper()
	e := labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "red", Value: value, Images: []string{p.Images().At(row).ID}}}}
	if err := p.Apply(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// Two labels are enough for two kinds of image; the scores serve as a model's, and no label is written.
func TestPropagate(t *testing.T) {
	p := embedded(t, photos(t, 40))
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "propagated highest: red"}); !errors.Is(err, ErrNotPropagated) || !strings.Contains(err.Error(), "patchwork propagate") {
		t.Errorf("before: %v", err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Pseudo: 0.9}, nil); !errors.Is(err, ErrNotPropagated) {
		t.Errorf("before: %v", err)
	}
	if _, err := p.Propagate(t.Context(), PropagateOptions{}, nil); err == nil || !strings.Contains(err.Error(), "no label to propagate") {
		t.Errorf("without labels: %v", err)
	}
	kind := kinds(p)
	red, green := slices.Index(kind, "red"), slices.Index(kind, "green")
	say(t, p, red, 1)
	say(t, p, green, 0)
	for row := range kind { // held out with wrong labels, which must not be spread, except two right ones
		if row != red && row != green && row%4 < 2 {
			say(t, p, row, map[bool]int8{kind[row] == "red": 1}[row%3 > 0])
			set(t, p, row, labels.KindValidation, 1)
		}
	}
	report, err := p.Propagate(t.Context(), PropagateOptions{Neighbours: 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := report.Classes[0]; report.Images != 40 || c.Present != 1 || c.Absent != 1 || c.Reached != 40 || c.Unreached != 0 || !c.AUC.Value.Known() {
		t.Errorf("%+v", report)
	}
	if c := report.Classes[1]; c.Present+c.Absent+c.Reached != 0 || c.Unreached != 40 || c.AUC.Value.Known() {
		t.Errorf("a class without labels: %+v", c)
	}
	scores, err := p.Propagated()
	if err != nil {
		t.Fatal(err)
	}
	before, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	of := scores.For(before)
	for row := range kind {
		s := of(row)
		if row == red && s[0] != 1 || row == green && s[0] != 0 || (s[0] > 0.5) != (kind[row] == "red") || s[1] == s[1] {
			t.Errorf("row %d, %s: scores %v", row, kind[row], s)
		}
	}
	found, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "propagated highest: red", N: 8})
	if err != nil || len(found) != 8 {
		t.Fatal(found, err)
	}
	for _, s := range found {
		if kindOf(s) != "red" || float64(of(s.Row)[0]) != s.Score || !strings.HasPrefix(s.Reason, "propagated highest: red at ") {
			t.Errorf("suggested %+v; want a red one with its propagated score", s)
		}
	}
	if _, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "propagated typiclust"}); err == nil || !strings.Contains(err.Error(), "other things than scores") {
		t.Errorf("a strategy without scores: %v", err)
	}
	file := filepath.Join(t.TempDir(), "scores.csv")
	if written, _, err := p.PropagatedFile(file); err != nil || written != 40 {
		t.Fatal(written, err)
	}
	text, _ := os.ReadFile(file)
	if lines := strings.Split(string(text), "\n"); lines[0] != "filepath,red,green" || strings.Count(lines[1], ",") != 2 || !strings.HasSuffix(lines[1], ",") {
		t.Errorf("%.200s; want an empty field for what is unknown", text)
	}

	// Two images are labelled and not held out; sure scores make it all that are not held out.
	info, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 5}, Pseudo: 0.6}, nil)
	if err != nil {
		t.Fatal(err)
	}
	after, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	if info.TrainRows < 10 || info.TrainRows > 20+2 || after.Counts()[0] != before.Counts()[0] {
		t.Errorf("learned from %d images, labels %+v before and %+v after", info.TrainRows, before.Counts()[0], after.Counts()[0])
	}
	if _, err := p.Train(t.Context(), TrainOptions{Pseudo: 0.4}, nil); err == nil || !strings.Contains(err.Error(), "such as 0.95") {
		t.Errorf("got %v", err)
	}
	runs, err := p.Runs()
	if err != nil || len(runs) != 1 || runs[0].Settings["pseudo labels"] != "propagated scores from 0.6 on" {
		t.Errorf("the record says %+v, %v", runs, err)
	}

	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	e := &engine{Project: p}
	menu := func(name string) bool {
		return slices.ContainsFunc(e.Strategies(), func(s studio.Strategy) bool { return s.Name == name && !s.NeedsModel })
	}
	if !menu("propagated entropy") || !menu("propagated lowest: green") || menu("propagated badge") || menu("propagated random") {
		t.Error("the studio does not offer what goes by propagated scores, or more")
	}
	if err := os.RemoveAll(p.path("propagated")); err != nil {
		t.Fatal(err)
	}
	if menu("propagated entropy") {
		t.Error("the studio offers propagated scores that are not there")
	}
}
