package main

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

func seeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "see",
		Short: "Look into an extractor: kernels, neighbours, maps, what an answer depends on",
		Long: "Each writes a picture, --out FILE.png, on a light ground or with --dark on a dark one, and says in numbers what it shows. PROJECT stands for the\n" +
			"network that its features come from; NETWORK is an ONNX file or the folder of a network that was trained here. docs/seeing.md explains what to look for.",
		Example: "  patchwork see kernels landuse/networks/simclr-resnet-tiny --out kernels.png\n  patchwork see query landuse --out query.png\n" +
			"  patchwork see attribution landuse photos/7.jpg --class water --out why.png",
		Args: func(c *cobra.Command, got []string) error { return unknownCommand(c, got) },
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(seeKernels(), seeActivations(), seeQuery(), seeExtremes(), seeProjection(), seeAttribution(), seeReconstruction(), seeProjector())
	return c
}

// seen are the flags that all pictures have, and of networks those that say more of an ONNX file.
type seen struct {
	out          string
	dark, asJSON bool
	file         patchwork.NetworkFile // --network
	size, most   int
}

func (s *seen) picture(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.out, "out", "", "`file` for the picture, FILE.png")
	f.BoolVar(&s.dark, "dark", false, "light letters on a dark ground")
	f.BoolVar(&s.asJSON, "json", false, "print the numbers as JSON")
}

func (s *seen) network(c *cobra.Command) {
	s.picture(c)
	f := c.Flags()
	f.StringVar(&s.file.Path, "network", "", "with a project: another `network` than its features come from")
	f.IntVar(&s.size, "size", 0, "of an ONNX file: width and height of its input in `pixels`")
	f.Float32SliceVar(&s.file.ONNX.Mean, "mean", nil, "of an ONNX file: `r,g,b` means of pixels in [0,1]")
	f.Float32SliceVar(&s.file.ONNX.Std, "std", nil, "of an ONNX file: `r,g,b` standard deviations of pixels in [0,1]")
	for _, name := range []string{"mean", "std"} {
		f.Lookup(name).DefValue = "" // pflag would show []
	}
}

func (s *seen) images(c *cobra.Command) {
	s.network(c)
	c.Flags().IntVarP(&s.most, "number", "n", 0, "how `many` images where none is named, evenly from all; without it 8")
}

func (s *seen) check(more ...error) error {
	return checkFlags(append(more, need(s.out != "", "--out is missing; name a file for the picture, as --out picture.png"),
		need(s.size >= 0, "--size is %d; want pixels", s.size), need(s.most >= 0, "--number is %d; want 1 or more", s.most))...)
}

// figure is what a picture is made of.
type figure interface {
	fmt.Stringer
	Write(file string, dark bool) error
}

// finish writes the picture and prints the numbers.
func (s *seen) finish(c *cobra.Command, f figure) error {
	if err := f.Write(s.out, s.dark); err != nil {
		return err
	}
	return printResult(c, f, s.asJSON)
}

// on calls do with the network of the first argument and, if this is a project, with it; with images, an album of those that the other arguments name.
func (s *seen) on(images bool, do func(c *cobra.Command, p *patchwork.Project, n patchwork.NetworkFile, album patchwork.Album) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, a []string) error {
		s.file.ONNX.Size = image.Pt(s.size, s.size)
		if _, err := os.Stat(filepath.Join(a[0], "project.yaml")); err == nil {
			return onProject(func(c *cobra.Command, p *patchwork.Project, a []string) (err error) {
				n := s.file
				if n.Path == "" {
					if n, err = p.NetworkFile(); err != nil {
						return err
					}
				}
				var album patchwork.Album
				if images {
					if album, err = p.AlbumOf(a[1:], s.most); err != nil {
						return err
					}
				}
				return do(c, p, n, album)
			})(c, a)
		}
		if s.file.Path != "" {
			return usageError{fmt.Errorf("--network goes with a project, and %s is none; name the network alone", a[0])}
		}
		n := s.file
		n.Path = a[0]
		var album patchwork.Album
		if images {
			var err error
			if len(a) == 1 {
				return usageError{errors.New("a network by itself has no images; name some files or a folder, or a project in its place")}
			}
			if album, err = patchwork.OpenAlbum(c.Context(), a[1:], s.most); err != nil {
				return err
			}
		}
		return do(c, nil, n, album)
	}
}

func seeKernels() *cobra.Command {
	var s seen
	c := &cobra.Command{
		Use:   "kernels PROJECT|NETWORK",
		Short: "The kernels of the first layer",
		Long:  "Each is divided by its largest number, so that the middle grey is 0. In colour where images have three channels; else each channel by itself.",
		Args:  argsBetween(0, 0),
	}
	s.network(c)
	c.Flags().IntVarP(&s.most, "number", "n", 0, "how `many` kernels, the first ones; without it 64")
	c.PreRunE = func(*cobra.Command, []string) error { return s.check() }
	c.RunE = s.on(false, func(c *cobra.Command, _ *patchwork.Project, n patchwork.NetworkFile, _ patchwork.Album) error {
		r, err := patchwork.Kernels(n, s.most)
		if err != nil {
			return err
		}
		return s.finish(c, r)
	})
	return c
}

func seeActivations() *cobra.Command {
	var s seen
	var o patchwork.ActivationOptions
	c := &cobra.Command{
		Use:   "activations PROJECT|NETWORK [IMAGE]",
		Short: "What channels of a map make of an image",
		Long:  "Each from its least number in black to its largest in white. The first map is that of the kernels that `see kernels` shows, in their order.",
		Args:  argsBetween(0, 1),
	}
	s.network(c)
	c.Flags().StringVar(&o.Map, "map", "first", "first, last, or of an ONNX file a `name` that maps list gives")
	c.Flags().IntVarP(&o.Most, "number", "n", 0, "how `many` channels, the first ones; without it 31")
	c.PreRunE = func(*cobra.Command, []string) error {
		return s.check(need(o.Most >= 0, "--number is %d; want 1 or more", o.Most))
	}
	c.RunE = s.on(true, func(c *cobra.Command, _ *patchwork.Project, n patchwork.NetworkFile, album patchwork.Album) error {
		r, err := patchwork.Activations(c.Context(), n, album, o)
		if err != nil {
			return err
		}
		return s.finish(c, r)
	})
	return c
}

func seeProjection() *cobra.Command {
	var s seen
	var o patchwork.ProjectionOptions
	c := &cobra.Command{
		Use:   "projection PROJECT|NETWORK [IMAGE...]",
		Short: "Maps of images along their three main directions, as colours",
		Long:  "Places of one colour have features alike, within an image and from image to image: image, its map, and the map over the image.",
		Args:  argsBetween(0, many),
	}
	s.images(c)
	c.Flags().StringVar(&o.Map, "map", "last", "as for activations")
	c.Flags().IntVar(&o.Side, "side", 0, "`pixels` of images, of a network that was trained here; without it as many as make the map 14 places wide")
	c.PreRunE = func(*cobra.Command, []string) error {
		return s.check(need(o.Side >= 0, "--side is %d; want pixels", o.Side))
	}
	c.RunE = s.on(true, func(c *cobra.Command, _ *patchwork.Project, n patchwork.NetworkFile, album patchwork.Album) error {
		r, err := patchwork.Projection(c.Context(), n, album, o)
		if err != nil {
			return err
		}
		return s.finish(c, r)
	})
	return c
}

func seeAttribution() *cobra.Command {
	var s seen
	var o patchwork.AttributionOptions
	c := &cobra.Command{
		Use:   "attribution PROJECT|NETWORK [IMAGE...]",
		Short: "Which pixels speak for an answer, and which against it",
		Long: "Integrated gradients: of the class with the highest score of the project's classifier, or of --class, --features, --like or --views. The integral is\n" +
			"checked: what the pixels add up to is compared with what the answer changes by. The network must have gradients; the embedded extractor has none.",
		Args: argsBetween(0, many),
	}
	s.images(c)
	f := c.Flags()
	f.StringVar(&o.Class, "class", "", "`name` of a class that the classifier knows; without it each image's highest")
	f.IntSliceVar(&o.Features, "features", nil, "in its place: `numbers` of features, from 0, whose sum is looked at")
	f.StringArrayVar(&o.Like, "like", nil, "in its place: how like an `image`; may be repeated")
	f.StringArrayVar(&o.Unlike, "unlike", nil, "and how unlike an `image`; may be repeated")
	f.BoolVar(&o.Views, "views", false, "in its place: how like 25 augmentations of itself; what is done without a classifier")
	f.StringVar((*string)(&o.Baseline), "baseline", "black", "what images are compared with: black, grey, mean (their mean colour) or blur")
	f.IntVar(&o.Steps, "steps", see.DefaultSteps, "of the integral")
	f.StringVar((*string)(&o.Rule), "rule", "gauss", "of the integral: gauss or trapezoid")
	f.Uint64Var(&o.Seed, "seed", 0, "of the views")
	f.Lookup("features").DefValue = ""
	c.PreRunE = func(*cobra.Command, []string) error { return s.check(o.Check()) }
	c.RunE = s.on(true, func(c *cobra.Command, p *patchwork.Project, n patchwork.NetworkFile, album patchwork.Album) error {
		progress, end := patchwork.ShowProgress()
		defer end()
		var r patchwork.AttributionReport
		var err error
		if p != nil && s.file.Path == "" {
			r, err = p.Attribution(c.Context(), o, progress, album)
		} else {
			r, err = patchwork.Attribution(c.Context(), n, album, o, progress)
		}
		end()
		if err != nil {
			return err
		}
		return s.finish(c, r)
	})
	return c
}

func seeReconstruction() *cobra.Command {
	var s seen
	c := &cobra.Command{
		Use:   "reconstruction PROJECT|NETWORK [IMAGE...]",
		Short: "What a network that learned by painting makes of images",
		Long:  "For networks that pretrain made by mae, autoencoder or context: the image, what the network saw of it, what it painted, and both together.",
		Args:  argsBetween(0, many),
	}
	s.images(c)
	c.PreRunE = func(*cobra.Command, []string) error { return s.check() }
	c.RunE = s.on(true, func(c *cobra.Command, _ *patchwork.Project, n patchwork.NetworkFile, album patchwork.Album) error {
		r, err := patchwork.Reconstruction(c.Context(), n.Path, album)
		if err != nil {
			return err
		}
		return s.finish(c, r)
	})
	return c
}
