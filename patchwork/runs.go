package patchwork

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Runs lists the trainings of the project, the newest first. Records that cannot be read are named in the error; the
// others are there all the same.
func (p *Project) Runs() ([]runlog.Run, error) { return runlog.List(p.path("runs")) }

// NoteRun replaces the note of a run; "" removes it.
func (p *Project) NoteRun(id, note string) error { return runlog.SetNote(p.path("runs"), id, note) }

// record keeps what is known of a training. What cannot be recorded does not undo the training: the error is returned
// beside it.
func (p *Project) record(begun time.Time, o classify.Options, m *classify.Model, from trainFrom, err error) error {
	r := runlog.Run{Kind: "train", Started: begun, Seconds: time.Since(begun).Seconds(), Settings: settingsOf(o), Metrics: map[string]float64{}}
	if o.Seed != 0 {
		r.Settings["seed"] = fmt.Sprint(o.Seed)
	}
	if rule := p.Settings().Rule; rule != "" {
		r.Settings["rule"] = rule
	}
	if from.start != nil {
		r.Settings["start"] = "the weights before"
	}
	if from.pseudo != nil {
		r.Settings["pseudo labels"] = fmt.Sprintf("propagated scores from %g on", from.sure)
	}
	if err != nil {
		r.Outcome = err.Error()
	}
	if m != nil {
		info := m.Info()
		r.Outcome = info.Outcome()
		r.Metrics["images"], r.Metrics["validation/images"] = float64(info.TrainRows), float64(info.ValidationRows)
		if report := info.Report; report != nil {
			r.Metrics["accuracy"], r.Metrics["log loss"] = float64(report.Train.Accuracy.Value), float64(report.Train.LogLoss)
			if report.Validation.Rows > 0 {
				r.Metrics["validation/accuracy"] = float64(report.Validation.Accuracy.Value)
				r.Metrics["validation/auc"] = float64(report.Validation.MacroAUC)
				r.Metrics["validation/log loss"] = float64(report.Validation.LogLoss)
			}
		}
	}
	_, err = runlog.Add(p.path("runs"), r)
	return err
}

// TrainOn is Train from the weights of the present model, for the classes that it knows.
//
// Errors: those of Train; ErrNoModel; the model reads other features.
func (p *Project) TrainOn(ctx context.Context, o classify.Options, onPoint func(classify.Point)) (classify.Info, error) {
	m, err := p.Model()
	if err != nil {
		return classify.Info{}, err
	}
	return p.train(ctx, o, trainFrom{start: m}, onPoint)
}

// Runs shows the trainings, the newest first.
func (n *Notebook) Runs() {
	runs, err := n.Project.Runs()
	check(err)
	fmt.Print(runTable(runs))
}

// runTable is the runs as text.
func runTable(runs []runlog.Run) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "run\ts\timages\tvalidation accuracy\tsettings\tnote")
	for _, r := range runs {
		accuracy := "–"
		if v, ok := r.Metrics["validation/accuracy"]; ok {
			accuracy = fmt.Sprintf("%.3f", v)
		} else if v, ok := r.Metrics["folds/auc"]; ok {
			accuracy = fmt.Sprintf("AUC %.3f out of fold", v)
		}
		var settings []string
		for _, s := range classify.Settings() {
			if v := r.Settings[s.Name]; v != "" {
				settings = append(settings, s.Name+" "+v)
			}
		}
		note, _, _ := strings.Cut(r.Note, "\n")
		fmt.Fprintf(w, "%s\t%.1f\t%.0f\t%s\t%s\t%s\n", r.ID, r.Seconds, r.Metrics["images"], accuracy, strings.Join(settings, ", "), note)
	}
	w.Flush()
	return b.String()
}
