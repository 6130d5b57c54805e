package backbone

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// small are networks of every family and every normalisation, small enough for tests.
var small = []struct {
	name string
	o    Options
	side int
}{
	{"resnet-tiny", Options{Width: 0.125, Dropout: 0.2}, 16},
	{"resnet18", Options{Width: 0.125}, 32},
	{"resnet50", Options{Width: 0.125, Norm: LayerNorm}, 32},
	{"resnet50-bare", Options{Width: 0.125, Norm: LayerNorm}, 40},
	{"wrn-10-1", Options{Width: 0.5, Norm: GroupNorm, Dropout: 0.3}, 8},
	{"convnext-atto", Options{Width: 0.2, Stem: SmallStem}, 16},
	{"convnextv2-atto", Options{Width: 0.2, Stem: SmallStem, Dropout: 0.1}, 32},
	{"convmixer-16-2", Options{Stem: SmallStem}, 8},
	{"vit-tiny", Options{Width: 0.125, Stem: SmallStem, ClassToken: true, Dropout: 0.1}, 8},
	{"vgg11", Options{Width: 0.125, Stem: SmallStem, Norm: LayerNorm}, 8},
	{"bnalexnet", Options{Width: 0.1}, 32},
	{"context-encoder", Options{Width: 0.25}, 64},
	{"autoencoder", Options{Width: 0.25, Dropout: 0.2}, 16},
}

func pictures(batch, side, channels int, seed uint64) *tensors.Tensor {
	r := rand.New(rand.NewPCG(seed, 5))
	values := make([]float32, batch*side*side*channels)
	for i := range values {
		values[i] = r.Float32()
	}
	return tensors.FromFlatDataAndDimensions(values, batch, side, side, channels)
}

func openCPU(t testing.TB, o cpu.Options) *cpu.Backend {
	t.Helper()
	b, err := cpu.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// learner is a training that fits numbers to pictures. A step returns the loss.
func learner(t testing.TB, b gomlx.Backend, n Network, rate float64) (s *model.Store, step func(x *tensors.Tensor) float64) {
	t.Helper()
	s = model.NewStore()
	t.Cleanup(s.Finalize)
	s.SetParam("/initializer_seed", int64(42))
	adam := optimizer.Adam().LearningRate(rate).Done()
	exec, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node {
		g := x.Graph()
		s.SetTraining(g, true)
		y := Pooled(n.Graph(scope.At("net"), x)) // [batch, channels]
		d := y.Shape().Dimensions
		target := Sin(ConvertDType(Iota(g, y.Shape(), 0), y.DType()))
		w := place(scope.At("head"), y).dense("out", y, 4)
		loss := ReduceAllMean(Square(Sub(w, Slice(Mul(target, OnesLike(y)), AxisRange(), AxisRange(0, min(4, d[1]))))))
		adam.UpdateGraph(scope, g, loss)
		return loss
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, func(x *tensors.Tensor) float64 {
		y, err := exec.Call1(x)
		if err != nil {
			t.Fatal(err)
		}
		defer y.MustFinalizeAll()
		return float64(tensors.ToScalar[float32](y))
	}
}

// TestTraining: every network learns, the same way with the same seed and any number of workers, and no step of it is left to the
// inner backend, which would take a hundred times as long.
func TestTraining(t *testing.T) {
	for _, tt := range small {
		t.Run(tt.name, func(t *testing.T) {
			n := mustNew(t, tt.name, tt.o)
			run := func(workers int) (losses []float64) {
				b := openCPU(t, cpu.Options{Stats: true, Workers: workers, Logger: func(m string) { t.Error(m) }})
				_, step := learner(t, b, n, 3e-3)
				x := pictures(4, tt.side, 3, 1)
				for i := range 12 {
					losses = append(losses, step(x))
					if i == 0 {
						b.ResetStats() // the first run sets variables up
					}
				}
				for _, s := range b.Stats() {
					if strings.HasPrefix(s.Kind, "inner:") && s.Name != "inner:Add((Int64), (Int64)) (Int64)" { // Adam counts its steps
						t.Errorf("%s ran %d times on the inner backend", s.Name, s.Count)
					}
				}
				return losses
			}
			losses := run(2)
			if last := losses[len(losses)-1]; !(last < 0.7*losses[0]) {
				t.Errorf("the loss does not fall: %.4f", losses)
			}
			if again := run(1); !reflect.DeepEqual(again, losses) {
				t.Errorf("the losses are %v with one worker and %v with two", again, losses)
			}
		})
	}
}
