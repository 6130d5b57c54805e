package cpu

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// resnet is the network that the project's figures are about: a 3×3 stem and three stages of width, 2·width and
// 4·width, each of so many residual blocks, batch normalisation in training, averaged over the map.
type resnet struct {
	width, blocks int
	one           bool // normalisation is one operation, which GoMLX's Go backend lacks
}

func (n resnet) weights(s *model.Scope, g *Graph, dims ...int) *Node {
	return s.WithInitializer(initializer.XavierNormalFn(s.Store())).VariableWithShape("w", shapeOf(dtypes.Float32, dims...)).NodeValue(g)
}

func (n resnet) norm(s *model.Scope, x *Node) *Node {
	c := x.Shape().Dimensions[3]
	gain := s.WithInitializer(initializer.One).VariableWithShape("gain", shapeOf(dtypes.Float32, 1, 1, 1, c)).NodeValue(x.Graph())
	shift := s.WithInitializer(initializer.Zero).VariableWithShape("shift", shapeOf(dtypes.Float32, 1, 1, 1, c)).NodeValue(x.Graph())
	if n.one {
		y, _, _ := InternalBatchNormForTraining(x, Reshape(gain, c), Reshape(shift, c), 1e-5, 3)
		return y
	}
	return batchNormOver(0, 1, 2)([]*Node{x, gain, shift})
}

func (n resnet) conv(s *model.Scope, x *Node, out, size, stride int) *Node {
	w := n.weights(s, x.Graph(), size, size, x.Shape().Dimensions[3], out)
	return n.norm(s, Convolve(x, w).PadSame().Strides(stride).Done())
}

func (n resnet) block(s *model.Scope, x *Node, out, stride int) *Node {
	y := relu(n.conv(s.At("first"), x, out, 3, stride))
	y = n.conv(s.At("second"), y, out, 3, 1)
	if x.Shape().Dimensions[3] != out || stride != 1 {
		x = n.conv(s.At("short"), x, out, 1, stride)
	}
	return relu(Add(x, y))
}

func relu(x *Node) *Node { return Max(x, ScalarZero(x.Graph(), x.DType())) }

func (n resnet) features(s *model.Scope, x *Node) *Node {
	x = relu(n.conv(s.At("stem"), x, n.width, 3, 1))
	for stage := range 3 {
		for b := range n.blocks {
			stride := 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			x = n.block(s.At("block%d%d", stage, b), x, n.width<<stage, stride)
		}
	}
	return ReduceMean(x, 1, 2) // [batch, 4·width]
}

// contrast is NT-Xent at temperature 1/2: rows 2i and 2i+1 are two views of one picture.
func contrast(s *model.Scope, x *Node) *Node {
	n, d := x.Shape().Dimensions[0], x.Shape().Dimensions[1]
	h := relu(MatMul(x, resnet{}.weights(s.At("hidden"), x.Graph(), d, 128)))
	z := L2Normalize(MatMul(h, resnet{}.weights(s.At("out"), x.Graph(), 128, 64)), -1)
	logits := MulScalar(MatMul(z, Transpose(z, 0, 1)), 2) // [n, n]
	g := x.Graph()
	row, col := Iota(g, shapeOf(dtypes.Int32, n, n), 0), Iota(g, shapeOf(dtypes.Int32, n, n), 1)
	self := ConvertDType(Equal(row, col), dtypes.Float32)
	partner := ConvertDType(Equal(BitwiseXor(row, OnesLike(row)), col), dtypes.Float32)
	return Neg(MulScalar(ReduceAllSum(Mul(LogSoftmax(Sub(logits, MulScalar(self, 1e9))), partner)), 1/float64(n)))
}

// trainer returns a function that does one step and returns the loss.
func trainer(t testing.TB, b compute.Backend, n resnet) func(x *tensors.Tensor) float64 {
	t.Helper()
	store := model.NewStore()
	store.SetParam("/initializer_seed", int64(42))
	opt := optimizer.Adam().LearningRate(1e-3).Done()
	exec, err := model.NewExec(b, store, func(s *model.Scope, x *Node) *Node {
		store.SetTraining(x.Graph(), true)
		loss := contrast(s.At("head"), n.features(s.At("net"), x))
		opt.UpdateGraph(s, x.Graph(), loss)
		return loss
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(x *tensors.Tensor) float64 {
		y, err := exec.Call1(x)
		if err != nil {
			t.Fatal(err)
		}
		defer y.MustFinalizeAll()
		return float64(tensors.ToScalar[float32](y))
	}
}

// TestTraining trains a small ResNet for some steps here and on GoMLX's Go backend. The losses stay together to 1e-3;
// rounding errors grow from step to step. They fall, and another run gives the same bits.
func TestTraining(t *testing.T) {
	n := resnet{width: 4, blocks: 1}
	batch := func() *tensors.Tensor { return randomTensor(rand.New(rand.NewPCG(2, 2)), 8, 8, 8, 3) }
	losses := func(b compute.Backend) []float64 {
		step, x := trainer(t, b, n), batch()
		var list []float64
		for range 8 {
			list = append(list, step(x))
		}
		return list
	}
	b := testBackend(t, Options{Logger: func(m string) { t.Error(m) }, Workers: 3})
	got := losses(b)
	compare(t, "losses", [][]float64{got}, [][]float64{losses(reference(t))}, 1e-3)
	if got[7] >= got[0] {
		t.Errorf("the loss does not fall: %v", got)
	}
	for i, v := range losses(testBackend(t, Options{Workers: 1})) {
		if v != got[i] {
			t.Errorf("step %d: loss %v with one worker, %v with three", i, v, got[i])
		}
	}
}

// BenchmarkResNetStep is a training step of the ResNet of the project's figures: batch 64, 32 × 32 pixels.
func BenchmarkResNetStep(b *testing.B) {
	be := testBackend(b, Options{Stats: true})
	x := randomTensor(rand.New(rand.NewPCG(2, 2)), 64, 32, 32, 3)
	step := trainer(b, be, resnet{width: 32, blocks: 2, one: true})
	start := time.Now()
	step(x)
	b.Logf("the first step, with compiling, took %v", time.Since(start))
	step(x)
	be.ResetStats()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		step(x)
		best = min(best, time.Since(start))
	}
	b.ReportMetric(64/best.Seconds(), "best-images/s")
	b.ReportMetric(64*float64(b.N)/b.Elapsed().Seconds(), "images/s")
	for line := range strings.Lines(be.StatsTable(40)) {
		b.Log(strings.TrimSpace(line))
	}
}
