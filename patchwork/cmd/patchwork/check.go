package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func checkCommand() *cobra.Command {
	var s imageset.CheckSettings
	var asJSON bool
	var table string
	c := &cobra.Command{
		Use:   "check PROJECT",
		Short: "Find images that are dark, blurry, empty, of an odd size or doubles of others",
		Long: "Scores are kept in checks.tsv of the project folder; a second call reads only what is new. A threshold of 0 is the\n" +
			"default.",
		Example: "  patchwork check landuse\n  patchwork check landuse --blurry 100 --near-duplicate 6 --json",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error { return checkFlags(s.Check()) },
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.CheckImages(c.Context(), s, progress)
			end()
			if err != nil {
				return err
			}
			if table != "" {
				if err := p.SaveChecks(table, s); err != nil {
					return err
				}
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.Float64Var(&s.Dark, "dark", 0, "dark: the 99th percentile of brightness is below this `value` of 255 (80)")
	f.Float64Var(&s.Light, "light", 0, "light: the 5th percentile is above this `value` of 255 (235)")
	f.Float64Var(&s.Blurry, "blurry", 0, "blurry: the `variance` of the Laplacian is below (50)")
	f.Float64Var(&s.LowInfo, "low-information", 0, "the entropy of brightness is below so many `bits` (3)")
	f.Float64Var(&s.OddSize, "odd-size", 0, "the size is so many `times` the median, or the median it (3)")
	f.Float64Var(&s.OddAspect, "odd-aspect", 0, "the same for width/height (2)")
	f.IntVar(&s.Near, "near-duplicate", 0, "the perceptual hashes differ in at most so many of 64 `bits` (4)")
	f.StringVar(&table, "csv", "", "also write a table of scores and flags to this `file`")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
