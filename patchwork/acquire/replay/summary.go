package replay

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Baseline is the strategy that others are compared with.
const Baseline = "random"

// Figure is one of the two that a Step has.
type Figure func(Step) evaluate.Number

// Accuracy and MeanAP are the figures.
func Accuracy(s Step) evaluate.Number { return s.Accuracy }
func MeanAP(s Step) evaluate.Number   { return s.MeanAP }

// Point is a strategy at a number of labelled images.
type Point struct {
	Images int
	Figure evaluate.Interval // mean over replays, at 95 %
}

// Curve is a figure of a strategy against the number of labelled images.
//
//	mean ± t·s/√J        J replays, t with J-1 degrees of freedom
//
// Replays share images, so the interval is about replays of this collection, not about other collections.
func (r *Result) Curve(strategy string, figure Figure) []Point {
	values := r.values(strategy, figure)
	var points []Point
	for _, images := range slices.Sorted(maps.Keys(values)) {
		points = append(points, Point{Images: images, Figure: interval(values[images])})
	}
	return points
}

// values are by number of images those of the replays.
func (r *Result) values(strategy string, figure Figure) map[int][]float64 {
	values := map[int][]float64{}
	for _, s := range r.Steps {
		if s.Strategy == strategy {
			values[s.Images] = append(values[s.Images], float64(figure(s)))
		}
	}
	return values
}

// Gain is how much higher a figure of a strategy is than that of random on the same replay, mean over the rounds, then over
// the replays with its interval at 95 %: the paired t test. A strategy is significantly worse where all of it is below 0. It
// is missing without random or with fewer than two replays.
func (r *Result) Gain(strategy string, figure Figure) evaluate.Interval {
	type place struct{ seed, images int }
	base := map[place]float64{}
	for _, s := range r.Steps {
		if s.Strategy == Baseline {
			base[place{s.Seed, s.Images}] = float64(figure(s))
		}
	}
	sums, counts := map[int]float64{}, map[int]float64{}
	for _, s := range r.Steps {
		if b, ok := base[place{s.Seed, s.Images}]; ok && s.Strategy == strategy {
			sums[s.Seed] += float64(figure(s)) - b
			counts[s.Seed]++
		}
	}
	var means []float64
	for seed := range len(sums) {
		means = append(means, sums[seed]/counts[seed])
	}
	return interval(means)
}

// interval is the mean with its interval by Student's t.
func interval(values []float64) evaluate.Interval {
	nan := evaluate.Number(math.NaN())
	n := float64(len(values))
	mean := evaluate.Number(stat.Mean(values, nil))
	if n < 2 {
		return evaluate.Interval{Value: mean, Low: nan, High: nan}
	}
	half := evaluate.Number(distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * math.Sqrt(stat.Variance(values, nil)/n))
	return evaluate.Interval{Value: mean, Low: mean - half, High: mean + half}
}

// String is a table: for each strategy the accuracy at each number of images, and the gains over random.
func (r *Result) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "accuracy with")
	for k, name := range r.Strategies {
		curve := r.Curve(name, Accuracy)
		if k == 0 {
			for _, p := range curve {
				fmt.Fprintf(w, "\t%d", p.Images)
			}
			fmt.Fprint(w, "\tgain over random\tin mean AP\n")
		}
		fmt.Fprint(w, name)
		for _, p := range curve {
			fmt.Fprintf(w, "\t%.3f", float64(p.Figure.Value))
			if p.Figure.Low.Known() {
				fmt.Fprintf(w, " ±%.3f", float64(p.Figure.High-p.Figure.Value))
			}
		}
		if name == Baseline {
			fmt.Fprint(w, "\t-\t-\n")
			continue
		}
		fmt.Fprintf(w, "\t%s\t%s\n", signed(r.Gain(name, Accuracy)), signed(r.Gain(name, MeanAP)))
	}
	w.Flush()
	return b.String()
}

// signed is an interval with its signs.
func signed(i evaluate.Interval) string {
	switch {
	case !i.Value.Known():
		return "-"
	case !i.Low.Known():
		return fmt.Sprintf("%+.3f", float64(i.Value))
	}
	return fmt.Sprintf("%+.3f (%+.3f to %+.3f)", float64(i.Value), float64(i.Low), float64(i.High))
}

// WriteCSV writes a line for each step: strategy, seed, images, accuracy, mean_ap. A figure that is missing is empty.
func (r *Result) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write([]string{"strategy", "seed", "images", "accuracy", "mean_ap"})
	number := func(v evaluate.Number) string {
		if !v.Known() {
			return ""
		}
		return strconv.FormatFloat(float64(v), 'g', 6, 64)
	}
	for _, s := range r.Steps {
		c.Write([]string{s.Strategy, strconv.Itoa(s.Seed), strconv.Itoa(s.Images), number(s.Accuracy), number(s.MeanAP)})
	}
	c.Flush()
	return c.Error()
}
