package backbone

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// run evaluates a graph over a store once.
func run(t *testing.T, s *model.Store, f func(scope *model.Scope, x *Node) *Node, x *tensors.Tensor) []float32 {
	t.Helper()
	exec, err := model.NewExec(backend(t), s, f)
	if err != nil {
		t.Fatal(err)
	}
	y, err := exec.Call1(x)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](y)
}

// TestFirstValues: they depend on seed and path alone, and have He's spread.
func TestFirstValues(t *testing.T) {
	n := mustNew(t, "resnet-tiny", Options{})
	kernel := func(seed any, path string) []float32 {
		s := model.NewStore()
		defer s.Finalize()
		if seed != nil {
			s.SetParam("/initializer_seed", seed)
		}
		maps(t, n, s, path)
		values, err := valuesOf(s, path+"/stage3/block1/conv2/kernel")
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	w := kernel(int64(3), "/net")
	if !reflect.DeepEqual(w, kernel(3, "/net")) {
		t.Error("the same seed gives other values")
	}
	if !reflect.DeepEqual(kernel(nil, "/net"), kernel(int64(0), "/net")) {
		t.Error("no seed is not the seed 0")
	}
	if reflect.DeepEqual(w, kernel(int64(4), "/net")) || reflect.DeepEqual(w, kernel(int64(3), "/other")) {
		t.Error("another seed or path gives the same values")
	}
	sum := 0.0
	for _, v := range w {
		sum += float64(v) * float64(v)
	}
	// He et al. 2015, eq. 10: 2/(9·256); of 590,000 draws the spread of the estimate is 0.2 %.
	if got, want := sum/float64(len(w)), 2.0/(9*256); math.Abs(got/want-1) > 0.01 {
		t.Errorf("kernels begin with a variance of %g, want %g", got, want)
	}
}

// TestTokens: a transformer's map is its blocks on its tokens, and its blocks take a part of them.
func TestTokens(t *testing.T) {
	n := mustNew(t, "vit-tiny", Options{Width: 0.125, Stem: SmallStem, ClassToken: true}).(Tokenizer)
	s := fill(t, n)
	x := pictures(2, 12, 3, 1) // 3×3 patches
	whole := run(t, s, func(scope *model.Scope, x *Node) *Node { return n.Graph(scope.At("net"), x) }, x)
	parts := run(t, s, func(scope *model.Scope, x *Node) *Node {
		at := scope.At("net")
		y := n.Blocks(at, n.Tokens(at, x)) // [2, 1 + 9, 24]
		return Slice(y, AxisRange(), AxisRange(1), AxisRange())
	}, x)
	if !reflect.DeepEqual(whole, parts) {
		t.Error("tokens and blocks give another map than the whole")
	}
	some := run(t, s, func(scope *model.Scope, x *Node) *Node {
		at := scope.At("net")
		return n.Blocks(at, Slice(n.Tokens(at, x), AxisRange(), AxisRange(2, 5), AxisRange()))
	}, x)
	if len(some) != 2*(1+3)*24 {
		t.Errorf("blocks on 3 tokens of 2 images give %d numbers, want %d", len(some), 2*4*24)
	}
	if p := Positions(1, 3, 4); len(p) != 12 || p[0] != 0 || p[1] != 1 || math.Abs(float64(p[8])-math.Sin(2)) > 1e-7 || p[10] != 0 || p[11] != 1 {
		t.Errorf("positions of one row are %v", p) // sin and cos of the column, then of the row, at frequency 1
	}
}

// TestDrops: in training whole branches, channels or numbers are dropped in the asked share, and the others scaled.
func TestDrops(t *testing.T) {
	const batch, channels, rate = 60, 40, 0.3
	ones := tensors.FromFlatDataAndDimensions(repeat(1, batch*4*channels), batch, 2, 2, channels)
	draw := func(training bool, drop func(b builder, x *Node) *Node) []float32 {
		s := model.NewStore()
		defer s.Finalize()
		if err := s.SetRNGStateFromSeed(7); err != nil {
			t.Fatal(err)
		}
		return run(t, s, func(scope *model.Scope, x *Node) *Node {
			s.SetTraining(x.Graph(), training)
			return drop(place(scope, x), x)
		}, ones)
	}
	for name, tt := range map[string]struct {
		drop func(b builder, x *Node) *Node
		unit func(image, place, channel int) int // what is drawn together
		n    int                                 // draws
	}{
		"branch":   {func(b builder, x *Node) *Node { return b.dropBranch(x, rate) }, func(i, _, _ int) int { return i }, batch},
		"channels": {func(b builder, x *Node) *Node { return b.dropChannels(x, rate) }, func(i, _, c int) int { return i*channels + c }, batch * channels},
		"numbers":  {func(b builder, x *Node) *Node { return b.dropNumbers(x, rate) }, func(i, p, c int) int { return (i*4+p)*channels + c }, batch * 4 * channels},
	} {
		if got := draw(false, tt.drop); !reflect.DeepEqual(got, repeat(1, batch*4*channels)) {
			t.Errorf("%s: something is dropped outside of training", name)
		}
		got := draw(true, tt.drop)
		kept := map[int]float32{}
		for i, v := range got {
			u := tt.unit(i/(4*channels), i/channels%4, i%channels)
			if old, seen := kept[u]; seen && old != v || v != 0 && math.Abs(float64(v)-1/(1-rate)) > 1e-6 {
				t.Fatalf("%s: %g beside %g; want all alike, 0 or 1/0.7", name, v, old)
			}
			kept[u] = v
		}
		dropped := 0
		for _, v := range kept {
			if v == 0 {
				dropped++
			}
		}
		if share := float64(dropped) / float64(tt.n); len(kept) != tt.n || math.Abs(share-rate) > 5*math.Sqrt(rate*(1-rate)/float64(tt.n)) {
			t.Errorf("%s: %.3f of %d were dropped, want %g of %d", name, share, len(kept), rate, tt.n)
		}
	}
}

func repeat(v float32, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// TestResponseNormOfZeros: a channel of zeros has a gradient.
func TestResponseNormOfZeros(t *testing.T) {
	s := model.NewStore()
	defer s.Finalize()
	g := run(t, s, func(scope *model.Scope, x *Node) *Node {
		return Gradient(ReduceAllSum(place(scope, x).responseNorm("response", x)), x)[0]
	}, tensors.FromFlatDataAndDimensions(repeat(0, 8), 1, 2, 2, 2))
	if !reflect.DeepEqual(g, repeat(1, 8)) { // gain and shift begin at 0, so x alone is left
		t.Errorf("the gradient is %v, want ones", g)
	}
}

// TestInpainting trains encoder, bottleneck, decoder and discriminator together; nothing is left to the inner backend.
func TestInpainting(t *testing.T) {
	for _, depthwise := range []bool{false, true} {
		b := openCPU(t, cpu.Options{Stats: true, Logger: func(m string) { t.Error(m) }})
		encoder := mustNew(t, "context-encoder", Options{Width: 0.25})
		s := model.NewStore()
		defer s.Finalize()
		adam := optimizer.Adam().LearningRate(3e-3).Done()
		exec, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node {
			s.SetTraining(x.Graph(), true)
			m := Bottleneck{Depthwise: depthwise, Dropout: 0.1}.Graph(scope.At("bottleneck"), encoder.Graph(scope.At("encoder"), x))
			y := Decoder{Widths: []int{32, 16, 16, 8, 8}, Dropout: 0.1}.Graph(scope.At("decoder"), m)
			if !y.Shape().Equal(x.Shape()) {
				t.Fatalf("the decoder makes %s of images %s", y.Shape(), x.Shape())
			}
			judged := Discriminator{Widths: []int{8, 16}}.Graph(scope.At("judge"), y) // [batch]
			loss := Add(ReduceAllMean(Abs(Sub(x, y))), MulScalar(ReduceAllMean(Square(judged)), 0.01))
			adam.UpdateGraph(scope, x.Graph(), loss)
			return loss
		})
		if err != nil {
			t.Fatal(err)
		}
		var losses []float32
		for i := range 15 {
			y, err := exec.Call1(pictures(4, 32, 3, 1))
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, tensors.ToScalar[float32](y))
			if i == 0 {
				b.ResetStats()
			}
		}
		if !(losses[14] < losses[0]) {
			t.Errorf("the loss does not fall: %v", losses)
		}
		for _, step := range b.Stats() {
			if strings.HasPrefix(step.Kind, "inner:") && step.Name != "inner:Add((Int64), (Int64)) (Int64)" {
				t.Errorf("%s ran on the inner backend", step.Name)
			}
		}
	}
}

// TestInputStep: pixels become (x − mean)/std in the first layer of every network, with as many channels as asked for.
func TestInputStep(t *testing.T) {
	o := Options{Inputs: 2, Mean: []float64{0.25, 0.5}, Std: []float64{0.5, 2}}
	n := mustNew(t, "resnet-tiny", o).(*network)
	s := model.NewStore()
	defer s.Finalize()
	got := run(t, s, func(_ *model.Scope, x *Node) *Node { return n.input(x) },
		tensors.FromFlatDataAndDimensions(repeat(1, 4*4*2), 1, 4, 4, 2))
	if got[0] != 1.5 || got[1] != 0.25 {
		t.Errorf("ones become %v, want 1.5 and 0.25", got[:2])
	}
	if m := mustNew(t, "resnet-tiny", Options{Inputs: 4}).(*network).o; m.Mean[3] != 0.5 || m.Std[0] != 0.25 {
		t.Errorf("four channels have mean %v and std %v", m.Mean, m.Std)
	}
}

// TestPooled by hand.
func TestPooled(t *testing.T) {
	s := model.NewStore()
	defer s.Finalize()
	got := run(t, s, func(_ *model.Scope, x *Node) *Node { return Pooled(x) },
		tensors.FromFlatDataAndDimensions([]float32{1, 10, 2, 20, 3, 30, 6, 60}, 1, 2, 2, 2))
	if !reflect.DeepEqual(got, []float32{3, 30}) {
		t.Errorf("got %v, want 3 30", got)
	}
}

// TestSharedWeights: two calls with one scope read the same variables, and running averages move twice.
func TestSharedWeights(t *testing.T) {
	n := mustNew(t, "resnet-tiny", Options{Width: 0.125})
	s := fill(t, n)
	before := s.NumVariables()
	same := run(t, s, func(scope *model.Scope, x *Node) *Node {
		s.SetTraining(x.Graph(), true)
		at := scope.At("net")
		return ReduceAllMax(Abs(Sub(n.Graph(at, x), n.Graph(at, x))))
	}, pictures(3, 16, 3, 1))
	if same[0] != 0 || s.NumVariables() != before {
		t.Errorf("two calls differ by %g and there are %d variables, want %d", same[0], s.NumVariables(), before)
	}
	if steps, err := valuesOf(s, "/net/stem/norm/steps"); err != nil || steps[0] != 102 {
		t.Errorf("a normalisation counts %v steps, %v; want 102", steps, err)
	}
	if v := s.GetVariable("/net/stem/norm/gain"); v.Shape().DType != dtypes.Float32 || !v.Shape().Equal(shapes.Make(dtypes.Float32, 8)) {
		t.Errorf("a gain is %s", v.Shape())
	}
}
