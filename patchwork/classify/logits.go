package classify

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// PutLogits adds the numbers of the model to a store and returns what adds the model to a graph of features, so that gradients can be taken of
// its scores: features [n, Dim of Data] to logits [n, classes], what the scores are made of by the logistic function, or by softmax among classes
// of one group; of a head with a posterior those of its mean, of which the scores are averages.
//
// Errors: the head is neighbours, whose scores jump from one neighbour to the next.
func (m *Model) PutLogits(s *model.Store) (func(features *Node) *Node, error) {
	h := &m.head
	if h.kind == NeighboursHead {
		return nil, fmt.Errorf("classify: the head %s has no gradient, since its scores jump from one neighbour to the next; train another, such as %s", h.kind, LogisticHead)
	}
	reader, err := newMapReader(m.info.Options, m.info.Taps, m.info.Dim)
	if err != nil {
		return nil, err
	}
	h.put(s)
	return func(x *Node) *Node {
		if reader != nil {
			x = reader.graph(x)
		}
		if h.convnet != nil {
			x = h.convnet.graph(s, x)
		}
		return h.scored(s, x)
	}, nil
}

// scored is what a scorer computes before it squashes, as a graph: x [n, dim] to [n, classes]. Weights of directions have their length already (foldScale).
func (h *head) scored(s *model.Store, x *Node) *Node {
	value := func(path string) *Node { return s.GetVariable(path).NodeValue(x.Graph()) }
	switch {
	case h.hidden > 0:
		x = folded(x, value(pathInner), value(pathInnerBias), value(pathMean), value(pathScale))
		x = Max(x, ZerosLike(x))
	case h.unit:
		x = Mul(Sub(x, ExpandAxes(value(pathMean), 0)), ExpandAxes(value(pathScale), 0))
	default:
		return folded(x, value(pathWeights), value(pathBias), value(pathMean), value(pathScale))
	}
	if h.unit {
		x = toUnit(x, -1)
	}
	return Add(MatMul(x, value(pathWeights)), MulScalar(ExpandAxes(value(pathBias), 0), h.gain()))
}
