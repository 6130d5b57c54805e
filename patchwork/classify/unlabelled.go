package classify

import (
	"math"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// Views are what images without labels show in a step, as a head with its trunk reads it. Weak is nil where none are guessed, and
// Domain where no subsets are made alike.
type Views struct {
	Weak, Strong *Node // [n, Dim] of the same images
	Unknown      *Node // [n, classes], 1 for a cell without label, else 0
	From, Sharp  *Node // [2, classes], semi.Rule.Limits

	Domain *Node // [m, Dim]
	Member *Node // [m, subsets], 1 for that of the image
}

// unlabelled is what views add to the loss, with their weights, the share of the unknown labels that count, and the answers about
// the weak views, [n, classes]. These are given without dropout and pass no gradient.
func (c *criterion) unlabelled(h *head, scope *model.Scope, v Views, soft bool) (more, sure, answers *Node) {
	s := scope.Store()
	if v.Weak != nil {
		s.SetTraining(v.Weak.Graph(), false)
		answers = StopGradient(Sigmoid(c.logits(h, scope, v.Weak)))
		s.SetTraining(v.Weak.Graph(), true)
		term, counted := semi.Term(answers, c.logits(h, scope, v.Strong), v.Unknown, v.From, v.Sharp, soft)
		more, sure = MulScalar(term, c.o.SemiWeight), counted
	}
	if v.Domain != nil {
		x := v.Domain
		if h.convnet != nil {
			x = h.convnet.graph(s, x)
		}
		apart := MulScalar(confusion(hiddenUnits(scope, x), v.Member), c.o.Confusion)
		if more == nil {
			more, sure, answers = ZerosLike(apart), ZerosLike(apart), ZerosLike(apart)
		}
		more = Add(more, apart)
	}
	return more, sure, answers
}

// stepperWithOthers is stepper with the terms of the others: (x, y, rate, and what draw adds) to the loss of the labels, and what
// unlabelled gives.
//
// The weak view of an image is its features as they are. The strong one has each feature with the chance Options.Strong at its mean
// and the others 1/(1-Strong) times as far from theirs.
func (c *criterion) stepperWithOthers(b gomlx.Backend, h *head, s *model.Store, others *others) (*model.Exec, error) {
	return model.NewExec(b, s, func(scope *model.Scope, in []*Node) []*Node {
		x, y, rate, rest := in[0], in[1], in[2], in[3:]
		g := x.Graph()
		s.SetTraining(g, true)
		loss := c.taught(c.logits(h, scope, x), y)
		var v Views
		if others.rule != nil {
			v = Views{Weak: rest[0], Unknown: rest[1], From: rest[2], Sharp: rest[3]}
			mean := ExpandAxes(h.centre(s, g), 0)
			v.Strong = Add(mean, layers.DropoutStatic(scope, Sub(v.Weak, mean), c.o.Strong))
			rest = rest[4:]
		}
		if others.domains != nil {
			v.Domain, v.Member = rest[0], rest[1]
		}
		more, sure, answers := c.unlabelled(h, scope, v, others.soft())
		c.update(h, s, c.decayed(h, s, Add(loss, more)), rate)
		return []*Node{loss, more, sure, answers}
	})
}

// centre is the mean of what the head with its trunk reads, [dim]; of a convnet that of each channel at all its places.
func (h *head) centre(s *model.Store, g *Graph) *Node {
	if h.convnet == nil {
		return s.GetVariable(pathMean).NodeValue(g)
	}
	in := h.convnet.net.In()
	return Reshape(BroadcastToDims(ExpandLeftToRank(s.GetVariable(pathTrunkMean).NodeValue(g), 3), in.Dims()...), in.Size())
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
