package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func probeCommand() *cobra.Command {
	var o patchwork.ProbeOptions
	var asJSON bool
	c := &cobra.Command{
		Use:     "probe PROJECT",
		Short:   "Measure the features by themselves: linear probe, neighbours, effective rank",
		Long:    "To compare extractors, embed with each and probe. docs/pretraining.md explains the figures.",
		Example: "  patchwork probe landuse",
		Args:    args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			r, err := p.Probe(c.Context(), o)
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	c.Flags().BoolVar(&o.Third, "third", false, "test on every third image; without it on a third of each class, drawn at random")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "of the draw, added to the project's")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
