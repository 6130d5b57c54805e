package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"syscall"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func main() {
	var o options
	path := flag.String("python", "/usr/bin/python3", "the Python that has scikit-learn")
	flag.StringVar(&o.images, "images", "", "measure on the images of this `folder`")
	flag.StringVar(&o.truth, "truth", "", "with -images: a CSV `file` with their labels; without it folders are classes")
	flag.StringVar(&o.extractor, "extractor", "", "with -images: an ONNX `file` instead of the embedded extractor")
	flag.IntVar(&o.seeds, "seeds", 20, "with -images: random plantings")
	project := flag.String("audit", "", "label a copy of this `project`, which has all labels, anew and see what the audit says; with -seeds")
	from := flag.Int("from", 0, "with -audit: the first `seed`")
	file := flag.String("csv", "audit.csv", "with -audit: the `file` for a line for each audit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case *project != "":
		err = auditing(ctx, *project, *file, *from, o.seeds)
	case o.images != "":
		err = o.quality(ctx)
	default:
		err = graphSpeed(ctx, *path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchacquire:", err)
		os.Exit(1)
	}
}

// figures are one figure of several plantings.
type figures []float64

// String is their mean and its 95 % interval by Student's t.
func (f figures) String() string {
	mean, deviation := stat.MeanStdDev(f, nil)
	t := distuv.StudentsT{Sigma: 1, Nu: float64(len(f) - 1)}.Quantile(0.975)
	return fmt.Sprintf("%.3f ± %.3f", mean, t*deviation/math.Sqrt(float64(len(f))))
}

func row(what string, figure any) { fmt.Printf("%-78s %v\n", what, figure) }
