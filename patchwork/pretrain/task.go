package pretrain

import (
	"context"
	"fmt"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// Task is what is trained on what.
type Task struct {
	Source  stream.Source // pictures of one size, which should be larger than Options.Side, because crops are taken from them
	Method  Method
	Network backbone.Network
	Folder  string  // that the state is kept in, to go on from; "" keeps none
	From    string  // folder of a network, whose weights the training begins with where they fit; "" begins with the first ones
	Labels  []int32 // kinds of the pictures from 0, -1 where it is not known, for a method that reads them

	// Look, if not nil, is called before the first step and at the end of each LookEvery'th epoch (0: of the last) and measures
	// the features so far; what it returns is in the next Point.
	Look      func(ctx context.Context, now *Trained) (map[string]float64, error)
	LookEvery int
	Gradients bool // the last gradients before each Look are kept, for Trained.Gradients

	// Begun, if not nil, is called once, before the first step and the first Look: with the options, their defaults filled in, and how many steps were done
	// before.
	Begun func(o Options, resumed int)
}

// Point is a moment of a training.
type Point struct {
	Step    int                `json:"step"`  // done, of Steps
	Steps   int                `json:"steps"` // in all
	Epoch   float64            `json:"epoch"` // passes over the images
	Rate    float64            `json:"rate"`
	Loss    float64            `json:"loss"`              // of the batch, before the step
	Metrics map[string]float64 `json:"metrics,omitempty"` // of the method, and "gradient": the norm of all gradients together, before they are clipped, where the batch makes a step
	Looked  map[string]float64 `json:"looked,omitempty"`  // what Task.Look measured
	Speed   float64            `json:"images_per_s"`      // since the last start, without the first step; 0 before
	Left    time.Duration      `json:"left_ns"`           // that the other steps will take at this speed
	Warning string             `json:"warning,omitempty"` // that features collapse, a picture cannot be read, or with the first step that the precision is slow here, and what to do
}

// Result says what a training came to.
type Result struct {
	*Trained
	Options Options         // with the defaults filled in
	Matched backbone.Report // what was taken from Task.From
	Last    Point
	Resumed int // steps that were done before
	Unread  int // pictures that could not be read since, so that others took their places, each with a label of its own
	Took    time.Duration
}

// fits says whether method and network go together at a side.
func fits(task Task, side int) error {
	m, n := task.Method.Card(), task.Network.Card()
	switch {
	case side < n.MinSide:
		return fmt.Errorf("pretrain: %s wants images of %d pixels or more, and Side is %d; raise it, or choose another network", n.Name, n.MinSide, side)
	case m.Small && smallSide(side) < n.MinSide:
		return fmt.Errorf("pretrain: %s shows crops of %d pixels, too, and %s wants %d or more; choose another method or network, or a larger Side", m.Name, smallSide(side), n.Name, n.MinSide)
	case m.Places && side <= n.Stride:
		return fmt.Errorf("pretrain: %s reads the map of the network place by place, and that of %s has one place at a Side of %d; choose another method or network, or a larger Side", m.Name, n.Name, side)
	}
	return nil
}

// smallSide is the side of small crops.
func smallSide(side int) int { return max(side/2, 8) }

func check(task Task, o Options) error {
	if task.Source == nil || task.Method == nil || task.Network == nil {
		return fmt.Errorf("pretrain.Task: Source, Method or Network is nil; give all three")
	}
	if err := o.Check(); err != nil {
		return err
	}
	_, own := task.Method.(Epochs) // makes its labels
	if c, n := task.Method.Card(), task.Source.Shape().N; c.Labels && !own && len(task.Labels) != n {
		return fmt.Errorf("pretrain: %s learns by labels too, and there are %d for %d pictures; give one for each, -1 where it is not known", c.Name, len(task.Labels), n)
	}
	if m, ok := task.Method.(Checker); ok {
		return m.Check()
	}
	return nil
}
