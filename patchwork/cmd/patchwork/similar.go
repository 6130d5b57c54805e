package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// similarCommand is the search by images, and without one the page of look-alikes.
func similarCommand() *cobra.Command {
	var o patchwork.LookAlikesOptions
	var filter string
	var asJSON bool
	c := &cobra.Command{
		Use:   "similar PROJECT [IMAGE...]",
		Short: "Find images that look like others, or that look alike",
		Long: "With images: those most like any of them, the most alike first. Without: a page of images that look alike, to label in\n" +
			"one go. Like suggest it leaves out fully labelled and excluded images. An image is named as suggest prints it, or by\n" +
			"a path that leads to its file.",
		Example: "  patchwork similar landuse photos/7.jpg -n 32\n  patchwork similar landuse --seed 2",
		Args:    argsBetween(0, many),
		PreRunE: func(*cobra.Command, []string) (err error) {
			o.Filter.Subset, err = labels.ParseFilter(filter)
			return checkFlags(err, need(o.N >= 1, "-n is %d; want 1 or more", o.N))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) (err error) {
			var found []patchwork.Suggestion
			if images := a[1:]; len(images) > 0 {
				found, err = p.Similar(c.Context(), patchwork.SimilarOptions{Images: images, N: o.N, Filter: o.Filter})
			} else {
				found, err = p.LookAlikes(c.Context(), o)
			}
			if err != nil {
				return err
			}
			return printResult(c, append(suggestions{}, found...), asJSON) // an empty list is [] in JSON
		}),
	}
	f := c.Flags()
	f.IntVarP(&o.N, "number", "n", 16, "how `many`")
	f.StringVar(&filter, "subset", "all", "all, \"unlabeled: CLASS\", \"contains: CLASS\", \"doesn't contain: CLASS\", \"subset: NAME\"")
	f.Uint64Var(&o.Seed, "seed", 0, "another seed, another page of look-alikes")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
