package classify

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// The graph of a model gives the scores that it gives without one, whatever the head and the trunk.
func TestLogitsAreThoseOfScores(t *testing.T) {
	vectors, _ := blobs(120, 12, 3, 0.5, false)
	maps, _ := pairs(60)
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		d Data
		o Options
	}{
		"logistic":               {vectors, Options{Head: LogisticHead, Posterior: NoPosterior}},
		"linear":                 {vectors, Options{Head: LinearHead, Epochs: 3}},
		"cosine":                 {vectors, Options{Head: LinearHead, Loss: CosineLoss, Epochs: 3}},
		"softmax":                {vectors, Options{Head: LinearHead, Loss: SoftmaxLoss, Epochs: 3}},
		"mlp":                    {vectors, Options{Head: MLPHead, Hidden: 8, Epochs: 3}},
		"mlp, cosine":            {vectors, Options{Head: MLPHead, Hidden: 8, Loss: CosineLoss, Epochs: 3}},
		"prototypes":             {vectors, Options{Head: PrototypesHead}},
		"pooling":                {maps, Options{Trunk: PoolingTrunk, Taps: "early", Posterior: NoPosterior}},
		"multiscale":             {maps, Options{Trunk: MultiscaleTrunk, Posterior: NoPosterior}},
		"convnet":                {maps, smallConvnet},
		"convnet, mlp":           {maps, Options{Trunk: ConvnetTrunk, Layers: "8,d,p", Kernel: 3, BatchNorm: On, Head: MLPHead, Hidden: 12, Epochs: 3}},
		"logistic, length one":   {vectors, Options{Head: LogisticHead, Posterior: NoPosterior, Normalise: On}},
		"mlp, length one":        {vectors, Options{Head: MLPHead, Hidden: 8, Epochs: 3, Normalise: On}},
		"multiscale, length one": {maps, Options{Trunk: MultiscaleTrunk, Posterior: NoPosterior, Normalise: On}},
		"convnet, length one":    {maps, Options{Trunk: ConvnetTrunk, Layers: "8,d,p", Kernel: 3, Epochs: 3, Normalise: On}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "softmax" {
				tt.d.Groups = [][]string{tt.d.Classes[:2]}
			}
			m := train(t, tt.d, tt.o)
			const n = 20
			want, err := m.Scores(t.Context(), n, tt.d.Features)
			if err != nil {
				t.Fatal(err)
			}
			store := model.NewStore()
			logits, err := m.PutLogits(store)
			if err != nil {
				t.Fatal(err)
			}
			exec, err := model.NewExec(backend, store, func(_ *model.Scope, x *Node) *Node { return logits(x) })
			if err != nil {
				t.Fatal(err)
			}
			var in []float32
			for row := range n {
				in = append(in, tt.d.Features(row)...)
			}
			got := tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(in, n, tt.d.Dim)))
			classes := len(m.Info().Classes)
			for row := range n {
				z := got[row*classes : (row+1)*classes]
				m.head.squash(z)
				for c := range z {
					if math.Abs(float64(z[c]-want[row*classes+c])) > 2e-5 {
						t.Fatalf("class %d of row %d has the score %g by the graph, and %g", c, row, z[c], want[row*classes+c])
					}
				}
			}
		})
	}
	if _, err := train(t, vectors, Options{Head: NeighboursHead}).PutLogits(model.NewStore()); err == nil || !strings.Contains(err.Error(), "neighbours has no gradient") {
		t.Errorf("of neighbours: %v", err)
	}
}
