package patchwork

import (
	"context"
	"path/filepath"

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
