package see

import (
	"context"
	"fmt"
	"image"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// First names what the first convolution of a network makes of an image, as a tap.
const First = "first"

// MapOptions says which maps are read. The zero value reads the last one.
type MapOptions struct {
	ONNX features.ONNXOptions // for an ONNX file that the table of known networks lacks
	Tap  string               // First, or of an ONNX file one of features.Taps; "" means the last map, which features are averaged of
	Side int                  // pixels of images, where a network takes any; 0 means those that it learned on, of networks that were trained here
}

// Maps reads maps from inside a network. It is for one goroutine.
type Maps struct {
	Name string // of the map
	W, H int    // pixels of the images that it takes

	channels int
	read     func(ctx context.Context, pix []float32) ([]float32, error) // of one image
	shape    func() (h, w, c int)                                        // of its map
	close    func()
}

// Map is one of an image: number c of the place (y, x) is Values[(y·W+x)·C+c].
type Map struct {
	H, W, C int
	Values  []float32
}

// OpenMaps opens a network: the folder of one that was trained here, or an ONNX file. The caller closes it.
//
// Errors: those of backbone.Load and features.OpenMaps; a tap that a folder does not have; a Side for an ONNX file, whose size is part of it.
func OpenMaps(path string, o MapOptions) (*Maps, error) {
	var m *Maps
	var err error
	if features.IsBackbone(path) {
		m, err = mapsOfBackbone(path, o)
	} else {
		m, err = mapsOfONNX(path, o)
	}
	if err != nil {
		return nil, fmt.Errorf("see: %w", err)
	}
	return m, nil
}

func mapsOfBackbone(dir string, o MapOptions) (*Maps, error) {
	if o.Tap != "" && o.Tap != First && o.Tap != features.BackboneTap {
		return nil, fmt.Errorf("%s has no map %q; want %q or %q", dir, o.Tap, First, features.BackboneTap)
	}
	net, saved, err := backbone.Open(dir)
	if err != nil {
		return nil, err
	}
	if o.Side != 0 && o.Side < net.Card().MinSide {
		return nil, fmt.Errorf("%s wants images of %d pixels or more, and Side is %d", dir, net.Card().MinSide, o.Side)
	}
	store := model.NewStore()
	if _, err := backbone.Load(dir, store, "/"); err != nil {
		return nil, err
	}
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	m := &Maps{Name: features.BackboneTap, W: saved.Width, H: saved.Height, channels: len(saved.Options.Mean)}
	if o.Side > 0 {
		m.W, m.H = o.Side, o.Side
	}
	var dims []int
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) (y *graph.Node) {
		first, _ := firstConvolution(store, func() { y = net.Graph(scope, x) }, x.Graph())
		if o.Tap == First {
			y = first
		}
		if y == nil {
			panic(fmt.Errorf("%s has no convolution", dir))
		}
		dims = y.Shape().Dimensions
		return y
	})
	if err != nil {
		return nil, err
	}
	if o.Tap == First {
		m.Name = First
	}
	m.read = func(_ context.Context, pix []float32) (out []float32, err error) {
		err = compute.Try(dir, func() error {
			x := tensors.FromFlatDataAndDimensions(pix, 1, m.H, m.W, m.channels)
			defer x.FinalizeAll()
			y, err := exec.Call1(x)
			if err != nil {
				return err
			}
			defer y.FinalizeAll()
			out, err = tensors.CopyFlatData[float32](y)
			return err
		})
		return out, err
	}
	m.shape = func() (h, w, c int) { return dims[1], dims[2], dims[3] }
	m.close = func() { exec.Finalize(); store.Finalize() }
	return m, nil
}

func mapsOfONNX(file string, o MapOptions) (*Maps, error) {
	if o.Side != 0 {
		return nil, fmt.Errorf("Side is %d, and %s takes images of its own size; leave it 0", o.Side, file)
	}
	var choice features.MapOptions
	switch o.Tap {
	case "":
	case First:
		taps, err := features.Taps(file, o.ONNX)
		if err != nil {
			return nil, err
		}
		choice.Taps = []string{taps[0].Name}
	default:
		choice.Taps = []string{o.Tap}
	}
	ex, err := features.OpenMaps(file, o.ONNX, choice)
	if err != nil {
		return nil, err
	}
	spec := ex.Spec()
	tap := spec.Taps[0]
	return &Maps{
		Name: tap.Name, W: spec.Width, H: spec.Height, channels: 3,
		read: func(ctx context.Context, pix []float32) ([]float32, error) {
			return ex.Extract(ctx, imageset.Batch{N: 1, H: spec.Height, W: spec.Width, C: 3, Pix: pix})
		},
		shape: func() (h, w, c int) { return tap.Height, tap.Width, tap.Channels },
		close: func() {},
	}, nil
}

// Read is the maps of images, which have the size W×H.
//
// Errors: an image of another size or number of channels; ctx is done.
func (m *Maps) Read(ctx context.Context, images ...*augment.Image) (list []Map, err error) {
	for i, im := range images {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("see: stopped at image %d of %d: %w", i, len(images), err)
		}
		if err := fits(im, m.W, m.H, m.channels); err != nil {
			return nil, fmt.Errorf("see: image %d %w", i, err)
		}
		values, err := m.read(ctx, im.Pix)
		if err != nil {
			return nil, fmt.Errorf("see: %w", err)
		}
		h, w, c := m.shape()
		list = append(list, Map{h, w, c, values})
	}
	return list, nil
}

// fits says whether an image can be given to a network.
func fits(im *augment.Image, w, h, channels int) error {
	if im == nil {
		return fmt.Errorf("is nil; give an image of %d×%d pixels", w, h)
	}
	if im.W != w || im.H != h || im.C != channels || len(im.Pix) != w*h*channels {
		return fmt.Errorf("has %d×%d pixels with %d channels; want %d×%d with %d", im.W, im.H, im.C, w, h, channels)
	}
	return nil
}

// Close frees the network.
func (m *Maps) Close() { m.close() }

// SizeOf is the size of the images that a network which was trained here learned on, and how many pixels of them are a step in its map.
//
// Errors: those of backbone.Open.
func SizeOf(dir string) (size image.Point, stride int, err error) {
	net, saved, err := backbone.Open(dir)
	if err != nil {
		return size, 0, fmt.Errorf("see: %w", err)
	}
	return image.Pt(saved.Width, saved.Height), net.Card().Stride, nil
}

// Range is the least and the largest number of a channel.
func (m Map) Range(c int) (low, high float32) {
	values := m.Channel(c)
	return slices.Min(values), slices.Max(values)
}

// Channel is one channel of a map, [H·W].
func (m Map) Channel(c int) []float32 {
	out := make([]float32, m.H*m.W)
	for i := range out {
		out[i] = m.Values[i*m.C+c]
	}
	return out
}
