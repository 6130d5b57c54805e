package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// pretraining is one call of Pretrain.
type pretraining struct {
	o       PretrainOptions
	images  *imageset.Reader
	rows    []int
	resize  imageset.Resize
	place   recordPlace
	method  pretrain.Method
	network backbone.Network
	onnx    *features.ONNXBackbone // that the network is; nil if it is another
	look    *look
	task    pretrain.Task
	rec     *recording // nil before the first step
	show    *exhibits  // nil where nobody sees them
	report  PretrainReport
}

// pretrainOn trains on rows of a reader; kinds are theirs, -1 where it is not known, and names those of kinds. The run is recorded from its first step.
func pretrainOn(ctx context.Context, r *imageset.Reader, rows, kinds []int, names []string, resize imageset.Resize, out string, o PretrainOptions, place recordPlace, onPoint func(pretrain.Point), progress Progress) (_ PretrainReport, err error) {
	o, err = o.named()
	p := &pretraining{o: o, images: r, rows: rows, resize: resize, place: place, report: PretrainReport{Network: out, Method: o.Method, Images: len(rows)}}
	if err != nil {
		return p.report, err
	}
	if err := p.choose(); err != nil {
		return p.report, err
	}
	if err := p.prepare(ctx, kinds, names, progress); err != nil {
		return p.report, err
	}
	defer func() {
		if p.rec != nil {
			err = errors.Join(err, p.rec.end(err, pretrainOutcome(p.report, err), map[string]float64{"images": float64(len(rows))}))
		}
	}()
	result, err := pretrain.Train(ctx, p.task, p.o.Options, func(point pretrain.Point) {
		p.rec.add(point.Step, point.Epoch, pretrainValues(point))
		if w := p.rec.warning(); w != "" {
			point.Warning = strings.TrimPrefix(point.Warning+"\n"+w, "\n")
		}
		if onPoint != nil {
			onPoint(point)
		}
	})
	if result == nil {
		return p.report, err
	}
	defer result.Close()
	p.tell(result)
	if err == nil {
		err = p.save(result)
	}
	return p.report, err
}

// choose opens method and network.
//
// Errors: all that is wrong with the options, at once; too few images.
func (p *pretraining) choose() (err error) {
	if p.method, err = pretrain.New(p.o.Method); err != nil {
		return err
	}
	_, err = chosenTests(p.o.Tests)
	wrong := []error{err, p.o.following().check()}
	for _, name := range slices.Sorted(maps.Keys(p.o.Settings)) {
		wrong = append(wrong, pretrain.Set(p.method, name, p.o.Settings[name]))
	}
	p.network, err = p.o.open()
	if err := errors.Join(append(wrong, err)...); err != nil {
		return err
	}
	if len(p.rows) < 2 {
		return fmt.Errorf("patchwork: there are %d images to learn from; want 2 or more", len(p.rows))
	}
	var isONNX bool
	if p.onnx, isONNX = p.network.(*features.ONNXBackbone); isONNX {
		p.o.Side = p.onnx.Side()
		if !strings.HasSuffix(p.report.Network, ".onnx") {
			p.report.Network += ".onnx"
			p.place.out += ".onnx"
		}
	}
	return nil
}

// prepare makes the task.
func (p *pretraining) prepare(ctx context.Context, kinds []int, names []string, progress Progress) error {
	side := cmp.Or(p.o.Side, pretrain.DefaultSide)
	p.resize.Size = imageset.Size{W: side * 3 / 2, H: side * 3 / 2} // crops are taken from them
	source, err := pretrainSource(ctx, p.images, p.rows, p.resize, pretrainMemory, progress)
	if err != nil {
		return err
	}
	switch channels := source.Shape().C; {
	case channels == 3:
	case p.onnx != nil:
		return fmt.Errorf("patchwork: images have %d channels and %s wants 3; choose one of backbone.Cards", channels, p.o.Network)
	case p.o.Backbone.Inputs == 0:
		p.o.Backbone.Inputs = channels
		if p.network, err = p.o.open(); err != nil {
			return err
		}
	}
	tests, err := chosenTests(p.o.Tests)
	if err != nil {
		return err
	}
	if p.look, err = newLook(source, kinds, tests, p.o.Seed); err != nil {
		return err
	}
	p.look.names, p.look.pictures = names, p.o.Pictures
	p.task = pretrain.Task{
		Source: source, Method: p.method, Network: p.network, From: p.o.From, Labels: p.look.labels(kinds), Folder: p.report.Network + ".state",
		LookEvery: p.o.Look, Begun: p.begin, Look: p.lookAt,
		Gradients: p.o.TensorBoard != "" || len(p.o.Sinks) > 0,
	}
	return nil
}

// begin is pretrain.Task.Begun.
func (p *pretraining) begin(all pretrain.Options, resumed int) {
	p.rec = beginRecord(p.place.runs, pretrainRun(p.o, all, p.method, p.network, len(p.rows), p.place), resumed, p.o.following())
	p.report.Run = p.rec.folder
	if to := runlog.Shows(p.rec.sink); to != nil {
		p.show = &exhibits{to: to, steps: all.Steps, look: p.look, about: func(i int) string { return p.images.Index.At(p.rows[i]).ID }}
	}
}

// lookAt is pretrain.Task.Look.
func (p *pretraining) lookAt(ctx context.Context, now *pretrain.Trained) (map[string]float64, error) {
	measured, err := p.look.measure(ctx, now)
	if err == nil && p.show != nil {
		if err := p.show.show(ctx, now); err != nil && ctx.Err() == nil {
			p.rec.failed(err)
			p.show = nil
		}
	}
	return measured, err
}

// tell fills in the report.
func (p *pretraining) tell(r *pretrain.Result) {
	report := &p.report
	report.Steps, report.Resumed, report.Unread = r.Last.Step, r.Resumed, r.Unread
	report.Loss, report.Speed, report.Seconds = r.Last.Loss, r.Last.Speed, r.Took.Seconds()
	report.After = p.look.last
	if r.Resumed == 0 {
		report.Before = p.look.first
		if p.o.From != "" {
			report.From = r.Matched.String()
		}
	}
}

// save writes the network, after which the state is not needed.
func (p *pretraining) save(r *pretrain.Result) error {
	var err error
	if p.onnx == nil {
		err = r.Save(p.report.Network, p.o.Network, p.o.Backbone, fmt.Sprintf("%s, %d steps on %d images", p.o.Method, p.report.Steps, p.report.Images))
	} else {
		var tuned *features.Tuned
		if tuned, err = p.onnx.Tuned(r.Scope()); err == nil {
			err = tuned.Save(p.report.Network)
		}
	}
	if err != nil {
		return fmt.Errorf("%w; what was learned is in %s: mend that, or make room, and start the same again", err, p.task.Folder)
	}
	return os.RemoveAll(p.task.Folder)
}
