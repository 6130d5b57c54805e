package patchwork

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
)

// Images whose class is known are measured however few they are among many, and tested on by a third of each class.
func TestSight(t *testing.T) {
	kinds := slices.Repeat([]int{-1}, 50000)
	for i := range 60 {
		kinds[100*i+7] = i % 2
	}
	s, err := sightOf(kinds, lookedAt, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.all) != lookedAt || len(s.known) != 60 || len(s.test) != 60 || len(s.at) > lookedAt+60 {
		t.Errorf("of 50,000 images %d are looked at, and of 60 labelled ones %d, %d in all", len(s.all), len(s.known), len(s.at))
	}
	tested := 0
	for i, place := range s.known {
		if kinds[s.at[place]] != s.kinds[i] {
			t.Fatalf("image %d has the class %d and counts as one of %d", s.at[place], kinds[s.at[place]], s.kinds[i])
		}
		if s.test[i] {
			tested++
		}
	}
	if first, last := s.at[s.all[0]], s.at[s.all[lookedAt-1]]; tested != 20 || first != 0 || last < 49000 {
		t.Errorf("%d are tested on, and images from %d to %d are looked at", tested, first, last)
	}
	if few, err := sightOf(kinds[:2000], lookedAt, 1); err != nil || few.test != nil || len(few.known) != 20 {
		t.Errorf("20 labelled images: %d known, tested on %v, %v", len(few.known), few.test, err)
	}
}

func TestProbe(t *testing.T) {
	folder := photos(t, 40)
	twin, err := os.ReadFile(filepath.Join(folder, "red", "000.png"))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "red", "twin.png"), twin, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := embedded(t, folder)
	r, err := p.Probe(t.Context(), ProbeOptions{}, nil)
	if err != nil || r.Images != 40 || r.Linear != nil || r.Rank == nil || r.Alignment == nil || r.Rotation != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "0 images, of 0 classes, show one class alone; it takes 30, of two, to measure: linear probe, 5 nearest") {
		t.Errorf("without labels it notes %q", r.Notes)
	}
	if *r.Alignment <= 0 || *r.Alignment >= 2 {
		t.Errorf("two views of an image are %g apart", *r.Alignment)
	}
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err = p.Probe(t.Context(), ProbeOptions{Tests: []string{"all"}}, nil)
	if err != nil || len(r.Notes) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.Linear.Accuracy.Value != 1 || r.Linear.Kinds != 2 || r.Linear.Test+r.Linear.Train != 40 || *r.Neighbours != 1 || *r.Clusters < 0.9 {
		t.Errorf("red and green are told apart in %v, by neighbours in %g, by clusters in %g", r.Linear, *r.Neighbours, *r.Clusters)
	}
	if r.Rotation.Kinds != 4 || r.Rotation.Test+r.Rotation.Train != 40 || r.Rotation.Accuracy.Value > 0.9 { // the built-in extractor does not see turns
		t.Errorf("quarter turns are told in %v", r.Rotation)
	}
	for _, line := range []string{"linear probe 1.000 (", "5 nearest neighbours 1.000", "quarter turns "} {
		if !strings.Contains(r.String(), "\n"+line) {
			t.Errorf("the report is\n%v\nwant a line that begins with %q", r, line)
		}
	}
	third, err := p.Probe(t.Context(), ProbeOptions{Tests: []string{"linear"}, Third: true}, nil)
	if err != nil || third.Linear.Test != 14 || third.Rank != nil || third.Alignment != nil {
		t.Errorf("every third: %+v, %v", third, err)
	}
	if _, err := p.Probe(t.Context(), ProbeOptions{Tests: []string{"magic"}}, nil); err == nil || !strings.Contains(err.Error(), `no test "magic"`) || !strings.Contains(err.Error(), "rank, uniformity") {
		t.Errorf("an unknown test: %v", err)
	}

	curves, err := p.FeatureCurves(t.Context(), FeatureCurveOptions{SizeOptions: represent.SizeOptions{Sizes: []int{1, 5, 100}, Draws: 3}, All: true}, nil)
	if err != nil || len(curves) != 1 || len(curves[0].Points) != 3 || curves[0].Test != r.Linear.Test || curves[0].Points[2].Accuracy.Value != r.Linear.Accuracy.Value {
		t.Errorf("the curves are %+v, %v", curves, err)
	}
	chart := curves.Chart()
	if s := chart.Series; len(s) != 1 || !slices.Equal(s[0].X, []float64{1, 5, 13}) || len(s[0].Low) != 3 || s[0].High[1] != float64(curves[0].Points[1].Accuracy.High) {
		t.Errorf("the chart shows %+v", chart.Series)
	}

	// Features whose extractor is not at hand are measured by what is kept.
	store, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	id := store.Spec().ID
	store.Close()
	if err := p.use("gone.onnx", nil, id); err != nil {
		t.Fatal(err)
	}
	blind, err := p.Probe(t.Context(), ProbeOptions{Tests: []string{"all"}}, nil)
	if err != nil || blind.Linear == nil || blind.Alignment != nil || blind.Rotation != nil || len(blind.Notes) != 1 || !strings.Contains(blind.Notes[0], "without it there is no measuring of: alignment, quarter turns") {
		t.Errorf("without the network: %+v, %v", blind, err)
	}
}

func TestProbeWithoutProject(t *testing.T) {
	folder := photos(t, 36)
	t.Setenv("TMPDIR", t.TempDir())
	r, err := Probe(t.Context(), "default", []string{folder}, ProbeOptions{}, nil)
	if err != nil || r.Images != 36 || r.Linear == nil || r.Linear.Accuracy.Value != 1 || r.Alignment == nil || len(r.Notes) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
	curves, err := FeatureCurvesOf(t.Context(), []string{"default", "default"}, []string{folder}, represent.SizeOptions{Sizes: []int{1, 4}, Draws: 2}, nil)
	if err != nil || len(curves) != 2 || curves[0].Test != 12 || !slices.Equal(curves[0].Points[0].Draws, curves[1].Points[0].Draws) || len(curves.Chart().Series) != 2 {
		t.Errorf("the curves are %+v, %v", curves, err)
	}
	var csv strings.Builder
	if err := curves.WriteCSV(&csv); err != nil || strings.Count(csv.String(), "\n") != 1+2*2*2 || !strings.HasPrefix(csv.String(), "features,labels,images,draw,accuracy\ndefault-v2-") {
		t.Errorf("as CSV: %q, %v", csv.String(), err)
	}
	if _, err := Probe(t.Context(), "gone", []string{folder}, ProbeOptions{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a network that is not there: %v", err)
	}
	one := filepath.Join(folder, "red")
	if _, err := FeatureCurvesOf(t.Context(), []string{"default"}, []string{one}, represent.SizeOptions{}, nil); err == nil || !strings.Contains(err.Error(), "it takes 30, of two classes or more") {
		t.Errorf("one folder: %v", err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("probing left %v", left)
	}
}
