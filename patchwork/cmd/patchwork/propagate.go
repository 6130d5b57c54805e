package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func propagateCommand() *cobra.Command {
	var o patchwork.PropagateOptions
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "propagate PROJECT",
		Short: "Spread the labels over all images along a graph of nearest neighbours",
		Long: "Keeps a score for each image and class in propagated/ of the project folder, and writes no label. Suggest takes the\n" +
			"scores by \"propagated entropy\" and the like, train with --pseudo-labels. docs/propagate.md explains the rest.",
		Example: "  patchwork propagate landuse\n  patchwork propagate landuse --trust 1 --out scores.csv",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(o.Neighbours >= 1, "--neighbours is %d; want 1 or more", o.Neighbours),
				need(o.Temperature == 0 || o.Temperature >= 0.05, "--temperature is %g; want 0.05 or more, or 0 for the default", o.Temperature),
				need(o.Trust >= 0 && o.Trust <= 1000, "--trust is %g; want more than 0 and at most 1000, or 0 to hold labels as they are", o.Trust))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.Propagate(c.Context(), o, progress)
			end()
			if err == nil && file != "" {
				_, _, err = p.PropagatedFile(file)
			}
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.IntVar(&o.Neighbours, "neighbours", 10, "how `many` of each image the graph has")
	f.Float64Var(&o.Temperature, "temperature", 0, "how much nearer neighbours count more: the last has exp(-1/`t`) of the weight of a double (0.2)")
	f.Float64Var(&o.Trust, "trust", 0, "how much a label counts `beside` all neighbours together; 0 holds labels as they are")
	f.StringVar(&file, "out", "", "also write the scores to this CSV `file`")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
