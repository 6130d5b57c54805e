package pretrain

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// A training begins with the weights of a folder, slow copies too, and takes what fits of another network.
func TestFrom(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	o := quick()
	o.Steps = 4
	first := train(t, task(t, NewSimCLR(), source), o)
	want, err := first.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "first")
	if err := first.Save(dir, "resnet-tiny", backbone.Options{Width: 0.25, Patch: 4}, "4 steps"); err != nil {
		t.Fatal(err)
	}
	for _, method := range []Method{NewSimCLR(), NewBYOL()} {
		var began [][]float32
		from := task(t, method, source)
		from.From, from.Look = dir, func(ctx context.Context, now *Trained) (map[string]float64, error) {
			if began != nil {
				return nil, nil
			}
			began, err = now.Features(ctx, source)
			teacher := now.store.GetVariable("/teacher/backbone/stem/conv/kernel")
			if student := now.store.GetVariable("/student/backbone/stem/conv/kernel"); teacher != nil && !teacher.MustValue().Equal(student.MustValue()) {
				t.Error("the teacher begins with other weights")
			}
			return nil, err
		}
		r := train(t, from, o)
		if !r.Matched.Whole() || !slices.EqualFunc(began, want, slices.Equal[[]float32]) {
			t.Errorf("%s begins otherwise (%v)", method.Card().Name, r.Matched)
		}
	}
	wide := task(t, NewSimCLR(), source)
	if wide.Network, err = backbone.New("resnet-tiny", backbone.Options{Width: 0.25, Patch: 2}); err != nil {
		t.Fatal(err)
	}
	wide.From = dir
	if r := train(t, wide, o); len(r.Matched.Shapes) != 1 || !strings.Contains(r.Matched.String(), "stem/conv/kernel") {
		t.Errorf("another stem: %v", r.Matched)
	}
	wide.From = t.TempDir()
	if _, err := Train(t.Context(), wide, o, nil); err == nil || !strings.Contains(err.Error(), wide.From) {
		t.Errorf("an empty folder: %v", err)
	}
}
