package pretrain

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// ContextEncoder paints what is in a box that was cut out of the picture: Pathak et al. 2016, arXiv:1604.07379. With Adversary above 0 a second
// network learns to tell pictures from what was painted, and the first to deceive it.
type ContextEncoder struct {
	Box       float64 `yaml:"box" about:"side of the box as a share of that of the picture"`
	Painting  float64 `yaml:"painting" about:"weight of the difference in the box"`
	Adversary float64 `yaml:"adversary" about:"weight of deceiving the second network, as 0.001; 0: there is none"`
	Critic    int     `yaml:"critic" about:"channels of the first layer of the second network, which has three and each twice as many as the one before"`
	Dropout   float64 `yaml:"dropout" about:"share of the channels of the map that are dropped"`
}

// NewContextEncoder has the defaults.
func NewContextEncoder() *ContextEncoder {
	return &ContextEncoder{Box: 0.5, Painting: 1, Adversary: 0.001, Critic: 32, Dropout: 0.5}
}

// critic is the branch of the second network.
const critic = "critic"

// Card implements Method.
func (m *ContextEncoder) Card() Card {
	return Card{Name: "context", About: "paints what is in a box that was cut out", Source: "Pathak et al. 2016, arXiv:1604.07379",
		Places: true, Optimiser: optimise.Adam, Rate: 1e-3}
}

// Check implements Checker.
func (m *ContextEncoder) Check() error {
	return errors.Join(
		need(m.Box > 0 && m.Box < 1, "context: box is %g; want more than 0 and less than 1", m.Box),
		need(m.Critic > 0, "context: critic is %d; want 1 or more", m.Critic),
		need(m.Painting >= 0 && m.Adversary >= 0, "context: the weights are %g and %g; want 0 or more", m.Painting, m.Adversary),
		need(m.Dropout >= 0 && m.Dropout < 1, "context: dropout is %g; want 0 or more and less than 1", m.Dropout))
}

// Kind implements Method.
func (m *ContextEncoder) Kind(v Views) (stream.Kind, error) {
	return stream.Inpainting{Pipeline: v.Full, Side: m.Box}, nil
}

// Sees implements Painter. The box is in the middle.
func (m *ContextEncoder) Sees(whole *augment.Pipeline) stream.Kind {
	return stream.Inpainting{Pipeline: whole, Side: m.Box, Central: true}
}

// Paint implements Painter.
func (m *ContextEncoder) Paint(s *Step) (painted, hidden *Node) {
	x, box := s.In[0], s.In[1]
	return s.decode(s.Map(Student, Mul(x, OneMinus(box))), x), box
}

// Loss implements Method:
//
//	painting·mean |box·(x - x̂)| - adversary·mean ln D(x̂)        D learns by -mean ln D(x) - mean ln(1 - D(x̂)), at a tenth of the rate
//
// Source: eq. 1 to 3, with the absolute difference and the mean over the whole picture of the original.
func (m *ContextEncoder) Loss(s *Step) *Node {
	x, box := s.In[0], s.In[1]
	h := s.dropChannels(s.Map(Student, Mul(x, OneMinus(box))), m.Dropout)
	painted := s.decode(h, x)
	if m.Adversary == 0 {
		return m.loss(s, x, box, painted, nil)
	}
	judge := func(x *Node) *Node {
		return wide(backbone.Discriminator{Widths: []int{m.Critic, 2 * m.Critic, 4 * m.Critic}}.Graph(s.Scope(critic, "network"), s.narrow(x)))
	}
	loss := m.loss(s, x, box, painted, judge(painted))
	told := toldApart(judge(x), judge(StopGradient(painted)))
	s.Also(critic, told, 0.1)
	s.Metric("critic", told)
	return loss
}

// loss is that of the painting network; judged are the second network's logits of what it painted, nil where there is none.
func (m *ContextEncoder) loss(s *Step, x, box, painted, judged *Node) *Node {
	difference := ReduceAllMean(Abs(Mul(box, Sub(x, painted))))
	s.Metric("painting", difference)
	loss := MulScalar(difference, m.Painting)
	if judged == nil {
		return loss
	}
	return Add(loss, MulScalar(ReduceAllMean(softplus(Neg(judged))), m.Adversary))
}

// toldApart is the loss of the second network, by its logits of pictures and of what was painted.
func toldApart(pictures, painted *Node) *Node {
	return Add(ReduceAllMean(softplus(Neg(pictures))), ReduceAllMean(softplus(painted)))
}
