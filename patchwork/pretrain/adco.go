package pretrain

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// AdCo is MoCo with negatives that are not earlier views but learn to be as hard as they can: adversarial contrast, Hu et al. 2021,
// arXiv:2011.08435.
type AdCo struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Sharp       float64 `yaml:"sharp" about:"temperature of what the negatives learn by"`
	Negatives   int     `yaml:"negatives" about:"how many there are"`
	Rate        float64 `yaml:"adversary_rate" about:"of the negatives' steps, which have a momentum of 0.9"`
	Momentum    float64 `yaml:"momentum" about:"of the slow copy"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layer of the head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Norm        string  `yaml:"norm" about:"in the heads: batch, layer or none"`
}

// NewAdCo has the defaults.
func NewAdCo() *AdCo {
	return &AdCo{Temperature: 0.12, Sharp: 0.02, Negatives: 4096, Rate: 3, Momentum: 0.99, Hidden: 512, Output: 128, Norm: "layer"}
}

// Card implements Method.
func (m *AdCo) Card() Card {
	return Card{Name: "adco", About: "as MoCo, against negatives that learn to be hard", Source: "Hu et al. 2021, arXiv:2011.08435",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *AdCo) Check() error {
	return errors.Join(
		need(m.Temperature > 0 && m.Sharp > 0, "adco: temperature is %g and sharp %g; want more than 0", m.Temperature, m.Sharp),
		need(m.Negatives > 0, "adco: negatives is %d; want 1 or more", m.Negatives),
		need(m.Rate >= 0, "adco: adversary_rate is %g; want 0 or more", m.Rate),
		need(m.Momentum >= 0 && m.Momentum <= 1, "adco: momentum is %g; want 0 to 1", m.Momentum),
		projector(m.Hidden, m.Output, 2, m.Norm).Check())
}

// Kind implements Method.
func (m *AdCo) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *AdCo) Loss(s *Step) *Node {
	head := projector(m.Hidden, m.Output, 2, m.Norm)
	q := unit(s.MLP(Student, "head", s.Pooled(Student, s.In[0]), head))
	k := StopGradient(unit(s.MLP(Teacher, "head", s.Pooled(Teacher, s.In[1]), head)))
	s.Follow(Teacher, Student, s.Scalar32(m.Momentum))
	bank, speed := s.Queue("negatives", m.Negatives, m.Output).v, s.Memory("speed", m.Negatives, m.Output)
	now := bank.NodeValue(s.Graph())
	positive := ReduceSum(Mul(q, k), 1)
	loss := m.loss(positive, MatMul(q, Transpose(StopGradient(unit(now)), 0, 1)), m.Temperature)
	count := s.Memory("filled", 1)
	s.After(func() {
		n, filled := k.Shape().Dim(0), count.NodeValue(s.Graph())
		begin := LessThan(filled, MulScalar(OnesLike(filled), float64(m.Negatives))) // keys first, as the authors do
		pushed := k
		if n < m.Negatives {
			pushed = Concatenate([]*Node{k, Slice(now, AxisRange(0, m.Negatives-n))}, 0)
		} else {
			pushed = Slice(k, AxisRange(0, m.Negatives))
		}
		against := m.loss(StopGradient(positive), MatMul(StopGradient(q), Transpose(unit(now), 0, 1)), m.Sharp)
		v := Add(MulScalar(speed.NodeValue(s.Graph()), 0.9), Gradient(against, now)[0]) // uphill
		begin = BroadcastToShape(ExpandAxes(begin, 1), v.Shape())
		speed.SetNodeValue(Where(begin, ZerosLike(v), v))
		bank.SetNodeValue(Where(begin, pushed, Add(unit(now), MulScalar(v, m.Rate))))
		count.SetNodeValue(AddScalar(filled, float64(n)))
	})
	s.Metric("spread", spread(q))
	return loss
}

// loss is the mean of -ln( e^p/(e^p + Σ e^(s/T)) ), p = s⁺/T: what the network makes small and the negatives make large.
//
// Source: Hu et al. 2021, eq. 1, 3 and 6.
func (m *AdCo) loss(positive, negatives *Node, t float64) *Node {
	at := DivScalar(negatives, t)
	return ReduceAllMean(softplus(Sub(logSum(at, OnesLike(at)), DivScalar(positive, t))))
}
