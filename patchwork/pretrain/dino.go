package pretrain

import (
	"errors"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// DINO gives every view the distribution over prototypes that a slow copy gives to a large view, centred and sharpened: Caron et al. 2021,
// arXiv:2104.14294. The student also sees small crops.
type DINO struct {
	Prototypes  int     `yaml:"prototypes" about:"of the distribution"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layers of the head"`
	Bottleneck  int     `yaml:"bottleneck" about:"numbers of the head before prototypes"`
	Crops       int     `yaml:"crops" about:"small crops beside the two large ones"`
	Temperature float64 `yaml:"temperature" about:"of the student"`
	Sharp       float64 `yaml:"sharp" about:"temperature of the slow copy, lower than that of the student"`
	Centre      float64 `yaml:"centre" about:"share of the centre that stays from step to step"`
	Momentum    float64 `yaml:"momentum" about:"of the slow copy at the start; it rises to 1 along a cosine"`
}

// NewDINO has the defaults.
func NewDINO() *DINO {
	return &DINO{Prototypes: 1024, Hidden: 512, Bottleneck: 128, Crops: 4, Temperature: 0.1, Sharp: 0.04, Centre: 0.9, Momentum: 0.99}
}

// Card implements Method.
func (m *DINO) Card() Card {
	return Card{Name: "dino", About: "small crops are given the distribution of a slow copy for large ones", Source: "Caron et al. 2021, arXiv:2104.14294",
		Small: true, Optimiser: optimise.AdamW, Rate: 1e-3, Decay: 0.04}
}

// Check implements Checker.
func (m *DINO) Check() error {
	return errors.Join(
		need(m.Prototypes > 1, "dino: prototypes is %d; want 2 or more", m.Prototypes),
		need(m.Crops >= 0, "dino: crops is %d; want 0 or more", m.Crops),
		need(m.Temperature > 0 && m.Sharp > 0, "dino: temperature is %g and sharp %g; want more than 0", m.Temperature, m.Sharp),
		need(m.Centre >= 0 && m.Centre <= 1, "dino: centre is %g; want 0 to 1", m.Centre),
		need(m.Momentum >= 0 && m.Momentum <= 1, "dino: momentum is %g; want 0 to 1", m.Momentum),
		m.head().Check())
}

func (m *DINO) head() backbone.MLPOptions {
	return backbone.MLPOptions{Widths: []int{m.Hidden, m.Hidden, m.Bottleneck}, Norm: backbone.NoNorm, LastBias: true, GELU: true}
}

// Kind implements Method.
func (m *DINO) Kind(v Views) (stream.Kind, error) {
	return stream.MultiCrop(v.Full, v.Small, m.Crops), nil
}

// Loss implements Method.
func (m *DINO) Loss(s *Step) *Node {
	n := s.In[0].Shape().Dim(0)
	large := Concatenate(s.In[:2], 0)
	logits := []*Node{m.logits(s, Student, large)} // of both large crops, then of all small ones
	if m.Crops > 0 {
		logits = append(logits, m.logits(s, Student, Concatenate(s.In[2:], 0)))
	}
	seen := StopGradient(m.logits(s, Teacher, large))
	centre := s.Memory("centre", 1, m.Prototypes).SetTrainable(false)
	c := centre.NodeValue(s.Graph())
	targets := Softmax(DivScalar(Sub(seen, c), m.Sharp), -1)
	s.Follow(Teacher, Student, rising(s.Done, m.Momentum))
	s.After(func() {
		mean := ReduceAndKeep(seen, ReduceMean, 0)
		centre.SetNodeValue(Add(MulScalar(c, m.Centre), MulScalar(mean, 1-m.Centre)))
	})
	s.Metric("entropy", Neg(ReduceAllMean(ReduceSum(Mul(targets, Log(MaxScalar(targets, 1e-12))), -1))))
	s.Metric("kinds", Exp(Neg(ReduceAllSum(xlogx(ReduceMean(targets, 0))))))
	return m.loss(Concatenate(logits, 0), targets, n)
}

// xlogx is x·ln x, 0 at 0.
func xlogx(x *Node) *Node { return Mul(x, Log(MaxScalar(x, 1e-12))) }

// logits are the cosines of what the head makes of a picture with prototypes [prototypes, bottleneck].
func (m *DINO) logits(s *Step, branch string, x *Node) *Node {
	z := unit(s.MLP(branch, "head", s.Pooled(branch, x), m.head()))
	prototypes := unit(backbone.Kernels(s.Scope(branch, "prototypes"), m.Prototypes, m.Bottleneck, s.Graph()))
	return MatMul(z, Transpose(prototypes, 0, 1))
}

// loss is the mean cross-entropy of the student's distributions under those of the slow copy, over all pairs of a large crop that this saw and
// another crop that the student saw. logits [views·n, prototypes] are those of views one after another, targets [2n, prototypes].
//
// Source: Caron et al. 2021, eq. 3, algorithm 1.
func (m *DINO) loss(logits, targets *Node, n int) *Node {
	told := logSoftmax(DivScalar(logits, m.Temperature))
	views := logits.Shape().Dim(0) / n
	part := func(x *Node, i int) *Node { return Slice(x, AxisRange(i*n, (i+1)*n)) }
	var sum *Node
	count := 0
	for i := range 2 {
		for v := range views {
			if v == i {
				continue
			}
			one := Neg(ReduceAllMean(ReduceSum(Mul(part(targets, i), part(told, v)), -1)))
			if count++; sum == nil {
				sum = one
			} else {
				sum = Add(sum, one)
			}
		}
	}
	return DivScalar(sum, float64(count))
}
