package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
)

func tasksCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "tasks",
		Short: "Learn several questions about an image at once, from a table of answers",
		Long: "A table is a CSV file with a column filepath (or image) and a column for each task, with the category of the image or\n" +
			"nothing where it is not known. One network learns all of them from the features.",
		Example: "  patchwork tasks train landuse surveys.csv\n  patchwork tasks predict landuse --out answers.csv\n  patchwork tasks show landuse surveys.csv",
		Args:    func(c *cobra.Command, got []string) error { return unknownCommand(c, got) },
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(tasksTrainCommand(), tasksPredictCommand(), tasksShowCommand())
	return c
}

func tasksTrainCommand() *cobra.Command {
	var o patchwork.TaskOptions
	var weights, pooling string
	var asJSON bool
	c := &cobra.Command{
		Use:   "train PROJECT TABLE.csv",
		Short: "Train one network for all tasks of a table",
		Long: "The layers that tasks share (--trunk) and those of each task (--heads) are written as 128,d,64: a number is a layer of\n" +
			"that width, d dropout, r a residual block; on maps p is a pooling. An interrupted training keeps the best weights that it had.",
		Example: "  patchwork tasks train landuse surveys.csv --weights adaptive\n  patchwork tasks train landuse surveys.csv --weights use=2,water=1 --balance\n" +
			"  patchwork tasks train landuse surveys.csv --teacher",
		Args: args("a project folder", "a CSV file"),
		PreRunE: func(*cobra.Command, []string) (err error) {
			o.Pooling = multitask.Pooling(pooling)
			o.Weighting, o.Weights, err = parseWeights(weights)
			return checkFlags(err, need(o.Distill == 0 || o.Teacher, "--distill weighs what a teacher says; give --teacher too"))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			if !c.Flags().Changed("seed") {
				o.Seed = p.Settings().Seed
			}
			progress, end := patchwork.ShowProgress()
			info, err := p.TrainTasks(c.Context(), a[1], o, func(pt multitask.Point) { progress("training", pt.Step, pt.Steps) })
			end()
			if err != nil {
				return err
			}
			return printResult(c, info, asJSON)
		}),
	}
	f := c.Flags()
	f.StringSliceVar(&o.Columns.Tasks, "tasks", nil, "`columns` of the table to take; without it all")
	f.StringSliceVar(&o.Columns.Ignore, "ignore", nil, "`columns` of the table to leave out")
	f.StringVar(&o.Trunk, "trunk", "", "`layers` that the tasks share; without it 256,d,128, on maps none")
	f.StringVar(&o.Heads, "heads", "", "`layers` of each task; without it none, on maps 128,p,128")
	f.BoolVar(&o.BatchNorm, "batch-norm", false, "normalise batches in each layer")
	f.Float64Var(&o.Dropout, "dropout", 0, "`share` that d drops; without it 0.5")
	f.IntVar(&o.Kernel, "kernel", 0, "`pixels` of width and height of convolutions on maps: 1, 3, 5 or 7; without it 3")
	f.StringVar(&pooling, "pooling", "", "`way` in which maps become vectors: max, average or flatten; without it max")
	f.StringVar(&o.Map, "map", "", "`shape` of features that are maps, as 7x7x512")
	f.StringVar(&weights, "weights", "equal", "`weights` of the tasks: equal, adaptive, or numbers as use=2,water=1")
	f.BoolVar(&o.Balance, "balance", false, "let rare categories count as much as common ones")
	f.BoolVar(&o.Teacher, "teacher", false, "learn also what the model of now says of each image")
	f.Float64Var(&o.Distill, "distill", 0, "`weight` of what the teacher says; without it 1")
	f.Float64Var(&o.HoldOut, "hold-out", 0, "`share` that measures, where neither table nor project hold images out; without it 0.2")
	f.IntVar(&o.Epochs, "epochs", 0, "`times` that the held-out loss is looked at, every 50 batches; without it 20")
	f.IntVar(&o.Patience, "patience", 0, "end after so many `epochs` without a better one; 0 is never")
	f.Float64Var(&o.Rate, "rate", 0, "first `step` of the optimiser; without it 0.003")
	f.Float64Var(&o.WeightDecay, "weight-decay", 0, "`pull` of the weights to 0; without it 0.01")
	f.Uint64Var(&o.Seed, "seed", 0, "same seed and table, same weights; without it the project's")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	for _, name := range []string{"tasks", "ignore"} {
		f.Lookup(name).DefValue = "" // pflag would show []
	}
	return c
}

// parseWeights reads --weights.
func parseWeights(text string) (multitask.Weighting, map[string]float64, error) {
	switch w := multitask.Weighting(text); w {
	case multitask.EqualWeights, multitask.AdaptiveWeights:
		return w, nil, nil
	}
	out := map[string]float64{}
	for _, item := range strings.Split(text, ",") {
		at := strings.LastIndex(item, "=")
		v, err := strconv.ParseFloat(item[at+1:], 64)
		if at < 1 || err != nil {
			return "", nil, fmt.Errorf("--weights is %q; want equal, adaptive, or a number for each task as use=2,water=1", text)
		}
		out[item[:at]] = v
	}
	return multitask.ManualWeights, out, nil
}

func tasksPredictCommand() *cobra.Command {
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "predict PROJECT [TABLE.csv]",
		Short: "Answer every task for every image, or for those of a table",
		Long:  "Writes a CSV file: filepath, then for each task the most likely category and, in the column behind, its probability.",
		Args:  argsBetween(0, 1),
		PreRunE: func(*cobra.Command, []string) error {
			return checkFlags(
				need(file != "", "--out is empty; want a file, or - for standard output"),
				need(file != "-" || !asJSON, "--json says what was written; name the file with --out"))
		},
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			table := strings.Join(a[1:], "")
			if file == "-" {
				_, _, err := p.PredictTasks(c.Context(), table, c.OutOrStdout())
				return err
			}
			scored, skipped, err := p.PredictTasksFile(c.Context(), table, file)
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

// shownTable is a table of tasks as show prints it.
type shownTable struct {
	Images int              `json:"images"`
	Tasks  []multitask.Task `json:"tasks"`
	text   string
}

func (s shownTable) String() string { return s.text }

func tasksShowCommand() *cobra.Command {
	var columns multitask.TableOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "show PROJECT [TABLE.csv]",
		Short: "Say what a table holds, or what the trained network is and how well it does",
		Args:  argsBetween(0, 1),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, a []string) error {
			if len(a) == 2 {
				t, err := p.Tasks(a[1], columns)
				if err != nil {
					return err
				}
				return printResult(c, shownTable{len(t.Rows), t.Tasks, t.String()}, asJSON)
			}
			m, err := p.TaskModel()
			if err != nil {
				return err
			}
			return printResult(c, m.Info(), asJSON)
		}),
	}
	f := c.Flags()
	f.StringSliceVar(&columns.Tasks, "tasks", nil, "`columns` of the table to take; without it all")
	f.StringSliceVar(&columns.Ignore, "ignore", nil, "`columns` of the table to leave out")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	for _, name := range []string{"tasks", "ignore"} {
		f.Lookup(name).DefValue = ""
	}
	return c
}
