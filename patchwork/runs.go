package patchwork

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Runs lists the trainings of the project, the newest first. Records that cannot be read are named in the error; the
// others are there all the same.
func (p *Project) Runs() ([]runlog.Run, error) { return runlog.List(p.path("runs")) }

// NoteRun replaces the note of a run; "" removes it.
func (p *Project) NoteRun(id, note string) error { return runlog.SetNote(p.path("runs"), id, note) }

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
		asked := r.Asked()
		for _, s := range classify.Settings() {
			if v := asked[s.Name]; v != "" {
				settings = append(settings, s.Name+" "+v)
			}
		}
		note, _, _ := strings.Cut(r.Note, "\n")
		fmt.Fprintf(w, "%s\t%.1f\t%.0f\t%s\t%s\t%s\n", r.ID, r.Seconds, r.Metrics["images"], accuracy, strings.Join(settings, ", "), note)
	}
	w.Flush()
	return b.String()
}
