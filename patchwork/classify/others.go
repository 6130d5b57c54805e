package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// othersStream names the random stream that draws images without labels.
const othersStream = 0x6f7468657273 // "others"

// semiNames are the methods, none first.
func semiNames() (names []string) {
	for _, m := range semi.Methods {
		names = append(names, string(m))
	}
	return names
}

// semiAbout explains them.
func semiAbout() string {
	return strings.Join([]string{
		"head linear, mlp: what images without labels teach; the model's own sure answers are to stay when it sees less of the image (all losses but softmax)",
		"none: nothing", "fixmatch: answers with the confidence tau", "flexmatch: fewer are asked of classes of which few are sure",
		"freematch: as sure as the model is of the class on average", "softmatch: every answer, the surer the more",
	}, "\n")
}

// others is the images that teach without a label of theirs: those whose labels the model guesses, and those that say where images
// are from.
type others struct {
	o       Options
	classes int
	dim     int
	row     func(row int) []float32
	rng     *rand.Rand

	rule    *semi.Rule // nil without Options.Semi
	pool    []int      // rows with an unknown label
	unknown []bool     // [pool, classes]
	order   []int      // positions in the pool, shuffled; drawn from its end
	drawn   []int      // of the batch
	u, open *block

	domains [][]int // rows, by subset; nil without Options.Confusion
	d       *block
	member  *block // [images, domains], 1 for that of the image
}

// newOthers gathers them; nil where nothing is asked of them.
func (t *training) newOthers() (*others, error) {
	o := t.o
	confused := o.Confusion > 0 && o.Head == MLPHead
	if o.Semi == semi.None && !confused {
		return nil, nil
	}
	s := &others{o: o, classes: len(t.Classes), dim: t.Dim, row: t.Features, rng: rand.New(rand.NewPCG(o.Seed, othersStream))}
	names := map[string]int{}
	for row := range t.table.Len() {
		if t.kind(row) != 't' || t.Features(row) == nil {
			continue
		}
		if confused {
			name := ""
			if t.Subset != nil {
				name = t.Subset(row)
			}
			if _, ok := names[name]; !ok {
				names[name] = len(names)
				s.domains = append(s.domains, nil)
			}
			s.domains[names[name]] = append(s.domains[names[name]], row)
		}
		some := false
		for c := range t.Classes {
			some = some || t.table.Value(row, c) == labels.Unknown
		}
		if some {
			s.pool = append(s.pool, row)
			for c := range t.Classes {
				s.unknown = append(s.unknown, t.table.Value(row, c) == labels.Unknown)
			}
		}
	}
	n := o.Unlabelled * o.BatchSize
	if confused && len(s.domains) < 2 {
		t.warnings = append(t.warnings, "all images are of one subset, so confusion has nothing to make alike; give images subsets, or leave it out")
		s.domains = nil
	}
	if s.domains != nil {
		s.d, s.member = newBlock(n, t.Dim), newBlock(n, len(s.domains))
	}
	if o.Semi != semi.None {
		if o.Loss == SoftmaxLoss {
			return nil, fmt.Errorf("classify.Options: semi is %q and loss is softmax, whose groups have one answer together; choose another loss, or semi none", o.Semi)
		}
		if len(s.pool) == 0 {
			t.warnings = append(t.warnings, "every image is fully labelled, so "+string(o.Semi)+" has nothing to learn from; it is left out")
		} else {
			rule, err := semi.NewRule(o.Semi, o.Tau, len(s.pool), s.classes, s.isUnknown)
			if err != nil {
				return nil, fmt.Errorf("classify.Options: tau is %g; want 0.5 or more: %w", o.Tau, err)
			}
			s.rule, s.u, s.open = rule, newBlock(n, t.Dim), newBlock(n, s.classes)
		}
	}
	if s.rule == nil && s.domains == nil {
		return nil, nil
	}
	return s, nil
}

func (s *others) isUnknown(image, class int) bool { return s.unknown[image*s.classes+class] }

// draw adds to in what a step wants of the others.
func (s *others) draw(in []any) ([]any, error) {
	n := s.o.Unlabelled * s.o.BatchSize
	if s.rule != nil {
		s.drawn = s.drawn[:0]
		for i := range n {
			if len(s.order) == 0 {
				s.order = s.rng.Perm(len(s.pool))
			}
			at := s.order[len(s.order)-1]
			s.order = s.order[:len(s.order)-1]
			s.drawn = append(s.drawn, at)
			if err := s.put(s.u, i, s.pool[at]); err != nil {
				return nil, err
			}
			for c := range s.classes {
				s.open.values[i*s.classes+c] = 0
				if s.isUnknown(at, c) {
					s.open.values[i*s.classes+c] = 1
				}
			}
		}
		from, sharp := s.rule.Limits()
		u, err1 := s.u.tensor(n)
		open, err2 := s.open.tensor(n)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("classify: %v, %v", err1, err2)
		}
		limits := shapes.Make(dtypes.Float32, 2, s.classes)
		in = append(in, u, open, tensors.FromFlatDataAndDimensions(from, limits.Dimensions...), tensors.FromFlatDataAndDimensions(sharp, limits.Dimensions...))
	}
	if s.domains != nil {
		clear(s.member.values)
		for i := range n {
			k := s.rng.IntN(len(s.domains))
			list := s.domains[k]
			if err := s.put(s.d, i, list[s.rng.IntN(len(list))]); err != nil {
				return nil, err
			}
			s.member.values[i*len(s.domains)+k] = 1
		}
		d, err1 := s.d.tensor(n)
		member, err2 := s.member.tensor(n)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("classify: %v, %v", err1, err2)
		}
		in = append(in, d, member)
	}
	return in, nil
}

func (s *others) put(b *block, i, row int) error {
	x := s.row(row)
	if err := checkFeatures(row, x, s.dim); err != nil {
		return err
	}
	b.set(i, x)
	return nil
}

// see takes the answers about the images drawn.
func (s *others) see(p []float32) {
	if s.rule != nil {
		s.rule.See(s.drawn, slices.Clone(p), s.isUnknown)
	}
}

// stepperWithOthers is stepper with the terms of the others: (x, y, rate, and what draw adds) to the loss of the labels, the
// sum of the terms with their weights, the share of the unknown labels that count, and the answers about the weak views.
//
// The weak view of an image is its features as they are, answered without dropout. The strong one has each feature with
// the chance Options.Strong at its mean and the others 1/(1-Strong) times as far from theirs.
func (c *criterion) stepperWithOthers(b gomlx.Backend, h *head, s *model.Store, others *others) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, in []*Node) []*Node {
		x, y, rate := in[0], in[1], in[2]
		g := x.Graph()
		s.SetTraining(g, true)
		loss := c.taught(c.logits(h, scope, x), y)
		more, sure, answers := ZerosLike(loss), ZerosLike(loss), ZerosLike(loss)
		rest := in[3:]
		if others.rule != nil {
			u, unknown, from, sharp := rest[0], rest[1], rest[2], rest[3]
			rest = rest[4:]
			s.SetTraining(g, false)
			answers = StopGradient(Sigmoid(c.logits(h, scope, u)))
			s.SetTraining(g, true)
			mean := ExpandAxes(s.GetVariable(pathMean).NodeValue(g), 0)
			strong := Add(mean, layers.DropoutStatic(scope, Sub(u, mean), c.o.Strong))
			term, counted := semi.Term(answers, c.logits(h, scope, strong), unknown, from, sharp, others.rule.Soft())
			more, sure = MulScalar(term, c.o.SemiWeight), counted
		}
		if others.domains != nil {
			more = Add(more, MulScalar(confusion(hiddenUnits(scope, rest[0]), rest[1]), c.o.Confusion))
		}
		c.update(h, s, c.decayed(h, s, Add(loss, more)), rate)
		return []*Node{loss, more, sure, answers}
	})
}

// confusion is how far the mean hidden units of images of D places lie apart: units is [n, hidden] and member [n, places], 1 for
// the place of an image. Places without an image in the batch do not count.
//
//	2/D · Σ over pairs of |μ_a - μ_b|²,   μ_k = Σ units of its images / (their number + 1e-5)
//
// Source: Tzeng et al. 2014, arXiv:1412.3474, for two places; the sum over pairs is the original's.
func confusion(units, member *Node) *Node {
	count := ReduceSum(member, 0)                                                                     // [places]
	here := ConvertDType(GreaterThan(count, ZerosLike(count)), units.DType())                         // [places]
	sums := MatMul(Transpose(member, 0, 1), units)                                                    // [places, hidden]
	means := Div(sums, ExpandAxes(AddScalar(count, 1e-5), -1))                                        // 0 for a place that is not here
	places := ReduceAllSum(here)                                                                      //
	apart := Sub(Mul(places, ReduceAllSum(Square(means))), ReduceAllSum(Square(ReduceSum(means, 0)))) // Σ over pairs
	return Div(MulScalar(apart, 2), MaxScalar(places, math.SmallestNonzeroFloat32))
}
