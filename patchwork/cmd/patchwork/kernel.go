package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork/cmd/patchwork/kernelspec"
)

// kernelCommand groups what manages the notebook kernel.
func kernelCommand() *cobra.Command {
	var o kernelspec.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "kernel install|remove|status",
		Short: "Manage the notebook kernel \"Go (patchwork)\"",
		Args: func(_ *cobra.Command, got []string) error {
			return usageError{fmt.Errorf("kernel wants install, remove or status, got %q", got)}
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := c.PersistentFlags()
	f.StringVar(&o.Repo, "repo", "", "working tree to import from (default: the one around the current folder)")
	f.StringVar(&o.Version, "release", "", "released version to import instead, such as v1.2.3")
	f.StringVar(&o.Prefix, "prefix", "", "install below PREFIX/share/jupyter instead of the user's folder")
	f.StringVar(&o.Bin, "bin", "", "folder with gonb, goimports and gopls")
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	install := action("install", "Install the kernel and build what cells import", &asJSON, func(ctx context.Context) (any, error) {
		return kernelspec.Install(ctx, o)
	})
	install.Flags().BoolVar(&o.Cold, "no-prewarm", false, "do not build the packages now; the first cell is then slow")
	install.Flags().BoolVar(&o.PlainText, "plain-text", false, "compile errors as plain text, for running notebooks without a browser")
	c.AddCommand(install,
		action("remove", "Remove the kernel", &asJSON, func(ctx context.Context) (any, error) { return kernelspec.Remove(ctx, o) }),
		action("status", "Say what is installed and whether it fits", &asJSON, func(ctx context.Context) (any, error) {
			s, err := kernelspec.Status(ctx, o)
			if err == nil && !s.OK() {
				err = errors.New("the kernel is not ready; see above")
			}
			return s, err
		}))
	return c
}

// action is a command without arguments that prints what it returns, also beside an error.
func action(name, short string, asJSON *bool, do func(ctx context.Context) (any, error)) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: args(),
		RunE: func(c *cobra.Command, _ []string) error {
			report, err := do(c.Context())
			if *asJSON {
				return errors.Join(printJSON(c.OutOrStdout(), report), err)
			}
			return errors.Join(printText(c.OutOrStdout(), report), err)
		},
	}
}
