package features

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Taps lists the maps inside of a network in an ONNX file, in its order: what its convolutions, poolings and normalisations make
// of an image, and what operators that act on each place alone make of these, as long as a map has more than one pixel.
// Tokens of transformers are none. Sizes are those for images of the network's size.
//
// Errors: those of OpenONNX; no such map in the file.
func Taps(file string, o ONNXOptions) ([]Tap, error) {
	e, err := openFile(file, o)
	if err == nil {
		var taps []Tap
		if taps, err = e.taps(); err == nil {
			return taps, nil
		}
	}
	return nil, fmt.Errorf("features: %s: %w", file, err)
}

// MapOptions says which maps OpenMaps reads. The zero value reads the last one.
type MapOptions struct {
	Taps []string // names of Taps; nil means the last, which OpenONNX averages
	Half bool     // to be kept as float16, which takes half of the room and three decimal digits
}

// OpenMaps opens a network in an ONNX file as an extractor of feature maps. What it gives for an image is the maps one after the
// other, each [height, width, channels], not averaged and not normalised; Spec().Taps says which they are.
//
// Errors: those of Taps; a name that is no tap; one that comes twice.
func OpenMaps(file string, o ONNXOptions, m MapOptions) (Extractor, error) {
	e, err := openFile(file, o)
	if err == nil {
		err = e.openMaps(m)
	}
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", file, err)
	}
	return e, nil
}

// openFile is openONNX with the reading of the file.
func openFile(file string, o ONNXOptions) (*network, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if IsBackbone(file) {
		return nil, errFolder
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the network cannot be read: %w", err)
	}
	return openONNX(file, data, o)
}

// openMaps chooses taps, builds the graph and names the extractor.
func (e *network) openMaps(o MapOptions) error {
	all, err := e.taps()
	if err != nil {
		return err
	}
	s := &e.spec
	if o.Taps == nil {
		o.Taps = []string{e.lastMap(all)}
	}
	for i, name := range o.Taps {
		at := slices.IndexFunc(all, func(t Tap) bool { return t.Name == name })
		switch {
		case at < 0:
			return fmt.Errorf("it has no map %q; it has %s. Taps lists them", name, someTaps(all))
		case slices.Contains(o.Taps[:i], name):
			return fmt.Errorf("the map %q is named twice; name each once", name)
		}
		s.Taps = append(s.Taps, all[at])
		s.Dim += all[at].Size()
	}
	s.Half, s.Output = o.Half, ""
	id := sha256.Sum256(fmt.Appendf(nil, "maps 1|%s|%v|%v|%v|%v|%v|%v|%v", s.FileHash, image.Pt(s.Width, s.Height), e.mean, e.std, e.bgr, o.Taps, o.Half, e.nchw))
	s.ID = slug(s.Name) + "-maps-" + hex.EncodeToString(id[:4])
	return e.load()
}

// lastMap is the map that OpenONNX averages where no output is named.
func (e *network) lastMap(all []Tap) string {
	for _, name := range e.file.featureMaps() {
		if slices.ContainsFunc(all, func(t Tap) bool { return t.Name == name }) {
			return name
		}
	}
	return all[len(all)-1].Name
}

// someTaps names the last few.
func someTaps(all []Tap) string {
	text := ""
	for i, t := range all[max(len(all)-6, 0):] {
		if i > 0 {
			text += ", "
		}
		text += t.Name
	}
	if len(all) > 6 {
		return fmt.Sprintf("%d, the last are %s", len(all), text)
	}
	return text
}

// taps lists the maps with their sizes, which the graph alone knows.
func (e *network) taps() ([]Tap, error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := e.read(store.RootScope()); err != nil {
		return nil, err
	}
	nodes := e.file.mapNodes()
	if len(nodes) == 0 {
		return nil, errors.New("it has no feature maps; want a network with convolutions")
	}
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.out[0]
	}
	var taps []Tap
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = e.prepared(x)
		for i, y := range e.onnx.CallGraph(scope, x.Graph(), map[string]*graph.Node{e.input: x}, names...) {
			d := y.Shape().Dimensions // channels first, as ONNX has them
			if len(d) == 4 && d[0] == x.Shape().Dim(0) && d[2]*d[3] > 1 && y.DType().IsFloat() {
				taps = append(taps, Tap{names[i], nodes[i].op, d[2], d[3], d[1]})
			}
		}
		return x
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	if err := e.compile(exec); err != nil {
		return nil, err
	}
	if len(taps) == 0 {
		return nil, errors.New("it has no feature map of more than one pixel; give larger images, or take vectors")
	}
	return taps, nil
}

// maps are those of the taps, each [n, height·width·channels] with the channels last.
func (e *network) maps(scope *model.Scope, x *graph.Node) []*graph.Node { // x: [n, height, width, 3]
	x = e.prepared(x)
	names := make([]string, len(e.spec.Taps))
	for i, t := range e.spec.Taps {
		names[i] = t.Name
	}
	maps := e.onnx.CallGraph(scope, x.Graph(), map[string]*graph.Node{e.input: x}, names...)
	for i, y := range maps {
		maps[i] = graph.Reshape(graph.TransposeAllDims(y, 0, 2, 3, 1), y.Shape().Dim(0), -1)
	}
	return maps
}

// mapMakers are the operators whose result is a map with its channels first whatever comes in.
var mapMakers = []string{"Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "BatchNormalization", "InstanceNormalization"}

// mapNodes lists the nodes that make maps, in order.
func (f *onnxFile) mapNodes() (nodes []onnxNode) {
	isMap := map[string]bool{}
	for _, n := range f.nodes {
		made := slices.Contains(mapMakers, n.op)
		moved := n.op == "Pad" || n.op == "Resize" || n.op == "Upsample" || slices.Contains(follow, n.op)
		if len(n.out) == 0 || !made && !(moved && slices.ContainsFunc(n.in, func(in string) bool { return isMap[in] })) {
			continue
		}
		isMap[n.out[0]] = true
		if n.op != "Pad" && n.op != "Identity" { // which show nothing new
			nodes = append(nodes, n)
		}
	}
	return nodes
}
