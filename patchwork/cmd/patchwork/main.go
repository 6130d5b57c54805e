// Command patchwork is the engine of the notebooks without a notebook: the same projects, for scripts and tests.
//
// Results go to standard output (with --json as one JSON value), progress and errors to standard error. Exit codes: 0 done,
// 1 failed, 2 wrong usage, 130 interrupted.
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(errOut, "patchwork: interrupted; what was done is kept")
		return 130
	case errors.As(err, &usage):
		fmt.Fprintf(errOut, "patchwork: %v\nRun `patchwork --help` or `patchwork COMMAND --help`.\n", err)
		return 2
	default:
		fmt.Fprintln(errOut, message(err))
		return 1
	}
}

// message is an error as a person reads it: one prefix, not two.
func message(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "patchwork: ") {
		return text
	}
	return "patchwork: " + text
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "patchwork",
		Short:         "Interactive machine learning for folders of images",
		Long:          "Label a few images, train a classifier on frozen features, be suggested what to label next.\nA project is a folder; every command names it first.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(initCommand(), embedCommand(), importCommand(), exportCommand(), splitCommand(), trainCommand(),
		predictCommand(), evaluateCommand(), suggestCommand(), statusCommand(), serveCommand(), kernelCommand())
	return root
}

// args demands that many positional arguments and names them in the error.
func args(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, got []string) error {
		if len(got) == len(names) {
			return nil
		}
		return usageError{fmt.Errorf("%s wants %s, got %d argument(s)", c.CommandPath(), strings.Join(names, " and "), len(got))}
	}
}

// printJSON writes v as indented JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
