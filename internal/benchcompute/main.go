package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	run := flag.String("run", "", "measure only the rows whose name matches this regular expression")
	engines := flag.String("engines", strings.Join(engineNames, ","), "the engines to measure")
	rounds := flag.Int("rounds", 5, "how often each of the fast engines is asked, in turns")
	asJSON := flag.Bool("json", false, "print JSON instead of a table")
	python := flag.String("python", "/usr/bin/python3", "the Python that has PyTorch")
	known := flag.String("known", "", "a file that -json wrote: PyTorch's figures in it count where they are better, or if it is not among -engines")
	as := flag.String("worker", "", "for the program itself: be the worker of this engine")
	flag.Parse()
	if *as != "" {
		exit(serve(*as, os.Stdin, os.Stdout))
	}
	if flag.NArg() > 0 {
		exit(fmt.Errorf("no arguments are taken, got %q; -run REGEXP chooses rows", flag.Args()))
	}
	if *rounds < 1 {
		exit(fmt.Errorf("-rounds is %d; want 1 or more", *rounds))
	}
	pattern, err := regexp.Compile(*run)
	exitIf(err)
	names, err := parseEngines(*engines)
	exitIf(err)
	m := &meter{rounds: *rounds, known: *known, steps: map[string]answer{}}
	for _, name := range engineNames {
		for _, wanted := range names {
			if name == wanted {
				m.engines = append(m.engines, &engine{name: name, python: *python})
			}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exitIf(m.all(ctx, pattern, *asJSON))
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
	fmt.Fprintln(os.Stderr, "benchcompute:", err)
	os.Exit(1)
}

// all measures the chosen rows and prints them.
//
// Errors: no row matches; an engine cannot be started; a row is wrong; interrupted, with what was measured printed.
func (m *meter) all(ctx context.Context, pattern *regexp.Regexp, asJSON bool) error {
	var chosen []Row
	all := ""
	for _, row := range rows() {
		all += " " + row.Name
		if pattern.MatchString(row.Name) {
			chosen = append(chosen, row)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("-run matches no row; the rows are:%s", all)
	}
	where := thisMachine()
	known, err := readKnown(m.known, where)
	if err != nil {
		return err
	}
	defer m.stop()
	for _, e := range m.engines {
		if e.name == "go" {
			fmt.Fprintln(os.Stderr, "== building this program with GOEXPERIMENT=simd ...")
		}
		if err := e.start(ctx); err != nil {
			return err
		}
		where.Engines[e.name] = e.about + e.absent
	}
	var results []Result
	wrong := 0
	for i, row := range chosen {
		begun := time.Now()
		fmt.Fprintf(os.Stderr, "row %d of %d: %s ...", i+1, len(chosen), row.Name)
		r, err := m.row(ctx, row)
		r.recall(known)
		if err != nil {
			fmt.Fprintln(os.Stderr)
			break
		}
		fmt.Fprintf(os.Stderr, " %.1f s: %s\n", time.Since(begun).Seconds(), strings.Join(r.cells()[1:], " "))
		if results = append(results, r); r.Wrong != "" {
			wrong++
		}
		runtime.GC()
	}
	if err := m.print(where, results, asJSON); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%d rows are wrong", wrong)
	}
	return ctx.Err()
}

func (m *meter) print(where machine, results []Result, asJSON bool) error {
	if asJSON {
		return writeJSON(os.Stdout, where, results)
	}
	fmt.Println(where)
	for _, e := range m.engines {
		fmt.Printf("%s: %s\n", e.name, where.Engines[e.name])
	}
	fmt.Println()
	writeTable(os.Stdout, results)
	return nil
}

func (m *meter) stop() {
	for _, e := range m.engines {
		e.stop()
	}
}
