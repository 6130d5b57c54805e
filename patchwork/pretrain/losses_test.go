package pretrain

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// asFunction is the loss as a function of the inputs of testdata/losses.py.
func asFunction(m Method) func(in []*Node) *Node {
	pair := func(in []*Node) pairs { return comparePairs(unit(in[0]), unit(in[1])) }
	switch m := m.(type) {
	case *SimCLR:
		return func(in []*Node) *Node { return m.loss(pair(in)) }
	case *HCL:
		return func(in []*Node) *Node { return m.loss(pair(in)) }
	case *MoCo:
		return func(in []*Node) *Node {
			q, k, past := unit(in[0]), StopGradient(unit(in[1])), StopGradient(unit(in[2]))
			return m.loss(ReduceSum(Mul(q, k), 1), MatMul(q, Transpose(past, 0, 1)))
		}
	case *NNCLR:
		return func(in []*Node) *Node {
			a, b, past := unit(in[0]), unit(in[1]), unit(in[2])
			x, _ := m.loss(nearest(a, past), b)
			y, _ := m.loss(nearest(b, past), a)
			return MulScalar(Add(x, y), 0.5)
		}
	case *BYOL:
		return func(in []*Node) *Node { return regression(in[0], StopGradient(in[1])) }
	case *SimSiam:
		return func(in []*Node) *Node { return likeness(in[0], in[1]) }
	case *VICReg:
		return func(in []*Node) *Node { return m.loss(in[0], in[1]) }
	case *SupCon:
		return func(in []*Node) *Node { return m.loss(pair(in), ConvertDType(Squeeze(in[2], 1), dtypes.Int32)) }
	case *IIC:
		return func(in []*Node) *Node { return m.loss(Softmax(in[0], -1), Softmax(in[1], -1)) }
	case *DINO:
		return func(in []*Node) *Node {
			centred := Sub(in[1], ReduceAndKeep(in[1], ReduceMean, 0))
			return m.loss(in[0], StopGradient(Softmax(DivScalar(centred, m.Sharp), -1)), 2)
		}
	case *AdCo:
		return func(in []*Node) *Node {
			q, k, bank := unit(in[0]), StopGradient(unit(in[1])), unit(in[2])
			return m.loss(ReduceSum(Mul(q, k), 1), MatMul(q, Transpose(bank, 0, 1)), m.Temperature)
		}
	case *Rotation:
		return func(in []*Node) *Node {
			return crossEntropy(in[0], OneHot(ConvertDType(Squeeze(in[1], 1), dtypes.Int32), 4, dtypes.Float32))
		}
	case *DetCon:
		return func(in []*Node) *Node {
			return m.loss(unit(in[0]), unit(in[1]), Squeeze(in[2], 1), StopGradient(Squeeze(in[3], 1)))
		}
	case *MAE:
		return func(in []*Node) *Node {
			return m.loss(Reshape(in[0], 2, 3, 4), Reshape(in[1], 2, 3, 4), StopGradient(Reshape(in[2], 2, 3, 1)))
		}
	case *DeepCluster:
		return func(in []*Node) *Node { return m.loss(in[0], ConvertDType(Squeeze(in[1], 1), dtypes.Int32)) }
	case *AutoEncoder:
		return func(in []*Node) *Node { return absolute(in[0], in[1]) }
	case *ContextEncoder:
		return func(in []*Node) *Node {
			switch len(in) {
			case 2: // logits of the second network
				return toldApart(in[0], in[1])
			case 3:
				in = append(in, nil)
			}
			return m.loss(&Step{}, in[0], StopGradient(in[2]), in[1], in[3])
		}
	case *BarlowTwins:
		return func(in []*Node) *Node { return m.loss(in[0], in[1]) }
	}
	return nil
}

// Losses and gradients are those of torch (testdata/losses.py).
func TestLossesGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/losses.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		Settings  map[string]any
		Inputs    [][][]float32
		Loss      float64
		Gradients [][][]float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]bool{}
	for _, c := range cases {
		compared[c.Name] = true
		name := fmt.Sprint(c.Name, " ", c.Settings)
		m, err := New(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range c.Settings {
			if err := Set(m, k, fmt.Sprint(v)); err != nil {
				t.Fatal(err)
			}
		}
		f := asFunction(m)
		if f == nil {
			t.Fatalf("%s has no loss to compare", name)
		}
		exec := MustNewExec(backend, func(in []*Node) []*Node {
			loss := f(in)
			return append([]*Node{loss}, Gradient(loss, in...)...)
		})
		var in []any
		for _, x := range c.Inputs {
			in = append(in, x)
		}
		out := exec.MustCall(in...)
		if got := float64(tensors.ToScalar[float32](out[0])); math.Abs(got-c.Loss) > 2e-5*(1+math.Abs(c.Loss)) {
			t.Errorf("%s: loss %.6f, torch has %.6f", name, got, c.Loss)
		}
		for i, want := range c.Gradients {
			got := tensors.MustCopyFlatData[float32](out[1+i])
			for r, row := range want {
				for k, w := range row {
					if g := float64(got[r*len(row)+k]); math.Abs(g-w) > 1e-4*(1+math.Abs(w)) {
						t.Errorf("%s: gradient of input %d at %d,%d is %.6f, torch has %.6f", name, i, r, k, g, w)
					}
				}
			}
		}
	}
	for _, card := range Cards() {
		if !compared[card.Name] {
			t.Errorf("no loss of %s is compared; write a case in testdata/losses.py", card.Name)
		}
	}
}
