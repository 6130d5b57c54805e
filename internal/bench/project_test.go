package main

import (
	"context"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// The journal is written past the store; the store must find in it what it would have written itself.
func TestProjectIsWhatItSays(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a small model; run without -short")
	}
	t.Setenv("PATCHWORK_ANNOTATOR", annotator)
	tr := &trial{TB: t, ctx: context.Background()}
	p := tr.newProject(t.TempDir(), 3000, 50)
	if tr.failed != "" {
		t.Fatal(tr.failed)
	}
	opened, err := patchwork.Open(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := opened.Status()
	if err != nil {
		t.Fatal(err)
	}
	if s.Images != 3000 || s.Usable != 3000 || s.Partial != 3000 || len(s.Warnings) > 0 || s.Model == nil || len(s.Classes) != largeClasses {
		t.Errorf("the status is\n%v; want 3000 images, all partly labelled, 10 classes, a model, no warning", s)
	}
	if c := s.Classes[0].Train; c.Present != 600 || c.Absent != 2400 {
		t.Errorf("the import gave the first class %+v; want 600 present, 2400 absent", c)
	}
	clicked := 0
	for _, c := range s.Classes[knownClasses:] {
		clicked += c.Train.Present + c.Train.Absent
	}
	if clicked != 50 {
		t.Errorf("%d labels of a person are in the table; want 50", clicked)
	}
	picks, err := opened.Suggest(t.Context(), patchwork.SuggestOptions{Strategy: "entropy", N: 16})
	if err != nil || len(picks) != 16 {
		t.Errorf("16 images by entropy: got %d, %v", len(picks), err)
	}
	if _, err := opened.Thumb(2999); err != nil {
		t.Errorf("the last image has no thumbnail: %v", err)
	}
}

func TestClusterCanBeCounted(t *testing.T) {
	c := newCluster(1000, 4, 3)
	present, held := 0, 0
	for row := range c.Len() {
		if c.Validation(row) {
			held++
		}
		for class := range c.Classes() {
			if c.Value(row, class) == labels.Present {
				present++
			}
		}
	}
	if held != 200 || present < 450 || present > 750 {
		t.Errorf("%d rows are held out and %d labels present; want 200, and about a fifth of 3000", held, present)
	}
}
