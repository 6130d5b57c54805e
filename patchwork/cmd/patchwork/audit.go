package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func auditCommand() *cobra.Command {
	var o patchwork.AuditOptions
	var last, asJSON bool
	c := &cobra.Command{
		Use:   "audit PROJECT",
		Short: "See whether choosing what to label pays, and whether to go on",
		Long: "Measures models on the images that were drawn at random, of which each model has not learned: with the labels as they came,\n" +
			"and with as many that random would have chosen, which is estimated. Says whether to go on, with its numbers. About 35\n" +
			"trainings; nothing in the project changes but what audit --last shows.",
		Example: "  patchwork audit landuse\n  patchwork audit landuse --next 200 --json",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(o.Next >= 0, "--next is %d; want 1 or more, or 0 for the default", o.Next))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if last {
				a, err := p.LastAudit()
				if err != nil {
					return err
				}
				if a != nil {
					return printResult(c, a, asJSON)
				}
			}
			progress, end := patchwork.ShowProgress()
			a, err := p.Audit(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, a, asJSON)
		}),
	}
	f := c.Flags()
	f.IntVar(&o.Next, "next", 0, "`labels` whose gain is expected; 0 is a quarter of those at hand, at least 50")
	f.BoolVar(&last, "last", false, "show what was measured last, where there is something, and train nothing")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
