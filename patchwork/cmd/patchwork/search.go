package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func searchCommand() *cobra.Command {
	var o patchwork.SearchOptions
	var space []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "search PROJECT",
		Short: "Try settings of the classifier at random and keep a record of each",
		Long: "Each is measured by cross-validation on the labelled images that are not held out, so that these can judge what was\n" +
			"found. An interrupted search keeps the records of what it has tried.",
		Example: "  patchwork search landuse --trials 30 --train\n  patchwork search landuse --try rate=0.001..0.1 --try \"sampling=class, instance\"",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			errs := []error{
				need(o.Trials >= 0, "--trials is %d; want 1 or more, or 0 for the default", o.Trials),
				need(o.Folds == 0 || o.Folds > 1, "--folds is %d; want 2 or more, or 0 for the default", o.Folds),
			}
			for _, s := range space {
				name, values, ok := strings.Cut(s, "=")
				errs = append(errs, need(ok && name != "" && values != "", "--try is %q; want a setting and its values, as rate=0.001..0.1", s))
				if o.Space == nil {
					o.Space = map[string]string{}
				}
				o.Space[name] = values
			}
			return checkFlags(errs...)
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			r, err := p.Search(c.Context(), o, progress)
			end()
			if errors.Is(err, context.Canceled) && len(r.Trials) > 0 { // what was tried is a result, too
				return errors.Join(printResult(c, r, asJSON), err)
			}
			return printDone(c, r, asJSON, err)
		}),
	}
	f := c.Flags()
	f.IntVar(&o.Trials, "trials", 0, "`times` that settings are drawn; 0 is 20")
	f.StringArrayVar(&space, "try", nil, "`setting=values` to draw from: rate=0.001..0.1 or \"sampling=class, instance\"; may be repeated")
	f.IntVar(&o.Folds, "folds", 0, "`parts` that the images are divided in; 0 is 3")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed")
	f.BoolVar(&o.Train, "train", false, "train the best afterwards")
	f.StringVar(&o.Note, "note", "", "`text` for the record of each trial")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
