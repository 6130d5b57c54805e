package propagate

import (
	"errors"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// Options configures Spread. The zero value is a good default.
type Options struct {
	// Temperature says how much nearer neighbours count more, in units of the distance to the last one: the last has
	// exp(-1/Temperature) of the weight of a double. 0 means 0.2, that is 0.7 %.
	Temperature float64

	// Trust says how much a label counts beside what the neighbours of its image say, all of them together counting 1. Labels
	// then bend to their surroundings, so that a few wrong ones do less harm, and the score of a labelled image may differ
	// from its label. At most 1000; 0 means that labels are held as they are.
	Trust float64

	// Same names for each row the first that it is a copy of, itself if of none, as explore.Vectors.Copies does. Copies are
	// one place of the graph, which must hold the first of them only: their labels are averaged, and their scores are one.
	// Nil means that there are no copies.
	Same []int32

	Tolerance float64 // of the residual, relative; 0 means 1e-6
	Steps     int     // at most, for a class; 0 means 10000

	Progress func(done, total int) // told how many classes are done; never by two goroutines at a time; may be nil
}

func (o Options) withDefaults() Options {
	if o.Temperature == 0 {
		o.Temperature = 0.2
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-6
	}
	if o.Steps == 0 {
		o.Steps = 10_000
	}
	return o
}

// check reports every bad field at once.
func (o Options) check(g *explore.Graph) error {
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("propagate.Options: "+format, args...)
	}
	errs := []error{
		need(o.Temperature >= 0.05 && o.Temperature <= 1e6, "Temperature is %g; want 0.05 or more, or 0 for the default", o.Temperature),
		need(o.Trust >= 0 && o.Trust <= 1000, "Trust is %g; want more than 0 and at most 1000, or 0 to hold labels as they are", o.Trust),
		need(o.Tolerance > 0 && o.Tolerance < 1, "Tolerance is %g; want more than 0 and less than 1, or 0 for the default", o.Tolerance),
		need(o.Steps > 0, "Steps is %d; want 1 or more, or 0 for the default", o.Steps),
		need(o.Same == nil || len(o.Same) == g.N, "Same has %d rows and the graph %d; want as many", len(o.Same), g.N),
	}
	if o.Same != nil && len(o.Same) == g.N {
		for row, first := range o.Same {
			if first < 0 || int(first) > row || o.Same[first] != first {
				errs = append(errs, fmt.Errorf("propagate.Options: Same says that row %d is a copy of row %d; want the first of all copies, or itself", row, first))
				break
			}
		}
	}
	return errors.Join(errs...)
}
