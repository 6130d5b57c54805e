package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

func trainCommand() *cobra.Command {
	var o patchwork.TrainOptions
	var asJSON bool
	c := &cobra.Command{
		Use:     "train PROJECT",
		Short:   "Train the classifier on the labels so far and score every image",
		Long:    "An interrupted training keeps the best weights that it had; --go-on begins with those. docs/classify.md explains the settings.",
		Example: "  patchwork train landuse\n  patchwork train landuse --loss focal --gamma 1 --patience 5",
		Args:    args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if !c.Flags().Changed("seed") {
				o.Seed = p.Settings().Seed
			}
			progress, end := patchwork.ShowProgress()
			o.Progress = progress
			onPoint := func(pt classify.Point) { progress("training", pt.Step, pt.Steps) }
			info, err := p.Train(c.Context(), o, onPoint)
			end()
			return printDone(c, info, asJSON, err)
		}),
	}
	f := c.Flags()
	settings := settingFlags(c, &o.Options)
	c.PreRunE = func(*cobra.Command, []string) error {
		return errors.Join(settings(), checkFlags(need(o.Pseudo == 0 || o.Pseudo > 0.5 && o.Pseudo <= 1, "--pseudo-labels is %g; want more than 0.5 and at most 1, such as 0.95", o.Pseudo)))
	}
	f.BoolVar(&o.GoOn, "go-on", false, "begin with the weights of the present model")
	f.Float64Var(&o.Pseudo, "pseudo-labels", 0, "learn also from propagated scores, present from this `score` on and absent from 1 minus it down, as 0.95")
	f.Uint64Var(&o.Seed, "seed", 0, "same seed and labels, same weights; without it the project's")
	f.StringVar(&o.Note, "note", "", "`text` for the record of the run")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// flagOf is the flag of a setting of the classifier.
func flagOf(setting string) string {
	if setting == "smoothing" {
		return "label-smoothing"
	}
	return strings.ReplaceAll(setting, "_", "-")
}

// settingFlags adds a flag for each setting of the classifier; a new setting appears by itself. check sets o from them and
// reports all that is wrong.
func settingFlags(c *cobra.Command, o *classify.Options) (check func() error) {
	values := map[string]*settingValue{}
	for _, s := range classify.Settings() {
		about, _, _ := strings.Cut(s.About, "\n") // of a choice with much to say the rest is in the docs
		v := &settingValue{kind: "number"}
		if s.Text {
			v.kind = "text"
		}
		if len(s.Choices) > 0 {
			v.kind = "choice"
			about += ": " + strings.Join(s.Choices, ", ")
		}
		c.Flags().Var(v, flagOf(s.Name), about+"; default "+s.Default)
		values[s.Name] = v
	}
	return func() error {
		var errs []error
		for _, s := range classify.Settings() {
			if err := s.Set(o, values[s.Name].text); err != nil {
				text := strings.Replace(strings.TrimPrefix(err.Error(), "classify: "), s.Name+" is", "--"+flagOf(s.Name)+" is", 1)
				errs = append(errs, fmt.Errorf("%s", text))
			}
		}
		return checkFlags(errs...)
	}
}

// settingValue is the text that a flag was given, to be read by the setting.
type settingValue struct{ text, kind string }

func (v *settingValue) String() string        { return v.text }
func (v *settingValue) Set(text string) error { v.text = text; return nil }
func (v *settingValue) Type() string          { return v.kind }
