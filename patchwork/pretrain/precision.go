package pretrain

import (
	"fmt"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Precision says what numbers networks compute in while they are trained: the backbone of every branch, decoders and critics. Weights and what an
// optimiser keeps of them, heads, losses, normalisations inside of networks and all averages are float32 in any case, and so are the features of the
// trained network.
//
// Source: Micikevicius et al. 2018, arXiv:1710.03740, sections 3.1 and 3.3. Losses are not scaled (section 3.2): bfloat16 has the exponents of float32
// (Kalamkar et al. 2019, arXiv:1905.12322).
type Precision string

// The precisions.
const (
	Float32  Precision = "float32"
	BFloat16 Precision = "bfloat16" // the exponents of float32 and 8 significant bits: half the memory, and quicker on processors that have it
)

// Check refuses a precision that there is not.
func (p Precision) Check() error {
	return need(p == "" || p == Float32 || p == BFloat16, "pretrain: there is no precision %q; want %s or %s", p, Float32, BFloat16)
}

func (p Precision) dtype() dtypes.DType {
	if p == BFloat16 {
		return dtypes.BFloat16
	}
	return dtypes.Float32
}

// exacting is a network that may compute in float32 alone, whatever its images are.
type exacting interface{ Float32Only() bool }

// on refuses a network and a backend that do not compute in p.
func (p Precision) on(b gomlx.Backend, n backbone.Network) error {
	if n, ok := n.(exacting); ok && p == BFloat16 && n.Float32Only() {
		return fmt.Errorf("pretrain: networks of ONNX files compute in %s; leave Precision at %[1]s, or choose a network of package backbone", Float32)
	}
	if b.Capabilities().DTypes[p.dtype()] {
		return nil
	}
	return fmt.Errorf("pretrain: the backend %s does not compute in %s; leave Precision at %s, or choose another backend by PATCHWORK_BACKEND", b.Name(), p, Float32)
}

// slow says that p takes longer on a backend than float32; "" if it does not.
func (p Precision) slow(b gomlx.Backend) string {
	if p != BFloat16 || !compute.SlowInHalves(b) {
		return ""
	}
	return fmt.Sprintf("the backend %s has no kernels for %s and takes many times as long as for %s, which is also more exact; %[2]s is for XLA on processors that compute in it", b.Name(), p, Float32)
}

// narrow brings what goes into a network to the type that it computes in.
func (s *Step) narrow(x *Node) *Node { return ConvertDType(x, s.dtype) }

// wide brings what comes out of a network to float32.
func wide(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }
