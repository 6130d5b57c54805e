package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func evaluateCommand() *cobra.Command {
	var o patchwork.EvaluateOptions
	var folds int
	var asJSON bool
	c := &cobra.Command{
		Use:   "evaluate PROJECT",
		Short: "Measure the model against the labels, held-out images apart",
		Long: "Figures by class and by subset, with 95 % intervals. Those without a formula come from drawing the held-out images\n" +
			"again. Notes say what is missing and what to do about it. With --folds all labelled images are measured, each by a\n" +
			"model that has not learned from it.",
		Example: "  patchwork evaluate landuse\n  patchwork evaluate landuse --folds 5",
		Args:    args("a project folder"),
		PreRunE: func(c *cobra.Command, _ []string) error {
			return checkFlags(need(o.Replicates >= 0, "--replicates is %d; want 1 or more, or 0 for the default", o.Replicates),
				need(!c.Flags().Changed("folds") || folds > 1, "--folds is %d; want 2 or more", folds))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if folds == 0 {
				report, err := p.Evaluate(o)
				if err != nil {
					return err
				}
				return printResult(c, report, asJSON)
			}
			progress, end := patchwork.ShowProgress()
			report, err := p.CrossValidate(c.Context(), patchwork.CrossValidateOptions{Folds: folds, Seed: o.Seed, Replicates: o.Replicates}, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, report, asJSON)
		}),
	}
	c.Flags().IntVar(&folds, "folds", 0, "train in so many `parts` and measure all labelled images by models that have not learned from them")
	c.Flags().IntVar(&o.Replicates, "replicates", 0, "`times` that images are drawn for the intervals; 0 is 200, fewer for many labels")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "added to the project's seed for those draws")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func thresholdsCommand() *cobra.Command {
	var o patchwork.ThresholdOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "thresholds PROJECT",
		Short: "Choose for each class from which score on it counts as present, and when to ask",
		Long: "Chosen on the held-out images: for the best F1, or so that new images keep a precision or a recall with 95 % confidence.\n" +
			"The second table says below and above which scores a class is absent and present with few mistakes; ask about the rest.",
		Example: "  patchwork thresholds landuse --precision 0.9\n  patchwork thresholds landuse --recall 0.95 --plain --json",
		Args:    args("a project folder"),
		PreRunE: func(c *cobra.Command, _ []string) error {
			share := func(flag string, v, below float64, hint string) error {
				return need(!c.Flags().Changed(flag) || v > 0 && v < below, "--%s is %g; want more than 0 and less than %g, as %s", flag, v, below, hint)
			}
			return checkFlags(share("precision", o.Precision, 1, "0.9"), share("recall", o.Recall, 1, "0.9"),
				share("error", o.Error, 0.5, "0.05"), share("wrong", o.Wrong, 1, "0.1"),
				need(o.Precision == 0 || o.Recall == 0, "--precision and --recall are both given; want one of them"))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			list, err := p.Thresholds(o)
			if err != nil {
				return err
			}
			return printResult(c, list, asJSON)
		}),
	}
	f := c.Flags()
	f.Float64Var(&o.Precision, "precision", 0, "`share` at least of what is said to be present that is to be right")
	f.Float64Var(&o.Recall, "recall", 0, "`share` at least of what is present that is to be found")
	f.Float64Var(&o.Error, "error", 0.05, "`probability` at most that new images fall short of it")
	f.BoolVar(&o.Plain, "plain", false, "take what the held-out images show for the truth, which new images keep about half of the time")
	f.Float64Var(&o.Wrong, "wrong", 0.1, "`share` at most that is answered wrongly where a person is asked when in doubt")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func prevalenceCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "prevalence PROJECT",
		Short: "Estimate what share of the images shows each class",
		Long: "From the scores of all images, corrected by the labels of those held out, which must be a random sample. Images that\n" +
			"the model has learned from are left out.",
		Args: args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			list, err := p.Prevalence()
			if err != nil {
				return err
			}
			return printResult(c, list, asJSON)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func confusionCommand() *cobra.Command {
	var classes []string
	var asJSON bool
	c := &cobra.Command{
		Use:     "confusion PROJECT",
		Short:   "Count which classes are taken for each other, and which are on one image together",
		Long:    "For classes that exclude each other, the held-out images by what they are and by their highest score.",
		Example: "  patchwork confusion landuse --classes field,forest,water",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(need(len(classes) != 1, "--classes has %q alone; want 2 or more that exclude each other", classes))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			r, err := p.Confusion(classes...)
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	c.Flags().StringSliceVar(&classes, "classes", nil, "`names` of classes that exclude each other; without it each group of the project")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func calibrationCommand() *cobra.Command {
	var o patchwork.CalibrationOptions
	var save, asJSON bool
	c := &cobra.Command{
		Use:   "calibration PROJECT",
		Short: "Show how far scores can be taken for probabilities, and how to make them so",
		Long: "Fits a map from scores to probabilities for each class on the held-out images, drawn towards the map of all classes where\n" +
			"labels are few, and measures it on images that it was not fitted on. --save keeps the maps for predict --calibrated until\n" +
			"the next training.",
		Example: "  patchwork calibration landuse --save\n  patchwork calibration landuse --out-of-fold --method beta",
		Args:    args("a project folder"),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(slices.Contains([]string{"platt", "temperature", "beta"}, o.Method), "--method is %q; want platt, temperature or beta", o.Method),
				need(o.Strength >= 0, "--strength is %g; want a number of labels, or 0 for the default", o.Strength),
				need(o.Folds == 0 || o.Folds > 1, "--folds is %d; want 2 or more, or 0 for the default", o.Folds))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			how := p.Calibration
			if save {
				how = p.Calibrate
			}
			progress, end := patchwork.ShowProgress()
			r, err := how(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, r, asJSON)
		}),
	}
	f := c.Flags()
	f.StringVar(&o.Method, "method", "platt", "platt, temperature or beta")
	f.Float64Var(&o.Strength, "strength", 0, "how many `labels` of a class the map of all classes counts as much as; 0 is 20")
	f.IntVar(&o.Folds, "folds", 0, "`parts` that the images are divided in to measure; 0 is 5")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed for that division")
	f.BoolVar(&o.OutOfFold, "out-of-fold", false, "fit on all labelled images, scored by models trained without them; for when few are held out")
	f.BoolVar(&save, "save", false, "keep the maps with the model")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func learningCurveCommand() *cobra.Command {
	var o patchwork.LearningCurveOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "learning-curve PROJECT",
		Short: "Train on fewer labelled images, to see what more of them would bring",
		Long: "Divides all labelled images into folds, trains on more and more images outside each fold and measures the mean AUC in it.\n" +
			"The settings are those of train, for each training. Nothing in the project changes.",
		Example: "  patchwork learning-curve landuse --budgets 20,50,100\n  patchwork learning-curve landuse --head mlp --semi flexmatch",
		Args:    args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			progress, end := patchwork.ShowProgress()
			points, err := p.LearningCurve(c.Context(), o, progress)
			end()
			if err != nil {
				return err
			}
			return printResult(c, points, asJSON)
		}),
	}
	f := c.Flags()
	settings := settingFlags(c, &o.Train)
	c.PreRunE = func(*cobra.Command, []string) error {
		ascending := slices.IsSorted(o.Budgets) && len(slices.Compact(slices.Clone(o.Budgets))) == len(o.Budgets)
		return errors.Join(settings(), checkFlags(
			need(ascending && (len(o.Budgets) == 0 || o.Budgets[0] > 0), "--budgets is %d; want numbers of images above 0, ascending, as 20,50,100", o.Budgets),
			need(o.Folds == 0 || o.Folds > 1, "--folds is %d; want 2 or more, or 0 for the default", o.Folds),
			need(o.Repeats >= 0, "--repeats is %d; want 1 or more, or 0 for the default", o.Repeats)))
	}
	f.IntSliceVar(&o.Budgets, "budgets", nil, "`numbers` of images to learn from; without it 10, 20, 40 and so on")
	f.IntVar(&o.Folds, "folds", 0, "`parts` that the images are divided in; 0 is 5")
	f.IntVar(&o.Repeats, "repeats", 0, "`times` that they are divided; 0 is 1")
	f.BoolVar(&o.BySubset, "by-subset", false, "test on images of other subsets than those learned from")
	f.Uint64Var(&o.Seed, "seed", 0, "added to the project's seed")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
