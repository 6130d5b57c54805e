package patchwork

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// filledSettings are the settings of a classifier with the defaults filled in, without those that belong to choices that were not made.
func filledSettings(o classify.Options) map[string]string {
	o = o.WithDefaults()
	values := settingsOf(o)
	for _, s := range classify.Settings() {
		if s.With != nil && !slices.Contains(s.With.Values, values[s.With.Setting]) {
			delete(values, s.Name)
		}
	}
	values["seed"] = strconv.FormatUint(o.Seed, 10)
	return values
}

// trainRun is the record of a training of the classifier: asked is what was asked for, o that as it is trained.
func (p *Project) trainRun(asked, o classify.Options, from trainFrom) runlog.Run {
	given := slices.Collect(maps.Keys(settingsOf(asked)))
	if asked.Seed != 0 {
		given = append(given, "seed")
	}
	more := map[string]string{}
	if rule := p.Settings().Rule; rule != "" {
		more["rule"] = rule
	}
	if from.start != nil {
		more["start"] = "the weights before"
	}
	if from.pseudo != nil {
		more["pseudo labels"] = fmt.Sprintf("propagated scores from %g on", from.sure)
	}
	if from.teacher != nil {
		more["teacher"] = "scores"
	}
	return runlog.Run{
		Kind: "train", Settings: beside(filledSettings(o), settingsOf(asked), more), Given: slices.AppendSeq(given, maps.Keys(more)),
	}
}

// tuneRun is the record of a fine-tuning: asked is what was asked for, o that with the defaults filled in.
func (p *Project) tuneRun(asked FineTuneOptions, o finetune.Options, extractor string, from trainFrom) runlog.Run {
	own := func(o finetune.Options) map[string]string {
		all := flat("", o)
		for name := range flat("", o.Options) {
			delete(all, name)
		}
		return all
	}
	r := p.trainRun(asked.Options.Options, o.Options, from)
	r.Kind, r.Note = "finetune", asked.Note
	r.Settings = beside(r.Settings, own(o), map[string]string{"extractor": extractor})
	r.Given = append(r.Given, given(own(asked.Options), own(finetune.Options{}))...)
	return r
}

// trainValues are those of a point of the curve; none of one that has no loss, as while a head is made at once.
func trainValues(p classify.Point) map[string]float64 {
	if math.IsNaN(p.TrainLoss) {
		return nil
	}
	values := map[string]float64{"loss": p.TrainLoss}
	if p.Rate > 0 {
		values["rate"] = p.Rate
	}
	if p.SemiLoss > 0 {
		values["unlabelled/loss"] = p.SemiLoss
	}
	if p.Sure > 0 {
		values["unlabelled/sure"] = p.Sure
	}
	if !math.IsNaN(p.ValidationLoss) {
		values["validation/loss"] = p.ValidationLoss
	}
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, c := range p.Classes {
		for name, v := range map[string]float64{"validation/mean accuracy": float64(c.Accuracy), "validation/mean auc": float64(c.AUC)} {
			if !math.IsNaN(v) {
				sums[name], counts[name] = sums[name]+v, counts[name]+1
			}
		}
	}
	for name, sum := range sums {
		values[name] = sum / counts[name]
	}
	return values
}

// addPoint records a point of a training.
func (r *recording) addPoint(p classify.Point, more map[string]float64) {
	if values := trainValues(p); values != nil {
		r.add(p.Step, p.Epoch, beside(values, more))
	}
}

// endTraining ends the record of a training that came to m, which may be nil.
func (r *recording) endTraining(m *classify.Model, err error) error {
	metrics, outcome := map[string]float64{}, ""
	if m != nil {
		info := m.Info()
		outcome = info.Outcome()
		metrics["images"], metrics["validation/images"] = float64(info.TrainRows), float64(info.ValidationRows)
		if report := info.Report; report != nil {
			metrics["accuracy"], metrics["log loss"] = float64(report.Train.Accuracy.Value), float64(report.Train.LogLoss)
			if report.Validation.Rows > 0 {
				metrics["validation/accuracy"] = float64(report.Validation.Accuracy.Value)
				metrics["validation/auc"] = float64(report.Validation.MacroAUC)
				metrics["validation/log loss"] = float64(report.Validation.LogLoss)
			}
		}
	}
	return r.end(err, outcome, metrics)
}
