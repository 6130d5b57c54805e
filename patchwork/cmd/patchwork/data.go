package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func initCommand() *cobra.Command {
	var images, classes []string
	var extractor string
	var folders, asJSON bool
	var seed uint64
	c := &cobra.Command{
		Use:   "init PROJECT --images FOLDER|GLOB|LIST",
		Short: "Make a project, or look for new images in one that exists",
		Example: "  patchwork init landuse --images photos --classes water,road,forest\n" +
			"  patchwork init landuse --images photos --labels-from-folders",
		Args: args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			progress, end := patchwork.ShowProgress()
			p, report, err := patchwork.Init(c.Context(), a[0], patchwork.InitOptions{
				Images: images, Classes: patchwork.Classes(classes...), Extractor: extractor, Seed: seed,
			}, progress)
			end()
			if err != nil {
				return err
			}
			defer p.Close()
			if folders {
				if err := p.LabelFromFolders(c.Context()); err != nil {
					return err
				}
			}
			if asJSON {
				return printStatus(c, p, true)
			}
			fmt.Fprintln(c.OutOrStdout(), report)
			return printStatus(c, p, false)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&images, "images", nil, "folder (with its sub-folders), glob (** allowed), or .txt/.csv list; may be repeated")
	f.StringSliceVar(&classes, "classes", nil, "names of the classes, separated by commas")
	f.BoolVar(&folders, "labels-from-folders", false, "label each image by the name of its folder")
	f.StringVar(&extractor, "extractor", "", "\"default\" or an ONNX file, remembered for embed")
	f.Uint64Var(&seed, "seed", 0, "seed of all random choices")
	f.BoolVar(&asJSON, "json", false, "print the status as JSON")
	return c
}

func importCommand() *cobra.Command {
	var ignore []string
	var add, asJSON bool
	c := &cobra.Command{
		Use:   "import-labels PROJECT FILE.csv",
		Short: "Read labels from a CSV file with a filepath column and a column for each class",
		Long: "Cells are empty (unknown), 0 (absent) or 1 (present). Rows are matched by path. When any row is wrong, all\n" +
			"wrong rows are listed and nothing is imported. An empty cell leaves an existing label as it is.",
		Args: args("a project folder", "a CSV file"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			report, err := p.ImportLabels(c.Context(), a[1], labels.ImportOptions{Ignore: ignore, AddClasses: add})
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
	c.Flags().StringSliceVar(&ignore, "ignore", nil, "columns that are not classes")
	c.Flags().BoolVar(&add, "add-classes", false, "make classes of unknown columns")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func exportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "export-labels PROJECT FILE.csv",
		Short: "Write the label table to a CSV file",
		Args:  args("a project folder", "a CSV file"),
		RunE: func(_ *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			return p.ExportLabels(a[1])
		},
	}
}

func splitCommand() *cobra.Command {
	var share float64
	var seed uint64
	c := &cobra.Command{
		Use:   "split PROJECT",
		Short: "Hold out a stratified share of the labelled images for validation",
		Args:  args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			if err := p.Split(c.Context(), share, seed); err != nil {
				return err
			}
			return printStatus(c, p, false)
		},
	}
	c.Flags().Float64Var(&share, "validation", 0.2, "share to hold out, above 0 and below 1")
	c.Flags().Uint64Var(&seed, "seed", 0, "same seed and labels, same split")
	return c
}

func statusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status PROJECT",
		Short: "Say where a project stands: images, labels, features, model",
		Args:  args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			p, err := patchwork.Open(a[0])
			if err != nil {
				return err
			}
			defer p.Close()
			return printStatus(c, p, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func printStatus(c *cobra.Command, p *patchwork.Project, asJSON bool) error {
	s, err := p.Status()
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), s)
	}
	fmt.Fprint(c.OutOrStdout(), strings.TrimRight(s.String(), "\n")+"\n")
	return nil
}
