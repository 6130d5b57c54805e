package patchwork

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestClassesChangeMidway(t *testing.T) {
	p := newProject(t, photos(t, 12), "red", "blue")
	var ids []string
	for row := range 12 {
		ids = append(ids, p.Images().At(row).ID)
	}
	p.as(t, "anna", "red", labels.Present, ids[:4]...)
	p.as(t, "anna", "red", labels.Absent, ids[4:8]...)
	p.as(t, "anna", "blue", labels.Present, ids[4:6]...)
	p.as(t, "anna", "blue", labels.Absent, ids[:4]...)
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 1}}, nil); err != nil {
		t.Fatal(err)
	}
	before, err := p.Evaluate()
	if err != nil {
		t.Fatal(err)
	}

	r, err := p.RenameClass(t.Context(), "red", "rouge")
	if err != nil || r.Classes[0].Name != "rouge" || r.Classes[0].Present != 4 || !slices.Equal(r.Classes[0].Former, []string{"red"}) {
		t.Fatalf("renamed: %v, %v", r, err)
	}
	after, err := p.Evaluate()
	if err != nil || after.Classes[0].Class != "rouge" || after.Classes[0].Train.Accuracy != before.Classes[0].Train.Accuracy || after.Classes[0].Train.Unscored != 0 {
		t.Errorf("the saved scores do not follow the renaming: %+v, %v; want as %+v", after.Classes, err, before.Classes)
	}
	if text, _ := os.ReadFile(p.path("project.yaml")); !strings.Contains(string(text), "red") || strings.Contains(string(text), "rouge") {
		t.Errorf("project.yaml no longer says what was declared:\n%s", text)
	}
	if p, err = Open(p.dir); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if r, err = p.Classes(); err != nil || len(r.Classes) != 2 {
		t.Errorf("after opening again the classes are %v, %v", r, err)
	}

	if _, err := p.RenameClass(t.Context(), "rouge", "blue"); !errors.Is(err, labels.ErrClassExists) || !strings.Contains(err.Error(), "merge") {
		t.Errorf("renaming to a class that is there gives %v", err)
	}
	plan, err := p.PlanMerge("blue", "rouge")
	if err != nil || plan.Present != 6 || plan.Conflicts != 6 || plan.Reopened != 2 {
		t.Errorf("the plan is %+v, %v", plan, err)
	}
	if r, err = p.MergeClasses(t.Context(), "blue", "rouge"); err != nil || *r.Classes[0].Count != (labels.Count{Present: 6, Absent: 0, Unknown: 6}) || r.Classes[1].Into != "rouge" {
		t.Errorf("merged: %v, %v", r, err)
	}
	if err := p.Apply(t.Context(), labels.Event{Kind: labels.KindUndo}); err != nil {
		t.Fatal(err)
	}
	if r, err = p.SplitClass(t.Context(), "rouge", "crimson", "pink"); err != nil || !slices.Equal(r.Images, ids[:4]) {
		t.Errorf("split: %v, %v", r, err)
	}
	if r, err = p.GroupClasses(t.Context(), "crimson", "pink", "blue"); err != nil || len(r.Conflicts) != 0 {
		t.Errorf("grouped: %v, %v", r, err)
	}
	p.as(t, "anna", "pink", labels.Present, ids[4])
	if r, err = p.OrderClasses(t.Context(), "pink"); err != nil || r.Classes[0].Name != "pink" || r.Classes[0].Present != 1 {
		t.Errorf("ordered: %v, %v", r, err)
	}
	if r, err = p.RetireClasses(t.Context(), "blue"); err != nil || !strings.Contains(r.String(), "blue: retired") {
		t.Errorf("retired: %v, %v", r, err)
	}
	if s, err := p.Suggest(t.Context(), SuggestOptions{Strategy: "entropy: blue", N: 1}); err == nil {
		t.Errorf("a retired class is asked for: %v", s)
	}
	if r, err = p.RestoreClasses(t.Context(), "blue"); err != nil || strings.Contains(r.String(), "blue: retired") {
		t.Errorf("restored: %v, %v", r, err)
	}
	if r, err = p.DescribeClass(t.Context(), "blue", "like the sky"); err != nil || !strings.Contains(r.String(), "like the sky") {
		t.Errorf("described: %v, %v", r, err)
	}
}

// The columns of predict have present names; what is no longer asked for is left out.
func TestPredictionsFollowTheClasses(t *testing.T) {
	p := newProject(t, photos(t, 12))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Epochs: 1}}, nil); err != nil {
		t.Fatal(err)
	}
	scores := func() []string {
		var b strings.Builder
		if _, _, err := p.Predict(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return strings.Split(b.String(), "\n")
	}
	before := scores()
	if _, err := p.RenameClass(t.Context(), "red", "rouge"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddClass(t.Context(), "sky", ""); err != nil {
		t.Fatal(err)
	}
	if got := scores(); got[0] != "filepath,green,rouge" || !slices.Equal(got[1:], before[1:]) {
		t.Errorf("after a renaming the columns are %s", got[0])
	}
	if _, err := p.RetireClasses(t.Context(), "green"); err != nil {
		t.Fatal(err)
	}
	if got := scores()[0]; got != "filepath,rouge" {
		t.Errorf("after a retirement the columns are %s", got)
	}
}

// A description in project.yaml stands until somebody describes the class, also with nothing.
func TestDeclaredDescriptions(t *testing.T) {
	p, _, err := Init(t.Context(), t.TempDir(), InitOptions{Images: []string{photos(t, 2)}, Classes: []Class{{Name: "red", Description: "as fire"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.RenameClass(t.Context(), "red", "rouge")
	if err != nil || r.Classes[0].Description != "as fire" {
		t.Errorf("renamed: %v, %v; want the description to stay", r, err)
	}
	if r, err = p.DescribeClass(t.Context(), "rouge", ""); err != nil || r.Classes[0].Description != "" {
		t.Errorf("described with nothing: %v, %v", r, err)
	}
}

// A class that was merged from two that the model knows has the higher of their scores.
func TestScoresOfAMergedClass(t *testing.T) {
	p := newProject(t, photos(t, 2), "boat", "ship", "new")
	if _, err := p.MergeClasses(t.Context(), "boat", "ship"); err != nil {
		t.Fatal(err)
	}
	table, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	s := &Scores{Classes: []string{"boat", "ship"}, Rows: 2, p: []float32{0.25, 0.5, 0.75, 0.125}}
	row := s.For(table)
	if v := row(0); v[0] != 0.5 || v[1] == v[1] {
		t.Errorf("row 0 has %v, want 0.5 and NaN", v)
	}
	if v := row(1); v[0] != 0.75 {
		t.Errorf("row 1 has %v, want 0.75", v)
	}
}
