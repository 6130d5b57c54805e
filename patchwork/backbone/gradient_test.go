package backbone

import (
	"math"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// TestBackendsAgree: GoMLX's own Go backend gives the same maps, in use and in training, and the same running averages.
func TestBackendsAgree(t *testing.T) {
	inner, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range small {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Dropout = 0
			n := mustNew(t, tt.name, tt.o)
			run := func(b gomlx.Backend, training bool) (map[string][]float32, []float32) {
				s := fill(t, n)
				exec, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node {
					s.SetTraining(x.Graph(), training)
					return n.Graph(scope.At("net"), x)
				})
				if err != nil {
					t.Fatal(err)
				}
				y, err := exec.Call1(pictures(3, tt.side, 3, 1))
				if err != nil {
					t.Fatal(err)
				}
				averages := map[string][]float32{}
				for _, v := range below(s, "/net") {
					if v.Role == Running {
						if averages[v.Path], err = valuesOf(s, "/net/"+v.Path); err != nil {
							t.Fatal(err)
						}
					}
				}
				return averages, tensors.MustCopyFlatData[float32](y)
			}
			for _, training := range []bool{false, true} {
				averages, got := run(openCPU(t, cpu.Options{}), training)
				others, want := run(inner, training)
				near(t, "the map", got, wide(want), 2e-4)
				for path, v := range averages {
					near(t, path, v, wide(others[path]), 2e-4)
				}
			}
		})
	}
}

// TestGradients compares the gradient of each variable in training, along one direction of those of a kind, with central differences
// in float64.
func TestGradients(t *testing.T) {
	for i, tt := range small {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && i%3 != 0 {
				t.Skip("float64 is slow; a third of the networks is checked in short tests")
			}
			tt.o.Dropout = 0
			checkGradients(t, mustNew(t, tt.name, tt.o), tt.side)
		})
	}
	t.Run("inpainting", func(t *testing.T) {
		checkGradients(t, painter{mustNew(t, "autoencoder", Options{Width: 0.25}).(*network)}, 32)
	})
}

// painter makes images by an encoder, a bottleneck and a decoder, and judges them.
type painter struct{ *network }

// Card asks Make for images of the size of the test, which the bottleneck fixes.
func (p painter) Card() Card { return Card{MinSide: 32} }

func (p painter) Graph(scope *model.Scope, x *Node) *Node {
	m := Bottleneck{}.Graph(scope.At("bottleneck"), p.network.Graph(scope.At("encoder"), x))
	y := Decoder{Widths: []int{16, 8, 8, 8}}.Graph(scope.At("decoder"), m)
	return Mul(y, Reshape(Discriminator{Widths: []int{8, 8}}.Graph(scope.At("judge"), y), -1, 1, 1, 1))
}

func checkGradients(t *testing.T, n Network, side int) {
	t.Helper()
	b := openCPU(t, cpu.Options{Logger: func(string) {}})
	s := fill(t, n)
	x := pictures(3, side, 3, 1)
	var over []Variable
	for _, v := range below(s, "/net") {
		if v.Role != Running {
			over = append(over, v)
		}
	}
	loss := func(scope *model.Scope, x *Node) *Node {
		s.SetTraining(x.Graph(), true)
		y := n.Graph(scope.At("net"), x)
		weights := Sin(MulScalar(ConvertDType(Iota(x.Graph(), Reshape(y, -1).Shape(), 0), y.DType()), 0.7))
		return ReduceAllMean(Mul(Reshape(y, -1), weights))
	}
	gradient, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) []*Node {
		value := loss(scope, x)
		var nodes []*Node
		for _, v := range over {
			nodes = append(nodes, s.GetVariable("/net/"+v.Path).NodeValue(x))
		}
		return Gradient(value, nodes...)
	})
	if err != nil {
		t.Fatal(err)
	}
	gradients, err := gradient.Exec(x)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) *Node { return loss(scope, ConvertDType(x, dtypes.Float64)) })
	if err != nil {
		t.Fatal(err)
	}
	set := func(v Variable, values []float32) {
		if err := s.GetVariable("/net/" + v.Path).SetValue(tensors.FromFlatDataAndDimensions(values, v.Dims...)); err != nil {
			t.Fatal(err)
		}
	}
	value := func() float64 {
		y, err := exact.Call1(x)
		if err != nil {
			t.Fatal(err)
		}
		defer y.MustFinalizeAll()
		return tensors.ToScalar[float64](y)
	}
	kinds := map[string][]int{} // such as conv1/kernel, of all blocks
	for i, v := range over {
		parts := strings.Split(v.Path, "/")
		kind := strings.Join(parts[len(parts)-2:], "/")
		kinds[kind] = append(kinds[kind], i)
	}
	for kind, list := range kinds {
		const h = 2e-6
		got, want, size := 0.0, 0.0, 0.0
		for _, sign := range []float64{1, -1} {
			for _, i := range list {
				at, direction := filling(over[i]), noise("direction of "+over[i].Path, over[i].size())
				moved := make([]float32, len(at))
				for j, w := range at {
					moved[j] = w + float32(sign*h*direction[j])
				}
				set(over[i], moved)
				for j, g := range tensors.MustCopyFlatData[float32](gradients[i]) {
					part := float64(g) * (float64(moved[j]) - float64(at[j])) * sign
					want += part
					size += math.Abs(part)
				}
			}
			got += sign * value()
		}
		for _, i := range list {
			set(over[i], filling(over[i]))
		}
		if math.Abs(got-want) > 0.002*size+1e-12 {
			t.Errorf("the loss changes by %.5g along a direction of all %s, and by the gradient %.5g (parts %.4g)", got, kind, want, size)
		}
	}
}
