package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func main() {
	var o options
	path := flag.String("python", "/usr/bin/python3", "the Python that has scikit-learn")
	flag.StringVar(&o.images, "images", "", "measure on the images of this `folder`")
	flag.StringVar(&o.truth, "truth", "", "with -images: a CSV `file` with their labels; without it folders are classes")
	flag.StringVar(&o.extractor, "extractor", "", "with -images: an ONNX `file` instead of the embedded extractor")
	flag.Func("context", "with -images: the classifier's `setting` context in the replays of the policy: auto (the default), none or neighbours", func(value string) error {
		o.context = classify.Context(value)
		return nil
	})
	only := flag.String("run", "", "the measurements whose names match this `pattern`: choosing, graph and map, with -images policy, suspects, spreading and doubles")
	flag.IntVar(&o.seeds, "seeds", 20, "with -images: random plantings")
	project := flag.String("audit", "", "label a copy of this `project`, which has all labels, anew and see what the audit says; with -seeds")
	from := flag.Int("from", 0, "with -audit: the first `seed`")
	file := flag.String("csv", "audit.csv", "with -audit: the `file` for a line for each audit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil {
		switch {
		case *project != "":
			err = auditing(ctx, *project, *file, *from, o.seeds)
		case o.images != "":
			err = o.quality(ctx)
		default:
			err = o.speed(ctx, *path)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchacquire:", err)
		os.Exit(1)
	}
}

// speed measures what takes time, on made-up features.
func (o options) speed(ctx context.Context, python string) error {
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"choosing", func() error { return choosing(ctx) }},
		{"graph", func() error { return graphSpeed(ctx, python) }},
		{"map", func() error { return mapSpeed(ctx) }},
	} {
		if !o.only.MatchString(m.name) {
			continue
		}
		if err := m.run(); err != nil {
			return err
		}
	}
	return nil
}

// figures are one figure of several plantings.
type figures []float64

// interval is their mean and half of its 95 % interval by Student's t.
func (f figures) interval() (mean, half float64) {
	mean, deviation := stat.MeanStdDev(f, nil)
	return mean, distuv.StudentsT{Sigma: 1, Nu: float64(len(f) - 1)}.Quantile(0.975) * deviation / math.Sqrt(float64(len(f)))
}

func (f figures) String() string {
	mean, half := f.interval()
	return fmt.Sprintf("%.3f ± %.3f", mean, half)
}

// signed is for differences.
func (f figures) signed() string {
	mean, half := f.interval()
	return fmt.Sprintf("%+.3f (%+.3f to %+.3f)", mean, mean-half, mean+half)
}

// high is the upper end of the interval.
func (f figures) high() float64 {
	mean, half := f.interval()
	return mean + half
}

func row(what string, figure any) { fmt.Printf("%-78s %v\n", what, figure) }
