package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// predicted says what predict wrote.
type predicted struct {
	File    string `json:"file"`
	Scored  int    `json:"scored"`
	Skipped int    `json:"skipped"` // images without features
}

func (p predicted) String() string {
	text := fmt.Sprintf("%d images scored in %s", p.Scored, p.File)
	if p.Skipped > 0 {
		text += fmt.Sprintf("; %d left out because they have no features", p.Skipped)
	}
	return text
}

func predictCommand() *cobra.Command {
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "predict PROJECT --out scores.csv",
		Short: "Score every image with the trained classifier",
		Long:  "Writes a CSV file: filepath, then for each class the probability that it is present.",
		Args:  args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(file != "", "--out is empty; want a file, or - for standard output"),
				need(file != "-" || !asJSON, "--json says what was written; name the file with --out"))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if file == "-" {
				_, _, err := p.Predict(c.Context(), c.OutOrStdout())
				return err
			}
			scored, skipped, err := p.PredictFile(c.Context(), file)
			if err != nil {
				return err
			}
			return printResult(c, predicted{file, scored, skipped}, asJSON)
		}),
	}
	c.Flags().StringVar(&file, "out", "-", "CSV `file`, - for standard output")
	c.Flags().BoolVar(&asJSON, "json", false, "print what was written as JSON")
	return c
}

// suggestions is what suggest prints: an image and the reason on each line.
type suggestions []patchwork.Suggestion

func (list suggestions) String() string {
	if len(list) == 0 {
		return "nothing to suggest: every usable image that was asked for is fully labelled or excluded"
	}
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "%s\t%s\n", s.Image, s.Reason)
	}
	return b.String()
}

// flagNames are flags as they are typed.
func flagNames(names []string) (flags []imageset.Flag) {
	for _, name := range names {
		flags = append(flags, imageset.Flag(strings.ReplaceAll(strings.TrimSpace(name), " ", "_")))
	}
	return flags
}

// strategyHelp lists the strategies, a few on each line.
func strategyHelp() string {
	var b strings.Builder
	line := 0
	for i, card := range acquire.All() {
		name := card.Name
		if card.Needs.Has(acquire.OneClass) {
			name = fmt.Sprintf("%q", name+"CLASS")
		}
		switch {
		case i == 0:
		case line > 70:
			b.WriteString(",\n")
			line = 0
		default:
			b.WriteString(", ")
		}
		b.WriteString(name)
		line += len(name) + 2
	}
	return b.String()
}

func suggestCommand() *cobra.Command {
	var o patchwork.SuggestOptions
	var filter string
	var with, without []string
	var asJSON bool
	c := &cobra.Command{
		Use:     "suggest PROJECT",
		Short:   "Choose what to label next",
		Example: "  patchwork suggest landuse --strategy entropy -n 16 --json\n  patchwork suggest landuse --strategy \"highest: water\"",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) (err error) {
			o.Filter.Subset, err = labels.ParseFilter(filter)
			o.With, o.Without = flagNames(with), flagNames(without)
			return checkFlags(err, need(o.N >= 1, "-n is %d; want 1 or more", o.N))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			picks, err := p.Suggest(c.Context(), o)
			if err != nil {
				return err
			}
			return printResult(c, append(suggestions{}, picks...), asJSON) // an empty list is [] in JSON
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Strategy, "strategy", "", strategyHelp()+"; or a mix, as\n\"60% entropy + 25% rare\", the rest of which is drawn at random; without it auto")
	f.IntVarP(&o.N, "number", "n", 16, "how `many`")
	f.StringVar(&filter, "subset", "all", "all, \"unlabeled: CLASS\", \"contains: CLASS\", \"doesn't contain: CLASS\", \"subset: NAME\"")
	f.StringSliceVar(&with, "with", nil, "only images with these `flags` of check, as blurry,dark")
	f.StringSliceVar(&without, "without", nil, "no images with any of these `flags`, as near_duplicate")
	f.Uint64Var(&o.Seed, "seed", 0, "another seed, other images where chance decides")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
