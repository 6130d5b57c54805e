package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func replayCommand() *cobra.Command {
	var o patchwork.ReplayOptions
	var file, plot string
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay PROJECT",
		Short: "See what ways of choosing would have been worth on the images that are labelled",
		Long: "Labels the images that have all labels once more, from none on, as each strategy chooses, trains after each batch and\n" +
			"measures on a third of them that is set apart. Nothing in the project changes. The other flags are the settings of each training, as of train.",
		Example: "  patchwork replay landuse --strategy random --strategy auto --strategy \"60% entropy + 25% rare\" --seeds 5",
		Args:    args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			result, err := p.Replay(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			if file != "" {
				if err := writeCSV(file, result.WriteCSV); err != nil {
					return err
				}
			}
			if plot != "" {
				picture, err := result.Sheet().SVG()
				if err != nil {
					return err
				}
				if err := os.WriteFile(plot, []byte(picture), 0o644); err != nil {
					return err
				}
			}
			return printResult(c, result, asJSON)
		}),
	}
	f := c.Flags()
	settings := settingFlags(c, &o.Train)
	c.PreRunE = func(*cobra.Command, []string) error {
		return errors.Join(settings(), checkFlags(
			need(o.Batch >= 0, "-n is %d; want 1 or more, or 0 for the default", o.Batch),
			need(o.Rounds >= 0, "--rounds is %d; want 1 or more, or 0 for the default", o.Rounds),
			need(plot == "" || filepath.Ext(plot) == ".svg", "--plot is %q; want a name that ends in .svg", plot),
			need(o.Seeds >= 0, "--seeds is %d; want 1 or more, or 0 for the default", o.Seeds)))
	}
	f.StringArrayVar(&o.Strategies, "strategy", nil, "as for suggest; may be repeated; without it all that rank by no one class")
	f.IntVarP(&o.Batch, "number", "n", 0, "how `many` images are labelled at a time; 0 is 16")
	f.IntVar(&o.Rounds, "rounds", 0, "`batches`; 0 is 8")
	f.IntVar(&o.Seeds, "seeds", 0, "`times` that each strategy is replayed; 0 is 20")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed")
	f.StringVar(&file, "csv", "", "also write a line for each training to this `file`")
	f.StringVar(&plot, "plot", "", "also draw the accuracy of each strategy, with its interval, in this .svg `file`")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// writeCSV writes a table to a file.
func writeCSV(file string, write func(io.Writer) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
