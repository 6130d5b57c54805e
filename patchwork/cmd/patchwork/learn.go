package main

import (
	"image"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

func embedCommand() *cobra.Command {
	var o patchwork.EmbedOptions
	var size int
	var asJSON bool
	c := &cobra.Command{
		Use:   "embed PROJECT",
		Short: "Turn the images into features",
		Long: "Goes on where it was interrupted, and does nothing when nothing changed. Any ONNX network with an image input\n" +
			"can serve; size, mean and std are needed only for one that patchwork does not know. The project remembers them.",
		Example: "  patchwork embed landuse\n" +
			"  patchwork embed landuse --extractor network.onnx --size 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225",
		Args: args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(size >= 0, "--size is %d; want pixels", size), need(o.Batch >= 0, "--batch is %d; want 1 or more", o.Batch))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			o.ONNX.Size = image.Pt(size, size)
			progress, end := patchwork.ShowProgress()
			report, err := p.Embed(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Extractor, "extractor", "", "\"default\", an ONNX `file`, or the folder of a network that was trained here; without it the project's own")
	f.IntVar(&size, "size", 0, "width and height of the network's input in `pixels`")
	pixelFlags(f, &o.ONNX)
	f.StringVar(&o.ONNX.Output, "output", "", "`name` of the tensor to take")
	f.IntVar(&o.Batch, "batch", 0, "`images` at a time")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func importFeaturesCommand() *cobra.Command {
	var o features.ImportOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "import-features PROJECT FILE.npy",
		Short: "Take vectors that another program computed as the features",
		Long: "The file is an array [images, numbers] of float32 or float64, one row per line of images.tsv below its names of columns, in\n" +
			"its order; embed goes back to the project's extractor. An image that cannot be read and a row with NaN are left out.",
		Example: "  patchwork import-features landuse vectors.npy\n  patchwork import-features landuse vectors.npy --name aerial --preprocessing \"256 pixels, centre crop\"",
		Args:    args("a project folder", "an npy file"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.ImportFeatures(c.Context(), a[1], o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Name, "name", "", "of the features, for people and files; without it that of the file")
	f.StringVar(&o.Preprocessing, "preprocessing", "", "how the vectors were made, for the record, as `text`")
	f.BoolVar(&o.Raw, "raw", false, "keep the lengths of the vectors; without it each is scaled to length one")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
