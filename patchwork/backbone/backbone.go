package backbone

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Network maps images to a feature map.
//
// Graph joins the network to the graph of x, float32 [batch, height, width, channels] in [0, 1], with its variables below
// scope, and returns a map [batch, h, w, Card().Channels]. It may be called more than once with one scope: the
// variables are shared. It is safe for concurrent use with stores of its callers'.
type Network interface {
	Card() Card
	Graph(scope *model.Scope, x *Node) *Node
}

// Card describes a network.
type Card struct {
	Name     string // as New takes it
	About    string // one line
	Source   string // paper
	Channels int    // of the map
	Stride   int    // pixels of the image to one step in the map
	MinSide  int    // pixels; the smallest image side that leaves a map of 1×1
}

// Default is the name of a small network that is fast on a CPU with images of about 64 pixels.
const Default = "resnet-tiny"

// New makes a network by its name: one that Cards lists, or wrn-DEPTH-WIDTH or convmixer-CHANNELS-DEPTH with other
// numbers. The zero value of o is the network of its paper; "" stands for Default.
//
// Errors: an unknown name (the known ones are listed); options that are wrong or of no meaning to the network, all at
// once.
func New(name string, o Options) (Network, error) {
	if name == "" {
		name = Default
	}
	for _, f := range families {
		design, ok := f.find(name)
		if !ok {
			continue
		}
		if err := o.check(name, f); err != nil {
			return nil, err
		}
		return design(o.withDefaults(f)), nil
	}
	var known []string
	for _, c := range Cards() {
		known = append(known, c.Name)
	}
	return nil, fmt.Errorf("backbone: there is no network %q; the known ones are %s; and wrn-DEPTH-WIDTH and convmixer-CHANNELS-DEPTH with other numbers",
		name, strings.Join(known, ", "))
}

// Cards lists the networks as they are without options, the default first.
func Cards() []Card {
	var list []Card
	for _, f := range families {
		for _, name := range f.names {
			design, _ := f.find(name)
			list = append(list, design(Options{}.withDefaults(f)).Card())
		}
	}
	i := slices.IndexFunc(list, func(c Card) bool { return c.Name == Default })
	return slices.Concat(list[i:i+1], list[:i], list[i+1:])
}

// Pooled is the mean of a map [batch, h, w, channels] over its places: [batch, channels].
func Pooled(m *Node) *Node { return ReduceMean(m, 1, 2) }

// family is a kind of networks with names alike.
type family struct {
	names []string // that Cards lists
	find  func(name string) (design func(o Options) Network, ok bool)

	norm  Norm   // the default
	norms []Norm // that may be asked for; nil means all
	stem  Stem   // the default
	stems []Stem // that may be asked for; nil means both

	patch   map[Stem]int // side of the patches of each stem, if it begins with patches
	drops   bool         // Dropout has a meaning
	kernels bool         // Kernel has a meaning
	tokens  bool         // ClassToken has a meaning
}

var families = []family{
	tinyResnets, resnets, bareResnets, wideResnets, convNeXts, convMixers, transformers, vggs, alexNets, contextEncoders, autoEncoders,
}

// network is a Network of functions.
type network struct {
	card  Card
	o     Options
	graph func(b builder, x *Node) *Node
}

func (n *network) Card() Card { return n.card }

// Options are those that the network was made with, the defaults filled in.
func (n *network) Options() Options { return n.o }

func (n *network) Graph(scope *model.Scope, x *Node) *Node {
	return n.graph(n.builder(scope, x), n.input(x))
}

// input checks images and brings them to the numbers that the network works with.
func (n *network) input(x *Node) *Node {
	if x.Rank() != 4 || x.Shape().Dimensions[3] != n.o.Inputs {
		panic(fmt.Errorf("backbone: %s got images %s; want [batch, height, width, %d]", n.card.Name, x.Shape(), n.o.Inputs))
	}
	if d := x.Shape().Dimensions; min(d[1], d[2]) < n.card.MinSide {
		compute.Refuse("backbone: %s got images of %d×%d pixels; want %d or more each way. Larger images or the small stem help", n.card.Name, d[2], d[1], n.card.MinSide)
	}
	g := x.Graph()
	row := func(values []float64) *Node { return ExpandLeftToRank(ConvertDType(Const(g, values), x.DType()), 4) }
	return Div(Sub(x, row(n.o.Mean)), row(n.o.Std))
}

func (n *network) builder(scope *model.Scope, x *Node) builder {
	return builder{store: scope.Store(), path: scope.Scope(), o: n.o, training: scope.Store().IsTraining(x.Graph())}
}
