package main

import (
	"fmt"
	"strconv"
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
	var o patchwork.PredictOptions
	var decide patchwork.ThresholdOptions
	var file, goal string
	var asJSON bool
	c := &cobra.Command{
		Use:   "predict PROJECT --out scores.csv",
		Short: "Score every image with the trained classifier",
		Long: "Writes a CSV file: filepath, then for each class the probability that it is present. --calibrated turns it by the\n" +
			"maps that `calibration --save` has kept; --decide adds CLASS:present, 1 or 0, and CLASS:answer, which is present, absent\n" +
			"or ask, both chosen on the held-out images.",
		Example: "  patchwork predict landuse --out scores.csv --calibrated\n  patchwork predict landuse --out scores.csv --decide precision=0.9 --wrong 0.05",
		Args:    args("a project folder"),
		PreRunE: func(c *cobra.Command, _ []string) error {
			changed := c.Flags().Changed
			var err error
			if changed("decide") {
				err = parseGoal(goal, &decide)
				o.Decide = &decide
			}
			return checkFlags(err,
				need(file != "", "--out is empty; want a file, or - for standard output"),
				need(file != "-" || !asJSON, "--json says what was written; name the file with --out"),
				need(o.Decide != nil || !changed("wrong") && !changed("error"), "--wrong and --error say how to decide; give --decide too"),
				need(decide.Wrong > 0 && decide.Wrong < 1, "--wrong is %g; want more than 0 and less than 1, as 0.1", decide.Wrong),
				need(decide.Error > 0 && decide.Error < 0.5, "--error is %g; want more than 0 and less than 0.5, as 0.05", decide.Error))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			o.Progress = progress
			if file == "-" {
				_, _, err := p.Predict(c.Context(), c.OutOrStdout(), o)
				end()
				return err
			}
			scored, skipped, err := p.PredictFile(c.Context(), file, o)
			end()
			if err != nil {
				return err
			}
			return printResult(c, predicted{file, scored, skipped}, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&file, "out", "-", "CSV `file`, - for standard output")
	f.BoolVar(&o.Calibrated, "calibrated", false, "write calibrated probabilities")
	f.StringVar(&goal, "decide", "", "add decisions: for the best `f1`, or that keep precision=0.9 or recall=0.9")
	f.Float64Var(&decide.Error, "error", 0.05, "`probability` at most that new images fall short of that share")
	f.Float64Var(&decide.Wrong, "wrong", 0.1, "`share` at most of each kind of image that is answered wrongly and not asked about")
	f.BoolVar(&asJSON, "json", false, "print what was written as JSON")
	return c
}

// parseGoal reads f1, precision=0.9 or recall=0.9.
func parseGoal(text string, o *patchwork.ThresholdOptions) error {
	name, value, given := strings.Cut(text, "=")
	share, err := strconv.ParseFloat(value, 64)
	ok := given && err == nil && share > 0 && share < 1
	switch {
	case name == "f1" && !given:
	case name == "precision" && ok:
		o.Precision = share
	case name == "recall" && ok:
		o.Recall = share
	default:
		return need(false, "--decide is %q; want f1, or precision=SHARE or recall=SHARE with a share between 0 and 1, as precision=0.9", text)
	}
	return nil
}

// suggestions is what suggest prints: image, score and reason on each line.
type suggestions []patchwork.Suggestion

func (list suggestions) String() string {
	if len(list) == 0 {
		return "nothing to suggest: every usable image that was asked for is fully labelled or excluded"
	}
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "%s\t%.3g\t%s\n", s.Image, s.Score, s.Reason)
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
			progress, end := patchwork.ShowProgress()
			o.Progress = progress
			picks, err := p.Suggest(c.Context(), o)
			end()
			if err != nil {
				return err
			}
			if newer, err := p.NewerLabels(o.Strategy); err == nil && newer > 0 && len(picks) > 0 {
				learns := "train"
				if strings.HasPrefix(o.Strategy, "propagated ") {
					learns = "propagate"
				}
				fmt.Fprintf(c.ErrOrStderr(), "note: label events that these scores have not seen: %d; `patchwork %s` learns from them\n", newer, learns)
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
