package pretrain

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// Rotation tells by how many quarters a picture was turned: Gidaris et al. 2018, arXiv:1803.07728. It needs pictures that have an upright.
type Rotation struct {
	Hidden int `yaml:"hidden" about:"units of the hidden layer of the head; 0: none"`
}

// NewRotation has the defaults.
func NewRotation() *Rotation { return &Rotation{Hidden: 512} }

// Card implements Method.
func (m *Rotation) Card() Card {
	return Card{Name: "rotation", About: "tells by how many quarters a picture was turned", Source: "Gidaris et al. 2018, arXiv:1803.07728",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *Rotation) Check() error {
	return need(m.Hidden >= 0, "rotation: hidden is %d; want 0 or more", m.Hidden)
}

// Kind implements Method.
func (m *Rotation) Kind(v Views) (stream.Kind, error) {
	return stream.Rotated{Pipeline: v.Full, All: true}, nil
}

// Loss implements Method.
func (m *Rotation) Loss(s *Step) *Node {
	widths := []int{4}
	if m.Hidden > 0 {
		widths = []int{m.Hidden, 4}
	}
	logits := s.MLP(Student, "head", s.Pooled(Student, s.In[0]), backbone.MLPOptions{Widths: widths, LastBias: true})
	turned := OneHot(s.In[1], 4, dtypes.Float32)
	s.Metric("accuracy", hit(logits, s.In[1]))
	return crossEntropy(logits, turned)
}

// hit is the share of rows whose largest logit is that of the target.
func hit(logits, target *Node) *Node {
	return ReduceAllMean(ConvertDType(Equal(ArgMax(logits, -1, dtypes.Int32), ConvertDType(target, dtypes.Int32)), dtypes.Float32))
}
