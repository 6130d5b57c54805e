package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
)

// args demands that many positional arguments and names them in the error.
func args(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, got []string) error {
		wants := "no arguments"
		if len(names) > 0 {
			wants = strings.Join(names, " and ")
		}
		switch {
		case len(got) == 0 && len(names) > 0:
			return usageError{fmt.Errorf("%s wants %s; got nothing", c.Name(), wants)}
		case len(got) != len(names):
			return usageError{fmt.Errorf("%s wants %s; got %d arguments: %q", c.Name(), wants, len(got), got)}
		}
		for i, arg := range got {
			if arg == "" {
				return usageError{fmt.Errorf("%s wants %s; argument %d is empty", c.Name(), wants, i+1)}
			}
		}
		return nil
	}
}

// many is more arguments than anybody types.
const many = 1 << 30

// argsBetween demands a project folder and so many arguments behind it. Only a description may be empty.
func argsBetween(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, got []string) error {
		if n := len(got) - 1; n < least || n > most {
			return usageError{fmt.Errorf("%s wants %s; got %q", c.Name(), c.Use[len(c.Name())+1:], got)}
		}
		for i, arg := range got {
			if arg == "" && (c.Name() != "describe" || i < 2) {
				return usageError{fmt.Errorf("%s wants %s; argument %d is empty", c.Name(), c.Use[len(c.Name())+1:], i+1)}
			}
		}
		return nil
	}
}

// need is nil or a mistake on the command line.
func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// checkFlags reports all mistakes in flags at once.
func checkFlags(problems ...error) error {
	if err := errors.Join(problems...); err != nil {
		return usageError{err}
	}
	return nil
}

// onProject opens the project that the first argument names and closes it after do.
func onProject(do func(c *cobra.Command, p *patchwork.Project, a []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, a []string) error {
		p, err := patchwork.Open(a[0])
		if err != nil {
			return err
		}
		return errors.Join(do(c, p, a), p.Close())
	}
}
