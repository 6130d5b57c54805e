package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func initCommand() *cobra.Command {
	var images, classes []string
	var input inputFlags
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
			in, err := input.read()
			if err != nil {
				return err
			}
			progress, end := patchwork.ShowProgress()
			p, report, err := patchwork.Init(c.Context(), a[0], patchwork.InitOptions{
				Images: images, Classes: patchwork.Classes(classes...), Extractor: extractor, Input: in, Seed: seed,
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
			s, err := p.Status()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), struct {
					Scan imageset.ScanReport `json:"scan"`
					patchwork.Status
				}{report, s})
			}
			return errors.Join(printText(c.OutOrStdout(), report), printText(c.OutOrStdout(), s))
		},
	}
	f := c.Flags()
	f.StringArrayVar(&images, "images", nil, "`folder` (with its sub-folders), glob (** allowed), or .txt/.csv list; may be repeated")
	f.StringSliceVar(&classes, "classes", nil, "`names` of the classes, separated by commas")
	f.BoolVar(&folders, "labels-from-folders", false, "label each image by the name of its folder")
	f.StringVar(&extractor, "extractor", "", "\"default\" or an ONNX `file`, remembered for embed")
	input.add(f)
	f.Uint64Var(&seed, "seed", 0, "seed of all random choices; 0 keeps what the project has")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
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
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			report, err := p.ImportLabels(c.Context(), a[1], labels.ImportOptions{Ignore: ignore, AddClasses: add})
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	c.Flags().StringArrayVar(&ignore, "ignore", nil, "a `column` that is not a class (\"\" for one without a name); may be repeated")
	c.Flags().BoolVar(&add, "add-classes", false, "make classes of unknown columns")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// exported says what export-labels wrote.
type exported struct {
	File   string `json:"file"`
	Images int    `json:"images"`
}

func (e exported) String() string {
	return fmt.Sprintf("labels of %d images written to %s", e.Images, e.File)
}

func exportCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "export-labels PROJECT FILE.csv",
		Short: "Write the label table to a CSV file, - for standard output",
		Args:  args("a project folder", "a CSV file"),
		PreRunE: func(_ *cobra.Command, a []string) error {
			return checkFlags(need(a[1] != "-" || !asJSON, "--json says what was written; name a file instead of -"))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			t, err := p.LabelsUnder("")
			if err != nil {
				return err
			}
			if a[1] == "-" {
				return t.WriteCSV(c.OutOrStdout())
			}
			if err := t.SaveCSV(a[1]); err != nil {
				return err
			}
			return printResult(c, exported{a[1], t.Len()}, asJSON)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func splitCommand() *cobra.Command {
	var share float64
	var seed uint64
	var together, asJSON bool
	c := &cobra.Command{
		Use:   "split PROJECT",
		Short: "Hold out a stratified share of the labelled images for validation",
		Long:  "Copies of one file stay on one side; with --doubles so do all images that doubles finds to show the same.",
		Args:  args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(share > 0 && share < 1, "--validation is %g; want a share above 0 and below 1, such as 0.2", share))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if !c.Flags().Changed("seed") {
				seed = p.Settings().Seed
			}
			var groups [][]string
			if together {
				progress, end := patchwork.ShowProgress()
				report, err := p.Doubles(c.Context(), patchwork.DoubleOptions{}, progress)
				end()
				if err != nil {
					return err
				}
				groups = report.Groups
			}
			if err := p.SplitApart(c.Context(), share, seed, groups); err != nil {
				return err
			}
			return printStatus(c, p, asJSON)
		}),
	}
	c.Flags().Float64Var(&share, "validation", 0.2, "`share` to hold out, above 0 and below 1")
	c.Flags().Uint64Var(&seed, "seed", 0, "same seed and labels, same split; without it the project's")
	c.Flags().BoolVar(&together, "doubles", false, "keep doubles on one side")
	c.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	return c
}

func statusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status PROJECT",
		Short: "Say where a project stands: images, labels, features, model",
		Args:  args("a project folder"),
		RunE:  onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error { return printStatus(c, p, asJSON) }),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func printStatus(c *cobra.Command, p *patchwork.Project, asJSON bool) error {
	s, err := p.Status()
	if err != nil {
		return err
	}
	return printResult(c, s, asJSON)
}
