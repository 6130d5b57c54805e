package main

import (
	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func seeQuery() *cobra.Command {
	var s seen
	var o patchwork.QueryOptions
	c := &cobra.Command{
		Use:   "query PROJECT [IMAGE...]",
		Short: "Images with their nearest neighbours in the space of features",
		Long: "Without images: of each class the first image where it is present. The frame of a neighbour is green if it has a label of its query, orange if\n" +
			"not. Works with the features of every extractor.",
		Args: argsBetween(0, many),
		PreRunE: func(*cobra.Command, []string) error {
			return s.check(need(o.K >= 1, "--neighbours is %d; want 1 or more", o.K))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			o.Images = a[1:]
			r, err := p.Query(c.Context(), o)
			if err != nil {
				return err
			}
			return s.finish(c, r)
		}),
	}
	s.picture(c)
	f := c.Flags()
	f.StringSliceVar(&o.Classes, "classes", nil, "`names` of classes, separated by commas; without it all")
	f.IntVarP(&o.K, "neighbours", "k", 7, "how `many` of each")
	f.BoolVar(&o.All, "all", false, "also neighbours of which it is not known whether they agree")
	f.Lookup("classes").DefValue = ""
	return c
}

func seeExtremes() *cobra.Command {
	var s seen
	var o patchwork.ExtremesOptions
	c := &cobra.Command{
		Use:   "extremes PROJECT",
		Short: "Images with least and most of directions of the features",
		Long:  "Along the directions in which the features in use differ most, or along single features. Works with the features of every extractor.",
		Args:  args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return s.check(need(o.N >= 1, "--number is %d; want 1 or more", o.N), need(o.Directions >= 1, "--directions is %d; want 1 or more", o.Directions))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			r, err := p.Extremes(c.Context(), o)
			if err != nil {
				return err
			}
			return s.finish(c, r)
		}),
	}
	s.picture(c)
	f := c.Flags()
	f.IntSliceVar(&o.Features, "features", nil, "`numbers` of features, from 0, separated by commas")
	f.IntVar(&o.Directions, "directions", 6, "without --features: how `many` main directions")
	f.IntVarP(&o.N, "number", "n", 4, "how `many` images at each end")
	f.Lookup("features").DefValue = ""
	return c
}

func seeProjector() *cobra.Command {
	var o patchwork.ProjectorOptions
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use:   "projector PROJECT",
		Short: "Write the features for TensorBoard's Embedding Projector",
		Long:  "Into a new folder: vectors.tsv, metadata.tsv, sprites.png and projector_config.pbtxt. Works with the features of every extractor.",
		Args:  args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(out != "", "--out is missing; name a new folder"), need(o.Images >= 1, "--number is %d; want 1 or more", o.Images),
				need(o.Components >= 0, "--components is %d; want 1 or more", o.Components), need(o.Sprite >= 1, "--sprite is %d; want 1 or more pixels", o.Sprite))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			r, err := p.ExportProjector(c.Context(), out, o)
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "a new `folder`")
	f.IntVarP(&o.Images, "number", "n", 2000, "how `many` images at most, evenly from all")
	f.IntVar(&o.Components, "components", 0, "in place of the features so `many` of their principal components")
	f.IntVar(&o.Sprite, "sprite", 50, "`pixels` of the side of a picture")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
