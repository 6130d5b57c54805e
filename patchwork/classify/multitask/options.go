package multitask

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
)

// Options configures Train. The zero value is a good default; each field says what 0 means.
type Options struct {
	Trunk     string  `json:"trunk"`               // layers that the tasks share (network.Parse); "" means 256,d,128 on vectors and none on maps; "none" none
	Heads     string  `json:"heads"`               // layers of each task's own; "" means none on vectors and 128,p,128 on maps; "none" none
	Kernel    int     `json:"kernel,omitempty"`    // width and height of kernels: 1, 3, 5 or 7; 0 means 3
	BatchNorm bool    `json:"batchnorm,omitempty"` // network.Options
	Separable bool    `json:"separable,omitempty"` // network.Options
	Dropout   float64 `json:"dropout,omitempty"`   // of d; 0 means 0.5
	Pooling   Pooling `json:"pooling,omitempty"`   // of a head's map; "" means max

	Weighting Weighting          `json:"weighting"`         // how the tasks' losses are weighed; "" means EqualWeights
	Weights   map[string]float64 `json:"weights,omitempty"` // of ManualWeights, by task; a task that is not named has 1
	Balance   bool               `json:"balance,omitempty"` // weigh categories by n/(categories·n_c), so that rare ones count as much as common ones
	Sampling  Sampling           `json:"sampling"`          // which images a batch prefers; "" means ByTask
	Distill   float64            `json:"distill,omitempty"` // weight of the teacher's term; 0 means 1 with a teacher

	HoldOut     float64 `json:"hold_out"`           // share of images that measure, where the table does not say which; 0 means 0.2
	Epochs      int     `json:"epochs"`             // times that the held-out loss is looked at; 0 means 20
	Steps       int     `json:"steps"`              // batches in an epoch; 0 means 50
	BatchSize   int     `json:"batch_size"`         // images in a batch; 0 means 32
	Rate        float64 `json:"rate"`               // first step of Adam, which falls to 0 along a cosine; 0 means 3e-3
	WeightDecay float64 `json:"weight_decay"`       // of kernels: adds WeightDecay·½·Σ w² to what is minimised; 0 means 1e-2, a tiny one such as 1e-9 practically none
	Patience    int     `json:"patience,omitempty"` // end after so many epochs without a better one; 0 means never
	Seed        uint64  `json:"seed"`               // same seed and inputs, same weights; 0 is a seed like any other
}

// Pooling says how a map becomes a vector: network.MaxPooling, network.AveragePooling or network.Flatten.
type Pooling = network.Pooling

// Weighting says how the losses of the tasks are added.
type Weighting string

// The ways of weighing.
const (
	EqualWeights    Weighting = "equal"    // Σ L_t
	ManualWeights   Weighting = "manual"   // Σ w_t·L_t
	AdaptiveWeights Weighting = "adaptive" // Σ exp(-s_t)·L_t + ½·s_t with trained s_t, which begin at 1
)

// Sampling says how likely an image is in a batch.
type Sampling string

// The ways of sampling, both with replacement.
const (
	ByTask  Sampling = "task"  // Σ over the tasks known of it of 1/(tasks · images of which the task is known)
	ByImage Sampling = "image" // all alike
)

// check reports every bad field at once, each with the value it got.
func (o Options) check(tasks []Task) error {
	problems := []error{
		inPart("Trunk", network.Options{Layers: o.Trunk}.Check()),
		inPart("Heads", network.Options{Layers: o.Heads}.Check()),
		network.Options{Kernel: o.Kernel, Dropout: o.Dropout, Pooling: o.Pooling}.Check(),
		need(o.Pooling != network.KeepMap, "Pooling is %q; want max, average or flatten, because a softmax needs a vector", o.Pooling),
		need(slices.Contains([]Weighting{"", EqualWeights, ManualWeights, AdaptiveWeights}, o.Weighting), "Weighting is %q; want %q, %q or %q", o.Weighting, EqualWeights, ManualWeights, AdaptiveWeights),
		need(len(o.Weights) == 0 || o.Weighting == ManualWeights, "Weights are given and Weighting is %q; want %q, or no weights", o.Weighting, ManualWeights),
		need(slices.Contains([]Sampling{"", ByTask, ByImage}, o.Sampling), "Sampling is %q; want %q or %q", o.Sampling, ByTask, ByImage),
		need(o.Distill >= 0 && o.Distill <= 1e6, "Distill is %g; want 0 or more", o.Distill),
		need(o.HoldOut >= 0 && o.HoldOut < 1, "HoldOut is %g; want a share below 1, or 0 for the default", o.HoldOut),
		need(o.Epochs >= 0, "Epochs is %d; want 1 or more, or 0 for the default", o.Epochs),
		need(o.Steps >= 0, "Steps is %d; want 1 or more, or 0 for the default", o.Steps),
		need(o.BatchSize >= 0, "BatchSize is %d; want 1 or more, or 0 for the default", o.BatchSize),
		need(!o.BatchNorm || o.BatchSize != 1, "BatchSize is 1 and BatchNorm is on; want 2 or more, because one image has no spread"),
		need(o.Rate >= 0 && o.Rate <= 1, "Rate is %g; want a step in (0, 1], or 0 for the default", o.Rate),
		need(o.WeightDecay >= 0 && o.WeightDecay <= 1, "WeightDecay is %g; want 0 <= WeightDecay <= 1", o.WeightDecay),
		need(o.Patience >= 0, "Patience is %d; want 1 or more, or 0 for never", o.Patience),
	}
	var names []string
	for _, t := range tasks {
		names = append(names, t.Name)
	}
	for name, w := range o.Weights {
		problems = append(problems,
			need(slices.Contains(names, name), "Weights names the task %q; the table has %q", name, names),
			need(w > 0 && !math.IsInf(w, 1), "Weights gives %q %g; want more than 0. Leave a task out of the table rather than weigh it 0", name, w))
	}
	return errors.Join(problems...)
}

// need is nil or an error that says what is wrong with an option.
func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("multitask.Options: "+format, args...)
}

// inPart says in which description a mistake is.
func inPart(field string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("multitask.Options: %s: %w", field, err)
}

// withDefaults is a copy in which every zero that stands for a default is filled in.
func (o Options) withDefaults(in network.Shape, teacher bool) Options {
	if in.IsMap() {
		fill(&o.Trunk, network.None)
		fill(&o.Heads, "128,p,128")
	} else {
		fill(&o.Trunk, "256,d,128")
		fill(&o.Heads, network.None)
	}
	fill(&o.Kernel, 3)
	fill(&o.Dropout, 0.5)
	fill(&o.Pooling, network.MaxPooling)
	fill(&o.Weighting, EqualWeights)
	fill(&o.Sampling, ByTask)
	if teacher {
		fill(&o.Distill, 1)
	} else {
		o.Distill = 0
	}
	fill(&o.HoldOut, 0.2)
	fill(&o.Epochs, 20)
	fill(&o.Steps, 50)
	fill(&o.BatchSize, 32)
	fill(&o.Rate, 3e-3)
	fill(&o.WeightDecay, 1e-2)
	return o
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
