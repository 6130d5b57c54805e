package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

func serveCommand() *cobra.Command {
	var o patchwork.ServeOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "serve PROJECT",
		Short: "Open the labelling studio as a page",
		Long: "Prints the page's address, which holds a random token: whoever has it can label. Only programs on this machine\n" +
			"can reach it. Ends with Ctrl-C, Done on the page, or when nobody used it for the idle time.",
		Args: args("a project folder"),
		RunE: func(c *cobra.Command, a []string) error {
			o.Ready = func(s patchwork.Served) {
				if asJSON {
					printJSON(c.OutOrStdout(), s)
					return
				}
				fmt.Fprintf(c.OutOrStdout(), "studio of %s: %s\n", s.Project, s.Link)
			}
			reason, err := patchwork.Serve(c.Context(), a[0], o)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.ErrOrStderr(), "studio closed: %s; all labels are saved\n", reason)
			return nil
		},
	}
	c.Flags().StringVar(&o.Addr, "addr", "127.0.0.1:0", "loopback address and port; port 0 takes a free one, or that of a studio that was killed")
	c.Flags().DurationVar(&o.Idle, "idle", 12*time.Hour, "end after this long without a page; 0 is never")
	c.Flags().BoolVar(&asJSON, "json", false, "print the address as JSON")
	return c
}
