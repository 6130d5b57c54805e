package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"

	"github.com/gopatchwork/patchwork/internal/pyworker"
)

func main() {
	run := flag.String("run", "", "measure only the rows whose name matches this regular expression")
	rounds := flag.Int("rounds", 5, "how often each side is asked, in turns")
	path := flag.String("python", "/usr/bin/python3", "the Python that has torchvision")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := all(ctx, *run, *rounds, *path); err != nil {
		fmt.Fprintln(os.Stderr, "benchimages:", err)
		os.Exit(1)
	}
}

// all measures the rows whose name matches and prints each when it is done.
func all(ctx context.Context, pattern string, rounds int, path string) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds is %d; want 1 or more", rounds)
	}
	wanted, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	list, err := photos()
	if errors.Is(err, errNoPhotos) {
		fmt.Println("skipped:", err)
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "benchimages")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows, err := makeRows(dir, list)
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, err := pyworker.Start(ctx, path, workerText, oneThread...)
	if err != nil {
		fmt.Println("Pillow and torchvision are skipped:", err)
	} else {
		defer p.Stop()
		fmt.Println(p.About)
	}
	fmt.Printf("milliseconds a picture, on one core\n%-24s %10s %10s %10s %7s\n", "", "patchwork", "tensor", "pillow", "ratio")
	for _, r := range rows {
		if !wanted.MatchString(r.Name) {
			continue
		}
		f, err := measure(r, p, rounds)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		fmt.Println(line(r.Name, f))
	}
	return nil
}

// line is a row of the table; what was not measured is a dash.
func line(name string, f figures) string {
	text := fmt.Sprintf("%-24s", name)
	for _, variant := range []string{"", "tensor", "pillow"} {
		if ms, ok := f[variant]; ok {
			text += fmt.Sprintf(" %10.3f", ms)
		} else {
			text += fmt.Sprintf(" %10s", "–")
		}
	}
	if f.ratio() == 0 {
		return text + fmt.Sprintf(" %7s", "–")
	}
	return text + fmt.Sprintf(" %6.2fx", f.ratio())
}
