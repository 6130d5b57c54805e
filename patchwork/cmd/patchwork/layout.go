package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork"
)

func layoutCommand() *cobra.Command {
	var o patchwork.LayoutOptions
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "layout PROJECT",
		Short: "Lay the images out on a plane, like beside like",
		Long: "Keeps the places in layouts/ of the project folder, one map for each kind, and reads them from there until features or\n" +
			"options change. Images that come later are put in, and the others stay about where they are. docs/layout.md explains the kinds.",
		Example: "  patchwork layout landuse\n  patchwork layout landuse --kind t-sne --out places.csv",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(slices.Contains(patchwork.LayoutKinds, o.Kind), "--kind is %q; want one of %s", o.Kind, strings.Join(patchwork.LayoutKinds, ", ")),
				need(o.Neighbours >= 2 && o.Neighbours <= 1000, "--neighbours is %d; want 2 to 1000", o.Neighbours),
				need(o.MinDist >= 0 && o.MinDist <= 1, "--min-dist is %g; want 0 to 1, 0 for the default", o.MinDist),
				need(o.Perplexity >= 1 && o.Perplexity <= 300, "--perplexity is %g; want 1 to 300", o.Perplexity),
				need(o.Width >= 0 && o.Width <= 100 && o.Height >= 0 && o.Height <= 100, "--width is %d and --height %d; want up to 100, or 0 for the default", o.Width, o.Height))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			m, err := p.Layout(c.Context(), o, progress)
			end()
			if err == nil && file != "" {
				err = atomicfile.WriteFunc(file, 0o644, atomicfile.Durable, func(w io.Writer) error { return p.WriteLayout(w, m) })
			}
			if err != nil {
				return err
			}
			return printResult(c, m, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Kind, "kind", patchwork.LayoutKinds[0], "`one` of "+strings.Join(patchwork.LayoutKinds, ", "))
	f.IntVar(&o.Neighbours, "neighbours", 15, "umap: how `many` of each image it is kept near")
	f.Float64Var(&o.MinDist, "min-dist", 0, "umap: how near images may come, a `distance` up to 1 (0.1)")
	f.Float64Var(&o.Perplexity, "perplexity", 30, "t-sne: about how `many` neighbours count")
	f.IntVar(&o.Width, "width", 0, "som: `cells` from left to right (10 images to a cell)")
	f.IntVar(&o.Height, "height", 0, "som: `cells` from top to bottom")
	f.Uint64Var(&o.Seed, "seed", 0, "another seed, another map")
	f.BoolVar(&o.Fresh, "fresh", false, "begin anew, not from where the images were")
	f.StringVar(&file, "out", "", "also write the places to this CSV `file`")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
