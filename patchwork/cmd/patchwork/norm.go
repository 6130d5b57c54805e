package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func normCommand() *cobra.Command {
	var o imageset.NormOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "norm PROJECT",
		Short: "Find the range of the numbers in the images and keep it",
		Long: "Images of more than 8 bits, or of numbers with a fraction, need a norm to be seen and to be compared. The percentiles\n" +
			"of each band are written to project.yaml; features that were computed with another norm have to be computed anew.",
		Example: "  patchwork norm landuse\n  patchwork norm landuse --low 0 --high 99.5 --images 2000 --json",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error { return checkFlags(o.Check()) },
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			o.Seed = p.Settings().Seed
			progress, end := patchwork.ShowProgress()
			report, err := p.EstimateNorm(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.Float64Var(&o.Low, "low", 2, "the `percentile` that becomes 0")
	f.Float64Var(&o.High, "high", 98, "the `percentile` that becomes 1")
	f.IntVar(&o.Images, "images", 500, "read so many images, drawn at random")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
