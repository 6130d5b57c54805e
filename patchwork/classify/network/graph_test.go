package network

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// random are n numbers of a seed.
func random(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

// TestGradientNumerically compares the gradients of every kind of layer in training with finite differences.
func TestGradientNumerically(t *testing.T) {
	for _, tt := range []struct {
		o  Options
		in Shape
	}{
		{Options{Layers: "5,p,r,4", Kernel: 3, BatchNorm: true, Pooling: AveragePooling}, Shape{4, 5, 3}},
		{Options{Layers: "4,r", Kernel: 3, Separable: true, Pooling: Flatten}, Shape{3, 3, 2}},
		{Options{Layers: "5,r,3", BatchNorm: true}, Vector(4)},
	} {
		n := build(t, tt.o, tt.in)
		values := map[string][]float64{}
		s := fresh(t, n, func(v Variable, s *model.Store) {
			w := random(v.Size(), uint64(len(v.Path))+uint64(v.Size()))
			if v.Role == Running {
				clear(w)
			}
			values[v.Path] = w
			s.VariableWithValue("/net/"+v.Path, tensors.FromFlatDataAndDimensions(w, v.Dims...)).SetTrainable(v.Role != Running)
		})
		var over []Variable
		for _, v := range n.Variables() {
			if v.Role != Running {
				over = append(over, v)
			}
		}
		const batch = 4
		x := tensors.FromFlatDataAndDimensions(random(batch*tt.in.Size(), 3), append([]int{batch}, tt.in.Dims()...)...)
		exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) []*Node {
			g := x.Graph()
			s.SetTraining(g, true)
			y := n.Graph(s, "/net", x)
			loss := Add(ReduceAllSum(Sin(y)), MulScalar(HalfSquares(s, "/net", n.Variables(), y), 0.3))
			var nodes []*Node
			for _, v := range over {
				nodes = append(nodes, s.GetVariable("/net/"+v.Path).NodeValue(g))
			}
			return append([]*Node{loss}, Gradient(loss, nodes...)...)
		})
		if err != nil {
			t.Fatal(err)
		}
		first := call(t, exec, x)
		var gradients [][]float64
		for _, g := range first[1:] {
			gradients = append(gradients, tensors.MustCopyFlatData[float64](g))
		}
		lossWith := func(v Variable, w []float64) float64 {
			if err := s.GetVariable("/net/" + v.Path).SetValue(tensors.FromFlatDataAndDimensions(w, v.Dims...)); err != nil {
				t.Fatal(err)
			}
			return tensors.ToScalar[float64](call(t, exec, x)[0])
		}
		for i, v := range over {
			w := values[v.Path]
			for j := 0; j < len(w); j += 1 + len(w)/5 {
				const h = 1e-6
				at := w[j]
				w[j] = at + h
				up := lossWith(v, w)
				w[j] = at - h
				down := lossWith(v, w)
				w[j] = at
				lossWith(v, w)
				if want := (up - down) / (2 * h); math.Abs(gradients[i][j]-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("%+v: gradient of %s at %d is %.9f, finite differences give %.9f", tt.o, v.Path, j, gradients[i][j], want)
				}
			}
		}
	}
}

// outputs runs n with weights of a seed on ones, several times.
func outputs(t *testing.T, n *Net, seed uint64, training bool, batch, times int) (out [][]float32) {
	t.Helper()
	s := model.NewStore()
	defer s.Finalize()
	Put(s, "/net", n.Variables(), seed)
	if err := s.SetRNGStateFromSeed(int64(seed)); err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) *Node {
		s.SetTraining(x.Graph(), training)
		return n.Graph(s, "/net", x)
	})
	if err != nil {
		t.Fatal(err)
	}
	ones := make([]float32, batch*n.In().Size())
	for i := range ones {
		ones[i] = 1
	}
	for range times {
		y := call(t, exec, tensors.FromFlatDataAndDimensions(ones, append([]int{batch}, n.In().Dims()...)...))
		out = append(out, tensors.MustCopyFlatData[float32](y[0]))
	}
	return out
}

// TestDropout: in training whole channels are 0 in the asked share and the others are scaled up; else nothing happens.
func TestDropout(t *testing.T) {
	const batch, channels, rate = 50, 40, 0.3
	n := build(t, Options{Layers: "d", Dropout: rate, Pooling: KeepMap}, Shape{2, 3, channels})
	for _, v := range outputs(t, n, 1, false, batch, 1)[0] {
		if v != 1 {
			t.Fatalf("inference changed 1 to %g", v)
		}
	}
	runs := outputs(t, n, 1, true, batch, 2)
	if reflect.DeepEqual(runs[0], runs[1]) {
		t.Error("two steps dropped the same channels")
	}
	if again := outputs(t, n, 1, true, batch, 2); !reflect.DeepEqual(again, runs) {
		t.Error("the same seed dropped other channels")
	}
	if other := outputs(t, n, 2, true, batch, 1); reflect.DeepEqual(other[0], runs[0]) {
		t.Error("another seed dropped the same channels")
	}
	dropped := 0
	for i := range batch {
		for c := range channels {
			first := runs[0][i*6*channels+c]
			if first == 0 {
				dropped++
			} else if math.Abs(float64(first)-1/(1-rate)) > 1e-6 {
				t.Fatalf("a kept channel is %g, want %g", first, 1/(1-rate))
			}
			for p := range 6 {
				if v := runs[0][(i*6+p)*channels+c]; v != first {
					t.Fatalf("image %d, channel %d: %g and %g; want the whole channel alike", i, c, first, v)
				}
			}
		}
	}
	// 2,000 draws: five standard deviations are 0.051.
	if share := float64(dropped) / (batch * channels); math.Abs(share-rate) > 0.051 {
		t.Errorf("%.3f of the channels were dropped, want %g", share, rate)
	}
	vector := outputs(t, build(t, Options{Layers: "d"}, Vector(100)), 1, true, 3, 1)[0]
	zeros := 0
	for _, v := range vector {
		if v == 0 {
			zeros++
		} else if v != 2 {
			t.Fatalf("a kept feature is %g, want 2", v)
		}
	}
	if zeros < 90 || zeros > 210 {
		t.Errorf("%d of 300 features were dropped, want about half", zeros)
	}
}

// TestSeedsAndSpread: same seed same weights, whatever else there is; the spread is He's.
func TestSeedsAndSpread(t *testing.T) {
	n := build(t, Options{Layers: "300,r", Kernel: 3, Separable: true, BatchNorm: true}, Shape{4, 4, 200})
	kernel := func(path string) Variable {
		for _, v := range n.Variables() {
			if v.Path == path {
				return v
			}
		}
		t.Fatalf("no variable %s", path)
		return Variable{}
	}
	for path, variance := range map[string]float64{ // by hand
		"1/kernel":          2. / 200, // He et al. 2015: 2/inputs in front of ReLU
		"1/depthwise":       1. / 9,   // 1/inputs, nothing follows
		"2/second/kernel":   2. / 300,
		"2/first/depthwise": 1. / 9,
	} {
		v := kernel(path)
		w := v.First("/net/"+path, 4)
		sum := 0.0
		for _, x := range w {
			sum += float64(x) * float64(x)
		}
		if got := sum / float64(len(w)); math.Abs(got/variance-1) > 0.06 {
			t.Errorf("%s begins with a variance of %g, want %g", path, got, variance)
		}
		if !reflect.DeepEqual(w, v.First("/net/"+path, 4)) || reflect.DeepEqual(w, v.First("/net/"+path, 5)) || reflect.DeepEqual(w, v.First("/other/"+path, 4)) {
			t.Errorf("%s does not depend on seed and path alone", path)
		}
	}
	if gain, shift := kernel("1/gain").First("", 1), kernel("1/shift").First("", 1); gain[7] != 1 || shift[7] != 0 {
		t.Errorf("gain begins at %g, shift at %g; want 1 and 0", gain[7], shift[7])
	}
	a, b := outputs(t, n, 3, true, 2, 1), outputs(t, n, 3, true, 2, 1)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gives other outputs")
	}
}

func TestGetAndSet(t *testing.T) {
	n := build(t, Options{Layers: "3", BatchNorm: true}, Vector(2))
	s := model.NewStore()
	defer s.Finalize()
	Put(s, "/net", n.Variables(), 1)
	for _, v := range n.Variables() {
		got, err := Get(s, "/net", v)
		if err != nil || !reflect.DeepEqual(got, v.First("/net/"+v.Path, 1)) {
			t.Errorf("%s: %v, %v", v.Path, got, err)
		}
		if trainable := s.GetVariable("/net/" + v.Path).Trainable; trainable != (v.Role != Running) {
			t.Errorf("%s is trainable: %v", v.Path, trainable)
		}
	}
	if _, err := Get(s, "/elsewhere", n.Variables()[0]); err == nil || err.Error() != "variable /elsewhere/1/kernel is missing" {
		t.Error(err)
	}
}
