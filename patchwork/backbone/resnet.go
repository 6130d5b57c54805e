package backbone

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// resnets are those of He et al. 2015, arXiv:1512.03385, table 1: a stem, then four stages of residual blocks with 64, 128, 256
// and 512 channels, each but the first beginning with stride 2.
//
//	basic       y = norm(conv3(ReLU(norm(conv3(x))))), then ReLU(short(x) + y)
//	bottleneck  y = norm(conv1(ReLU(norm(conv3(ReLU(norm(conv1(x)))))))), four times as wide at its end
//	short       x, or norm(conv1(x)) where the shape changes
//
// The stride of a bottleneck is in its 3×3 convolution, as in torchvision ("v1.5"). The large stem is 7×7 with stride 2,
// norm, ReLU and a 3×3 max pooling with stride 2; the small one, of Chen et al. 2020 (SimCLR, appendix B.9) for CIFAR, is
// 3×3 with stride 1 and no pooling.
var resnets = family{
	names: []string{"resnet18", "resnet34", "resnet50"},
	find: func(name string) (func(Options) Network, bool) {
		d, ok := resnetDesigns[name]
		return func(o Options) Network { return d.network(name, o) }, ok
	},
	norm: BatchNorm, stem: LargeStem, drops: true,
}

type resnetDesign struct {
	blocks     [4]int
	bottleneck bool
}

var resnetDesigns = map[string]resnetDesign{
	"resnet18": {blocks: [4]int{2, 2, 2, 2}},
	"resnet34": {blocks: [4]int{3, 4, 6, 3}},
	"resnet50": {blocks: [4]int{3, 4, 6, 3}, bottleneck: true},
}

func (d resnetDesign) network(name string, o Options) Network {
	card := Card{Name: name, Source: "He et al. 2015, arXiv:1512.03385", Stride: 32, MinSide: 1, Channels: o.wide(512)}
	card.About = fmt.Sprintf("residual blocks %v", d.blocks)
	if d.bottleneck {
		card.Channels *= 4
		card.About = fmt.Sprintf("residual bottlenecks %v", d.blocks)
	}
	if o.Stem == SmallStem {
		card.Stride = 8
	}
	return &network{card, o, d.graph}
}

func (d resnetDesign) graph(b builder, x *Node) *Node {
	stem, width := b.at("stem"), b.o.wide(64)
	if b.o.Stem == SmallStem {
		x = relu(stem.norm("norm", stem.conv("conv", x, width, 3, 1)))
	} else {
		x = maxPool3(relu(stem.norm("norm", stem.conv("conv", x, width, 7, 2))), 1)
	}
	return b.stages(x, d.blocks[:], d.bottleneck)
}

// stages are residual blocks of 64 channels and, from stage to stage, twice as many at half the size.
func (b builder) stages(x *Node, blocks []int, bottleneck bool) *Node {
	all, done := 0, 0
	for _, n := range blocks {
		all += n
	}
	for stage, n := range blocks {
		for i := range n {
			stride := 1
			if stage > 0 && i == 0 {
				stride = 2
			}
			done++
			at, rate := b.block(stage, i), b.o.Dropout*float64(done)/float64(all)
			if bottleneck {
				x = at.bottleneck(x, b.o.wide(64<<stage), stride, rate)
			} else {
				x = at.basic(x, b.o.wide(64<<stage), stride, rate)
			}
		}
	}
	return x
}

// block is the place of a block, counted from 0.
func (b builder) block(stage, i int) builder {
	return b.at(fmt.Sprintf("stage%d", stage+1)).at(fmt.Sprintf("block%d", i+1))
}

// basic is a residual block of two convolutions.
func (b builder) basic(x *Node, out, stride int, drop float64) *Node {
	y := relu(b.norm("norm1", b.conv("conv1", x, out, 3, stride)))
	y = b.norm("norm2", b.conv("conv2", y, out, 3, 1))
	return relu(Add(b.short(x, out, stride), b.dropBranch(y, drop)))
}

// bottleneck is a residual block of a convolution between two of 1×1.
func (b builder) bottleneck(x *Node, width, stride int, drop float64) *Node {
	y := relu(b.norm("norm1", b.conv("conv1", x, width, 1, 1)))
	y = relu(b.norm("norm2", b.conv("conv2", y, width, 3, stride)))
	y = b.norm("norm3", b.conv("conv3", y, 4*width, 1, 1))
	return relu(Add(b.short(x, 4*width, stride), b.dropBranch(y, drop)))
}

// short brings x to the shape of what it is added to.
func (b builder) short(x *Node, out, stride int) *Node {
	if x.Shape().Dimensions[3] == out && stride == 1 {
		return x
	}
	return b.norm("short/norm", b.conv("short/conv", x, out, 1, stride))
}
