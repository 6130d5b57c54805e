package pretrain

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// DeepCluster divides the images into clusters by their features before each epoch and learns to tell the clusters: Caron et al. 2018,
// arXiv:1807.05520.
type DeepCluster struct {
	Clusters int `yaml:"clusters" about:"in which images are divided"`
	PCA      int `yaml:"pca" about:"components of the features by which they are"`
	Hidden   int `yaml:"hidden" about:"units of the layer before the clusters; 0: none"`
	Every    int `yaml:"every" about:"epochs from one division to the next; 0: as many as have 100 steps"`
}

// NewDeepCluster has the defaults.
func NewDeepCluster() *DeepCluster { return &DeepCluster{Clusters: 100, PCA: 64, Hidden: 512} }

// Card implements Method.
func (m *DeepCluster) Card() Card {
	return Card{Name: "deepcluster", About: "tells the clusters in which its own features divide the images", Source: "Caron et al. 2018, arXiv:1807.05520", Labels: true,
		Optimiser: optimise.Adam, Rate: 1e-3, Decay: 1e-5}
}

// Check implements Checker.
func (m *DeepCluster) Check() error {
	return errors.Join(
		need(m.Clusters > 1, "deepcluster: clusters is %d; want 2 or more", m.Clusters),
		need(m.PCA > 0, "deepcluster: pca is %d; want 1 or more", m.PCA),
		need(m.Every >= 0, "deepcluster: every is %d; want 0 or more", m.Every),
		need(m.Hidden >= 0, "deepcluster: hidden is %d; want 0 or more", m.Hidden))
}

// Kind implements Method.
func (m *DeepCluster) Kind(v Views) (stream.Kind, error) { return stream.Plain(v.Full), nil }

// Loss implements Method.
func (m *DeepCluster) Loss(s *Step) *Node {
	h := s.Pooled(Student, s.In[0])
	if m.Hidden > 0 {
		h = s.MLP(Student, "head", h, backbone.MLPOptions{Widths: []int{m.Hidden}, LastNorm: true})
		h = Max(h, ZerosLike(h))
	}
	logits := s.MLP(Student, told, h, backbone.MLPOptions{Widths: []int{m.Clusters}, LastBias: true})
	s.Metric("accuracy", hit(logits, s.Labels))
	return m.loss(logits, s.Labels)
}

func (m *DeepCluster) loss(logits, clusters *Node) *Node {
	return crossEntropy(logits, OneHot(clusters, m.Clusters, dtypes.Float32))
}

// told is the layer that tells clusters, which begins anew with each division.
const told = "clusters"

// BeginEpoch implements Epochs: features of all pictures, not augmented, their first principal components with variance 1 each, brought to length 1, and k-means.
//
// Source: Caron et al. 2018, section 3.3 and 4.1.
func (m *DeepCluster) BeginEpoch(ctx context.Context, e *Epoch) ([]int32, error) {
	every := m.Every
	if every == 0 {
		every = (99 + e.Steps) / e.Steps
	}
	if e.Labels != nil && e.Number%every != 0 {
		return e.Labels, nil
	}
	features, err := e.Features(ctx)
	if err != nil {
		return nil, err
	}
	labels := make([]int32, len(features))
	var seen []int // pictures that could be read
	for i, f := range features {
		if labels[i] = -1; f != nil {
			seen = append(seen, i)
		}
	}
	v := layout.Vectors{N: len(seen), Dim: len(features[seen[0]]), At: func(i int) []float32 { return features[seen[i]] }}
	axes, err := layout.PCA(ctx, v, m.PCA)
	if err != nil {
		return nil, err
	}
	x := make([][]float64, len(seen))
	for i, number := range seen {
		f := features[number]
		row, length := make([]float64, len(axes.Axes)), 0.0
		for a, axis := range axes.Axes {
			for d, value := range f {
				row[a] += (float64(value) - axes.Mean[d]) * axis[d]
			}
			row[a] /= math.Sqrt(axes.Variance[a] + 1e-12)
			length += row[a] * row[a]
		}
		for a := range row {
			row[a] /= math.Sqrt(length + 1e-12)
		}
		x[i] = row
	}
	clusters, err := represent.KMeans(ctx, x, m.Clusters, rand.New(rand.NewPCG(e.Seed, uint64(e.Number))))
	if err != nil {
		return nil, err
	}
	var before, now []int // of pictures that have been divided twice
	for i, c := range clusters {
		labels[seen[i]] = int32(c)
		if e.Labels != nil && e.Labels[seen[i]] >= 0 {
			before, now = append(before, int(e.Labels[seen[i]])), append(now, c)
		}
	}
	if e.Labels != nil {
		if stable, err := represent.NMI(before, now); err == nil {
			e.Metric("stable", stable)
		}
	}
	return labels, e.Renew(Student, told)
}
