package classify

import (
	"errors"
	"fmt"
)

// Options configures Train. The zero value is a good default; each field says what 0 means.
type Options struct {
	Epochs      int      `json:"epochs" yaml:"epochs"`             // times that the validation loss is looked at; 0 means 20
	Steps       int      `json:"steps" yaml:"steps"`               // batches in an epoch; 0 means 50
	BatchSize   int      `json:"batch_size" yaml:"batch_size"`     // rows in a batch; 0 means 32
	Rate        float64  `json:"rate" yaml:"rate"`                 // first step of Adam; 0 means 3e-3
	Schedule    Schedule `json:"schedule" yaml:"schedule"`         // of the rate; "" means Cosine
	Smoothing   float64  `json:"smoothing" yaml:"smoothing"`       // label smoothing in [0, 1); 0 means none
	WeightDecay float64  `json:"weight_decay" yaml:"weight_decay"` // of W, not of b; 0 means 1/labelled rows, a tiny one such as 1e-9 practically none
	Sampling    Sampling `json:"sampling" yaml:"sampling"`         // which rows a batch prefers; "" means ByClass
	Patience    int      `json:"patience" yaml:"patience"`         // end after so many epochs without a better one; 0 means never
	Seed        uint64   `json:"seed" yaml:"seed"`                 // same seed and inputs, same weights; 0 is a seed like any other
}

// Schedule says how the rate changes from step to step.
type Schedule string

const (
	Cosine   Schedule = "cosine"   // from Rate to 0: Rate·½(1 + cos(π·step/steps)), step counted from 0
	Constant Schedule = "constant" // Rate throughout
)

// check reports every bad field at once, each with the value it got.
func (o Options) check() error {
	return errors.Join(
		need(o.Epochs >= 0, "Epochs is %d; want 1 or more, or 0 for the default", o.Epochs),
		need(o.Steps >= 0, "Steps is %d; want 1 or more, or 0 for the default", o.Steps),
		need(o.BatchSize >= 0, "BatchSize is %d; want 1 or more, or 0 for the default", o.BatchSize),
		need(o.Rate >= 0 && o.Rate <= 1, "Rate is %g; want a step in (0, 1], or 0 for the default", o.Rate),
		need(o.Schedule == "" || o.Schedule == Cosine || o.Schedule == Constant, "Schedule is %q; want %q or %q", o.Schedule, Cosine, Constant),
		need(0 <= o.Smoothing && o.Smoothing < 1, "Smoothing is %g; want 0 <= Smoothing < 1", o.Smoothing),
		need(o.WeightDecay >= 0 && o.WeightDecay <= 1, "WeightDecay is %g; want 0 <= WeightDecay <= 1", o.WeightDecay),
		need(o.Sampling.valid(), "Sampling is %q; want %q, %q or %q", o.Sampling, ByClass, ByInstance, BySquareRoot),
		need(o.Patience >= 0, "Patience is %d; want 1 or more, or 0 for never", o.Patience),
	)
}

// need is nil or an error that says what is wrong with an option.
func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("classify.Options: "+format, args...)
}

// withDefaults is a copy in which every zero that stands for a default is filled in.
func (o Options) withDefaults() Options {
	fill(&o.Epochs, 20)
	fill(&o.Steps, 50)
	fill(&o.BatchSize, 32)
	fill(&o.Rate, 3e-3)
	fill(&o.Schedule, Cosine)
	fill(&o.Sampling, ByClass)
	return o
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
