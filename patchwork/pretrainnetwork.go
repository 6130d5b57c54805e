package patchwork

import (
	"cmp"
	"fmt"
	"image"
	"reflect"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// named is a copy with the names of method and network filled in.
//
// Errors: From cannot be read.
func (o PretrainOptions) named() (PretrainOptions, error) {
	o.Method = cmp.Or(o.Method, defaultMethod)
	if o.Network == "" && o.From != "" {
		saved, err := backbone.Read(o.From)
		if err != nil {
			return o, fmt.Errorf("patchwork: %w", err)
		}
		o.Network = saved.Name
		if reflect.ValueOf(o.Backbone).IsZero() {
			o.Backbone = saved.Options
		}
	}
	o.Network = cmp.Or(o.Network, backbone.Default)
	return o, nil
}

// isONNX says whether the network is an ONNX file.
func (o PretrainOptions) isONNX() bool { return strings.HasSuffix(strings.ToLower(o.Network), ".onnx") }

// open is the network.
func (o PretrainOptions) open() (backbone.Network, error) {
	if !o.isONNX() {
		return backbone.New(o.Network, o.Backbone)
	}
	if o.From != "" || !reflect.ValueOf(o.Backbone).IsZero() {
		return nil, fmt.Errorf("patchwork: %s has its weights and its form; leave out From and Backbone", o.Network)
	}
	if o.ONNX.Size == (image.Point{}) {
		o.ONNX.Size = image.Pt(o.Side, o.Side)
	}
	return features.OpenONNXBackbone(o.Network, o.ONNX)
}
