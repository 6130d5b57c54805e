package patchwork

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// An attribution of a classifier in context is that of unit(unit(x - mean) + ½·s) with s held: by hand, from the features of the network.
func TestAttributionInContext(t *testing.T) {
	p := seenProject(t, 24)
	ctx := t.Context()
	// A strong pull of the weights to 0: scores near one half say logits exactly.
	if _, err := p.Train(ctx, TrainOptions{Options: classify.Options{Context: classify.NeighbourContext, WeightDecay: 1}}, nil); err != nil {
		t.Fatal(err)
	}
	outside := photos(t, 3) // other files
	album, err := OpenAlbum(ctx, []string{outside}, 1)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := p.Attribution(ctx, AttributionOptions{}, nil, album)
	if err != nil || !regexp.MustCompile(`^the images of the project that would be its neighbours \([1-5]\), held as they are$`).MatchString(foreign.Results[0].Context) || foreign.Results[0].Off > 0.1 {
		t.Errorf("an image from elsewhere: %+v, %v", foreign.Results, err)
	}
	r, err := p.Attribution(ctx, AttributionOptions{}, nil, p.Album(0, 5))
	if err != nil || !strings.Contains(r.String(), "; in context: its neighbours in the project, held as they are") {
		t.Fatalf("%v, %v", r, err)
	}
	m, err := p.Model()
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range []int{0, 5} {
		one := r.Results[i]
		want := float64(scores.For(mustLabels(t, p))(row)[slices.Index(mustLabels(t, p).Classes(), one.Of)])
		if math.Abs(1/(1+math.Exp(-one.Score))-want) > 1e-3 || one.Off > 0.1 {
			t.Errorf("row %d: %+v; want the score %.4f", row, one, want)
		}
	}

	n, err := p.NetworkFile()
	if err != nil {
		t.Fatal(err)
	}
	_, net, err := p.networkOf(m, n)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	logits, err := m.PutLogits(net.Store())
	if err != nil {
		t.Fatal(err)
	}
	l, err := p.looks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	held, err := p.holdContext(ctx, l, net.Store(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := p.Album(5).read(ctx, net.W, net.H)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.hold(ctx, net, 5, pictures[0]); err != nil {
		t.Fatal(err)
	}
	pull := held.drawn.Pull(5)
	byHand := func(change int, by float32) float64 { // logit of class 0 of the picture with one number changed
		t.Helper()
		im := *pictures[0].Image
		im.Pix = slices.Clone(im.Pix)
		im.Pix[change] += by
		x, err := net.Answers(ctx, nil, &im)
		if err != nil {
			t.Fatal(err)
		}
		z, length := make([]float64, len(x[0])), 0.0
		for k, v := range x[0] {
			z[k] = float64(v) - held.drawn.Mean()[k]
			length += z[k] * z[k]
		}
		c, sum := make([]float32, len(z)), 0.0
		for k := range z {
			z[k] = z[k]/math.Sqrt(length) + float64(pull[k])
			sum += z[k] * z[k]
		}
		for k := range z {
			c[k] = float32(z[k] / math.Sqrt(sum))
		}
		p, err := m.Scores(ctx, 1, func(int) []float32 { return c })
		if err != nil {
			t.Fatal(err)
		}
		return math.Log(float64(p[0]) / (1 - float64(p[0])))
	}
	attributor, err := net.Attributor(held.before(logits), see.AttributionOptions{Steps: 64})
	if err != nil {
		t.Fatal(err)
	}
	defer attributor.Close()
	direction := make([]float32, len(m.Info().Classes))
	direction[0] = 1
	const step = 0.2
	largest := 0.0
	for _, at := range []int{100, 301, 450} {
		base := *pictures[0].Image
		base.Pix = slices.Clone(base.Pix)
		base.Pix[at] -= step
		a, err := attributor.Of(ctx, pictures[0].Image, &base, direction)
		if err != nil {
			t.Fatal(err)
		}
		want := byHand(at, 0) - byHand(at, -step)
		largest = max(largest, math.Abs(want))
		if got := float64(a.Values[at]); math.Abs(got-want) > 1e-4+0.02*math.Abs(want) {
			t.Errorf("number %d: %.6f by the gradient, %.6f by hand, graph %.6f", at, got, want, a.Score-a.Baseline)
		}
	}
	if largest < 1e-3 {
		t.Errorf("no number that was changed matters: %g at most", largest)
	}
}
