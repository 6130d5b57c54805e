package pretrain

import (
	"context"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
)

// lessons are short trainings of every method, with rates and settings for a network of 64 channels.
var lessons = map[string]struct {
	rate         float64
	batch, steps int
	settings     string
}{
	"simclr":      {0.01, 64, 150, ""},
	"hcl":         {0.01, 64, 150, ""},
	"moco":        {0.01, 64, 150, "queue=1024"},
	"nnclr":       {0.01, 64, 150, "queue=1024"},
	"byol":        {0.003, 64, 600, "momentum=0.95"},
	"simsiam":     {0.01, 64, 600, "hidden=128 predictor=32"},
	"vicreg":      {0.01, 64, 250, ""},
	"barlow":      {0.01, 64, 150, "hidden=128"},
	"dino":        {0.003, 64, 400, "prototypes=256 crops=0 momentum=0.9 hidden=128 bottleneck=64 sharp=0.05"},
	"adco":        {0.01, 64, 200, "negatives=256"},
	"supcon":      {0.01, 64, 100, ""},
	"iic":         {0.01, 64, 300, ""},
	"rotation":    {0.01, 64, 300, ""},
	"detcon":      {0.01, 32, 100, "segments=4"},
	"deepcluster": {0.003, 64, 400, "clusters=16 pca=32"},
	"mae":         {0.001, 64, 250, "normalise=false"},
	"autoencoder": {0.003, 64, 500, "dropout=0"},
	"context":     {0.003, 64, 300, "dropout=0 critic=8"},
}

// learned is by how much at least a lesson raises the accuracy of a linear probe above that on the first weights.
const learned = 0.05

// Every method makes features from which a linear probe tells the kinds of pictures better than from those of the first weights.
func TestMethodsLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains every method; leave out -short")
	}
	source, kinds := drawings(t, 384, 1)
	test, err := represent.Stratified(kinds, 0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]int32, len(kinds)) // of a sixth
	for i, k := range kinds {
		if labels[i] = -1; !test[i] && i%3 == 0 {
			labels[i] = int32(k)
		}
	}
	for _, c := range Cards() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			lesson, ok := lessons[c.Name]
			if !ok {
				t.Fatal("no lesson is written for this method")
			}
			m, err := New(c.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range strings.Fields(lesson.settings) {
				name, value, _ := strings.Cut(text, "=")
				if err := Set(m, name, value); err != nil {
					t.Fatal(err)
				}
			}
			o := quick()
			o.Rate, o.Batch, o.Steps = lesson.rate, lesson.batch, lesson.steps
			this := task(t, m, source)
			this.Labels = labels
			if c.Name == "mae" {
				if this.Network, err = backbone.New("vit-tiny", backbone.Options{Width: 0.25, Patch: 4}); err != nil {
					t.Fatal(err)
				}
			}
			var probes []float64
			this.Look = func(ctx context.Context, now *Trained) (map[string]float64, error) {
				f, err := now.Features(ctx, source)
				if err != nil {
					return nil, err
				}
				p, err := represent.Probe(f, kinds, test)
				probes = append(probes, float64(p.Accuracy.Value))
				return map[string]float64{"probe": probes[len(probes)-1]}, err
			}
			r := train(t, this, o)
			before, after := probes[0], r.Last.Looked["probe"]
			t.Logf("%.3f → %.3f; loss %.3f, %v, %.0f images/s", before, after, r.Last.Loss, r.Last.Metrics, r.Last.Speed)
			if after < before+learned {
				t.Errorf("a linear probe tells %.3f after training and %.3f before; want %.2f more", after, before, learned)
			}
		})
	}
}
