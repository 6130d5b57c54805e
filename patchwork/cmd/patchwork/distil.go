package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

func distilCommand() *cobra.Command {
	var o patchwork.DistilOptions
	var asJSON bool
	heads := []string{string(classify.LinearHead), string(classify.MLPHead)}
	c := &cobra.Command{
		Use:   "distil PROJECT",
		Short: "Train a student on the present features to give what a teacher gives",
		Long: "All images teach, labelled or not. The teacher is the model that was trained last, also on other features, or a CSV file as\n" +
			"predict writes it. The student becomes the project's model. docs/classify.md explains the rest.",
		Example: "  patchwork train landuse && patchwork embed landuse --extractor default && patchwork distil landuse\n  patchwork distil landuse --teacher scores.csv --temperature 2",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(o.Train.Distil >= 1 && o.Train.Distil <= 100, "--temperature is %g; want 1 or more, up to 100", o.Train.Distil),
				need(o.Train.Head == classify.LinearHead || o.Train.Head == classify.MLPHead, "--head is %q; want %s", o.Train.Head, strings.Join(heads, " or ")),
				need(o.Train.Epochs >= 1, "--epochs is %d; want 1 or more", o.Train.Epochs))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			o.Train.Seed = p.Settings().Seed
			r, err := p.Distil(c.Context(), o, nil)
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Teacher, "teacher", "", "CSV `file` of probabilities; without it the model that was trained last")
	f.Float64Var(&o.Train.Distil, "temperature", 1, "above 1 the student learns more of what the teacher thinks of the less likely (`T`)")
	f.BoolVar(&o.Labels, "labels", false, "labels of people stand above what the teacher says")
	f.StringVar((*string)(&o.Train.Head), "head", heads[0], "of the student, `one` of "+strings.Join(heads, " and "))
	f.IntVar(&o.Train.Epochs, "epochs", 20, "how `many`")
	f.StringVar(&o.Note, "note", "", "`text` for the record of the run")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
