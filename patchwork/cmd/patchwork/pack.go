package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func packCommand() *cobra.Command {
	var o patchwork.PackOptions
	var width, height int
	var asJSON bool
	c := &cobra.Command{
		Use:   "pack PROJECT --out FOLDER --size PIXELS",
		Short: "Write the images, decoded and resized, as NumPy files that stream fast",
		Long: "A run that was interrupted goes on. On a complete set of the same images it compares the files with their hashes and\n" +
			"writes nothing. numpy.load opens each file in Python.",
		Example: "  patchwork pack landuse --out landuse-224 --size 224",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(o.Dir != "", "--out is missing; want a folder"),
				need(width >= 1, "--size is %d; want pixels, 1 or more", width),
				need(height >= 0, "--height is %d; want pixels, or 0 for that of --size", height),
			)
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if o.Size = (imageset.Size{W: width, H: height}); height == 0 {
				o.Size.H = width
			}
			progress, end := patchwork.ShowProgress()
			report, err := p.Pack(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Dir, "out", "", "the `folder` of the set")
	f.IntVar(&width, "size", 0, "`pixels` of each side, or of the width if --height is given")
	f.IntVar(&height, "height", 0, "`pixels` of the height")
	f.BoolVar(&o.Float, "float", false, "keep float32 and not bytes: for images whose norm must not be rounded to 8 bits")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
