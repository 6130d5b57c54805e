package see

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

type golden struct {
	Cases []struct {
		Baseline      string
		Rule          Rule
		Steps         int
		Score         float64
		BaselineScore float64 `json:"baseline_score"`
		Gap           float64
		Values        []float64
	}
	Gauss map[string][2][]float64
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/attribution.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func sines(count int, step, size, shift float64) []float32 {
	out := make([]float32, count)
	for i := range out {
		out[i] = float32(shift + size*math.Sin(step*float64(i)))
	}
	return out
}

// small is the network of testdata/attribution.py.
func small() *Network {
	n := &Network{Name: "small", W: 10, H: 12, Channels: 3, store: model.NewStore(), explain: func(err error) error { return err }}
	n.graph = func(x *graph.Node) *graph.Node {
		weights := func(step, size float64, dims ...int) *graph.Node {
			count := 1
			for _, d := range dims {
				count *= d
			}
			return graph.ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(sines(count, step, size, 0), dims...))
		}
		x = graph.Tanh(graph.Convolve(x, weights(0.7, 0.4, 3, 3, 3, 6)).StridePerAxis(2, 2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done())
		x = graph.Convolve(x, weights(1.3, 0.3, 3, 3, 6, 8)).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
		x = graph.Log1P(graph.Exp(x))
		return graph.MatMul(graph.ReduceMean(x, 1, 2), weights(0.9, 1, 8, 4))
	}
	return n
}

func flat(w, h int, level float32) *augment.Image {
	im := augment.NewImage(h, w, 3)
	for i := range im.Pix {
		im.Pix[i] = level
	}
	return im
}

func TestAttributionGolden(t *testing.T) {
	net := small()
	defer net.Close()
	image := &augment.Image{W: 10, H: 12, C: 3, Pix: sines(360, 0.37, 0.5, 0.5)}
	baselines := map[string]*augment.Image{"black": flat(10, 12, 0), "grey": flat(10, 12, 0.3)}
	for _, c := range readGolden(t).Cases {
		a, err := net.Attributor(nil, AttributionOptions{Steps: c.Steps, Rule: c.Rule})
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.Of(t.Context(), image, baselines[c.Baseline], []float32{-0.5, 0, 1, 0.25})
		a.Close()
		if err != nil {
			t.Fatal(err)
		}
		const source = "testdata/attribution.py, float64, PyTorch 1.13"
		for what, pair := range map[string][2]float64{"score": {got.Score, c.Score}, "score of the baseline": {got.Baseline, c.BaselineScore}, "gap": {got.Gap, c.Gap}} {
			if math.Abs(pair[0]-pair[1]) > 2e-6 {
				t.Errorf("%s, %s %d: the %s is %.8f, want %.8f (%s)", c.Baseline, c.Rule, c.Steps, what, pair[0], pair[1], source)
			}
		}
		for i, v := range got.Values {
			if math.Abs(float64(v)-c.Values[i]) > 1e-7 {
				t.Errorf("%s, %s %d: value %d is %.9f, want %.9f (%s)", c.Baseline, c.Rule, c.Steps, i, v, c.Values[i], source)
				break
			}
		}
	}
}

func TestGaussGolden(t *testing.T) {
	for steps, want := range readGolden(t).Gauss {
		m, _ := strconv.Atoi(steps)
		at, weight, err := Gauss.points(m)
		if err != nil || len(at) != m+2 || at[m] != 0 || at[m+1] != 1 || weight[m] != 0 || weight[m+1] != 0 {
			t.Fatalf("%d points and %d weights for %d steps, %v", len(at), len(weight), m, err)
		}
		for i := range m {
			if math.Abs(at[i]-want[0][i]) > 1e-9 || math.Abs(weight[i]-want[1][i]) > 1e-9 {
				t.Errorf("point %d of %d is %.10f with the weight %.10f; want %.10f, %.10f (numpy's leggauss)", i, m, at[i], weight[i], want[0][i], want[1][i])
			}
		}
	}
	if _, _, err := Rule("simpson").points(3); err == nil || !strings.Contains(err.Error(), `no rule "simpson"; want gauss or trapezoid`) {
		t.Error(err)
	}
	if _, _, err := Gauss.points(-1); err == nil || !strings.Contains(err.Error(), "-1 steps") {
		t.Error(err)
	}
}

// save writes a network with random weights, as a folder.
func save(t *testing.T, name string, o backbone.Options, side int) string {
	t.Helper()
	net, err := backbone.New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	dir := t.TempDir() + "/" + name
	exec, err := model.NewExec(backend(t), store, func(scope *model.Scope, x *graph.Node) *graph.Node { return net.Graph(scope, x) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	exec.MustCall1(tensors.FromFlatDataAndDimensions(noise(side, side, max(o.Inputs, 3), 9).Pix, 1, side, side, max(o.Inputs, 3))).FinalizeAll() // gives the variables values
	if err := backbone.Save(dir, store, "/", backbone.Saved{Name: name, Options: o, Width: side, Height: side}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func backend(t *testing.T) gomlx.Backend {
	t.Helper()
	b, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func noise(w, h, c int, seed uint64) *augment.Image {
	rng := rand.New(rand.NewPCG(seed, 1))
	im := augment.NewImage(h, w, c)
	for i := range im.Pix {
		im.Pix[i] = rng.Float32()
	}
	return im
}

// Of a whole network, with its ReLUs, the values sum up to the difference of the scores; the more steps the better. A pixel that is as in the
// baseline contributes nothing.
func TestCompleteness(t *testing.T) {
	dir := save(t, "resnet-tiny", backbone.Options{Width: 0.25}, 32)
	net, err := Open(dir, features.ONNXOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	image, baseline := noise(32, 32, 3, 1), flat(32, 32, 0)
	copy(image.Pix[:96], baseline.Pix[:96])
	answers, err := net.Answers(t.Context(), nil, image, baseline)
	if err != nil {
		t.Fatal(err)
	}
	var length float64
	for _, v := range answers[0] {
		length += float64(v) * float64(v)
	}
	if math.Abs(length-1) > 1e-5 {
		t.Errorf("a vector has the squared length %g, want 1", length)
	}
	direction := answers[1] // the cosine with the features of the baseline
	gaps := map[int]float64{}
	for _, steps := range []int{2, 200} {
		a, err := net.Attributor(nil, AttributionOptions{Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		r, err := a.Of(t.Context(), image, baseline, direction)
		if err != nil {
			t.Fatal(err)
		}
		var cosine, sum float64
		for i, v := range answers[0] {
			cosine += float64(v) * float64(direction[i])
		}
		for i, v := range r.Values {
			if sum += float64(v); i < 96 && v != 0 {
				t.Fatalf("value %d is %g, and the pixel is that of the baseline", i, v)
			}
		}
		if math.Abs(r.Baseline-1) > 1e-5 || math.Abs(r.Score-cosine) > 1e-5 || math.Abs(sum-(r.Score-r.Baseline)-r.Gap) > 1e-5 {
			t.Errorf("scores %g and %g, sum %g, gap %g; want the cosines %g and 1", r.Score, r.Baseline, sum, r.Gap, cosine)
		}
		gaps[steps] = math.Abs(r.Gap / (r.Score - r.Baseline))
	}
	if gaps[200] > 0.005 || gaps[200] > gaps[2]/5 {
		t.Errorf("the gaps are %g with 2 steps and %g with 200", gaps[2], gaps[200])
	}
}

func TestAttributionErrors(t *testing.T) {
	net := small()
	defer net.Close()
	if _, err := net.Attributor(nil, AttributionOptions{Rule: "left"}); err == nil || !strings.Contains(err.Error(), `no rule "left"`) {
		t.Error(err)
	}
	a, err := net.Attributor(nil, AttributionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for says, try := range map[string][2]*augment.Image{
		"the image has 9×12 pixels with 3 channels; want 10×12 with 3": {flat(9, 12, 0), flat(10, 12, 0)},
		"the baseline is nil": {flat(10, 12, 0), nil},
	} {
		if _, err := a.Of(t.Context(), try[0], try[1], make([]float32, 4)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
	if _, err := a.Of(t.Context(), flat(10, 12, 1), flat(10, 12, 0), make([]float32, 3)); err == nil || !strings.Contains(err.Error(), "see: small") {
		t.Errorf("a direction of another length: %v", err)
	}
	if _, err := Open(t.TempDir(), features.ONNXOptions{}, nil); err == nil || !strings.Contains(err.Error(), "no network in") {
		t.Error(err)
	}
}
