package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func classesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "classes PROJECT",
		Short: "List the classes, and change them midway",
		Long: "Each change is one action in the journal, which undo in the studio takes back. Labels follow a renamed class. Nothing\n" +
			"is ever removed: the labels of a retired, merged or split class stay in the journal.",
		Example: "  patchwork classes landuse\n  patchwork classes rename landuse water lake\n  patchwork classes merge landuse boat ship --dry-run",
		Args:    args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			r, err := p.Classes()
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	c.AddCommand(
		addCommand(),
		classChange("rename PROJECT CLASS NAME", "Give a class another name", 2, 2, func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
			return p.RenameClass(ctx, a[0], a[1])
		}),
		classChange("describe PROJECT CLASS TEXT", "Say what a class is", 2, 2, func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
			return p.DescribeClass(ctx, a[0], a[1])
		}),
		retireCommand(),
		classChange("order PROJECT CLASS...", "Put classes first, in this order", 1, many, func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
			return p.OrderClasses(ctx, a...)
		}),
		mergeCommand(),
		classChange("split PROJECT CLASS NEW NEW...", "Retire a class for new ones, and list the images to look at again", 3, many,
			func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
				return p.SplitClass(ctx, a[0], a[1:]...)
			}),
		classChange("group PROJECT CLASS...", "Let classes exclude each other; one alone leaves its group", 1, many,
			func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
				return p.GroupClasses(ctx, a...)
			}),
	)
	return c
}

// classChange is a command that changes classes, named by least to most arguments behind the project.
func classChange(use, short string, least, most int, change func(*patchwork.Project, context.Context, []string) (patchwork.ClassReport, error)) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: use, Short: short, Args: argsBetween(least, most),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			r, err := change(p, c.Context(), a[1:])
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func addCommand() *cobra.Command {
	var about string
	c := classChange("add PROJECT CLASS", "Add a class", 1, 1, func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
		return p.AddClass(ctx, a[0], about)
	})
	c.Flags().StringVar(&about, "description", "", "a `text` that says what it is")
	return c
}

func retireCommand() *cobra.Command {
	var back bool
	c := classChange("retire PROJECT CLASS...", "Stop asking for classes; their labels are kept", 1, many,
		func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
			if back {
				return p.RestoreClasses(ctx, a...)
			}
			return p.RetireClasses(ctx, a...)
		})
	c.Flags().BoolVar(&back, "back", false, "ask for them again, with the labels that they had")
	return c
}

func mergeCommand() *cobra.Command {
	var dry bool
	c := classChange("merge PROJECT CLASS INTO", "Make one class part of another", 2, 2,
		func(p *patchwork.Project, ctx context.Context, a []string) (patchwork.ClassReport, error) {
			if !dry {
				return p.MergeClasses(ctx, a[0], a[1])
			}
			plan, err := p.PlanMerge(a[0], a[1])
			if err != nil {
				return patchwork.ClassReport{}, err
			}
			r, err := p.Classes()
			r.Merge = &plan
			return r, err
		})
	c.Long = "The class is present where either was, absent where both were, and not labelled where one was absent and the other not\n" +
		"labelled: nobody has said that the latter is absent."
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would become of the labels")
	return c
}
