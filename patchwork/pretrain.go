package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

const defaultMethod = "simclr"

// PretrainOptions says how a network learns from images without labels. The zero value is a good default.
type PretrainOptions struct {
	pretrain.Options
	Method   string               // "" means simclr; pretrain.Cards lists them
	Settings map[string]string    // of the method, by name, those that are not its default
	Network  string               // one of backbone.Cards, or an ONNX file, whose weights it begins with; "" means that of From, or else backbone.Default
	Backbone backbone.Options     // the zero value means that of From, where Network is
	From     string               // folder of a network, whose weights the training begins with where they fit
	ONNX     features.ONNXOptions // for an ONNX file
	Look     int                  // epochs between two looks at the features; 0: at the start and the end
	Tests    []string             // of the features at each look, of FeatureTests, or "all"; nil means all but rotation

	Note        string                  // of a person, for the record
	TensorBoard string                  // folder below which event files are written, or TensorBoardInRun; "" writes none
	MLflow      string                  // address of a tracking server, or MLflowEnvironment; "" sends nothing
	Sinks       []runlog.Opener         // of what else hears of the training
	Pictures    func(LookPicture) error // hears at each look of what there is to be seen; an error ends the training; nil makes no pictures
}

func (o PretrainOptions) following() following {
	return following{o.TensorBoard, o.MLflow, o.Sinks}
}

// PretrainReport says what a pre-training came to.
type PretrainReport struct {
	Network string       `json:"network"` // folder
	Run     string       `json:"run"`     // folder of the record, "" if there is none
	Method  string       `json:"method"`
	From    string       `json:"from,omitempty"` // what was taken from PretrainOptions.From
	Images  int          `json:"images"`
	Steps   int          `json:"steps"`
	Resumed int          `json:"resumed"` // steps that were done before
	Loss    float64      `json:"loss"`
	Before  *ProbeReport `json:"before,omitempty"` // features of the first weights; nil where the training went on after them
	After   *ProbeReport `json:"after,omitempty"`
	Speed   float64      `json:"images_per_s"`
	Seconds float64      `json:"seconds"`
}

// String is what a person wants to know of it.
func (r PretrainReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %d images, %d steps in %.0f s", r.Method, r.Images, r.Steps, r.Seconds)
	if r.Resumed > 0 {
		fmt.Fprintf(&b, " (went on after step %d)", r.Resumed)
	}
	fmt.Fprintf(&b, "; loss %.3f", r.Loss)
	if r.From != "" {
		fmt.Fprintf(&b, "; began with weights that were trained before: %s", r.From)
	}
	if r.Speed > 0 {
		fmt.Fprintf(&b, "; %.3g images/s", r.Speed)
	}
	first := map[string]figure{}
	for _, f := range r.Before.figures() {
		first[f.name] = f
	}
	for _, f := range r.After.figures() {
		fmt.Fprintf(&b, "\n%s: ", f.title)
		if was, ok := first[f.name]; ok {
			fmt.Fprintf(&b, "%s with the first weights, ", was.number())
		}
		fmt.Fprintf(&b, "%s now", f.number())
	}
	if r.After != nil {
		for _, n := range r.After.Notes {
			fmt.Fprintf(&b, "\nnote: %s", n)
		}
	}
	fmt.Fprintf(&b, "\nthe network is %s\ncompute features with it: p.Embed(%[1]q), or patchwork embed --extractor %[1]s", r.Network)
	return b.String()
}

// Pretrain trains a network on images, without a project, and writes it to the folder out, which is an extractor. Images are folders, globs,
// lists and archives as InitOptions.Images. Labels by folder names, where images lie in several folders, only measure the features.
//
// onPoint, if not nil, hears of each step. A cancelled call returns ctx's error; the same call later goes on where it stopped.
//
// The run is recorded in a folder runs beside out, from its beginning, so that several can be compared; see package runlog. One that goes on is the same
// run. What cannot be recorded does not stop the training: a Point warns of it, and the error is a *RecordError beside the report.
//
// Errors: no image; out holds something else; those of pretrain.Train; *RecordError.
func Pretrain(ctx context.Context, images []string, out string, o PretrainOptions, onPoint func(pretrain.Point), progress Progress) (PretrainReport, error) {
	reader, err := readerOf(ctx, images, progress)
	if err != nil {
		return PretrainReport{}, err
	}
	var rows []int
	for row := range reader.Index.Len() {
		if reader.Index.Usable(row) {
			rows = append(rows, row)
		}
	}
	kinds, names := folderKinds(reader.Index, rows)
	return pretrainOn(ctx, reader, rows, kinds, names, imageset.Resize{Mode: imageset.Crop}, out, o,
		recordPlace{runsBeside(out), images, filepath.Base(out)}, onPoint, progress)
}

// Pretrain trains a network on the images of the project, without looking at labels unless the method does, and writes it to networks/ below the project:
// METHOD-NETWORK. It is not used before Embed is told to. Images that are excluded take no part; where 30 or more have one class each, labels
// measure the features.
//
// What else it does is that of the function Pretrain. The record is below runs/ of the project.
func (p *Project) Pretrain(ctx context.Context, o PretrainOptions, onPoint func(pretrain.Point), progress Progress) (PretrainReport, error) {
	if err := checkWritable(p.dir); err != nil {
		return PretrainReport{}, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return PretrainReport{}, err
	}
	if o, err = o.named(); err != nil {
		return PretrainReport{}, err
	}
	index := p.Images()
	var rows, kinds []int
	for row := range index.Len() {
		if index.Usable(row) && !t.Excluded(row) {
			rows, kinds = append(rows, row), append(kinds, onlyClass(t, row))
		}
	}
	name := o.Method + "-" + o.Network
	if o.isONNX() {
		name = o.Method + "-" + filepath.Base(o.Network)
	}
	report, err := pretrainOn(ctx, p.Reader(), rows, kinds, t.Classes(), p.Settings().Input.resize(), p.path("networks", name), o,
		recordPlace{p.path("runs"), p.Settings().Images, "networks/" + name}, onPoint, progress)
	report.Network = p.fromHere("networks/" + name)
	return report, err
}

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

// pretrainMemory is how many bytes of decoded pictures are kept, so that they are read once; beyond, each is read in each epoch.
const pretrainMemory = 1 << 30

// pretrainOn trains on rows of a reader; kinds are theirs, -1 where it is not known, and names those of kinds. The run is recorded from its first step.
func pretrainOn(ctx context.Context, r *imageset.Reader, rows, kinds []int, names []string, resize imageset.Resize, out string, o PretrainOptions, place recordPlace, onPoint func(pretrain.Point), progress Progress) (report PretrainReport, err error) {
	o, err = o.named()
	report = PretrainReport{Network: out, Method: o.Method, Images: len(rows)}
	if err != nil {
		return report, err
	}
	method, err := pretrain.New(o.Method)
	if err != nil {
		return report, err
	}
	tests, err := chosenTests(o.Tests)
	wrong := []error{err}
	for _, name := range slices.Sorted(maps.Keys(o.Settings)) {
		wrong = append(wrong, pretrain.Set(method, name, o.Settings[name]))
	}
	network, err := o.open()
	if err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, o.following().check())
	if err := errors.Join(wrong...); err != nil {
		return report, err
	}
	if len(rows) < 2 {
		return report, fmt.Errorf("patchwork: there are %d images to learn from; want 2 or more", len(rows))
	}
	onnx, isONNX := network.(*features.ONNXBackbone)
	if isONNX {
		o.Side = onnx.Side()
		if !strings.HasSuffix(out, ".onnx") {
			out += ".onnx"
			report.Network, place.out = out, place.out+".onnx"
		}
	}
	side := cmp.Or(o.Side, pretrain.DefaultSide)
	resize.Size = imageset.Size{W: side * 3 / 2, H: side * 3 / 2} // crops are taken from them
	source, err := pretrainSource(ctx, r, rows, resize, progress)
	if err != nil {
		return report, err
	}
	switch channels := source.Shape().C; {
	case channels == 3:
	case isONNX:
		return report, fmt.Errorf("patchwork: images have %d channels and %s wants 3; choose one of backbone.Cards", channels, o.Network)
	case o.Backbone.Inputs == 0:
		o.Backbone.Inputs = channels
		if network, err = o.open(); err != nil {
			return report, err
		}
	}
	look, err := newLook(source, kinds, tests, o.Seed)
	if err != nil {
		return report, err
	}
	look.names, look.pictures = names, o.Pictures
	var rec *recording
	defer func() {
		if rec == nil { // it did not begin
			return
		}
		err = errors.Join(err, rec.end(err, pretrainOutcome(report, err), map[string]float64{"images": float64(len(rows))}))
	}()
	asked := o
	var show *exhibits // nil where nobody sees them
	task := pretrain.Task{
		Source: source, Method: method, Network: network, From: o.From, Labels: look.labels(kinds), Folder: out + ".state", LookEvery: o.Look,
		Begun: func(all pretrain.Options, resumed int) {
			rec = beginRecord(place.runs, pretrainRun(asked, all, method, network, len(rows), place), resumed, o.following())
			report.Run = rec.folder
			if to := runlog.Shows(rec.sink); to != nil {
				show = &exhibits{to: to, steps: all.Steps, look: look, about: func(i int) string { return r.Index.At(rows[i]).ID }}
			}
		},
		Look: func(ctx context.Context, now *pretrain.Trained) (map[string]float64, error) {
			measured, err := look.measure(ctx, now)
			if err == nil && show != nil {
				if err := show.show(ctx, now); err != nil && ctx.Err() == nil {
					rec.failed(err)
					show = nil
				}
			}
			return measured, err
		},
	}
	result, err := pretrain.Train(ctx, task, o.Options, func(p pretrain.Point) {
		rec.add(p.Step, p.Epoch, pretrainValues(p))
		if w := rec.warning(); w != "" {
			p.Warning = strings.TrimPrefix(p.Warning+"\n"+w, "\n")
		}
		if onPoint != nil {
			onPoint(p)
		}
	})
	if result == nil {
		return report, err
	}
	defer result.Close()
	report.Steps, report.Resumed, report.Loss, report.Speed, report.Seconds = result.Last.Step, result.Resumed, result.Last.Loss, result.Last.Speed, result.Took.Seconds()
	if report.After = look.last; report.Resumed == 0 {
		report.Before = look.first
	}
	if o.From != "" && result.Resumed == 0 {
		report.From = result.Matched.String()
	}
	if err != nil {
		return report, err
	}
	if isONNX {
		var tuned *features.Tuned
		if tuned, err = onnx.Tuned(result.Scope()); err == nil {
			err = tuned.Save(out)
		}
	} else {
		err = result.Save(out, o.Network, o.Backbone, fmt.Sprintf("%s, %d steps on %d images", o.Method, report.Steps, report.Images))
	}
	if err != nil {
		return report, fmt.Errorf("%w; what was learned is in %s: mend that, or make room, and start the same again", err, task.Folder)
	}
	return report, os.RemoveAll(task.Folder)
}

// pretrainSource reads pictures once, if they fit into memory, or else in each epoch.
func pretrainSource(ctx context.Context, r *imageset.Reader, rows []int, resize imageset.Resize, progress Progress) (stream.Source, error) {
	files, err := stream.Files(r, rows, resize)
	if err != nil {
		return nil, err
	}
	shape := files.Shape()
	if 4*shape.N*shape.H*shape.W*shape.C > pretrainMemory {
		return files, nil
	}
	told := progress.step("decoding images")
	var pictures []*augment.Image
	s, err := stream.New(files, stream.Plain(nil), stream.Options{Batch: 16, Order: stream.Sequential{}})
	if err != nil {
		return nil, err
	}
	for b, err := range s.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		size := shape.H * shape.W * shape.C
		err = b.Tensors[0].ConstFlatData(func(flat any) {
			for values := flat.([]float32); len(values) > 0; values = values[size:] {
				pictures = append(pictures, &augment.Image{Pix: slices.Clone(values[:size]), W: shape.W, H: shape.H, C: shape.C})
			}
		})
		if err != nil {
			return nil, err
		}
		b.Release()
		if told != nil {
			told(len(pictures), shape.N)
		}
	}
	return stream.Images(pictures)
}
