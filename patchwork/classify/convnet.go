package classify

import (
	"math"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Paths of the variables of a convnet, besides those of its layers.
const (
	pathTrunk      = "/trunk"               // the layers' variables are below it
	pathTrunkMean  = "/trunk/standard/mean" // [channels] of the map
	pathTrunkScale = "/trunk/standard/scale"
)

// convnet is the layers between a map and the head, with their numbers on the host.
type convnet struct {
	net         *network.Net
	unit        bool        // what it gives has length one
	values      [][]float32 // of net.Variables()
	mean, scale []float32   // of the map: [channels] and [1]
}

// newConvnet fits the layers to a map.
//
// Errors: those of network.New, as of layers that shrink the map to nothing.
func newConvnet(o Options, map_ network.Shape) (*convnet, error) {
	net, err := network.New(o.convnet(), map_)
	if err != nil {
		return nil, err
	}
	return &convnet{net: net, unit: o.unit(), values: make([][]float32, len(net.Variables()))}, nil
}

// stand puts a head on the layers and maps that it reads, as the options of i have it.
func (h *head) stand(i Info) (err error) {
	r, err := newMapReader(i.Options, i.Taps, i.Dim)
	if err != nil || r == nil {
		return err
	}
	if i.Options.Trunk == MultiscaleTrunk {
		h.taps = r.widths()
	}
	if i.Options.Trunk == ConvnetTrunk {
		if h.convnet, err = newConvnet(i.Options, r.taps[0].Shape); err != nil {
			return err
		}
		h.dim = h.convnet.net.Out().Size()
	}
	return nil
}

// fresh is the same convnet with room for other numbers.
func (n *convnet) fresh() *convnet {
	c := *n
	c.values = make([][]float32, len(n.values))
	return &c
}

// begin sets the numbers that training starts with, from mean and scale of each number of the map: the map is centred by channel,
// and all of it multiplied by one number, so that its squares average 1.
func (n *convnet) begin(mean, scale []float32, seed uint64) {
	channels := n.net.In().Channels
	sums := make([]float64, channels)
	for i, m := range mean {
		sums[i%channels] += float64(m)
	}
	n.mean, n.scale = make([]float32, channels), []float32{1}
	for c := range sums {
		n.mean[c] = float32(sums[c] * float64(channels) / float64(len(mean)))
	}
	between := 0.0 // of the places of a channel
	for i, m := range mean {
		between += math.Pow(float64(m-n.mean[i%channels]), 2) / float64(len(mean))
	}
	if scale[0] != 1 { // 1 stands for features that do not vary
		between += 1 / math.Pow(float64(scale[0]), 2)
	}
	if between > 0 {
		n.scale[0] = float32(1 / math.Sqrt(between))
	}
	for i, v := range n.net.Variables() {
		n.values[i] = v.First(pathTrunk+"/"+v.Path, seed)
	}
}

// parts are the variables.
func (n *convnet) parts() []part {
	list := []part{{pathTrunkMean, []int{n.net.In().Channels}, &n.mean, false}, {pathTrunkScale, []int{1}, &n.scale, false}}
	for i, v := range n.net.Variables() {
		list = append(list, part{pathTrunk + "/" + v.Path, v.Dims, &n.values[i], v.Role != network.Running})
	}
	return list
}

// graph maps [n, height·width·channels] to [n, out].
func (n *convnet) graph(s *model.Store, x *Node) *Node {
	value := func(path string) *Node { return s.GetVariable(path).NodeValue(x.Graph()) }
	x = Reshape(x, append([]int{x.Shape().Dim(0)}, n.net.In().Dims()...)...)
	x = Mul(Sub(x, ExpandLeftToRank(value(pathTrunkMean), 4)), ExpandLeftToRank(value(pathTrunkScale), 4))
	x = n.net.Graph(s, pathTrunk, x)
	x = Reshape(x, x.Shape().Dim(0), -1)
	if n.unit {
		x = toUnit(x, -1)
	}
	return x
}

// dropTaps sets whole taps of images to their mean with probability rate and stretches what the others differ from it, in training
// alone. Widths are the numbers of each tap among the features.
func dropTaps(s *model.Store, x, mean *Node, widths []int, rate float64) *Node {
	if !s.IsTraining(x.Graph()) || rate < 0.01 || len(widths) < 2 {
		return x
	}
	n := x.Shape().Dim(0)
	keep := network.DropWhole(s, OnesLike(BroadcastToDims(ScalarOne(x.Graph(), x.DType()), n, len(widths))), rate)
	var parts []*Node
	for i, w := range widths {
		parts = append(parts, BroadcastToDims(Slice(keep, AxisRange(), AxisElem(i)), n, w))
	}
	mean = ExpandAxes(mean, 0)
	return Add(mean, Mul(Sub(x, mean), Concatenate(parts, 1)))
}
