// Command patchwork is the engine of the notebooks without a notebook: the same projects, for scripts and tests.
//
// Results go to standard output (with --json as one JSON value), progress and errors to standard error. Exit codes: 0 done,
// 1 failed, 2 wrong usage, 130 interrupted. docs/cli.md describes every command and what it prints.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // the first Ctrl-C ends in good order, a second one at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	results := &checkedWriter{w: out}
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(results)
	root.SetErr(errOut)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = results.err
	}
	if err != nil && ctx.Err() != nil {
		if err = besidesCancel(err); err == nil {
			fmt.Fprintln(errOut, "patchwork: interrupted; what was done is kept")
			return exitInterrupted
		}
	}
	if err == nil {
		return exitDone
	}
	text, usage := spoken(err)
	fmt.Fprintln(errOut, "patchwork: "+text)
	if usage {
		fmt.Fprintf(errOut, "Run `%s --help` for how to use it.\n", command.CommandPath())
		return exitUsage
	}
	return exitFailed
}

// checkedWriter remembers that results could not be written, so that a full disk does not look like success.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("cannot write the results: %w", err)
	}
	return n, err
}

// besidesCancel is what of err says more than that the context was cancelled: an interrupted command may also have
// failed to keep what it had done.
func besidesCancel(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var rest []error
		for _, e := range joined.Unwrap() {
			rest = append(rest, besidesCancel(e))
		}
		return errors.Join(rest...)
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:                        "patchwork",
		Short:                      "Interactive machine learning for folders of images",
		Long:                       "Label a few images, train a classifier on frozen features, be suggested what to label next.\nA project is a folder; every command names it first.",
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		Args:                       func(c *cobra.Command, got []string) error { return unknownCommand(c, got) },
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetHelpCommand(helpCommand(root))
	root.AddCommand(initCommand(), checkCommand(), normCommand(), packCommand(), embedCommand(), importFeaturesCommand(), mapsCommand(), importCommand(), exportCommand(), splitCommand(), trainCommand(), distilCommand(), finetuneCommand(), pretrainCommand(), probeCommand(), seeCommand(),
		searchCommand(), runsCommand(), predictCommand(), evaluateCommand(), thresholdsCommand(), confusionCommand(), calibrationCommand(), prevalenceCommand(), learningCurveCommand(), replayCommand(), auditCommand(),
		agreementCommand(), disagreementsCommand(), suggestCommand(), similarCommand(), layoutCommand(), propagateCommand(), suspectsCommand(), doublesCommand(), outliersCommand(), classesCommand(), tasksCommand(), statusCommand(), serveCommand(), kernelCommand())
	return root
}

// helpCommand is `patchwork help COMMAND`, which unlike cobra's own fails for a command that does not exist.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Help about a command",
		RunE: func(_ *cobra.Command, names []string) error {
			command, rest, err := root.Find(names)
			if err != nil || command == nil || len(rest) > 0 {
				return unknownCommand(root, names)
			}
			command.InitDefaultHelpFlag()
			return command.Help()
		},
	}
}

// unknownCommand is an error if there is a name, with the commands that look like it.
func unknownCommand(c *cobra.Command, names []string) error {
	if len(names) == 0 {
		return nil
	}
	hint := ""
	if like := c.SuggestionsFor(names[0]); len(like) > 0 {
		hint = "; did you mean " + strings.Join(like, " or ") + "?"
	}
	return usageError{fmt.Errorf("unknown command %q%s", names[0], hint)}
}

// printJSON writes v as indented JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printText writes what a person reads, ended by one newline.
func printText(w io.Writer, v any) error {
	_, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprint(v), "\n"))
	return err
}

// printDone is printResult of what a training came to, also where err says that not all of it could be recorded.
func printDone(c *cobra.Command, v any, asJSON bool, err error) error {
	if err != nil && !patchwork.OnlyRecord(err) {
		return err
	}
	return errors.Join(printResult(c, v, asJSON), err)
}

// printResult writes v as JSON or as text.
func printResult(c *cobra.Command, v any, asJSON bool) error {
	if asJSON {
		return printJSON(c.OutOrStdout(), v)
	}
	return printText(c.OutOrStdout(), v)
}
