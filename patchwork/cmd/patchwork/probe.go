package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
)

func probeCommand() *cobra.Command {
	var o patchwork.ProbeOptions
	var curves patchwork.FeatureCurveOptions
	var networks, images []string
	var few, asJSON bool
	var file string
	c := &cobra.Command{
		Use:   "probe [PROJECT]",
		Short: "Measure features by themselves: linear probe, neighbours, effective rank",
		Long: "Those in use in a project, or without one what each --network makes of --images, whose folders are then the classes. With --few, how well\n" +
			"a linear classifier does that has learned from 1, 2, 5 and more images of each class. docs/pretraining.md explains the figures.",
		Example: "  patchwork probe landuse --rotation\n  patchwork probe landuse --few --all --csv few.csv\n  patchwork probe --network extractor --network default --images photos",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, a []string) error {
			progress, end := patchwork.ShowProgress()
			defer end()
			curves.Seed = o.Seed
			if few {
				return fewLabels(c, a, networks, images, curves, file, asJSON, progress, end)
			}
			if len(a) == 1 {
				return onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
					r, err := p.Probe(c.Context(), o, progress)
					end()
					if err != nil {
						return err
					}
					return printResult(c, r, asJSON)
				})(c, a)
			}
			var all probes
			for _, network := range networks {
				r, err := patchwork.Probe(c.Context(), network, images, o, progress)
				end()
				if err != nil {
					return err
				}
				all = append(all, r)
			}
			return printResult(c, all, asJSON)
		},
	}
	var rotation bool
	c.PreRunE = func(c *cobra.Command, a []string) error {
		if rotation && o.Tests == nil {
			o.Tests = patchwork.FeatureTests()
		} else if rotation {
			o.Tests = append(o.Tests, "rotation")
		}
		return checkFlags(
			need(len(a) == 1 || len(networks) > 0 && len(images) > 0, "name a project, or give --network and --images"),
			need(len(a) == 0 || len(networks) == 0 && len(images) == 0, "a project has its own images and features; leave --network and --images away"),
			need(few || file == "" && !curves.All && curves.Sizes == nil && curves.Draws == 0, "--all, --labels, --draws and --csv are of --few; give that, too"),
			need(!few || o.Tests == nil && !o.Third, "--tests, --rotation and --third are of other figures than --few; leave them away"),
			need(len(a) == 1 || !curves.All, "--all is for the features that a project keeps; name one"),
			need(represent.SizeOptions{Sizes: curves.Sizes}.Check() == nil, "--labels is %d; want numbers of images from 1 on, ascending, as 1,5,25", curves.Sizes),
			need(represent.SizeOptions{Draws: curves.Draws}.Check() == nil, "--draws is %d; want 2 or more, or 0 for the default (10)", curves.Draws))
	}
	f := c.Flags()
	f.StringSliceVar(&o.Tests, "tests", nil, "`names` of "+strings.Join(patchwork.FeatureTests(), ", ")+", or all; without it all but rotation")
	f.BoolVar(&rotation, "rotation", false, "how well quarter turns are told, too")
	f.BoolVar(&o.Third, "third", false, "test on every third image; without it on a third of each class, drawn at random")
	f.Uint64Var(&o.Seed, "seed", 0, "of the draws, added to the project's")
	f.StringArrayVar(&networks, "network", nil, "`folder` of a network, ONNX file, or default, without a project; may be repeated")
	f.StringArrayVar(&images, "images", nil, "`folder`, glob, list or archive of images, without a project; may be repeated")
	f.BoolVar(&few, "few", false, "learn from few images of each class, in place of all else")
	f.IntSliceVar(&curves.Sizes, "labels", nil, "`numbers` of images of each class, with --few; without it 1,2,5,10,25,50,100")
	f.IntVar(&curves.Draws, "draws", 0, "`times` that they are drawn, with --few; without it 10")
	f.BoolVar(&curves.All, "all", false, "of all features that the project keeps, with --few")
	f.StringVar(&file, "csv", "", "also write a line for each draw to this `file`, with --few")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// probes are those of several networks.
type probes []patchwork.ProbeReport

func (p probes) String() string {
	var all []string
	for _, r := range p {
		all = append(all, r.String())
	}
	return strings.Join(all, "\n\n")
}

// fewLabels prints curves of a project, or of networks.
func fewLabels(c *cobra.Command, a, networks, images []string, o patchwork.FeatureCurveOptions, file string, asJSON bool, progress patchwork.Progress, end func()) error {
	show := func(curves patchwork.FeatureCurves, err error) error {
		end()
		if err != nil {
			return err
		}
		if file != "" {
			if err := writeCSV(file, curves.WriteCSV); err != nil {
				return err
			}
		}
		return printResult(c, curves, asJSON)
	}
	if len(a) == 0 {
		return show(patchwork.FeatureCurvesOf(c.Context(), networks, images, o.SizeOptions, progress))
	}
	p, err := patchwork.Open(a[0])
	if err != nil {
		return err
	}
	curves, err := p.FeatureCurves(c.Context(), o, progress)
	return errors.Join(show(curves, err), p.Close())
}
