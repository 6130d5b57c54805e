package backbone

import (
	"errors"
	"fmt"
	"slices"
)

// Options changes a network. The zero value is the network of its paper.
type Options struct {
	Norm       Norm      `json:"norm,omitempty" yaml:"norm,omitempty"`               // "" means the network's own
	Stem       Stem      `json:"stem,omitempty" yaml:"stem,omitempty"`               // "" means the network's own
	Width      float64   `json:"width,omitempty" yaml:"width,omitempty"`             // factor of all channels, which are rounded to multiples of 8; 0 means 1
	Dropout    float64   `json:"dropout,omitempty" yaml:"dropout,omitempty"`         // share that training drops, in [0, 0.9]: of channels (wrn-*, autoencoder), or of branches of the last residual block; 0 means none
	Patch      int       `json:"patch,omitempty" yaml:"patch,omitempty"`             // pixels; side of the patches that the first layer takes, 1 to 64; 0 means what the stem says; resnet-tiny, convnext-*, convmixer-* and vit-*
	Kernel     int       `json:"kernel,omitempty" yaml:"kernel,omitempty"`           // convmixer-*: side of its channel-wise kernels, odd, 3 to 15; 0 means what the stem says
	Inputs     int       `json:"inputs,omitempty" yaml:"inputs,omitempty"`           // channels of an image; 0 means 3
	Mean       []float64 `json:"mean,omitempty" yaml:"mean,omitempty"`               // of each channel, subtracted from pixels in [0, 1]; nil means ImageNet's, 0.5 if there are not 3 channels
	Std        []float64 `json:"std,omitempty" yaml:"std,omitempty"`                 // of each channel, divides what is left; nil means ImageNet's, 0.25 if there are not 3 channels
	ClassToken bool      `json:"class_token,omitempty" yaml:"class_token,omitempty"` // vit-*: a token beside those of the patches
}

// Norm is a way of normalising.
type Norm string

// The normalisations.
const (
	BatchNorm Norm = "batch" // Ioffe and Szegedy 2015: of each channel over batch and places
	LayerNorm Norm = "layer" // Ba et al. 2016: of each place over the channels
	GroupNorm Norm = "group" // Wu and He 2018: of each image over places and groups of channels
)

var norms = []Norm{BatchNorm, LayerNorm, GroupNorm}

// Stem is the size of images that the first layers are made for.
type Stem string

// The stems.
const (
	SmallStem Stem = "small" // images of 32 to 96 pixels: 3×3 with stride 1, or small patches
	LargeStem Stem = "large" // images of about 224 pixels, as in the papers
)

var stems = []Stem{SmallStem, LargeStem}

var (
	imageNetMean = []float64{0.485, 0.456, 0.406}
	imageNetStd  = []float64{0.229, 0.224, 0.225}
)

func (o Options) check(name string, f family) error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("backbone.Options: "+format+" (%s)", append(args, name)...))
		}
	}
	need(o.Norm == "" || slices.Contains(f.allNorms(), o.Norm), "Norm is %q; want one of %q", o.Norm, f.allNorms())
	need(o.Stem == "" || slices.Contains(f.allStems(), o.Stem), "Stem is %q; want one of %q", o.Stem, f.allStems())
	need(o.Width >= 0 && o.Width <= 64, "Width is %g; want a factor up to 64, or 0 for 1", o.Width)
	need(o.Dropout >= 0 && o.Dropout <= 0.9, "Dropout is %g; want 0 to 0.9", o.Dropout)
	need(o.Dropout == 0 || f.drops, "Dropout is %g, and this network drops nothing; leave it out", o.Dropout)
	need(o.Patch == 0 || f.patch != nil, "Patch is %d, and this network does not begin with patches; leave it out", o.Patch)
	need(o.Patch >= 0 && o.Patch <= 64, "Patch is %d; want 1 to 64 pixels, or 0 for what the stem says", o.Patch)
	need(o.Kernel == 0 || f.kernels, "Kernel is %d, and the kernels of this network are fixed; leave it out", o.Kernel)
	need(o.Kernel == 0 || o.Kernel%2 == 1 && o.Kernel >= 3 && o.Kernel <= 15, "Kernel is %d; want an odd side of 3 to 15, or 0 for what the stem says", o.Kernel)
	need(o.Inputs >= 0, "Inputs is %d; want 1 or more channels, or 0 for 3", o.Inputs)
	need(!o.ClassToken || f.tokens, "ClassToken is set, and this network has no tokens; leave it out")
	inputs := o.inputs()
	need(o.Mean == nil || len(o.Mean) == inputs, "Mean has %d values and images have %d channels; want one for each", len(o.Mean), inputs)
	need(o.Std == nil || len(o.Std) == inputs, "Std has %d values and images have %d channels; want one for each", len(o.Std), inputs)
	for _, v := range o.Std {
		need(v > 0, "Std holds %g; want positive numbers", v)
	}
	return errors.Join(errs...)
}

func (o Options) inputs() int {
	if o.Inputs == 0 {
		return 3
	}
	return o.Inputs
}

// withDefaults is a copy in which every zero that stands for a default is filled in.
func (o Options) withDefaults(f family) Options {
	if o.Norm == "" {
		o.Norm = f.norm
	}
	if o.Stem == "" {
		o.Stem = f.stem
	}
	if o.Width == 0 {
		o.Width = 1
	}
	if o.Patch == 0 && f.patch != nil {
		o.Patch = f.patch[o.Stem]
	}
	o.Inputs = o.inputs()
	mean, std := imageNetMean, imageNetStd
	if o.Inputs != 3 {
		mean, std = slices.Repeat([]float64{0.5}, o.Inputs), slices.Repeat([]float64{0.25}, o.Inputs)
	}
	if o.Mean == nil {
		o.Mean = mean
	}
	if o.Std == nil {
		o.Std = std
	}
	return o
}

// wide is a number of channels times Width, rounded to a multiple of 8.
func (o Options) wide(channels int) int {
	if o.Width == 1 {
		return channels
	}
	return max(8, 8*int(o.Width*float64(channels)/8+0.5))
}

func (f family) allNorms() []Norm {
	if f.norms == nil {
		return norms
	}
	return f.norms
}

func (f family) allStems() []Stem {
	if f.stems == nil {
		return stems
	}
	return f.stems
}
