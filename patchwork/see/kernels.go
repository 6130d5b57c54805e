package see

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// Kernels are those of the first convolution of a network, or of the projection of patches that a transformer begins with.
type Kernels struct {
	Name   string // of the weights in the network
	H, W   int    // pixels
	Inputs int    // channels of an image: 3 for red, green and blue in this order
	Count  int
	Values []float32 // [Count, H, W, Inputs]
}

// ReadKernels reads the first kernels of a network: the folder of one that was trained here, or an ONNX file.
//
// Errors: those of backbone.Load and features.OpenTrainable; nothing in the network is a convolution.
func ReadKernels(path string, o features.ONNXOptions) (Kernels, error) {
	var k Kernels
	var err error
	if features.IsBackbone(path) {
		k, err = ofBackbone(path)
	} else {
		k, err = ofONNX(path, o)
	}
	if err != nil {
		return k, fmt.Errorf("see: %w", err)
	}
	return k, nil
}

func ofBackbone(dir string) (k Kernels, err error) {
	net, saved, err := backbone.Open(dir)
	if err != nil {
		return k, err
	}
	store := model.NewStore()
	defer store.Finalize()
	if _, err := backbone.Load(dir, store, "/"); err != nil {
		return k, err
	}
	return kernelsOf(net, store.RootScope(), len(saved.Options.Mean))
}

// KernelsOf are the first kernels of a network as they are now, such as in the middle of a training: its variables lie below scope, and images have so many channels.
//
// Errors: nothing in the network is a convolution.
func KernelsOf(net backbone.Network, scope *model.Scope, channels int) (Kernels, error) {
	k, err := kernelsOf(net, scope, channels)
	if err != nil {
		return k, fmt.Errorf("see: %w", err)
	}
	return k, nil
}

func kernelsOf(net backbone.Network, scope *model.Scope, channels int) (k Kernels, err error) {
	backend, err := compute.Backend()
	if err != nil {
		return k, err
	}
	name := net.Card().Name
	err = compute.Try(name, func() error {
		g := graph.NewGraph(backend, "first layer of "+name)
		defer g.Finalize()
		side := max(net.Card().MinSide, net.Card().Stride)
		x := graph.Parameter(g, "images", shapes.Make(dtypes.Float32, 1, side, side, channels))
		_, v := firstConvolution(scope.Store(), func() { net.Graph(scope, x) }, g)
		if v == nil {
			return fmt.Errorf("%s has no convolution", name)
		}
		t, err := v.Value()
		if err != nil {
			return err
		}
		values, err := tensors.CopyFlatData[float32](t)
		d := v.Shape().Dimensions // [height, width, inputs, outputs]
		path := strings.Trim(strings.TrimPrefix(v.Path(), scope.Scope()), "/")
		k = Kernels{Name: path, H: d[0], W: d[1], Inputs: d[2], Count: d[3], Values: make([]float32, len(values))}
		for i, v := range values {
			k.Values[i%d[3]*(len(values)/d[3])+i/d[3]] = v
		}
		return err
	})
	return k, err
}

// firstConvolution is the first one that build adds to a graph, with the variable that its kernels are; nil if there is none.
func firstConvolution(store *model.Store, build func(), g *graph.Graph) (*graph.Node, *model.Variable) {
	begun := len(g.Nodes())
	build()
	for _, n := range g.Nodes()[begun:] {
		if n.Type() != graph.NodeTypeConvGeneral {
			continue
		}
		from := []*graph.Node{n.Inputs()[1]}
		for len(from) > 0 { // the variable itself, or what its kernels are made of
			for v := range store.IterVariables() {
				if v.InUseByGraph(g) && v.NodeValue(g) == from[0] && v.Shape().Rank() == 4 {
					return n, v
				}
			}
			from = append(from[1:], from[0].Inputs()...)
		}
	}
	return nil, nil
}

func ofONNX(file string, o features.ONNXOptions) (k Kernels, err error) {
	t, err := features.OpenTrainable(file, o, nil)
	if err != nil {
		return k, err
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := t.Put(store); err != nil {
		return k, err
	}
	for _, w := range t.Weights() {
		v := store.GetVariable(w.Path)
		if d := v.Shape().Dimensions; len(d) == 4 { // [outputs, inputs, height, width]
			value, err := v.Value()
			if err != nil {
				return k, err
			}
			values, err := tensors.CopyFlatData[float32](value)
			k = Kernels{Name: w.Name, H: d[2], W: d[3], Inputs: d[1], Count: d[0]}
			places := d[2] * d[3]
			for at := 0; at < len(values); at += d[1] * places {
				for p := range places {
					for c := range d[1] {
						if t.Options().BGR && d[1] == 3 {
							c = 2 - c
						}
						k.Values = append(k.Values, values[at+c*places+p])
					}
				}
			}
			return k, err
		}
	}
	return k, fmt.Errorf("%s: none of its weights are those of a convolution", file)
}

// IsColour says whether kernels are shown in colour: those of images of three channels. Of others each channel is shown by itself.
func (k Kernels) IsColour() bool { return k.Inputs == 3 }

// Of are the numbers of one kernel, [H, W, Inputs]. The slice is shared.
func (k Kernels) Of(i int) []float32 {
	size := len(k.Values) / k.Count
	return k.Values[i*size : (i+1)*size]
}

// Largest is the largest absolute number of kernel i, by which Picture divides.
func (k Kernels) Largest(i int) (most float32) {
	for _, v := range k.Of(i) {
		most = max(most, v, -v)
	}
	return most
}

// Picture is kernel i, each pixel side pixels wide and high: its number w shown as ½ + w/(2·Largest), so that 0 is the middle grey in every
// kernel. Channel is the one that is shown, in grey; of kernels in colour it does not matter.
func (k Kernels) Picture(i, channel, side int) *image.RGBA {
	most := max(k.Largest(i), 1e-30)
	level := func(w float32) uint8 { return uint8(127.5 + 127.5*w/most + 0.5) }
	small := image.NewRGBA(image.Rect(0, 0, k.W, k.H))
	for at := range k.H * k.W {
		c := k.Of(i)[at*k.Inputs : (at+1)*k.Inputs]
		pixel := color.RGBA{A: 255}
		if k.IsColour() {
			pixel.R, pixel.G, pixel.B = level(c[0]), level(c[1]), level(c[2])
		} else {
			pixel.R = level(c[channel])
			pixel.G, pixel.B = pixel.R, pixel.R
		}
		small.SetRGBA(at%k.W, at/k.W, pixel)
	}
	return blocks(small, side)
}
