package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// measurement is a step that fills one or more rows.
type measurement struct {
	name  string // what -run matches
	about string // the row's text when it cannot be measured
	run   func(*trial)
}

// measurements are all there are, in the order of the table.
var measurements = []measurement{
	{"open", "open a project of 100,000 images", measureOpen},
	{"label", "write a label at 100,000 images", measureLabel},
	{"socket", "label and next batch through the studio's server", measureSocket},
	{"page", "label and next batch in the browser", measurePage},
	{"map", "the map of the images in the browser", measureMap},
	{"train", "classifier", measureTrain},
	{"cell", "a cell that imports patchwork", measureCell},
	{"link", "build and link a cell", measureLink},
	{"scan", "read images and make thumbnails", measureScan},
	{"extract", "compute features", measureExtract},
}

func main() {
	run := flag.String("run", "", "measure only the steps whose name matches this regular expression")
	asJSON := flag.Bool("json", false, "print JSON instead of a table")
	opens := flag.String("open", "", "for the program itself: open the project in this folder once and print the times")
	flag.Parse()
	if *opens != "" {
		exit(printOpen(*opens))
	}
	if flag.NArg() > 0 {
		exit(fmt.Errorf("no arguments are taken, got %q; -run REGEXP chooses steps", flag.Args()))
	}
	pattern, err := regexp.Compile(*run)
	exitIf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exitIf(measureAll(ctx, pattern, *asJSON))
}

func exitIf(err error) {
	if err != nil {
		exit(err)
	}
}

func exit(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// measureAll runs the chosen steps and prints the table.
//
// Errors: no step matches; a measurement failed; interrupted, with what was measured printed.
func measureAll(ctx context.Context, pattern *regexp.Regexp, asJSON bool) error {
	b := newBench()
	defer b.close()
	m := thisMachine()
	var rows []Row
	known, chosen, failed := "", 0, 0
	for _, step := range measurements {
		known += " " + step.name
		if ctx.Err() != nil || !pattern.MatchString(step.name) {
			continue
		}
		chosen++
		begun := time.Now()
		fmt.Fprintf(os.Stderr, "== %s: %s ...", step.name, step.about)
		got := b.perform(ctx, step)
		fmt.Fprintf(os.Stderr, " %.1f s\n", time.Since(begun).Seconds())
		for _, r := range got {
			if r.Failed != "" {
				failed++
			}
		}
		rows = append(rows, got...)
	}
	if chosen == 0 && ctx.Err() == nil {
		return fmt.Errorf("-run matches no step; the steps are:%s", known)
	}
	m.After = load()
	if asJSON {
		if err := writeJSON(os.Stdout, m, rows); err != nil {
			return err
		}
	} else {
		fmt.Printf("%s\n\n", m)
		writeTable(os.Stdout, rows)
	}
	if failed > 0 {
		return fmt.Errorf("%d measurements failed", failed)
	}
	return ctx.Err()
}

// printJSON writes v to standard output.
func printJSON(v any) error { return json.NewEncoder(os.Stdout).Encode(v) }
