package patchwork

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// Runs lists the runs of the project, the newest first: trainings, fine-tunings, pre-trainings and the trials of searches. Records that cannot be read are named in the error; the
// others are there all the same.
func (p *Project) Runs() ([]runlog.Run, error) { return runlog.List(p.path("runs")) }

// NoteRun replaces the note of a run; "" removes it.
func (p *Project) NoteRun(id, note string) error { return runlog.SetNote(p.path("runs"), id, note) }

// RunTable is runs as text, a line each.
func RunTable(runs []runlog.Run) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "run\tstate\ttook\timages\tresult\tsettings\tnote")
	for _, r := range runs {
		images := "–"
		if v, ok := r.Metrics["images"]; ok {
			images = fmt.Sprint(v)
		}
		note, _, _ := strings.Cut(r.Note, "\n")
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, cmp.Or(string(r.State), "–"), runlog.Took(r.Seconds), images, resultOf(r), askedOf(r), strings.ReplaceAll(note, "\t", " "))
	}
	w.Flush()
	return b.String()
}

// resultOf is the metric that says most of what came of a run.
func resultOf(r runlog.Run) string {
	if r.State == runlog.Failed {
		text, _, _ := strings.Cut(r.Outcome, "\n")
		if len([]rune(text)) > 60 {
			text = string([]rune(text)[:59]) + "…"
		}
		return text
	}
	for _, m := range []struct{ name, about string }{
		{"validation/accuracy", "validation accuracy %.3f"}, {"folds/auc", "AUC %.3f out of fold"}, {"linear", "linear probe %.3f"}, {"loss", "loss %.3f"},
	} {
		if v, ok := r.Metrics[m.name]; ok {
			return fmt.Sprintf(m.about, v)
		}
	}
	return "–"
}

// askedOf are the settings that were asked for, in a line: those of a classifier in the order in which a person thinks of them.
func askedOf(r runlog.Run) string {
	asked := r.Asked()
	names := []string{"method", "network"}
	for _, s := range classify.Settings() {
		names = append(names, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var words []string
	for _, name := range names {
		if v := asked[name]; v != "" {
			words = append(words, name+" "+v)
		}
	}
	return strings.Join(words, ", ")
}
