package pretrain

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// holed is a source of which every fifth picture cannot be read.
type holed struct{ stream.Source }

var errHole = errors.New("hole.jpg: the file ends too soon")

func hole(i int) bool { return i%5 == 0 }

func (h holed) Read(ctx context.Context, i int, dst []float32) error {
	if hole(i) {
		return errHole
	}
	return h.Source.Read(ctx, i, dst)
}

// shades are pictures of one grey each, by which their kind is told.
func shades(t *testing.T, n int) (stream.Source, []int32) {
	kinds, pictures := make([]int32, n), make([]*augment.Image, n)
	for i := range n {
		kinds[i] = int32(i * 7 % 4)
		pictures[i] = augment.NewImage(16, 16, 3)
		for p := range pictures[i].Pix {
			pictures[i].Pix[p] = 0.25 * float32(kinds[i])
		}
	}
	source, err := stream.Images(pictures)
	if err != nil {
		t.Fatal(err)
	}
	return source, kinds
}

// reader is a method that compares the shade of each picture with the label that comes with it.
type reader struct{}

func (reader) Card() Card {
	return Card{Name: "reader", Labels: true, Optimiser: optimise.Adam, Rate: 1e-3}
}
func (reader) Kind(v Views) (stream.Kind, error) { return stream.Plain(v.Plain), nil }
func (reader) Loss(s *Step) *Node {
	shade := ReduceMean(s.In[0], 1, 2, 3)
	s.Metric("off", ReduceAllMax(Abs(Sub(MulScalar(shade, 4), ConvertDType(s.Labels, shade.DType())))))
	return ReduceAllMean(Square(s.Pooled(Student, s.In[0])))
}

// own is one that labels the pictures itself, those that it cannot see with the label of a picture that it does not stand for.
type own struct {
	reader
	kinds []int32
}

func (m own) BeginEpoch(context.Context, *Epoch) ([]int32, error) {
	labels := slices.Clone(m.kinds)
	for i := range labels {
		if hole(i) {
			labels[i] = (labels[i] + 1) % 4
		}
	}
	return labels, nil
}

// A picture that cannot be read is replaced by another with the label of that other one, whether labels are given or made.
func TestReplacementBringsItsLabel(t *testing.T) {
	source, kinds := shades(t, 40)
	o := Options{Batch: 8, Steps: 10, Side: 16, Augment: &augment.Params{}}
	for name, m := range map[string]Method{"labels of the task": reader{}, "labels of the method": own{kinds: kinds}} {
		k := task(t, m, holed{source})
		k.Labels = slices.Clone(kinds)
		for i := range k.Labels {
			if hole(i) {
				k.Labels[i] = (k.Labels[i] + 1) % 4
			}
		}
		var warnings []string
		r, err := Train(t.Context(), k, o, func(p Point) {
			if p.Metrics["off"] > 1e-3 {
				t.Errorf("%s: in step %d a picture has a label that is off by %.2f", name, p.Step, p.Metrics["off"])
			}
			if p.Warning != "" {
				warnings = append(warnings, p.Warning)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if r.Unread < 6 || r.Unread > 8 || len(warnings) != 1 || !strings.Contains(warnings[0], errHole.Error()) {
			t.Errorf("%s: %d of 8 pictures were missed, with the warnings %q", name, r.Unread, warnings)
		}
		r.Close()
	}
}

// Where features, views and paintings belong to pictures, no other picture stands for one that cannot be read.
func TestUnreadHaveNoFeatures(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	o := quick()
	o.Steps = 4
	m := NewDeepCluster()
	m.Clusters, m.PCA = 4, 4
	r := train(t, task(t, m, holed{source}), o)
	whole, err := r.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := r.Features(t.Context(), holed{source})
	if err != nil {
		t.Fatal(err)
	}
	a, b, err := r.ViewFeatures(t.Context(), holed{source})
	if err != nil {
		t.Fatal(err)
	}
	for i := range seen {
		if hole(i) != (seen[i] == nil) || hole(i) != (a[i] == nil) || hole(i) != (b[i] == nil) || !hole(i) && !slices.Equal(seen[i], whole[i]) {
			t.Errorf("picture %d, which can be read: %v, has the features %.3v; want %.3v, or none", i, !hole(i), seen[i], whole[i])
		}
	}
	labels, err := m.BeginEpoch(t.Context(), &Epoch{Steps: 1, t: &trainer{Task: Task{Source: holed{source}}, trained: r.Trained, store: r.store}})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range labels {
		if hole(i) != (c < 0) {
			t.Errorf("picture %d is in cluster %d", i, c)
		}
	}
	few, err := stream.Subset(holed{source}, []int{1, 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Views(t.Context(), few); !errors.Is(err, errHole) {
		t.Errorf("views of a picture that cannot be read: %v", err)
	}
	painter := train(t, task(t, NewAutoEncoder(), source), o)
	if _, err := painter.Paint(t.Context(), few); !errors.Is(err, errHole) {
		t.Errorf("a painting of a picture that cannot be read: %v", err)
	}
}
