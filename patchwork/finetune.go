package patchwork

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// FineTuneOptions says how network and classifier are trained together. Augment is that of project.yaml if it is zero.
type FineTuneOptions struct {
	finetune.Options
	GoOn   bool // begin with the head of the present model
	Finish bool // take the best so far of a fine-tuning that was cut off, without more training

	Note        string          // of a person, for the record
	TensorBoard string          // folder below which event files are written, or TensorBoardInRun; "" writes none
	MLflow      string          // address of a tracking server, or MLflowEnvironment; "" sends nothing
	Sinks       []runlog.Opener // of what else hears of the training
}

func (o FineTuneOptions) following() following {
	return following{o.TensorBoard, o.MLflow, o.Sinks}
}

// FineTuneReport says what FineTune did.
type FineTuneReport struct {
	classify.Info
	Network  string        `json:"network"`      // the tuned network, relative to the project
	Run      string        `json:"run"`          // folder of the record, "" if there is none
	Resumed  int           `json:"resumed"`      // epochs that were done before
	Speed    float64       `json:"images_per_s"` // images learned from in a second, those without labels too, while the network was trained
	Training time.Duration `json:"training_ns"`
}

// String is what a person wants to know of it.
func (r FineTuneReport) String() string {
	text := fmt.Sprintf("the tuned network is %s, the project's extractor from now on\n", r.Network)
	if r.Speed > 0 {
		text += fmt.Sprintf("%.3g images/s while the network was trained\n", r.Speed)
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf("went on after epoch %d\n", r.Resumed)
	}
	return text + r.Info.String()
}

// tuningFolder holds the state of a fine-tuning from epoch to epoch.
const tuningFolder = "finetune"

// FineTune trains the project's network, an ONNX file or a folder that was pre-trained, together with the classifier on top of it, on augmented images; see package finetune.
// The tuned network is written to networks/ and becomes the extractor: the features, or the maps that the trunk reads, of all images
// are computed with it, all are scored, and the classifier is saved as Train saves it. Features of the untuned network stay.
//
// The run is recorded below runs/ from its first step; one that goes on is the same run. What cannot be recorded does not stop it: the error is a *RecordError
// beside the report.
//
// What is missing, features or maps, is computed first. A cancelled FineTune changes nothing; a later call with the same options and
// labels goes on after the last whole epoch, also in another process, or takes the best so far with Finish.
//
// Errors: the extractor is the embedded one; those of finetune.Train.
func (p *Project) FineTune(ctx context.Context, o FineTuneOptions, onPoint func(finetune.Point), progress Progress) (report FineTuneReport, err error) {
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	if err := errors.Join(o.following().check(), o.Check()); err != nil {
		return report, err
	}
	t, version, err := p.labelsUnder("")
	if err != nil {
		return report, err
	}
	if len(t.Classes()) == 0 {
		return report, fmt.Errorf("patchwork: the project has no classes; add some, as with `patchwork init %s --classes water,road`", typed(p.dir))
	}
	if a := p.Settings().Augment; a != nil && o.Augment == (augment.Params{}) {
		o.Augment = *a
	}
	net, r, err := p.tunable(ctx, o.Options.Options, progress)
	if err != nil {
		return report, err
	}
	before := r.store.Spec()
	index := p.Images()
	d := r.data(o.Options.Options)
	d.Classes, d.Table, d.JournalVersion, d.Usable, d.Groups, d.Resolve = t.Classes(), t, version, index.Usable, t.Groups(), t.Resolve
	d.Subset = func(row int) string { return index.At(row).Subset }
	if o.GoOn {
		if d.Start, err = p.Model(); err != nil {
			return report, errors.Join(err, r.store.Close())
		}
	}
	var rec *recording
	var m *classify.Model
	defer func() {
		if rec != nil {
			err = errors.Join(err, rec.endTraining(m, err))
		}
	}()
	extractor := p.Settings().Extractor
	task := finetune.Task{
		Network: net, Data: d, Images: p.pictures(net.Spec()), State: p.path("models", "."+tuningFolder), Finish: o.Finish,
		Begun: func(all finetune.Options, resumed int) {
			rec = beginRecord(p.path("runs"), p.tuneRun(o, all, extractor, trainFrom{start: d.Start}), resumed, o.following())
			report.Run = rec.folder
		},
	}
	result, err := finetune.Train(ctx, task, o.Options, func(pt finetune.Point) {
		rec.addPoint(pt.Point, speed(pt))
		if onPoint != nil {
			onPoint(pt)
		}
	})
	if err = errors.Join(err, r.store.Close()); err != nil {
		return report, err
	}
	if report.Network, err = p.writeNetwork(before, result.Network); err != nil {
		return report, err
	}
	report.Resumed, report.Speed, report.Training = result.Resumed, result.Speed, result.Took
	if before.IsMaps() {
		var names []string
		for _, tap := range before.Taps {
			names = append(names, tap.Name)
		}
		_, err = p.ExtractMaps(ctx, FeatureMapOptions{Extractor: p.fromHere(report.Network), ONNX: net.Options(), Taps: strings.Join(names, ","), Float32: !before.Half}, progress)
	} else {
		_, err = p.Embed(ctx, EmbedOptions{Extractor: p.fromHere(report.Network), ONNX: net.Options()}, progress)
	}
	if err != nil {
		return report, err
	}
	if r, err = p.readsAsTheyAre(result.Options()); err != nil {
		return report, err
	}
	defer r.store.Close()
	if m, err = result.Model(r.own, r.store.Spec().ID); err != nil {
		return report, err
	}
	predicted, err := m.Predict(ctx, index.Len(), r.own)
	if err != nil {
		return report, err
	}
	report.Info = m.Info()
	predicted.Images = scoredImages(index, r.store)
	err = m.SavePredicted(p.path("models", modelName), predicted)
	if err == nil {
		err = os.RemoveAll(p.path("models", "."+tuningFolder))
	}
	return report, err
}

// speed is what a fine-tuning tells besides what a training does.
func speed(p finetune.Point) map[string]float64 {
	if p.Speed == 0 {
		return nil
	}
	return map[string]float64{"images_per_s": p.Speed}
}

// tunable opens the network to be trained and what the classifier reads of it, which is computed where it is missing. The caller closes
// the store.
func (p *Project) tunable(ctx context.Context, o classify.Options, progress Progress) (features.Trainable, *reading, error) {
	s := p.Settings()
	maps := o.Trunk != "" && o.Trunk != classify.VectorTrunk
	if !maps && (s.Extractor == "" || s.Extractor == "default") {
		return nil, nil, fmt.Errorf("patchwork: the extractor is the embedded one, which is not trained; name an ONNX network, as with `patchwork embed %s --extractor network.onnx`, or pre-train one, as with `patchwork pretrain %[1]s`", typed(p.dir))
	}
	r, err := p.readsAsTheyAre(o)
	if errors.Is(err, ErrNoFeatures) || errors.Is(err, ErrNoMaps) {
		if maps {
			_, err = p.ExtractMaps(ctx, FeatureMapOptions{}, progress)
		} else {
			_, err = p.Embed(ctx, EmbedOptions{}, progress)
		}
		if err == nil {
			r, err = p.readsAsTheyAre(o)
		}
	}
	if err != nil {
		return nil, r, err
	}
	spec, file, onnx := r.store.Spec(), s.Extractor, s.Network.options()
	var choice *features.MapOptions
	if maps {
		if file, onnx, _, err = p.mapNetwork(FeatureMapOptions{}); err != nil {
			return nil, r, errors.Join(err, r.store.Close())
		}
		choice = &features.MapOptions{Half: spec.Half}
		for _, tap := range spec.Taps {
			choice.Taps = append(choice.Taps, tap.Name)
		}
	}
	net, err := features.OpenTrainable(p.fromHere(file), onnx, choice)
	if err == nil && net.Spec().FileHash != spec.FileHash {
		err = fmt.Errorf("patchwork: the features are of %s and the extractor is %s; compute them again with `patchwork embed %s` or `patchwork maps extract %s`",
			spec.File, file, typed(p.dir), typed(p.dir))
	}
	if err != nil {
		return nil, r, errors.Join(err, r.store.Close())
	}
	return net, r, nil
}

// pictures are the images of rows in the size of a network.
func (p *Project) pictures(spec features.Spec) func(rows []int) (stream.Source, error) {
	return func(rows []int) (stream.Source, error) {
		resize := p.Settings().Input.resize()
		resize.Size = imageset.Size{W: spec.Width, H: spec.Height}
		return stream.Files(p.Reader(), rows, resize)
	}
}

// tunedName is the end of the name of a tuned network.
var tunedName = regexp.MustCompile(`-tuned-[0-9a-f]{8}$`)

// writeNetwork writes a tuned network to networks/ and returns its path below the project.
func (p *Project) writeNetwork(of features.Spec, tuned *features.Tuned) (string, error) {
	name := strings.TrimSuffix(filepath.Base(of.File), tuned.Ending)
	name = tunedName.ReplaceAllString(name, "") + "-tuned-" + tuned.Sum[:8] + tuned.Ending
	if err := os.MkdirAll(p.path("networks"), 0o755); err != nil {
		return "", fmt.Errorf("patchwork: the tuned network cannot be written: %w", err)
	}
	if err := tuned.Save(p.path("networks", name)); err != nil {
		return "", fmt.Errorf("patchwork: the tuned network cannot be written: %w", err)
	}
	return "networks/" + name, nil
}
