package main

import (
	"fmt"
	"image"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func embedCommand() *cobra.Command {
	var o patchwork.EmbedOptions
	var size int
	var asJSON bool
	c := &cobra.Command{
		Use:   "embed PROJECT",
		Short: "Turn the images into features",
		Long: "Goes on where it was interrupted, and does nothing when nothing changed. Any ONNX network with an image input\n" +
			"can serve; size, mean and std are needed only for one that patchwork does not know.",
		Args: args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			o.ONNX.Size = image.Pt(size, size)
			progress, end := patchwork.ShowProgress()
			report, err := p.Embed(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), report)
			}
			fmt.Fprintln(c.OutOrStdout(), report)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.Extractor, "extractor", "", "\"default\" or an ONNX file; without it the project's own")
	f.IntVar(&size, "size", 0, "input size in pixels")
	f.Float32SliceVar(&o.ONNX.Mean, "mean", nil, "mean by channel of pixels in [0,1]")
	f.Float32SliceVar(&o.ONNX.Std, "std", nil, "standard deviation by channel of pixels in [0,1]")
	f.StringVar(&o.ONNX.Layout, "layout", "", "NCHW or NHWC; read from the file if not given")
	f.StringVar(&o.ONNX.Output, "output", "", "name of the output to take")
	f.IntVar(&o.Batch, "batch", 0, "images at a time")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func trainCommand() *cobra.Command {
	var o classify.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "train PROJECT",
		Short: "Train the classifier on the labels so far and score every image",
		Args:  args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			progress, end := patchwork.ShowProgress()
			info, err := p.Train(c.Context(), o, func(pt classify.Point) { progress("training", pt.Step, pt.Steps) })
			end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), info)
			}
			fmt.Fprintln(c.OutOrStdout(), info)
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&o.Epochs, "epochs", 0, "times that the validation loss is looked at, every 50 batches; 0 is the default")
	f.Uint64Var(&o.Seed, "seed", 0, "same seed and labels, same weights")
	f.Float64Var(&o.Smoothing, "label-smoothing", 0, "0 to 0.5")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func predictCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "predict PROJECT --out scores.csv",
		Short: "Score every image with the trained classifier",
		Args:  args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			if file == "-" {
				_, _, err := p.Predict(c.Context(), c.OutOrStdout())
				return err
			}
			n, skipped, err := p.PredictFile(c.Context(), file)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%d images scored in %s; %d left out because they have no features\n", n, file, skipped)
			return nil
		},
	}
	c.Flags().StringVar(&file, "out", "-", "CSV file, - for standard output")
	return c
}

func evaluateCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "evaluate PROJECT",
		Short: "Measure the model against the labels, held-out images apart",
		Args:  args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			report, err := p.Evaluate()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), report)
			}
			fmt.Fprint(c.OutOrStdout(), report)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func suggestCommand() *cobra.Command {
	var o patchwork.SuggestOptions
	var filter string
	var asJSON bool
	c := &cobra.Command{
		Use:     "suggest PROJECT",
		Short:   "Choose what to label next",
		Example: "  patchwork suggest landuse --strategy entropy -n 16 --json\n  patchwork suggest landuse --strategy \"highest: water\"",
		Args:    args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			if o.Filter.Subset, err = labels.ParseFilter(filter); err != nil {
				return usageError{err}
			}
			if o.N < 1 {
				return usageError{fmt.Errorf("-n is %d; want 1 or more", o.N)}
			}
			picks, err := p.Suggest(c.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				if picks == nil {
					picks = []patchwork.Suggestion{}
				}
				return printJSON(c.OutOrStdout(), picks)
			}
			return printSuggestions(c.OutOrStdout(), picks)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Strategy, "strategy", "", "random, entropy, margin, \"entropy: CLASS\", \"highest: CLASS\", \"lowest: CLASS\"")
	f.IntVarP(&o.N, "number", "n", 16, "how many")
	f.StringVar(&filter, "subset", "all", "all, \"unlabeled: CLASS\", \"contains: CLASS\", \"doesn't contain: CLASS\", \"subset: NAME\"")
	f.Uint64Var(&o.Seed, "seed", 0, "another seed, other images where chance decides")
	f.BoolVar(&asJSON, "json", false, "print them as JSON")
	return c
}

func printSuggestions(w io.Writer, picks []patchwork.Suggestion) error {
	if len(picks) == 0 {
		fmt.Fprintln(w, "nothing is left to label: every usable image is fully labelled or excluded")
		return nil
	}
	var b strings.Builder
	for _, s := range picks {
		fmt.Fprintf(&b, "%s\t%s\n", s.Image, s.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
