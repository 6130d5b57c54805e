package classify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// Tap is one of the maps that an image's features are.
type Tap struct {
	Name          string `json:"name" yaml:"name"`
	network.Shape `yaml:",inline"`
}

// mapReader makes of the maps of an image what the head or the layers before it read, without a graph.
type mapReader struct {
	dim     int // numbers of an image
	taps    []Tap
	from    []int // where each of taps begins among them
	pooling network.Pooling
	unit    bool // what it makes has length one
}

// newMapReader finds the taps that o chooses among those of an image of dim numbers; nil for vectors, unless these are normalised.
//
// Errors: there are no maps, or maps where vectors are wanted; taps that do not exist; several where one is wanted.
func newMapReader(o Options, taps []Tap, dim int) (*mapReader, error) {
	if o.Trunk == VectorTrunk || o.Trunk == "" {
		if len(taps) > 0 {
			return nil, errors.New("classify: the features are maps and the trunk reads vectors; choose the trunk pooling, convnet or multiscale")
		}
		if !o.unit() {
			return nil, nil
		}
		vector := Tap{Name: "features", Shape: network.Shape{Height: 1, Width: 1, Channels: dim}}
		return &mapReader{dim: dim, taps: []Tap{vector}, from: []int{0}, pooling: network.Flatten, unit: true}, nil
	}
	if len(taps) == 0 {
		return nil, fmt.Errorf("classify: the trunk %s reads feature maps and these features are vectors; extract maps, or choose the trunk vectors", o.Trunk)
	}
	r := &mapReader{pooling: o.Pooling, unit: o.unit() && o.Trunk != ConvnetTrunk}
	names, starts := make([]string, len(taps)), make([]int, len(taps))
	for i, t := range taps {
		if !t.IsMap() || t.Channels < 1 {
			return nil, fmt.Errorf("classify: Data.Taps[%d] is %s; want height, width and channels", i, t.Shape)
		}
		names[i], starts[i] = t.Name, r.dim
		r.dim += t.Size()
	}
	chosen := []int{len(taps) - 1}
	switch {
	case o.Taps != "":
		var err error
		if chosen, err = (network.Multiscale{Taps: o.Taps}).Choose(names); err != nil {
			return nil, fmt.Errorf("classify: %w", err)
		}
	case o.Trunk == MultiscaleTrunk:
		chosen = nil
		for i := range taps {
			chosen = append(chosen, i)
		}
	}
	if o.Trunk != MultiscaleTrunk && len(chosen) > 1 {
		return nil, fmt.Errorf("classify: the trunk %s reads one map and the taps %q are %d; name one, or choose the trunk multiscale", o.Trunk, o.Taps, len(chosen))
	}
	for _, at := range chosen {
		r.taps, r.from = append(r.taps, taps[at]), append(r.from, starts[at])
	}
	switch o.Trunk {
	case MultiscaleTrunk:
		r.pooling = o.ScalePooling
	case ConvnetTrunk:
		r.pooling = network.KeepMap
	}
	return r, nil
}

// widths are how many numbers read makes of each tap.
func (r *mapReader) widths() []int {
	list := make([]int, len(r.taps))
	for i, t := range r.taps {
		list[i] = r.pooling.Width(t.Shape)
	}
	return list
}

// width is how many numbers read makes of an image.
func (r *mapReader) width() (sum int) {
	for _, w := range r.widths() {
		sum += w
	}
	return sum
}

// read appends to dst what is made of the maps x of an image.
func (r *mapReader) read(dst, x []float32) []float32 {
	before := len(dst)
	for i, t := range r.taps {
		dst = r.pooling.Vector(dst, x[r.from[i]:r.from[i]+t.Size()], t.Shape)
	}
	if r.unit {
		bringToUnit(dst[before:])
	}
	return dst
}

// through is d with the features that a trunk makes of its maps. What is short is kept: a training looks at each image many times.
func (d Data) through(r *mapReader) (Data, error) {
	if r == nil {
		return d, nil
	}
	if d.Dim != r.dim {
		return d, fmt.Errorf("classify: Data.Dim is %d and the taps have %d numbers together; want the same", d.Dim, r.dim)
	}
	raw, kept := d.Features, map[int][]float32{}
	var scratch []float32
	d.Dim = r.width()
	d.Features = func(row int) []float32 {
		if x, ok := kept[row]; ok {
			return x
		}
		x := raw(row)
		if x == nil || len(x) != r.dim {
			return slices.Clone(x) // checkFeatures says what is wrong
		}
		if d.Dim*8 > r.dim {
			scratch = r.read(scratch[:0], x)
			return scratch
		}
		kept[row] = r.read(nil, x)
		return kept[row]
	}
	return d, nil
}
