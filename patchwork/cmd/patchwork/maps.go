package main

import (
	"fmt"
	"image"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

func mapsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "maps",
		Short: "Keep feature maps from inside of a network, for classifiers that read maps",
		Long: "Embedding averages the last map of a network to a vector. Maps say where on the image something is, and earlier ones how it\n" +
			"looks in detail; `patchwork train --trunk` learns from them.",
		Example: "  patchwork maps list landuse\n  patchwork maps extract landuse --taps add\n  patchwork maps import landuse maps.npy\n  patchwork train landuse --trunk convnet",
		Args:    func(c *cobra.Command, got []string) error { return unknownCommand(c, got) },
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(mapsListCommand(), mapsExtractCommand(), mapsImportCommand())
	return c
}

// networkFlags are the flags of an ONNX file that maps are read from.
func networkFlags(c *cobra.Command, o *patchwork.FeatureMapOptions) (check func() error) {
	var size int
	f := c.Flags()
	f.StringVar(&o.Extractor, "extractor", "", "an ONNX `file`, or the folder of a network that was trained here; without it that of the last time, at first the project's")
	f.IntVar(&size, "size", 0, "width and height of the network's input in `pixels`")
	pixelFlags(f, &o.ONNX)
	return func() error {
		o.ONNX.Size = image.Pt(size, size)
		return checkFlags(need(size >= 0, "--size is %d; want pixels", size), need(o.Batch >= 0, "--batch is %d; want 1 or more", o.Batch))
	}
}

// pixelFlags are the flags that say how an ONNX file wants its pixels.
func pixelFlags(f *pflag.FlagSet, o *features.ONNXOptions) {
	f.Float32SliceVar(&o.Mean, "mean", nil, "`r,g,b` means of pixels in [0,1], of an ONNX file")
	f.Float32SliceVar(&o.Std, "std", nil, "`r,g,b` standard deviations of pixels in [0,1], of an ONNX file")
	f.StringVar(&o.Layout, "layout", "", "`NCHW` or NHWC, of an ONNX file; read from it if not given")
	for _, name := range []string{"mean", "std"} {
		f.Lookup(name).DefValue = "" // pflag would show []
	}
}

// tapList is what maps list prints.
type tapList []features.Tap

func (list tapList) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "number\tname\toperator\theight×width×channels\tfloat16 per image")
	for i, t := range list {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d×%d×%d\t%s\n", i, t.Name, t.Operator, t.Height, t.Width, t.Channels, features.BytesText(2*int64(t.Size())))
	}
	w.Flush()
	return b.String()
}

func mapsListCommand() *cobra.Command {
	var o patchwork.FeatureMapOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "list PROJECT",
		Short: "List the maps inside of a network",
		Args:  args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			taps, err := p.Taps(o)
			if err != nil {
				return err
			}
			return printResult(c, tapList(taps), asJSON)
		}),
	}
	check := networkFlags(c, &o)
	c.PreRunE = func(*cobra.Command, []string) error { return check() }
	c.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return c
}

func mapsExtractCommand() *cobra.Command {
	var o patchwork.FeatureMapOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "extract PROJECT",
		Short: "Compute the maps of all images that lack them",
		Long: "Says first how much room they take. Goes on where it was interrupted, and does nothing when nothing changed. The project\n" +
			"remembers the network and the maps.",
		Example: "  patchwork maps extract landuse\n  patchwork maps extract landuse --extractor network.onnx --taps block_5_add,block_12_add,-1\n" +
			"  patchwork maps extract landuse --taps add",
		Args: args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			o.Planned = func(plan patchwork.FeatureMapPlan) { fmt.Fprintln(c.ErrOrStderr(), plan) }
			progress, end := patchwork.ShowProgress()
			report, err := p.ExtractMaps(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	check := networkFlags(c, &o)
	c.PreRunE = func(*cobra.Command, []string) error { return check() }
	f := c.Flags()
	f.StringVar(&o.Taps, "taps", "", "which `maps`: names or numbers of list with commas between, or a regular expression on names;\nwithout it those of the last time, at first the last map")
	f.BoolVar(&o.Float32, "float32", false, "keep float32 in place of float16, in twice the room")
	f.IntVar(&o.Batch, "batch", 0, "`images` at a time")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func mapsImportCommand() *cobra.Command {
	var o features.ImportOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "import PROJECT FILE.npy...",
		Short: "Take maps that another program computed",
		Long:  "Each file is an array [images, height, width, channels] of float16, float32 or float64, one row per line of images.tsv.",
		Args: func(c *cobra.Command, a []string) error {
			return checkFlags(need(len(a) > 1, "import wants a project folder and one file or more; got %q", a))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			progress, end := patchwork.ShowProgress()
			report, err := p.ImportMaps(c.Context(), a[1:], o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	c.Flags().StringVar(&o.Name, "name", "", "of the maps, for people and files; without it that of the first file")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
