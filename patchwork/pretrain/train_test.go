package pretrain

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// drawings are pictures of side 32: a disc, a ring, a cross or stripes, anywhere, of any size and in any colours, before a ground that is lighter above,
// so that there is an upright and neither colours nor single pixels tell the kind.
func drawings(t testing.TB, n int, seed uint64) (stream.Source, []int) {
	t.Helper()
	const side = 32
	rng := rand.New(rand.NewPCG(seed, 1))
	kinds, pictures := make([]int, n), make([]*augment.Image, n)
	for i := range n {
		kinds[i] = i % 4
		im := augment.NewImage(side, side, 3)
		ground, ink := rng.Float64()*0.4+0.1, [3]float64{0.5 + 0.5*rng.Float64(), 0.5 + 0.5*rng.Float64(), 0.5 + 0.5*rng.Float64()}
		r := 7 + 4*rng.Float64()
		cx, cy := side/2+6*(rng.Float64()-0.5), side/2+6*(rng.Float64()-0.5)
		for y := range side {
			for x := range side {
				dx, dy := float64(x)-cx, float64(y)-cy
				far := math.Hypot(dx, dy)
				var in bool
				switch kinds[i] {
				case 0:
					in = far < r*0.8
				case 1:
					in = far < r && far > r*0.55
				case 2:
					in = max(math.Abs(dx), math.Abs(dy)) < r && min(math.Abs(dx), math.Abs(dy)) < r*0.25
				default:
					in = max(math.Abs(dx), math.Abs(dy)) < r && math.Mod(dy+4*r, r*0.6) < r*0.3
				}
				for c := range 3 {
					v := ground + 0.3*(1-float64(y)/side)
					if in {
						v = ink[c]
					}
					im.Pix[(y*side+x)*3+c] = float32(min(max(v+0.04*rng.NormFloat64(), 0), 1))
				}
			}
		}
		pictures[i] = im
	}
	source, err := stream.Images(pictures)
	if err != nil {
		t.Fatal(err)
	}
	return source, kinds
}

func small(t testing.TB) backbone.Network {
	t.Helper()
	n, err := backbone.New("resnet-tiny", backbone.Options{Width: 0.25, Patch: 4})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func task(t testing.TB, m Method, source stream.Source) Task {
	return Task{Source: source, Method: m, Network: small(t)}
}

func quick() Options {
	return Options{Batch: 32, Side: 32, Steps: 60, Seed: 3, Crop: [2]float64{0.4, 1}, Augment: &augment.Params{FlipLeftRight: true, Jitter: 0.5, DropColor: 0.5}}
}

func train(t testing.TB, task Task, o Options) *Result {
	t.Helper()
	r, err := Train(t.Context(), task, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestTrainingGoesOnToTheBit(t *testing.T) {
	source, _ := drawings(t, 96, 1)
	whole := task(t, NewSimCLR(), source)
	o := quick()
	o.Steps, o.Save = 14, 4
	first := train(t, whole, o)
	want, err := first.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	cut := whole
	cut.Folder = t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	r, err := Train(ctx, cut, o, func(p Point) {
		if p.Step == 7 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || r == nil || r.Last.Step != 7 {
		t.Fatalf("cut off: %v, %+v", err, r)
	}
	r.Close()
	r = train(t, cut, o)
	if r.Resumed != 7 || r.Last.Step != 14 {
		t.Errorf("went on from step %d to %d, want 7 to 14", r.Resumed, r.Last.Step)
	}
	got, err := r.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("features of picture %d differ after a cut: %v and %v", i, got[i][:4], want[i][:4])
		}
	}
}
