package runlog

import "errors"

// Point is what was measured at a moment of a run.
type Point struct {
	Step    int                // steps done; never fewer than in the point before
	Epoch   float64            // epochs done; a fraction within an epoch
	Seconds float64            // that the run has taken, without the time between a cut and going on
	Values  map[string]float64 // by names such as "validation/auc"; other names may come at any point, and NaN and infinities are values
}

// Sink is a place that hears of one run while it goes on. Its methods are called one after the other.
type Sink interface {
	Add(Point) error // after every step; it must not take long

	// End is called once, also after Add has failed, with State, Outcome, Seconds and Metrics of the run filled in. It lets go of
	// files and connections.
	End(Run) error
}

// Opener makes a sink for a run that begins. The run's own folder is dir, "" where none could be made.
//
// Of a run that was cut off and goes on, after is the last step that still counts: what was heard of later ones is void, and they come
// again. Of a new run it is 0.
type Opener func(dir string, r Run, after int) (Sink, error)

// All is a sink that tells several. Its Add never fails: a sink that fails is told nothing more but End, warn, if not nil, hears of
// it once, and End returns the errors of all.
func All(warn func(error), sinks ...Sink) Sink {
	all := &several{warn: warn}
	for _, s := range sinks {
		all.sinks = append(all.sinks, &one{Sink: s})
	}
	return all
}

type several struct {
	warn  func(error)
	sinks []*one
}

type one struct {
	Sink
	failed error
}

func (a *several) Add(p Point) error {
	for _, s := range a.sinks {
		a.tell(s, func() error { return s.Sink.Add(p) })
	}
	return nil
}

// tell tells a sink something, unless it has failed.
func (a *several) tell(s *one, what func() error) {
	if s.failed != nil {
		return
	}
	if s.failed = what(); s.failed != nil && a.warn != nil {
		a.warn(s.failed)
	}
}

func (a *several) End(r Run) error {
	var errs []error
	for _, s := range a.sinks {
		err := s.Sink.End(r)
		if s.failed != nil { // the first error says why
			err = s.failed
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
