package pretrain

import (
	"errors"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// MoCo compares a view with the other view of its image and with a queue of views of earlier images, which a slow copy of the
// network has seen: version 2, Chen et al. 2020, arXiv:2003.04297. With Equivalent the queue counts as if it had another length (EqCo, Zhu et al. 2020,
// arXiv:2010.01929); with Hardest and Mixed or Queried hard negatives are mixed (MoCHi, Kalantidis et al. 2020, arXiv:2010.01028).
type MoCo struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Queue       int     `yaml:"queue" about:"views of earlier images"`
	Momentum    float64 `yaml:"momentum" about:"of the slow copy"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layer of the head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Norm        string  `yaml:"norm" about:"in the head: batch, layer or none"`
	Equivalent  int     `yaml:"equivalent" about:"EqCo: length that the queue counts as; 0 is off"`
	Hardest     int     `yaml:"hardest" about:"MoCHi: how many of the queue, the most like a view, are mixed; 0 is off"`
	Mixed       int     `yaml:"mixed" about:"MoCHi: negatives made of two of the hardest"`
	Queried     int     `yaml:"queried" about:"MoCHi: negatives made of one of the hardest and of the view itself"`
}

// NewMoCo has the defaults.
func NewMoCo() *MoCo {
	return &MoCo{Temperature: 0.1, Queue: 4096, Momentum: 0.99, Hidden: 512, Output: 128, Norm: "layer"}
}

// Card implements Method.
func (m *MoCo) Card() Card {
	return Card{Name: "moco", About: "as SimCLR, against a queue of views that a slow copy has seen", Source: "Chen et al. 2020, arXiv:2003.04297",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *MoCo) Check() error {
	return errors.Join(
		need(m.Temperature > 0, "moco: temperature is %g; want more than 0", m.Temperature),
		need(m.Queue > 0, "moco: queue is %d; want 1 or more", m.Queue),
		need(m.Momentum >= 0 && m.Momentum <= 1, "moco: momentum is %g; want 0 to 1", m.Momentum),
		need(m.Equivalent >= 0, "moco: equivalent is %d; want 0 or more", m.Equivalent),
		need(m.Hardest >= 0 && m.Hardest <= m.Queue, "moco: hardest is %d; want 0 to the length of the queue, %d", m.Hardest, m.Queue),
		need(m.Mixed >= 0 && m.Queried >= 0, "moco: mixed is %d and queried %d; want 0 or more", m.Mixed, m.Queried),
		need(m.Hardest > 0 || m.Mixed == 0 && m.Queried == 0, "moco: mixed and queried need hardest, such as 1024"),
		projector(m.Hidden, m.Output, 2, m.Norm).Check())
}

// Kind implements Method.
func (m *MoCo) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *MoCo) Loss(s *Step) *Node {
	head := projector(m.Hidden, m.Output, 2, m.Norm)
	q := unit(s.MLP(Student, "head", s.Pooled(Student, s.In[0]), head))
	k := StopGradient(unit(s.MLP(Teacher, "head", s.Pooled(Teacher, s.In[1]), head)))
	s.Follow(Teacher, Student, s.Scalar32(m.Momentum))
	past := s.Queue("queue", m.Queue, m.Output)
	past.push(s, k)
	negatives := []*Node{MatMul(q, Transpose(past.rows, 0, 1))}
	if m.Hardest > 0 && m.Mixed+m.Queried > 0 {
		negatives = append(negatives, m.mixed(s, q, past.rows, negatives[0]))
	}
	positive := ReduceSum(Mul(q, k), 1)
	all := Concatenate(negatives, 1)
	s.Metric("ranked", ReduceAllMean(ConvertDType(GreaterThan(positive, ReduceMax(negatives[0], 1)), dtypes.Float32)))
	s.Metric("spread", spread(q))
	return m.loss(positive, all)
}

// loss is the mean of -ln( e^p/(e^p + α/K·Σ e^(s/T)) ), p = s⁺/T, over K negatives s [n, K]; α is K or Equivalent.
//
// Source: He et al. 2020, arXiv:1911.05722, eq. 1; with α Zhu et al. 2020, eq. 6.
func (m *MoCo) loss(positive, negatives *Node) *Node {
	at := DivScalar(negatives, m.Temperature)
	sum := logSum(at, OnesLike(at))
	if m.Equivalent > 0 {
		sum = AddScalar(sum, math.Log(float64(m.Equivalent)/float64(negatives.Shape().Dim(1))))
	}
	return ReduceAllMean(softplus(Sub(sum, DivScalar(positive, m.Temperature))))
}

// mixed are the cosines of views q [n, d] with negatives that are made of the hardest of the queue, without gradient to these:
//
//	a·n₁ + (1 - a)·n₂,  a ~ U(0, 1)        b·q + (1 - b)·n,  b ~ U(0, ½),  brought to length 1
//
// Source: Kalantidis et al. 2020, eq. 3 and 4.
func (m *MoCo) mixed(s *Step, q, past, cosines *Node) *Node {
	_, hardest := TopK(StopGradient(cosines), m.Hardest, 1) // [n, hardest]
	n, d := q.Shape().Dim(0), q.Shape().Dim(1)
	draw := func(count int) *Node { // rows of the queue, [n, count, d]
		at := s.store.RandomIntN(s.Graph(), int32(m.Hardest), shapes.Make(dtypes.Int32, n, count, 1))
		row := Iota(s.Graph(), shapes.Make(dtypes.Int32, n, count, 1), 0)
		flat := Reshape(ConvertDType(hardest, dtypes.Int32), -1)
		of := Gather(flat, Add(MulScalar(row, m.Hardest), at))
		return Reshape(Gather(past, Reshape(of, -1, 1)), n, count, d)
	}
	share := func(count int, most float64) *Node {
		return MulScalar(s.store.RandomUniform(s.Graph(), shapes.Make(dtypes.Float32, n, count, 1)), most)
	}
	var made []*Node
	if m.Mixed > 0 {
		a := share(m.Mixed, 1)
		made = append(made, Add(Mul(a, draw(m.Mixed)), Mul(OneMinus(a), draw(m.Mixed))))
	}
	if m.Queried > 0 {
		b := share(m.Queried, 0.5)
		made = append(made, Add(Mul(b, ExpandAxes(StopGradient(q), 1)), Mul(OneMinus(b), draw(m.Queried))))
	}
	h := StopGradient(unit(Concatenate(made, 1))) // [n, mixed + queried, d]
	return ReduceSum(Mul(h, ExpandAxes(q, 1)), 2)
}
