package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
)

// refusedOps are the fused operations. GoMLX writes an operation out in simple ones where a backend refuses it; those
// are fused here, with what stands before and behind them, and their gradients share the same values.
var refusedOps = []compute.OpType{
	compute.OpTypeFusedSoftmax, compute.OpTypeFusedGelu, compute.OpTypeFusedLayerNorm, compute.OpTypeFusedDense,
	compute.OpTypeFusedScaledDotProductAttention, compute.OpTypeFusedScaledDotProductAttentionVJP,
	compute.OpTypeFusedAttentionQKVProjection, compute.OpTypeFusedQuantizedDense, compute.OpTypeQuantizedEmbeddingLookup,
}

func refuse(op compute.OpType) error {
	return fmt.Errorf("cpu: %s is left to be written out in simple operations: %w", op, compute.ErrNotImplemented)
}

func (f *function) FusedSoftmax(compute.Value, int) (compute.Value, error) {
	return nil, refuse(compute.OpTypeFusedSoftmax)
}

func (f *function) FusedGelu(compute.Value, bool) (compute.Value, error) {
	return nil, refuse(compute.OpTypeFusedGelu)
}

func (f *function) FusedLayerNorm(_ compute.Value, _ []int, _ float64, _, _ compute.Value) (compute.Value, error) {
	return nil, refuse(compute.OpTypeFusedLayerNorm)
}

func (f *function) FusedDense(_, _, _ compute.Value, _ compute.ActivationType) (compute.Value, error) {
	return nil, refuse(compute.OpTypeFusedDense)
}

func (f *function) FusedScaledDotProductAttention(_, _, _ compute.Value, _ compute.AxesLayout,
	_ *compute.ScaledDotProductAttentionConfig) (compute.Value, []compute.Value, error) {
	return nil, nil, refuse(compute.OpTypeFusedScaledDotProductAttention)
}

func (f *function) FusedScaledDotProductAttentionVJP(_, _, _ compute.Value, _ compute.AxesLayout,
	_ *compute.ScaledDotProductAttentionConfig, _ compute.Value, _ []compute.Value, _ compute.Value) (q, k, v compute.Value, err error) {
	return nil, nil, nil, refuse(compute.OpTypeFusedScaledDotProductAttentionVJP)
}

func (f *function) QuantizedEmbeddingLookup(_, _ compute.Value, _ *compute.Quantization) (compute.Value, error) {
	return nil, refuse(compute.OpTypeQuantizedEmbeddingLookup)
}

func (f *function) FusedQuantizedDense(_, _, _ compute.Value, _ *compute.Quantization, _ compute.ActivationType) (compute.Value, error) {
	return nil, refuse(compute.OpTypeFusedQuantizedDense)
}

func (f *function) FusedAttentionQKVProjection(_, _, _, _, _ compute.Value, _, _ int) (q, k, v compute.Value, err error) {
	return nil, nil, nil, refuse(compute.OpTypeFusedAttentionQKVProjection)
}
