package main

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// networks turn pictures [batch, height, width, 3] into features [batch, width]. worker.py has the same ones.
var networks = map[string]func(l *layers, s *model.Scope, x *Node) *Node{
	"resnet":   resnet,
	"convnext": convnext,
	"vit":      vit,
}

// resnet has a 3×3 stem of 32 channels and three stages of 32, 64 and 128, each of two basic blocks.
//
// Source: He et al. 2015, arXiv:1512.03385, section 4.2, with wider stages.
func resnet(l *layers, s *model.Scope, x *Node) *Node {
	unit := func(s *model.Scope, x *Node, out, size, stride int) *Node {
		return l.batchNorm(s, l.conv(s, x, out, size, stride))
	}
	x = relu(unit(s.At("stem"), x, 32, 3, 1))
	for stage := range 3 {
		for b := range 2 {
			s, out, stride := s.At("block%d%d", stage, b), 32<<stage, 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			y := relu(unit(s.At("first"), x, out, 3, stride))
			y = unit(s.At("second"), y, out, 3, 1)
			if stride != 1 {
				x = unit(s.At("short"), x, out, 1, stride)
			}
			x = relu(Add(x, y))
		}
	}
	return ReduceMean(x, 1, 2) // [batch, 128]
}

// convnext has stages of 64, 128 and 256 channels with 2, 2 and 4 blocks, on patches of 2×2 pixels.
//
// Source: Liu et al. 2022, arXiv:2201.03545, without layer scale and dropped paths.
func convnext(l *layers, s *model.Scope, x *Node) *Node {
	x = l.layerNorm(s.At("stem"), l.patches(s.At("stem"), x, 64, 2))
	for stage, blocks := range []int{2, 2, 4} {
		width := 64 << stage
		if stage > 0 {
			down := s.At("down%d", stage)
			x = l.patches(down, l.layerNorm(down, x), width, 2)
		}
		for b := range blocks {
			s := s.At("block%d%d", stage, b)
			y := l.layerNorm(s, l.depthwise(s.At("depthwise"), x, 7))
			y = l.dense(s.At("narrow"), gelu(l.dense(s.At("wide"), y, 4*width)), width)
			x = Add(x, y)
		}
	}
	return l.layerNorm(s.At("end"), ReduceMean(x, 1, 2)) // [batch, 256]
}

// vit is a transformer of 6 layers, 192 wide with 3 heads, on patches of 4×4 pixels, averaged over them.
//
// Source: Dosovitskiy et al. 2020, arXiv:2010.11929; the widths are those of DeiT-tiny.
func vit(l *layers, s *model.Scope, x *Node) *Node {
	const width, heads, each = 192, 3, 64
	x = l.patches(s.At("patches"), x, width, 4)
	batch, tokens := x.Shape().Dimensions[0], x.Shape().Dimensions[1]*x.Shape().Dimensions[2]
	x = Reshape(x, batch, tokens, width)
	places := s.WithInitializer(initializer.RandomNormalFn(s, 0.02)).
		VariableWithShape("places", shapes.Make(dtypes.Float32, 1, tokens, width)).NodeValue(x.Graph())
	x = Add(x, places)
	for i := range 6 {
		s := s.At("layer%d", i)
		y := l.dense(s.At("qkv"), l.layerNorm(s.At("before"), x), 3*width) // [batch, tokens, 3·width]
		part := func(k int) *Node {
			p := Slice(y, AxisRange(), AxisRange(), AxisRange(k*width, (k+1)*width))
			return Reshape(p, batch, tokens, heads, each)
		}
		logits := Einsum("bqhd,bkhd->bhqk", MulScalar(part(0), 1/math.Sqrt(each)), part(1))
		mixed := Einsum("bhqk,bkhd->bqhd", Softmax(logits, -1), part(2))
		l.flops += 2 * 2 * float64(batch*heads*tokens*tokens*each)
		x = Add(x, l.dense(s.At("out"), Reshape(mixed, batch, tokens, width), width))
		y = l.layerNorm(s.At("between"), x)
		x = Add(x, l.dense(s.At("narrow"), gelu(l.dense(s.At("wide"), y, 4*width)), width))
	}
	return ReduceMean(l.layerNorm(s.At("end"), x), 1) // [batch, 192]
}
