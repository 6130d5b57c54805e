package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestArgMinMax compares places of extremes with GoMLX's Go backend, with ties, infinities and NaN in some rows.
func TestArgMinMax(t *testing.T) {
	for i, dims := range [][]int{{1}, {1000}, {300, 7}, {5, 60, 3}, {3, 4, 700}, {2, 1, 5}, {40, 2, 1}} {
		t.Run(fmt.Sprint(dims), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(i), 9))
			data := make([]float32, product(dims))
			for k := range data {
				switch data[k] = float32(r.IntN(5)); r.IntN(20) {
				case 0:
					data[k] = float32(math.NaN())
				case 1:
					data[k] = float32(math.Inf(1 - 2*r.IntN(2)))
				}
			}
			f := func(x []*Node) (list []*Node) {
				for axis := range dims {
					for _, dtype := range []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Uint16} {
						list = append(list, ConvertDType(ArgMax(x[0], axis, dtype), dtypes.Float32), ConvertDType(ArgMin(x[0], axis, dtype), dtypes.Float32))
					}
				}
				return list
			}
			in := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(data, dims...)}
			b := testBackend(t, Options{Workers: 3, Stats: true})
			compare(t, "places", evaluate(t, b, f, in), evaluate(t, reference(t), f, in), 0)
			for _, s := range b.Stats() {
				if strings.HasPrefix(s.Kind, "inner:ArgMinMax") {
					t.Errorf("%s ran on the inner backend", s.Name)
				}
			}
		})
	}
}
