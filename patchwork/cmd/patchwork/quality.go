package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func suspectsCommand() *cobra.Command {
	var o patchwork.SuspectOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "suspects PROJECT",
		Short: "Find labels that are probably errors",
		Long: "Judges each label by models that have not learned from it and by the images most like it, and lists those that confident\n" +
			"learning counts as errors, the most doubtful first; with -n that many, whatever they are counted as. Unknown labels are\n" +
			"not judged, and labels that were confirmed in the studio are left out. docs/quality.md has the formulas.",
		Example: "  patchwork suspects landuse\n  patchwork suspects landuse --class water -n 20 --json",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(o.N >= 0, "-n is %d; want 1 or more, or 0 for all likely errors", o.N),
				need(o.Validate.Folds == 0 || o.Validate.Folds >= 2, "--folds is %d; want 2 or more, or 0 for the default", o.Validate.Folds))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.Suspects(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Class, "class", "", "only this `class`")
	f.IntVarP(&o.N, "number", "n", 0, "how `many`; 0 is all likely errors")
	f.BoolVar(&o.Propagate, "propagation", false, "let labels that other images spread judge too")
	f.BoolVar(&o.Reviewed, "reviewed", false, "also labels that somebody has confirmed")
	f.IntVar(&o.Validate.Folds, "folds", 0, "`parts` that the labelled images are divided in; 0 is 5")
	f.Uint64Var(&o.Validate.Seed, "seed", 0, "added to the project's seed for the division")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// doubled is what doubles prints.
type doubled struct {
	patchwork.DoublesReport
	Moved int `json:"moved"` // images that changed sides
	Given int `json:"given"` // labels that were taken over
}

func (d doubled) String() string {
	text := d.DoublesReport.String()
	if d.Moved > 0 {
		text += fmt.Sprintf("\n%d images moved to the side of their doubles", d.Moved)
	}
	if d.Given > 0 {
		text += fmt.Sprintf("\n%d labels taken over from doubles", d.Given)
	}
	return text
}

func doublesCommand() *cobra.Command {
	var o patchwork.DoubleOptions
	var repair, label, asJSON bool
	c := &cobra.Command{
		Use:   "doubles PROJECT",
		Short: "Find images that show the same, on both sides of the split or labelled differently",
		Long: "Doubles are the same file, nearly the same picture by a perceptual hash, images so near by their features as only doubles are, or\n" +
			"pictures that fit on each other, also mirrored or turned. Those that somebody called no doubles in the studio are left out.\n" +
			"Nothing is changed without a flag that asks for it, and undo in the studio takes such a change back.",
		Example: "  patchwork doubles landuse\n  patchwork doubles landuse --repair-leaks --label-once",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(o.Near >= 0 && o.Near < 1, "--near is %g; want more than 0 and less than 1, or 0 for the default", o.Near),
				need(o.Bits >= 0 && o.Bits <= 11, "--bits is %d; want 1 to 11, or 0 for the default", o.Bits))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.Doubles(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			result := doubled{DoublesReport: report}
			if repair {
				if result.Moved, err = p.RepairLeaks(c.Context(), report.Groups); err != nil {
					return err
				}
			}
			if label {
				if result.Given, err = p.LabelOnce(c.Context(), report.Groups); err != nil {
					return err
				}
			}
			return printResult(c, result, asJSON)
		}),
	}
	f := c.Flags()
	f.Float64Var(&o.Near, "near", 0, "by features: nearer than this `share` of the distance to the tenth most alike (0.25)")
	f.IntVar(&o.Bits, "bits", 0, "by the perceptual hash: differs in at most so many of 64 `bits` (4)")
	f.BoolVar(&repair, "repair-leaks", false, "put doubles on one side of the split")
	f.BoolVar(&label, "label-once", false, "give doubles the labels that one of them has")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func outliersCommand() *cobra.Command {
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use:     "outliers PROJECT",
		Short:   "Find the images that are most unlike all others",
		Long:    "By the mean distance to the ten most alike. Needs features.",
		Example: "  patchwork outliers landuse -n 32",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error { return checkFlags(need(n >= 1, "-n is %d; want 1 or more", n)) },
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			list, err := p.Outliers(c.Context(), n, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, append(suggestions{}, list...), asJSON)
		}),
	}
	f := c.Flags()
	f.IntVarP(&n, "number", "n", 16, "how `many`")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
