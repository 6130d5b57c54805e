package pretrain

import (
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// SimCLR brings two views of an image together and apart from all other images of the batch: Chen et al. 2020, arXiv:2002.05709. Its
// variants are settings:
//
//	DCL       Decoupled   Yeh et al. 2022, arXiv:2110.06848, the positive is not in the denominator, and weighted (von Mises-Fisher)
//	IFM       Eps > 0     Robinson et al. 2021, arXiv:2106.11230, positives are made worse by eps and negatives better; its loss is averaged with that without
//	RINCE     Q > 0       Chuang et al. 2022, arXiv:2201.04309, robust to views that have nothing in common
//	DirectCLR Hidden 0    Jing et al. 2022, arXiv:2110.09348, no head: the first Output channels of the features
type SimCLR struct {
	Temperature float64 `yaml:"temperature" about:"of the similarities"`
	Hidden      int     `yaml:"hidden" about:"units of the hidden layers of the head; 0 for DirectCLR, which has no head"`
	Output      int     `yaml:"output" about:"numbers that are compared"`
	Layers      int     `yaml:"layers" about:"of the head"`
	Norm        string  `yaml:"norm" about:"in the head: batch, layer or none"`
	Decoupled   bool    `yaml:"decoupled" about:"DCL: the positive is not in the denominator"`
	Sigma       float64 `yaml:"sigma" about:"DCL: of the weights of positives; 0 gives all the same"`
	Eps         float64 `yaml:"eps" about:"IFM: by how much similarities are made worse, 0.1 to 0.5; 0 is off"`
	Q           float64 `yaml:"q" about:"RINCE: from 0, which is off and as SimCLR, to 1, the most robust"`
	Lambda      float64 `yaml:"lambda" about:"RINCE: weight of all pairs against the positive"`
}

// NewSimCLR has the defaults.
func NewSimCLR() *SimCLR {
	return &SimCLR{Temperature: 0.1, Hidden: 512, Output: 128, Layers: 2, Norm: "batch", Sigma: 0.5, Lambda: 0.01}
}

// Card implements Method.
func (m *SimCLR) Card() Card {
	return Card{Name: "simclr", About: "two views of an image are alike, other images are not", Source: "Chen et al. 2020, arXiv:2002.05709",
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-6}
}

// Check implements Checker.
func (m *SimCLR) Check() error {
	return errors.Join(
		need(m.Temperature > 0, "simclr: temperature is %g; want more than 0", m.Temperature),
		need(m.Hidden >= 0, "simclr: hidden is %d; want 0 or more", m.Hidden),
		need(m.Output > 0, "simclr: output is %d; want 1 or more", m.Output),
		need(m.Layers > 0, "simclr: layers is %d; want 1 or more", m.Layers),
		backbone.MLPOptions{Norm: backbone.Norm(m.Norm)}.Check(),
		need(m.Sigma >= 0, "simclr: sigma is %g; want 0 or more", m.Sigma),
		need(m.Eps >= 0 && m.Eps <= 1, "simclr: eps is %g; want 0 to 1", m.Eps),
		need(m.Q >= 0 && m.Q <= 1, "simclr: q is %g; want 0 to 1", m.Q),
		need(m.Lambda > 0, "simclr: lambda is %g; want more than 0", m.Lambda),
		need(!m.Decoupled || m.Q == 0, "simclr: decoupled and q are two losses; choose one"))
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// Kind implements Method.
func (m *SimCLR) Kind(v Views) (stream.Kind, error) { return stream.Pair(v.Full), nil }

// Loss implements Method.
func (m *SimCLR) Loss(s *Step) *Node {
	n := s.In[0].Shape().Dim(0)
	h := s.Pooled(Student, Concatenate(s.In, 0))
	z := Slice(h, AxisRange(), AxisRange(0, min(m.Output, h.Shape().Dim(1))))
	if m.Hidden > 0 {
		z = s.MLP(Student, "head", h, projector(m.Hidden, m.Output, m.Layers, m.Norm))
	}
	z = unit(z)
	a, b := Slice(z, AxisRange(0, n)), Slice(z, AxisRange(n, 2*n))
	p := comparePairs(a, b)
	s.Metric("ranked", p.ranked())
	s.Metric("spread", spread(z))
	return m.loss(p)
}

// projector is the usual head: layers with normalisation and ReLU, the last without ReLU or bias.
func projector(hidden, output, layers int, norm string) backbone.MLPOptions {
	var widths []int
	for range layers - 1 {
		widths = append(widths, hidden)
	}
	return backbone.MLPOptions{Widths: append(widths, output), Norm: backbone.Norm(norm), LastNorm: norm == string(backbone.BatchNorm)}
}

// loss is the mean over all 2n views.
//
//	NT-Xent   -ln( e^p/(e^p + N) ),  p = s⁺/T,  N = Σ over the 2n - 2 views of other images of e^(s/T)
//	IFM       its mean with the same of p = (s⁺ - ε)/T, N = Σ e^((s + ε)/T)
//	RINCE     -e^(q·p)/q + (λ·(e^p + N))^q/q
//	DCL       -w·p + ln N,  w = 2 - e^(s⁺/σ)/mean e^(s⁺/σ), without gradient
func (m *SimCLR) loss(p pairs) *Node {
	switch t := m.Temperature; {
	case m.Decoupled:
		w := OnesLike(p.positive)
		if m.Sigma > 0 {
			e := Exp(DivScalar(p.positive, m.Sigma))
			w = StopGradient(AddScalar(Neg(Div(e, ReduceAllMean(e))), 2))
		}
		return ReduceAllMean(Sub(p.logNegatives(t, 0), Mul(w, DivScalar(p.positive, t))))
	case m.Q > 0:
		positive, negative := DivScalar(AddScalar(p.positive, -m.Eps), t), p.logNegatives(t, m.Eps)
		all := AddScalar(Add(positive, softplus(Sub(negative, positive))), math.Log(m.Lambda)) // ln λ·(e^p + N)
		return ReduceAllMean(DivScalar(Sub(Exp(MulScalar(all, m.Q)), Exp(MulScalar(positive, m.Q))), m.Q))
	case m.Eps > 0:
		return MulScalar(Add(p.ntXent(t, 0), p.ntXent(t, m.Eps)), 0.5)
	default:
		return p.ntXent(t, 0)
	}
}
