package backbone

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Tokenizer is a Network of tokens: its Graph is Blocks of Tokens, as a map. A method that hides parts of an image gives
// Blocks some of the tokens only.
type Tokenizer interface {
	Network
	// Tokens are the embedded patches of images with their positions added: [batch, h·w, Channels], row by row.
	Tokens(scope *model.Scope, x *Node) *Node
	// Blocks runs any tokens [batch, n, Channels] through the blocks and the last norm. With Options.ClassToken the
	// result is [batch, n+1, Channels] and the class token comes first.
	Blocks(scope *model.Scope, tokens *Node) *Node
}

// transformers are vit-SIZE: vision transformers of Dosovitskiy et al. 2021, arXiv:2010.11929, in the sizes of Touvron et al.
// 2021 (DeiT), arXiv:2012.12877, table 1: patches of 16×16 pixels (4×4 with the small stem), 12 blocks, heads of 64 numbers.
//
//	block       x + attention(norm(x)), then x + dense(GELU(dense(norm(x)))), four times as wide inside
//
// Positions are fixed (Positions), so that images of any size fit. Kernels begin normal with a deviation of 0.02.
var transformers = family{
	names: []string{"vit-tiny", "vit-small"},
	find: func(name string) (func(Options) Network, bool) {
		width, ok := map[string]int{"vit-tiny": 192, "vit-small": 384}[name]
		return func(o Options) Network { return newTransformer(name, width, o) }, ok
	},
	norm: LayerNorm, norms: []Norm{LayerNorm}, stem: LargeStem, patch: map[Stem]int{SmallStem: 4, LargeStem: 16}, drops: true, tokens: true,
}

const transformerBlocks = 12

type transformer struct{ *network }

func newTransformer(name string, width int, o Options) Network {
	t := transformer{&network{
		card: Card{
			Name: name, About: fmt.Sprintf("transformer on patches of %d×%d pixels, %d blocks", o.Patch, o.Patch, transformerBlocks),
			Source: "Dosovitskiy et al. 2021, arXiv:2010.11929; Touvron et al. 2021, arXiv:2012.12877", Channels: o.wide(width), Stride: o.Patch, MinSide: o.Patch,
		},
		o: o,
	}}
	t.graph = func(b builder, x *Node) *Node {
		y := b.transform(b.tokens(x, t.card.Channels))
		if o.ClassToken {
			y = Slice(y, AxisRange(), AxisRange(1), AxisRange())
		}
		d := x.Shape().Dimensions
		return Reshape(y, d[0], d[1]/o.Patch, d[2]/o.Patch, t.card.Channels)
	}
	return t
}

func (t transformer) Tokens(scope *model.Scope, x *Node) *Node {
	return t.builder(scope, x).tokens(t.input(x), t.card.Channels)
}

func (t transformer) Blocks(scope *model.Scope, tokens *Node) *Node {
	return t.builder(scope, tokens).transform(tokens)
}

func (b builder) tokens(x *Node, width int) *Node {
	b.kernels = smallStart
	stem := b.at("stem")
	x = stem.bias("conv", stem.patches("conv", x, width, b.o.Patch))
	d := x.Shape().Dimensions
	x = Reshape(x, d[0], d[1]*d[2], width)
	return Add(x, ConvertDType(positions(x.Graph(), d[1], d[2], width), x.DType()))
}

func (b builder) transform(x *Node) *Node {
	b.kernels = smallStart
	width := x.Shape().Dimensions[2]
	if b.o.ClassToken {
		token := ExpandLeftToRank(b.at("class").value("token", first{spread: smallStart}, x, width), 3)
		x = Concatenate([]*Node{BroadcastToDims(token, x.Shape().Dimensions[0], 1, width), x}, 1)
	}
	for i := range transformerBlocks {
		x = b.at(fmt.Sprintf("block%d", i+1)).transformer(x, heads(width), b.o.Dropout*float64(i)/(transformerBlocks-1))
	}
	return b.layerNorm("norm", x)
}

// heads is how many there are: of 64 numbers, or of a few more where 64 does not fit the width.
func heads(width int) int {
	n := max(1, width/64)
	for width%n != 0 {
		n--
	}
	return n
}

// transformer is a block.
func (b builder) transformer(x *Node, heads int, drop float64) *Node {
	width := x.Shape().Dimensions[2]
	x = Add(x, b.dropBranch(b.at("attention").attention(b.layerNorm("norm1", x), heads), drop))
	y := gelu(b.dense("widen", b.layerNorm("norm2", x), 4*width))
	return Add(x, b.dropBranch(b.dense("narrow", y, width), drop))
}

// attention is softmax(q·kᵀ/√d)·v of each head, d numbers wide, joined by a dense layer.
//
// Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
func (b builder) attention(x *Node, heads int) *Node {
	d := x.Shape().Dimensions
	each := d[2] / heads
	part := func(name string) *Node { return Reshape(b.dense(name, x, d[2]), d[0], d[1], heads, each) }
	q, k, v := MulScalar(part("query"), 1/math.Sqrt(float64(each))), part("key"), part("value")
	scores, back := exact(Einsum("bqhd,bkhd->bhqk", q, k))
	weights := back(Softmax(scores, -1)) // [batch, heads, n, n]
	return b.dense("out", Reshape(Einsum("bhqk,bkhd->bqhd", weights, v), d...), d[2])
}

// Positions are the sine-cosine embeddings of the places of a map of h×w, row by row: [h·w, width], with
//
//	f_i = 10000^(−4i/width), and of column c and row r: sin(c·f_i), cos(c·f_i), sin(r·f_i), cos(r·f_i), each for i below width/4
//
// Width must be a multiple of 4.
//
// Source: Vaswani et al. 2017, section 3.5, in two dimensions as in MoCo v3 (Chen et al. 2021, arXiv:2104.02057) and MAE.
func Positions(h, w, width int) []float32 {
	quarter := width / 4
	out := make([]float32, 0, h*w*width)
	for r := range h {
		for c := range w {
			for _, at := range []int{c, r} {
				for _, f := range []func(float64) float64{math.Sin, math.Cos} {
					for i := range quarter {
						out = append(out, float32(f(float64(at)*math.Pow(10000, -float64(i)/float64(quarter)))))
					}
				}
			}
		}
	}
	return out
}

func positions(g *Graph, h, w, width int) *Node {
	return ConstTensor(g, tensors.FromFlatDataAndDimensions(Positions(h, w, width), 1, h*w, width))
}

// Transformer adds the sine-cosine positions of a map of rows rows to tokens [batch, n, width] and runs them through blocks as those of vit-*, and a last
// norm. Variables are below scope.
func Transformer(scope *model.Scope, tokens *Node, rows, blocks int) *Node {
	b := place(scope, tokens)
	b.kernels = smallStart
	n, width := tokens.Shape().Dim(1), tokens.Shape().Dim(2)
	x := Add(tokens, ConvertDType(positions(tokens.Graph(), rows, n/rows, width), tokens.DType()))
	for i := range blocks {
		x = b.at(fmt.Sprintf("block%d", i+1)).transformer(x, heads(width), 0)
	}
	return b.layerNorm("norm", x)
}
