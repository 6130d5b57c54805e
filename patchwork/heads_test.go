package patchwork

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// Each head trains, saves, predicts and goes on in a project; deviations of a posterior follow the classes' names.
func TestHeadsInAProject(t *testing.T) {
	p := newProject(t, photos(t, 20))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range []classify.Options{
		{Head: classify.LogisticHead, Posterior: classify.DiagonalPosterior}, {Head: classify.PrototypesHead},
		{Head: classify.NeighboursHead}, {Head: classify.MLPHead, Epochs: 1}, {Head: classify.LinearHead, Epochs: 1},
	} {
		if _, err := p.Train(t.Context(), TrainOptions{Options: o}, nil); err != nil {
			t.Fatalf("%s: %v", o.Head, err)
		}
		scores, err := p.Scores()
		if err != nil {
			t.Fatal(err)
		}
		table, err := p.Labels()
		if err != nil {
			t.Fatal(err)
		}
		deviations := scores.DeviationsFor(table)
		if (deviations != nil) != (o.Posterior != "") {
			t.Errorf("%s: deviations %v", o.Head, deviations != nil)
		}
		if deviations != nil {
			if d := deviations(0); len(d) != 2 || !(d[0] > 0) || math.IsInf(float64(d[0]), 0) || deviations(20) != nil || deviations(-1) != nil {
				t.Errorf("deviations of the first image: %v", d)
			}
		}
		var out bytes.Buffer
		if _, _, err := p.Predict(t.Context(), &out); err != nil || strings.Count(out.String(), "\n") != 21 {
			t.Errorf("%s: predict: %v\n%s", o.Head, err, out.String())
		}
		if _, err := p.Train(t.Context(), TrainOptions{Options: o, GoOn: true}, nil); err != nil {
			t.Errorf("%s: going on: %v", o.Head, err)
		}
		if runs, err := p.Runs(); err != nil || strings.Contains(runs[0].Outcome, "epoch") != (o.Epochs == 1) || runs[0].Settings["head"] != string(o.Head) {
			t.Errorf("%s: the run is recorded as %+v, %v", o.Head, runs[0], err)
		}
	}
}
