package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

func runsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "runs [PROJECT|FOLDER]...",
		Short: "List trainings on record, show and compare them",
		Long: "Of projects, or of folders that hold runs, as that of a network which was pre-trained without a project; without any, of the present folder. The other\n" +
			"commands take RUN: a project with IDs behind it, IDs of the present folder, or the folder of a run or network. A part of an ID will do\n" +
			"if no other has it. docs/runs.md explains the files.",
		Example: "  patchwork runs landuse\n  patchwork runs compare landuse 20261127-101500-pretrain 20261127-113000-pretrain --plot curves.html",
		RunE: func(c *cobra.Command, places []string) error {
			if len(places) == 0 {
				places = []string{"."}
			}
			var all []listedRun
			var wrong []error
			for _, place := range places {
				if _, err := os.Stat(place); err != nil {
					wrong = append(wrong, fmt.Errorf("there is no project and no folder %s", place))
					continue
				}
				dir := runlog.Folder(place)
				runs, err := runlog.List(dir)
				if err != nil { // the others are listed all the same
					text, _ := spoken(err)
					fmt.Fprintln(c.ErrOrStderr(), text)
				}
				for _, r := range runs {
					all = append(all, listedRun{filepath.Join(dir, r.ID), r})
				}
			}
			if err := errors.Join(wrong...); err != nil {
				return err
			}
			return printRuns(c, all, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	c.AddCommand(showRunCommand(), compareRunsCommand(), noteRunCommand(), removeRunCommand())
	return c
}

// listedRun is a run with where it is.
type listedRun struct {
	Folder string `json:"folder"`
	runlog.Run
}

func printRuns(c *cobra.Command, all []listedRun, asJSON bool) error {
	if asJSON {
		return printJSON(c.OutOrStdout(), append([]listedRun{}, all...))
	}
	if len(all) == 0 {
		return printText(c.OutOrStdout(), "no runs yet")
	}
	var runs []runlog.Run
	for _, r := range all {
		runs = append(runs, r.Run)
	}
	return printText(c.OutOrStdout(), patchwork.RunTable(runs))
}

// runArgs demands that many names at least.
func runArgs(least int) cobra.PositionalArgs {
	return func(c *cobra.Command, got []string) error {
		if len(got) < least {
			return usageError{fmt.Errorf("%s wants %s; got %q", c.Name(), c.Use[len(c.Name())+1:], got)}
		}
		return nil
	}
}

func showRunCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show RUN...", Short: "Show all that is on record of runs", Args: runArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			folders, err := runlog.Find("", names...)
			if err != nil {
				return err
			}
			var all []listedRun
			for _, folder := range folders {
				r, err := runlog.Read(folder)
				if err != nil {
					return err
				}
				all = append(all, listedRun{folder, r})
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), all)
			}
			var texts []string
			for _, r := range all {
				texts = append(texts, describeRun(r))
			}
			return printText(c.OutOrStdout(), strings.Join(texts, "\n"))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// describeRun is all that is on record, as text. A setting that was asked for has a star.
func describeRun(r listedRun) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", r.Folder)
	fmt.Fprintf(w, "kind\t%s\n", r.Kind)
	fmt.Fprintf(w, "state\t%s\n", cmp.Or(string(r.State), "–"))
	fmt.Fprintf(w, "began\t%s\n", r.Started.Local().Format("2 Jan 2006 15:04:05"))
	fmt.Fprintf(w, "took\t%s\n", runlog.Took(r.Seconds))
	fmt.Fprintf(w, "outcome\t%s\n", strings.ReplaceAll(r.Outcome, "\n", "; "))
	if r.Note != "" {
		fmt.Fprintf(w, "note\t%s\n", strings.ReplaceAll(r.Note, "\n", "\n\t"))
	}
	w.Flush()
	asked := r.Asked()
	fmt.Fprint(&b, "\nsettings (*: asked for)\n")
	for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
		star := " "
		if _, ok := asked[name]; ok {
			star = "*"
		}
		fmt.Fprintf(w, "%s %s\t%s\n", star, name, r.Settings[name])
	}
	w.Flush()
	for _, part := range []struct {
		title string
		lines map[string]string
	}{{"environment", r.Environment}, {"metrics", metricTexts(r.Metrics)}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", part.title)
		for _, name := range slices.Sorted(maps.Keys(part.lines)) {
			fmt.Fprintf(w, "  %s\t%s\n", name, part.lines[name])
		}
		w.Flush()
	}
	return b.String()
}

func metricTexts(metrics map[string]float64) map[string]string {
	texts := map[string]string{}
	for name, v := range metrics {
		texts[name] = fmt.Sprintf("%.6g", v)
	}
	return texts
}

func compareRunsCommand() *cobra.Command {
	var o patchwork.RunChartOptions
	var plot, table string
	var asJSON bool
	c := &cobra.Command{
		Use: "compare RUN...", Short: "Put runs side by side: what differs, what was measured, and curves",
		Example: "  patchwork runs compare landuse pretrain-2 pretrain-3 --plot curves.svg --smooth 0.6\n  patchwork runs compare nets/simclr nets/byol --csv runs.csv",
		Args:    runArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			compared, err := patchwork.CompareRuns("", names...)
			if err != nil {
				return err
			}
			if table != "" {
				var b bytes.Buffer
				if err := errors.Join(compared.WriteCSV(&b), os.WriteFile(table, b.Bytes(), 0o644)); err != nil {
					return err
				}
			}
			if plot != "" {
				picture, err := drawnRuns(compared, o, plot)
				if err != nil {
					return err
				}
				if err := os.WriteFile(plot, []byte(picture), 0o644); err != nil {
					return err
				}
			}
			return printResult(c, compared, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&plot, "plot", "", "also write the curves to `FILE`, .svg, or .html with the table")
	f.StringVar(&table, "csv", "", "also write a line for each run, with all settings and metrics, to `FILE`")
	f.StringVar((*string)(&o.Over), "over", string(runlog.ByEpoch), "what curves are drawn over: step, epoch, seconds")
	f.Float64Var(&o.Smooth, "smooth", 0, "`weight` of what was before in the curves, from 0 to less than 1; without it none")
	f.StringArrayVar(&o.Metrics, "metric", nil, "`name` of a curve to draw; may be repeated; without it all")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	c.PreRunE = func(*cobra.Command, []string) error {
		axes := []runlog.Axis{runlog.ByStep, runlog.ByEpoch, runlog.BySeconds}
		return checkFlags(
			need(plot == "" || filepath.Ext(plot) == ".svg" || filepath.Ext(plot) == ".html", "--plot is %q; want a name that ends in .svg or .html", plot),
			need(slices.Contains(axes, o.Over), "--over is %q; want one of %q", o.Over, axes),
			need(o.Smooth >= 0 && o.Smooth < 1, "--smooth is %g; want 0 to less than 1", o.Smooth))
	}
	return c
}

// drawnRuns is the content of the file that --plot names.
func drawnRuns(compared runlog.Comparison, o patchwork.RunChartOptions, file string) (string, error) {
	if filepath.Ext(file) == ".html" {
		return patchwork.ComparisonPage(compared, o)
	}
	sheet, err := patchwork.RunCharts(compared, o)
	if err != nil {
		return "", err
	}
	if len(sheet.Charts) == 0 {
		return "", errors.New("there are no curves to draw: nothing was measured more than once")
	}
	return sheet.SVG()
}

func noteRunCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "note RUN TEXT", Short: `Replace the note of a run; "" removes it`, Args: runArgs(2),
		RunE: func(c *cobra.Command, a []string) error {
			folder, err := oneRun(a[:len(a)-1])
			if err != nil {
				return err
			}
			r, err := runlog.Read(folder)
			if err != nil {
				return err
			}
			note := a[len(a)-1]
			if err := runlog.SetNote(filepath.Dir(folder), r.ID, note); err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), notedRun{folder, note, r.Note})
			}
			if r.Note != "" && r.Note != note {
				return printText(c.OutOrStdout(), "the note was: "+r.Note)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// notedRun is what note did.
type notedRun struct {
	Folder string `json:"folder"`
	Note   string `json:"note"`
	Before string `json:"before"`
}

// oneRun finds the one run that is meant.
func oneRun(names []string) (string, error) {
	folders, err := runlog.Find("", names...)
	if err == nil && len(folders) != 1 {
		err = fmt.Errorf("%q are %d runs; name one by its ID", names, len(folders))
	}
	if err != nil {
		return "", err
	}
	return folders[0], nil
}

func removeRunCommand() *cobra.Command {
	var noted, asJSON bool
	c := &cobra.Command{
		Use: "remove RUN", Short: "Delete the record of a run, not what was trained", Args: runArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			folder, err := oneRun(names)
			if err != nil {
				return err
			}
			err = runlog.Remove(filepath.Dir(folder), filepath.Base(folder), noted)
			if errors.Is(err, runlog.ErrNoted) {
				err = fmt.Errorf("%w; give --with-note to delete it too", err)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), removedRun{folder})
			}
			return printText(c.OutOrStdout(), "removed "+folder)
		},
	}
	c.Flags().BoolVar(&noted, "with-note", false, "also where it has a note")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// removedRun is what remove did.
type removedRun struct {
	Removed string `json:"removed"`
}
