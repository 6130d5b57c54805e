package classify

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// around makes of features others that are drawn towards the mean of their class, or hold nothing of it. asked counts how often they are wanted.
func around(d Data, t *table, helps bool, asked *int) Around {
	rng := rand.New(rand.NewPCG(3, 3))
	n := len(t.values) / len(t.classes)
	rows := make([][]float32, n)
	for row := range rows {
		x := slices.Clone(d.Features(row))
		for k := range x {
			x[k] = float32(rng.NormFloat64())
		}
		if helps {
			copy(x, make([]float32, len(t.classes)))
			x[slices.Index(t.values[row*len(t.classes):], 1)] = 10
		}
		rows[row] = x
	}
	return func(context.Context) (func(int) []float32, string, error) {
		*asked++
		return func(row int) []float32 { return rows[row] }, "", nil
	}
}

func TestAutoContextChooses(t *testing.T) {
	for _, images := range []int{60, 400} { // each left out, and folds
		for _, o := range []Options{{}, {Context: AutoContext, WeightDecay: 0.3}, {Posterior: DiagonalPosterior}} {
			for _, helps := range []bool{true, false} {
				d, table := blobs(images, 32, 3, 3, false)
				asked := 0
				d.Around = around(d, table, helps, &asked)
				want, says := NoContext, "log loss of labels left out: "
				if helps {
					want = NeighbourContext
				}
				var steps []float64
				m, err := Train(t.Context(), d, o, func(p Point) {
					steps = append(steps, float64(p.Step)/float64(p.Steps))
				})
				if err != nil {
					t.Fatal(err)
				}
				info := m.Info()
				if info.Options.Context != want || !strings.HasPrefix(info.ContextFrom, says) || asked != 1 {
					t.Errorf("%d images, neighbours help %v: context %s (%s), asked for %d times", images, helps, info.Options.Context, info.ContextFrom, asked)
				}
				if !strings.Contains(info.Outcome(), ", context "+string(want)+" (log loss of labels left out: ") {
					t.Errorf("outcome %q", info.Outcome())
				}
				if len(steps) == 0 || !slices.IsSorted(steps) || steps[len(steps)-1] != 1 || len(info.History) != 1 {
					t.Errorf("heard %v; history %v", steps, info.History)
				}
				// The model is that of a training that was told which.
				o := o
				o.Context = want
				if helps {
					d.Features, _, _ = d.Around(t.Context())
				}
				if told := train(t, d, o); !slices.Equal(told.head.weights, m.head.weights) || told.Info().L2 != info.L2 {
					t.Errorf("neighbours help %v: other weights than with context %s", helps, want)
				}
			}
		}
	}
}

// The loss by which is chosen is the mean over labels of what leaving each out leaves.
func TestL2LossIsOfOneLabel(t *testing.T) {
	d, table := blobs(80, 6, 3, 1, false)
	m := train(t, d, Options{Sampling: ByInstance})
	q := ready(t, d, ByInstance)
	sum, err := q.leaveOneOut(t.Context(), []float64{m.Info().L2})
	if want := sum[0] / float64(len(table.values)); err != nil || math.Abs(m.Info().L2Loss-want) > 1e-3*want {
		t.Errorf("%g; want %g (%v)", m.Info().L2Loss, want, err)
	}
	if set := train(t, d, Options{WeightDecay: 1}); set.Info().L2Loss != 0 {
		t.Errorf("with a λ that is set, and nothing to choose: %g", set.Info().L2Loss)
	}
}

func TestAutoContextWhereThereIsNothingToChoose(t *testing.T) {
	d, table := blobs(60, 32, 3, 3, false)
	asked := 0
	d.Around = around(d, table, true, &asked)
	for _, o := range []Options{{Head: LinearHead, Epochs: 2}, {Head: PrototypesHead}, {Head: NeighboursHead}, {Head: MLPHead, Epochs: 2}} {
		if i := train(t, d, o).Info(); i.Options.Context != NoContext || i.ContextFrom != "" || asked > 0 {
			t.Errorf("%s: context %q (%s), asked %d times", o.Head, i.Options.Context, i.ContextFrom, asked)
		}
	}
	taught := d
	taught.Teacher = func(int, string) float64 { return 0.5 }
	if i := train(t, taught, Options{Epochs: 2}).Info(); i.Options.Context != NoContext || asked > 0 {
		t.Errorf("with a teacher: %q, asked %d times", i.Options.Context, asked)
	}
	few := d
	few.Table = noneBut{table, 3}
	if i := train(t, few, Options{}).Info(); i.Options.Context != NoContext || !strings.Contains(i.ContextFrom, "too few labels") || asked > 0 {
		t.Errorf("three images: %q (%s), asked %d times", i.Options.Context, i.ContextFrom, asked)
	}
	alone := d
	alone.Around = nil
	if i := train(t, alone, Options{Context: AutoContext}).Info(); i.Options.Context != NoContext || i.ContextFrom != "" {
		t.Errorf("without other images: %q (%s)", i.Options.Context, i.ContextFrom)
	}
	without := d
	without.Around = func(context.Context) (func(int) []float32, string, error) { return nil, "too many", nil }
	if i := train(t, without, Options{}).Info(); i.Options.Context != NoContext || i.ContextFrom != "too many" {
		t.Errorf("refused: %q (%s)", i.Options.Context, i.ContextFrom)
	}
	without.Around = func(context.Context) (func(int) []float32, string, error) { return nil, "", context.Canceled }
	if _, err := Train(t.Context(), without, Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// noneBut is a table of which the first so many rows have labels.
type noneBut struct {
	*table
	rows int
}

func (n noneBut) Excluded(row int) bool { return row >= n.rows }

// A training that goes on and keeps its λ keeps its context too, whatever would be chosen now.
func TestAutoContextGoesOn(t *testing.T) {
	d, table := blobs(60, 32, 3, 3, false)
	helped, asked := 0, 0
	helps, harms := around(d, table, true, &helped), around(d, table, false, &asked)
	d.Around = helps
	with := train(t, d, Options{})
	d.Around = harms
	without := train(t, d, Options{})
	if with.Info().Options.Context != NeighbourContext || without.Info().Options.Context != NoContext {
		t.Fatal("the trainings to go on from are not what they should be")
	}
	helped, asked = 0, 0
	d.Around, d.Start = helps, without
	if i := train(t, d, Options{}).Info(); i.Options.Context != NoContext || i.L2 != without.Info().L2 || i.ContextFrom != "that of the model before" || helped > 0 {
		t.Errorf("going on without: %q (%s), λ %g, asked %d times", i.Options.Context, i.ContextFrom, i.L2, helped)
	}
	d.Around, d.Start = harms, with
	if i := train(t, d, Options{}).Info(); i.Options.Context != NeighbourContext || i.L2 != with.Info().L2 || asked != 1 {
		t.Errorf("going on with: %q (%s), λ %g", i.Options.Context, i.ContextFrom, i.L2)
	}
	d.Around = func(context.Context) (func(int) []float32, string, error) { return nil, "too many", nil }
	if i := train(t, d, Options{}).Info(); i.Options.Context != NoContext || i.ContextFrom != "too many" || i.L2From != "leave-one-out" {
		t.Errorf("going on where there is no context any more: %q (%s), λ by %s", i.Options.Context, i.ContextFrom, i.L2From)
	}
	more, grown := blobs(200, 32, 3, 3, false)
	more.Around, more.Start = around(more, grown, false, &asked), with
	if i := train(t, more, Options{}).Info(); i.Options.Context != NoContext || i.L2From != "leave-one-out" {
		t.Errorf("going on with many more images: %q (%s), λ by %s", i.Options.Context, i.ContextFrom, i.L2From)
	}
	// A head of steps goes on from weights that are of use for the same vectors only.
	d.Around = helps
	d.Features, _, _ = helps(t.Context())
	d.Start = nil
	linear := Options{Head: LinearHead, Epochs: 2}
	told := linear
	told.Context = NeighbourContext
	d.Start = train(t, d, told)
	if i := train(t, d, linear).Info(); i.Options.Context != NeighbourContext || i.ContextFrom != "that of the model before" {
		t.Errorf("a linear head goes on with context %q (%s)", i.Options.Context, i.ContextFrom)
	}
}

// A model that was saved before there was a context has none, though options without one mean auto.
func TestContextOfOldModels(t *testing.T) {
	d, _ := blobs(60, 8, 2, 1, false)
	m := train(t, d, Options{})
	dir := filepath.Join(t.TempDir(), "m")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, modelFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		return name == "context" || name == "context_from" || name == "l2_loss"
	})
	if old := strings.Join(lines, "\n"); len(old) == len(text) || os.WriteFile(file, []byte(old), 0o644) != nil {
		t.Fatal("nothing was left out of the description")
	}
	old, err := Load(dir)
	if err != nil || old.Info().Options.Context != NoContext || old.Info().Options.InContext() {
		t.Fatalf("%q, %v", old.Info().Options.Context, err)
	}
	d.Start = old
	if i := train(t, d, Options{}).Info(); i.L2From != "that of the model before" || i.Options.Context != NoContext {
		t.Errorf("going on from it: λ by %s, context %q", i.L2From, i.Options.Context)
	}
}
