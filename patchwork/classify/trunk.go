package classify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// Trunk says what stands between the features of an image and the head.
type Trunk string

const (
	VectorTrunk     Trunk = "vectors"    // nothing: features are vectors
	PoolingTrunk    Trunk = "pooling"    // one map, each channel of which becomes a number
	ConvnetTrunk    Trunk = "convnet"    // one map, and layers that are trained with the head
	MultiscaleTrunk Trunk = "multiscale" // several maps, each pooled, joined to one vector
)

// trunks is the registry, the default first. Settings lists it.
var trunks = []struct {
	name  Trunk
	about string
}{
	{VectorTrunk, "the vectors of the extractor"},
	{PoolingTrunk, "one extracted map, pooled (pooling)"},
	{ConvnetTrunk, "one extracted map, through layers that are trained too (layers, kernel, batchnorm, separable, layer_dropout, pooling); heads linear and mlp"},
	{MultiscaleTrunk, "several extracted maps, each pooled and joined (scale_pooling, scale_dropout)"},
}

func trunkNames() (names []string) {
	for _, t := range trunks {
		names = append(names, string(t.name))
	}
	return names
}

func trunkAbout() string {
	lines := []string{"what the head reads"}
	for _, t := range trunks {
		lines = append(lines, string(t.name)+": "+t.about)
	}
	return strings.Join(lines, "\n")
}

// Switch is a setting that is on or off.
type Switch string

// The states of a Switch.
const (
	On  Switch = "yes"
	Off Switch = "no"
)

// DefaultLayers is the network of ConvnetTrunk.
const DefaultLayers = "128,p,d,128"

func trunkSettings() []Setting {
	poolings := []string{string(network.MaxPooling), string(network.AveragePooling), string(network.Flatten)}
	return []Setting{
		{Name: "context", About: contextAbout(), Choices: contextNames(), Default: contextNames()[0], at: func(o *Options) any { return &o.Context }},
		{Name: "trunk", About: trunkAbout(), Choices: trunkNames(), Default: trunkNames()[0], at: func(o *Options) any { return &o.Trunk }},
		{Name: "taps", About: "trunk pooling, convnet, multiscale: which extracted maps, by name, number or regular expression", Text: true, Default: "the last map; all for multiscale", at: func(o *Options) any { return &o.Taps }},
		{Name: "layers", About: "trunk convnet: a number is a convolution of that many channels, p pools, d drops channels, r is a residual block", Text: true, Default: DefaultLayers, at: func(o *Options) any { return &o.Layers },
			valid: func(text string) error { _, err := network.Parse(text); return err }},
		{Name: "kernel", About: "trunk convnet: width and height of kernels: 1, 3, 5 or 7", Whole: true, Max: 7, Default: "1", at: func(o *Options) any { return &o.Kernel }},
		{Name: "batchnorm", About: "trunk convnet: normalise between convolution and ReLU", Choices: []string{string(Off), string(On)}, Default: string(Off), at: func(o *Options) any { return &o.BatchNorm }},
		{Name: "separable", About: "trunk convnet: a convolution of each channel alone, then one of 1x1", Choices: []string{string(Off), string(On)}, Default: string(Off), at: func(o *Options) any { return &o.Separable }},
		{Name: "layer_dropout", About: "trunk convnet: share of channels that d drops", Max: 0.95, Default: "0.5", at: func(o *Options) any { return &o.LayerDropout }},
		{Name: "pooling", About: "trunk pooling, convnet: how a map becomes a vector", Choices: poolings, Default: poolings[0], at: func(o *Options) any { return &o.Pooling }},
		{Name: "scale_pooling", About: "trunk multiscale: how each map becomes a vector", Choices: []string{poolings[1], poolings[0]}, Default: poolings[1], at: func(o *Options) any { return &o.ScalePooling }},
		{Name: "scale_dropout", About: "trunk multiscale: share of whole maps that are left out in a step, for heads linear and mlp; 0.001 is none", Max: 0.95, Default: "0.5", at: func(o *Options) any { return &o.ScaleDropout }},
		{Name: "normalise", About: "divide what the head reads, features or pooled maps, by its length; stored features have length one unless they were computed raw", Choices: []string{string(Off), string(On)}, Default: string(Off), at: func(o *Options) any { return &o.Normalise }},
	}
}

// trunkDefaults fills in what a trunk takes.
func (o *Options) trunkDefaults() {
	fill(&o.Trunk, VectorTrunk)
	switch o.Trunk {
	case ConvnetTrunk:
		fill(&o.Head, LinearHead) // the layers are trained with it, step by step
		fill(&o.Layers, DefaultLayers)
		fill(&o.Kernel, 1)
		fill(&o.BatchNorm, Off)
		fill(&o.Separable, Off)
		fill(&o.LayerDropout, 0.5)
		fill(&o.Pooling, network.MaxPooling)
	case PoolingTrunk:
		fill(&o.Pooling, network.MaxPooling)
	case MultiscaleTrunk:
		if o.ScaleDropout > 0 {
			fill(&o.Head, LinearHead) // as is what leaves maps out
		}
		fill(&o.ScalePooling, network.AveragePooling)
		fill(&o.ScaleDropout, 0.5)
	}
}

// checkTrunk refuses what the settings one by one allow.
func (o Options) checkTrunk() error {
	if o.Trunk != ConvnetTrunk {
		return nil
	}
	bad := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("classify.Options: "+format, args...)
	}
	return errors.Join(
		bad(o.Head == "" || o.Head.stepwise(), "head is %q, which is made at once, and the layers of trunk convnet are trained in steps; want linear or mlp", o.Head),
		bad(slices.Contains([]int{0, 1, 3, 5, 7}, o.Kernel), "kernel is \"%d\"; want 1, 3, 5 or 7, or nothing for the default (1)", o.Kernel),
		bad(o.LayerDropout == 0 || o.LayerDropout >= 0.05, "layer_dropout is \"%g\"; want 0.05 to 0.95, or nothing for the default (0.5)", o.LayerDropout))
}

// convnet are the options of the layers.
func (o Options) convnet() network.Options {
	return network.Options{Layers: o.Layers, Kernel: o.Kernel, BatchNorm: o.BatchNorm == On, Separable: o.Separable == On, Dropout: o.LayerDropout, Pooling: o.Pooling}
}

// unit says whether what the trunk gives the head has length one.
func (o Options) unit() bool { return o.Normalise == On }

// trunkText says what a trunk does; equal texts, equal trunks.
func (o Options) trunkText() string {
	text := o.trunkWords()
	if o.InContext() {
		text += " in the context of their neighbours"
	}
	if o.Normalise == On {
		text += ", of length one"
	}
	return text
}

func (o Options) trunkWords() string {
	switch o.Trunk {
	case PoolingTrunk:
		return fmt.Sprintf("maps %q pooled by %s", o.Taps, o.Pooling)
	case MultiscaleTrunk:
		return fmt.Sprintf("several maps %q pooled by %s", o.Taps, o.ScalePooling)
	case ConvnetTrunk:
		return fmt.Sprintf("maps %q through the layers %s (kernel %d, batchnorm %s, separable %s) pooled by %s", o.Taps, o.Layers, o.Kernel, o.BatchNorm, o.Separable, o.Pooling)
	}
	return string(VectorTrunk)
}
