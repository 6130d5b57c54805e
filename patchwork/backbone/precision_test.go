package backbone

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// TestNormsOfHalves: what normalises numbers of 16 bits computes in float32: gradients of gain and shift, which stay float32, are those of
// float32, and results and gradients that become bfloat16 differ by its rounding alone, 2⁻⁹ of them, and what is added to them.
func TestNormsOfHalves(t *testing.T) {
	b := openCPU(t, cpu.Options{Logger: func(string) {}})
	const n, side, c = 6, 5, 64
	x, weights := halves("x", n*side*side*c, 0.5, 3), halves("weights", n*side*side*c, 1, 0) // far from 0, where squares of 16 bits lose most
	for name, norm := range map[string]func(b builder, x *Node) *Node{
		"batch":    func(b builder, x *Node) *Node { return b.batchNorm("norm", x) },
		"layer":    func(b builder, x *Node) *Node { return b.layerNorm("norm", x) },
		"group":    func(b builder, x *Node) *Node { return b.groupNorm("norm", x) },
		"response": func(b builder, x *Node) *Node { return b.responseNorm("norm", x) },
	} {
		t.Run(name, func(t *testing.T) {
			results := func(dtype dtypes.DType) (all [][]float32) {
				s := model.NewStore()
				defer s.Finalize()
				exec, err := model.NewExec(b, s, func(scope *model.Scope, x, weights *Node) []*Node {
					s.SetTraining(x.Graph(), true)
					y := norm(place(scope, x), ConvertDType(x, dtype))
					if y.DType() != dtype {
						t.Errorf("the result is %s, want %s", y.DType(), dtype)
					}
					y = ConvertDType(y, dtypes.Float32)
					of := []*Node{s.GetVariable("/norm/gain").NodeValue(x), s.GetVariable("/norm/shift").NodeValue(x), x}
					return append(Gradient(ReduceAllSum(Mul(y, weights)), of...), y)
				})
				if err != nil {
					t.Fatal(err)
				}
				out, err := exec.Exec(tensors.FromFlatDataAndDimensions(x, n, side, side, c), tensors.FromFlatDataAndDimensions(weights, n, side, side, c))
				if err != nil {
					t.Fatal(err)
				}
				for _, y := range out {
					all = append(all, tensors.MustCopyFlatData[float32](y))
				}
				return all
			}
			got, want := results(dtypes.BFloat16), results(dtypes.Float32)
			for i, what := range []string{"the gradient of gain", "the gradient of shift", "the gradient of x", "the result"} {
				tolerance := 1e-5
				if i > 1 {
					tolerance = 1.0 / (1 << 8)
				}
				near(t, what, got[i], wide(want[i]), tolerance)
			}
		})
	}
}

// halves are n numbers around a middle that bfloat16 has.
func halves(name string, n int, spread, middle float64) []float32 {
	out := make([]float32, n)
	for i, x := range noise(name, n) {
		out[i] = math.Float32frombits(math.Float32bits(float32(middle+spread*x)) &^ 0xffff)
	}
	return out
}

// TestNetworksInHalves: every kind of network computes in bfloat16 where its images do. Its map differs from that in float32 by less than 5 %, where one
// rounding is 0.2 %, and the gradients of its weights, which are float32, point the same way: cosine above 0.9, since numbers near 0 fall on the other
// side of some ReLU. Normalisations use their running averages: few pictures make those of a batch hang on single numbers.
func TestNetworksInHalves(t *testing.T) {
	b := openCPU(t, cpu.Options{Logger: func(string) {}})
	for i, tt := range small {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && i%3 != 0 {
				t.Skip("bfloat16 is slow in Go; a third of the networks is checked in short tests")
			}
			n := mustNew(t, tt.name, tt.o)
			run := func(dtype dtypes.DType) (values [2][]float32) {
				s := fill(t, n)
				exec, err := model.NewExec(b, s, func(scope *model.Scope, x *Node) []*Node {
					s.SetTraining(x.Graph(), false)
					y := n.Graph(scope.At("net"), ConvertDType(x, dtype))
					if y.DType() != dtype {
						t.Errorf("the map is %s, want %s", y.DType(), dtype)
					}
					y = Reshape(ConvertDType(y, dtypes.Float32), -1)
					weights := Sin(MulScalar(ConvertDType(Iota(x.Graph(), y.Shape(), 0), y.DType()), 0.7))
					var of []*Node
					for _, v := range below(s, "/net") {
						if v.Role == Kernel {
							of = append(of, s.GetVariable("/net/"+v.Path).NodeValue(x))
						}
					}
					return append([]*Node{y}, Gradient(ReduceAllMean(Mul(y, weights)), of...)...)
				})
				if err != nil {
					t.Fatal(err)
				}
				out, err := exec.Exec(pictures(3, tt.side, 3, 1))
				if err != nil {
					t.Fatal(err)
				}
				values[0] = tensors.MustCopyFlatData[float32](out[0])
				for _, g := range out[1:] {
					values[1] = append(values[1], tensors.MustCopyFlatData[float32](g)...)
				}
				return values
			}
			got, want := run(dtypes.BFloat16), run(dtypes.Float32)
			if _, d := compare(got[0], want[0]); !(d < 0.05 && d > 1e-4) {
				t.Errorf("the map differs by %.4f of its size, want less than 0.05, and more than nothing", d)
			}
			if cosine, _ := compare(got[1], want[1]); !(cosine > 0.9) {
				t.Errorf("the gradients have a cosine of %.3f with those in float32", cosine)
			}
		})
	}
}

// compare gives the cosine of two vectors and the length of their difference as a share of that of want.
func compare(got, want []float32) (cosine, apart float64) {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i, w := range wide(want) {
		g := float64(got[i])
		ab, aa, bb = ab+g*w, aa+g*g, bb+w*w
	}
	return ab / math.Sqrt(aa*bb), math.Sqrt(max(aa-2*ab+bb, 0) / bb)
}
