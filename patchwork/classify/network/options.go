package network

import (
	"errors"
	"fmt"
	"slices"
)

// Options describes a network. The zero value is a global max pooling.
type Options struct {
	Layers    string  `json:"layers" yaml:"layers"`                           // as Parse reads them; "" means none
	Kernel    int     `json:"kernel,omitempty" yaml:"kernel,omitempty"`       // width and height of kernels: 1, 3, 5 or 7; 0 means 1
	BatchNorm bool    `json:"batchnorm,omitempty" yaml:"batchnorm,omitempty"` // normalise between convolution or dense layer and ReLU
	Separable bool    `json:"separable,omitempty" yaml:"separable,omitempty"` // a convolution of each channel alone, then one of 1x1
	Dropout   float64 `json:"dropout,omitempty" yaml:"dropout,omitempty"`     // share that d drops, in [0.05, 0.95]; 0 means 0.5
	Pooling   Pooling `json:"pooling,omitempty" yaml:"pooling,omitempty"`     // of the map at the end; "" means MaxPooling; a vector stays as it is
}

// Pooling says how a map becomes a vector.
type Pooling string

// The ways of pooling.
const (
	MaxPooling     Pooling = "max"     // of each channel
	AveragePooling Pooling = "average" // of each channel
	Flatten        Pooling = "flatten" // all numbers, row by row, channels last
	KeepMap        Pooling = "keep"    // the map stays a map
)

var poolings = []Pooling{MaxPooling, AveragePooling, Flatten, KeepMap}

// Check reports every bad field at once; New calls it.
func (o Options) Check() error {
	_, err := Parse(o.Layers)
	return errors.Join(err,
		need(o.Kernel == 0 || slices.Contains([]int{1, 3, 5, 7}, o.Kernel), "Kernel is %d; want 1, 3, 5 or 7, or 0 for the default", o.Kernel),
		need(o.Dropout == 0 || o.Dropout >= 0.05 && o.Dropout <= 0.95, "Dropout is %g; want 0.05 to 0.95, or 0 for the default", o.Dropout),
		need(o.Pooling == "" || slices.Contains(poolings, o.Pooling), "Pooling is %q; want one of %q", o.Pooling, poolings))
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("network.Options: "+format, args...)
}

// withDefaults is a copy in which every zero that stands for a default is filled in.
func (o Options) withDefaults() Options {
	if o.Kernel == 0 {
		o.Kernel = 1
	}
	if o.Dropout == 0 {
		o.Dropout = 0.5
	}
	if o.Pooling == "" {
		o.Pooling = MaxPooling
	}
	return o
}
