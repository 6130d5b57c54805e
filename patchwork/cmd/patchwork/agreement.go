package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

func agreementCommand() *cobra.Command {
	var o patchwork.AgreementOptions
	var keep, asJSON bool
	c := &cobra.Command{
		Use:   "agreement PROJECT",
		Short: "Measure how far annotators agree, and choose what counts where they do not",
		Long: "Raw agreement, Cohen's and Fleiss' kappa and Krippendorff's alpha for each class, with intervals by bootstrap over\n" +
			"images, and how people agree with themselves in blind repeats. Unknown labels and excluded images are left out.",
		Example: "  patchwork agreement landuse --json\n  patchwork agreement landuse --rule majority --keep\n  patchwork agreement landuse --rule \"priority: anna > bob\"",
		Args:    args("a project folder"),
		PreRunE: func(c *cobra.Command, _ []string) error {
			_, err := agreement.ParseRule(o.Rule)
			return checkFlags(err,
				need(!keep || c.Flags().Changed("rule"), "--keep keeps the rule of --rule; give one"),
				need(o.Replicates >= 0, "--replicates is %d; want 1 or more, or 0 for the default", o.Replicates))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			report, err := p.Agreement(c.Context(), o)
			if err != nil {
				return err
			}
			if keep {
				if err := p.SetRule(o.Rule); err != nil {
					return err
				}
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Rule, "rule", "", "what counts where people differ: latest, unanimous, majority, \"priority: anna > bob\"; without it the `rule` of the project")
	f.BoolVar(&keep, "keep", false, "make that the project's rule: train, evaluate and export-labels use it from then on")
	f.IntVar(&o.Replicates, "replicates", 0, "`times` that images are drawn for the intervals; 0 is 1000")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed for those draws")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func disagreementsCommand() *cobra.Command {
	var o patchwork.DisagreementOptions
	var asJSON bool
	c := &cobra.Command{
		Use:     "disagreements PROJECT",
		Short:   "List what annotators differ about, the most disputed first",
		Long:    "One line for each class of an image, with who said what. What somebody has decided is left out.",
		Example: "  patchwork disagreements landuse --class water -n 20",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(o.N >= 0, "-n is %d; want 1 or more, or 0 for all", o.N))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			list, err := p.Disagreements(c.Context(), o)
			if err != nil {
				return err
			}
			return printResult(c, list, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Class, "class", "", "only this `class`")
	f.IntVarP(&o.N, "number", "n", 0, "how `many`; 0 is all")
	f.BoolVar(&o.Decided, "decided", false, "those that somebody has decided, instead of those that are open")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
