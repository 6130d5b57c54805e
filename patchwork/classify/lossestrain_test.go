package classify

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Every loss and both heads that are trained step by step learn, save, load and go on; scores are the same afterwards.
func TestEveryLossTrains(t *testing.T) {
	for _, l := range losses {
		for _, kind := range []Head{LinearHead, MLPHead} {
			t.Run(string(l.name)+" "+string(kind), func(t *testing.T) {
				d, table := blobs(200, 16, 3, 0.5, true)
				if l.name == ExpectedLoss || l.name == WeakLoss {
					for i, v := range table.values {
						if v == labels.Absent && !table.validation[i/3] {
							table.values[i] = labels.Unknown
						}
					}
				}
				d.Groups = [][]string{{"a", "c"}}
				o := quick
				o.Loss, o.Head, o.Hidden, o.Dropout = l.name, kind, 24, 0.2
				if kind == LinearHead {
					o.Dropout = 0
				}
				m := train(t, d, o)
				// Without a single absent label 0.5 means nothing; the order does.
				if r := m.Info().Report.Validation; !(r.MacroAUC > 0.97) {
					t.Errorf("figures:\n%v", m.Info())
				}
				if again := train(t, d, o); again.head.sum() != m.head.sum() {
					t.Error("two trainings with one seed gave other weights")
				}
				dir := t.TempDir() + "/model"
				if err := m.Save(dir); err != nil {
					t.Fatal(err)
				}
				back, err := Load(dir)
				if err != nil {
					t.Fatal(err)
				}
				want := scores(t, m, d)
				if !slices.Equal(want, scores(t, back, d)) {
					t.Error("the loaded model gives other scores")
				}
				if l.name == SoftmaxLoss {
					for i := 0; i < len(want); i += 3 {
						if sum := want[i] + want[i+2]; sum > 1.0001 {
							t.Fatalf("two classes that exclude each other have probabilities that sum to %v", sum)
						}
					}
				}
				d.Start = back
				o.Rate, o.Epochs, o.Steps, o.WeightDecay, o.Dropout = 1e-9, 1, 1, 1e-9, 0
				for i, s := range scores(t, train(t, d, o), d) {
					if math.Abs(float64(s-want[i])) > 1e-3 {
						t.Fatalf("score %d is %v, and after going on %v", i, want[i], s)
					}
				}
				o.Head = map[Head]Head{LinearHead: MLPHead, MLPHead: LinearHead}[kind]
				if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), "the model to go on from is a "+string(kind)+" head") {
					t.Errorf("going on with other layers: %v", err)
				}
			})
		}
	}
}

func TestSoftmaxWithoutGroups(t *testing.T) {
	d, _ := blobs(60, 8, 2, 0.5, true)
	o := quick
	o.Loss = SoftmaxLoss
	d.Groups = [][]string{{"a", "someone else's"}}
	m := train(t, d, o)
	if w := m.Info().Warnings; len(w) != 1 || !strings.Contains(w[0], "no two of the classes learned exclude each other") {
		t.Errorf("warnings %q", w)
	}
	o.Loss = SigmoidLoss
	if !slices.Equal(scores(t, m, d), scores(t, train(t, d, o), d)) {
		t.Error("softmax without groups is not the same as sigmoid")
	}
	o.Loss, d.Groups = SoftmaxLoss, [][]string{{"a", "b"}, {"b", "a"}}
	if _, err := Train(t.Context(), d, o, nil); err == nil || !strings.Contains(err.Error(), `class "b" is in two groups`) {
		t.Errorf("a class in two groups: %v", err)
	}
}

// A class of which only present images are labelled is told apart by losses that take unknown for absent, and by a group; the
// warning speaks of the others alone, and says what would help.
func TestWarningsKnowWhatALossLearnsFrom(t *testing.T) {
	for _, c := range []struct {
		about  string
		o      Options
		groups [][]string
		warned []string
	}{
		{"sigmoid", Options{Loss: SigmoidLoss}, nil, []string{"a", "b", "c"}},
		{"logistic", Options{}, nil, []string{"a", "b", "c"}},
		{"weak", Options{Loss: WeakLoss}, nil, nil},
		{"expected", Options{Loss: ExpectedLoss}, nil, nil},
		{"softmax, of a group", Options{Loss: SoftmaxLoss}, [][]string{{"a", "c"}}, []string{"b"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			d, table := blobs(60, 16, 3, 0.5, true)
			for i, v := range table.values {
				if v == labels.Absent {
					table.values[i] = labels.Unknown
				}
			}
			d.Groups = c.groups
			c.o.Epochs, c.o.Steps = 2, 5
			var warned []string
			for _, w := range train(t, d, c.o).Info().Warnings {
				if name, rest, ok := strings.Cut(strings.TrimPrefix(w, "class \""), "\""); ok && strings.Contains(rest, "no image labelled absent") {
					warned = append(warned, name)
					if !strings.Contains(rest, "or take the loss weak") {
						t.Errorf("%q names no way out", w)
					}
				}
			}
			if !slices.Equal(warned, c.warned) {
				t.Errorf("warned of %q; want %q", warned, c.warned)
			}
		})
	}
}

// Images without labels are no help where most labels of the others are unknown, too.
func TestWarningOfPartialLabelsWithSemi(t *testing.T) {
	d, table := blobs(60, 16, 3, 0.5, true)
	for i := range table.values {
		if row := i / 3; i%3 != row%3 {
			table.values[i] = labels.Unknown
		}
	}
	for _, o := range []Options{{Semi: "flexmatch", Epochs: 1, Steps: 3}, {Head: LinearHead, Epochs: 1, Steps: 3}} {
		w := train(t, d, o).Info().Warnings
		if slices.ContainsFunc(w, func(w string) bool {
			return strings.HasPrefix(w, "33 % of the labels of the images learned from are known")
		}) != (o.Semi != "") {
			t.Errorf("semi %q: %q", o.Semi, w)
		}
	}
}
