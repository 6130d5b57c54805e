package features

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// ONNXOptions says what an ONNX file does not. The zero value takes everything from the file and the table of known
// models; networks that the table lacks get ImageNet's mean and std if their channels come first, as PyTorch's do, and
// x/127.5−1 if they come last, as TensorFlow's do. Spec.Preprocessing then says "assumed".
type ONNXOptions struct {
	Size   image.Point // pixels; zero means what the file says
	Mean   []float32   // of red, green, blue, in units of pixels in [0, 1]; nil means the table's
	Std    []float32   // likewise: x becomes (x−Mean)/Std
	BGR    bool        // the network wants blue first, as those of Caffe do
	Layout string      // "NCHW" or "NHWC"; "" means what the file says
	Output string      // any tensor of the graph; "" means the table's, else the last spatial feature map
	Batch  int         // images at a time; 0 means 8, or what the file fixes
	Name   string      // for people; "" means the name of the file
}

func (o ONNXOptions) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("features.ONNXOptions: "+format, args...))
	}
	if o.Size.X < 0 || o.Size.Y < 0 || (o.Size.X == 0) != (o.Size.Y == 0) {
		bad("Size is %d×%d; want pixels, or 0×0 for what the file says", o.Size.X, o.Size.Y)
	}
	if o.Layout != "" && o.Layout != "NCHW" && o.Layout != "NHWC" {
		bad("Layout is %q; want NCHW, NHWC or empty", o.Layout)
	}
	if o.Batch < 0 {
		bad("Batch is %d; want 1 or more, or 0 for the default", o.Batch)
	}
	for _, s := range o.Std {
		if s == 0 {
			bad("Std holds 0; pixels cannot be divided by it")
		}
	}
	_, err1 := perChannel("Mean", o.Mean, nil)
	_, err2 := perChannel("Std", o.Std, nil)
	return errors.Join(append(errs, err1, err2)...)
}

// OpenONNX opens a network in an ONNX file as an extractor. Its image input and the tensor that is read are found in
// the file:
//
//   - with o.Output empty, the last convolution whose map has more than one pixel, after the point-wise operators that
//     follow it, averaged over the map; in a network without such a map (a transformer), its first output;
//   - a tensor of four axes is averaged over its two spatial axes, one of three axes over its middle axis (tokens), one
//     of two axes is taken as it is. A named tensor of four axes is taken to have the layout of the input, unless it is
//     one of the maps above.
//
// The graph is built once, here, so that what is wrong with the file shows before any image is read.
//
// Errors, each naming the file and what to do: it cannot be read, is cut off or no ONNX file; no image input, or other
// inputs besides; an operator that onnx-gomlx or the backend lacks (named); an unknown output (the known ones are
// listed); no size where the file leaves it open.
func OpenONNX(file string, o ONNXOptions) (Extractor, error) {
	e, err := openFile(file, o)
	if err == nil {
		err = e.open()
	}
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", file, err)
	}
	return e, nil
}

// open builds the graph and names the extractor.
func (e *network) open() error {
	if err := e.load(); err != nil {
		return err
	}
	s := &e.spec
	id := sha256.Sum256(fmt.Appendf(nil, "1|%s|%v|%v|%v|%v|%s|%v", s.FileHash, image.Pt(s.Width, s.Height), e.mean, e.std, e.bgr, s.Output, e.nchw))
	s.ID = slug(s.Name) + "-" + hex.EncodeToString(id[:4])
	return nil
}

// network is an Extractor made of an ONNX file.
type network struct {
	spec  Spec
	file  *onnxFile
	onnx  onnx.Model
	exec  *model.Exec
	input string
	nchw  bool
	bgr   bool
	mean  []float32
	std   []float32
	batch int  // images at a time
	fixed bool // the graph takes no other number

	mu    sync.Mutex   // building a graph changes onnx and the fields below
	built map[int]bool // numbers of images that a graph has been built for
}

// openONNX reads the file and settles how pixels are prepared. Neither weights nor graph are there yet.
func openONNX(file string, data []byte, o ONNXOptions) (*network, error) {
	f, err := parseONNX(data)
	if err != nil {
		return nil, err
	}
	said, says, err := readPixels(data)
	if err != nil {
		return nil, err
	}
	if says && o.Layout == "" {
		o.Layout = said.Layout
	}
	o.BGR = o.BGR || said.BGR
	in, nchw, err := f.imageInput(o.Layout)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])[:16]
	known := lookUp(file, hash, nchw)
	if says {
		known = said.known()
	}
	e := &network{file: f, input: in.name, nchw: nchw, bgr: o.BGR, batch: o.Batch, built: map[int]bool{}}
	if e.mean, err = perChannel("Mean", o.Mean, known.mean); err != nil {
		return nil, err
	}
	if e.std, err = perChannel("Std", o.Std, known.std); err != nil {
		return nil, err
	}
	if n := in.dims[0]; n > 0 {
		e.batch, e.fixed = int(n), true
	} else if e.batch == 0 {
		e.batch = 8
	}
	size, err := inputSize(in, nchw, o.Size, known.size)
	if err != nil {
		return nil, err
	}
	output := o.Output
	if output == "" && f.hasTensor(known.output) {
		output = known.output
	}
	if output != "" && !f.hasTensor(output) {
		return nil, f.unknownOutput(output)
	}
	about := known.about
	if o.Mean != nil || o.Std != nil {
		about = "given"
	}
	e.spec = Spec{Name: o.Name, Width: size.X, Height: size.Y, File: file, FileHash: hash, Output: output,
		Preprocessing: fmt.Sprintf("RGB in [0,1], (x-mean)/std with mean %v and std %v (%s)", e.mean, e.std, about)}
	if e.spec.Name == "" {
		e.spec.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if o.BGR {
		e.spec.Preprocessing += ", then blue first"
	}
	return e, nil
}

// inputSize is the size that the file fixes, or the one given, or the one known.
func inputSize(in onnxValue, nchw bool, given, known image.Point) (image.Point, error) {
	h, w := in.dims[1], in.dims[2]
	if nchw {
		h, w = in.dims[2], in.dims[3]
	}
	if given == (image.Point{}) {
		given = known
		if h > 0 && w > 0 {
			given = image.Pt(int(w), int(h))
		}
	}
	switch {
	case given == (image.Point{}):
		return given, fmt.Errorf("its input %s leaves the image size open; set ONNXOptions.Size to the size it was trained with, often 224×224", in)
	case !could(w, int64(given.X)) || !could(h, int64(given.Y)):
		return given, fmt.Errorf("its input %s does not take images of %d×%d pixels; leave ONNXOptions.Size empty to take what the file says", in, given.X, given.Y)
	}
	return given, nil
}

// load reads the weights and builds the graph.
func (e *network) load() error {
	backend, err := compute.Backend()
	if err != nil {
		return err
	}
	store := model.NewStore()
	if err := e.read(store.RootScope()); err != nil {
		return err
	}
	if e.exec, err = model.NewExec(backend, store, e.graph); err != nil {
		return err
	}
	return e.compile(e.exec)
}

// read parses the network and puts its weights below a scope.
func (e *network) read(scope *model.Scope) error {
	err := guard(func() (err error) {
		if e.onnx, err = parser.Parse(e.file.data); err != nil {
			return err
		}
		e.onnx.WithBaseDir(filepath.Dir(e.spec.File))
		return e.onnx.VariablesToScope(scope)
	})
	if err != nil {
		return fmt.Errorf("its weights cannot be read: %w", err)
	}
	return nil
}

// compile builds a graph of images for one or, if the file fixes the number, for that many.
func (e *network) compile(exec *model.Exec) error {
	n := 1
	if e.fixed {
		n = e.batch
	}
	return explain(guard(func() error {
		x := tensors.FromShape(shapes.Make(dtypes.Float32, n, e.spec.Height, e.spec.Width, 3))
		defer x.FinalizeAll()
		return exec.PreCompile(x)
	}))
}

// guard turns every panic of f into an error: onnx-gomlx indexes into damaged files without looking.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}

// explain says what can be done about a graph that cannot be built. Of err only the last cause is kept: what comes
// before it are the names of functions.
func explain(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if at := strings.LastIndex(text, "panicked: "); at >= 0 {
		text = text[at+len("panicked: "):]
	}
	if _, after, ok := strings.Cut(text, `unimplemented ONNX op "`); ok {
		op, _, _ := strings.Cut(after, `"`)
		return fmt.Errorf("it uses the operator %s, which onnx-gomlx does not know; name an earlier tensor in ONNXOptions.Output, "+
			"or export the network without it", op)
	}
	if strings.Contains(text, "not implemented") {
		return fmt.Errorf("the compute backend lacks an operator that it uses; try another with PATCHWORK_BACKEND: %s", text)
	}
	return fmt.Errorf("its graph cannot be built: %s", text)
}

// graph prepares the pixels, applies the network and pools, or joins the maps of the taps.
func (e *network) graph(scope *model.Scope, x *graph.Node) *graph.Node { // x: [n, height, width, 3]
	if e.spec.IsMaps() {
		return graph.Concatenate(e.maps(scope, x), 1)
	}
	y := e.vectors(scope, x)
	if e.spec.Dim == 0 {
		e.spec.Dim = y.Shape().Dim(1)
	}
	return y // [n, dim]
}

// prepared are the pixels as the network wants them.
func (e *network) prepared(x *graph.Node) *graph.Node { // x: [n, height, width, 3]
	g := x.Graph()
	mean := graph.Const(g, [][][][]float32{{{e.mean}}})
	std := graph.Const(g, [][][][]float32{{{e.std}}})
	x = graph.Div(graph.Sub(x, mean), std)
	if e.bgr {
		x = graph.Reverse(x, 3)
	}
	if e.nchw {
		x = graph.TransposeAllDims(x, 0, 3, 1, 2) // [n, 3, height, width]
	}
	return x
}

// vectors is graph without the bookkeeping.
func (e *network) vectors(scope *model.Scope, x *graph.Node) *graph.Node {
	x = e.prepared(x)
	n := x.Shape().Dim(0)
	maps := e.file.featureMaps()
	read := func(name string) *graph.Node {
		return e.onnx.CallGraph(scope, x.Graph(), map[string]*graph.Node{e.input: x}, name)[0]
	}
	if e.spec.Output != "" {
		return pooled(read(e.spec.Output), n, e.nchw || slices.Contains(maps, e.spec.Output))
	}
	for _, name := range maps {
		if y := read(name); y.Rank() == 4 && y.Shape().Dim(2)*y.Shape().Dim(3) > 1 {
			e.spec.Output = name
			return graph.ReduceMean(y, 2, 3) // [n, channels]; what a convolution of ONNX makes has its channels first
		}
	}
	e.spec.Output = e.file.outputs[0].name
	return pooled(read(e.spec.Output), n, e.nchw)
}

// pooled makes one vector per image of any tensor.
func pooled(y *graph.Node, n int, nchw bool) *graph.Node {
	d := y.Shape().Dimensions
	if len(d) < 2 || len(d) > 4 || d[0] != n || !y.DType().IsFloat() {
		panic(fmt.Errorf("its tensor is %s; want float32 with the images along the first of two to four axes. Name another in ONNXOptions.Output", y.Shape()))
	}
	switch {
	case len(d) == 3:
		y = graph.ReduceMean(y, 1)
	case len(d) == 4 && nchw:
		y = graph.ReduceMean(y, 2, 3)
	case len(d) == 4:
		y = graph.ReduceMean(y, 1, 2)
	}
	return y // [n, channels]
}

// Spec describes the network as it is used.
func (e *network) Spec() Spec { return e.spec }

// BatchSize is the number of images that fit best.
func (e *network) BatchSize() int { return e.batch }

// Extract applies the network: in whole groups of BatchSize, then one by one.
func (e *network) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	return inGroups(ctx, b, e.spec, 3, e.batch, e.fixed, e.call)
}

// call runs the graph for n images.
func (e *network) call(pix []float32, n int) (out []float32, err error) {
	e.mu.Lock()
	first := !e.built[n]
	if first {
		defer e.mu.Unlock()
	} else {
		e.mu.Unlock()
	}
	err = compute.Try("features: "+e.spec.Name, func() error {
		x := tensors.FromFlatDataAndDimensions(pix, n, e.spec.Height, e.spec.Width, 3)
		defer x.FinalizeAll()
		y, err := e.exec.Call1(x)
		if err != nil {
			return err
		}
		defer y.FinalizeAll()
		if first {
			e.built[n] = true
		}
		out, err = tensors.CopyFlatData[float32](y)
		return err
	})
	return out, err
}
