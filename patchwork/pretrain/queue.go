package pretrain

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"
)

// queue is a memory of the newest unit vectors of batches before. It begins with random ones.
type queue struct {
	v    *model.Variable
	rows *Node // [size, d], unit, as they are before the step
}

// Queue is the memory with a name, of size rows.
func (s *Step) Queue(name string, size, d int) queue {
	v := s.memory(name, func(g *Graph, shape shapes.Shape) *Node { return s.store.RandomNormal(g, shape) }, size, d)
	return queue{v, StopGradient(unit(v.NodeValue(s.Graph())))}
}

// push puts rows [n, d] in front after the step; the oldest fall out.
func (q queue) push(s *Step, rows *Node) {
	rows = StopGradient(rows)
	s.After(func() {
		size, n := q.rows.Shape().Dim(0), rows.Shape().Dim(0)
		if n >= size {
			q.v.SetNodeValue(Slice(rows, AxisRange(0, size)))
			return
		}
		q.v.SetNodeValue(Concatenate([]*Node{rows, Slice(q.rows, AxisRange(0, size-n))}, 0))
	})
}
