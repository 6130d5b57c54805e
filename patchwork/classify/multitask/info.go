package multitask

import (
	"fmt"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Info is what is known about a model besides its weights.
type Info struct {
	Tasks      []Task        `json:"tasks"`
	Input      network.Shape `json:"input"`
	FeatureID  string        `json:"feature_id"` // of the features it reads
	Options    Options       `json:"options"`    // with all defaults filled in
	Parameters int           `json:"parameters"` // trained numbers
	Generation int           `json:"generation"` // 0 without a teacher, else one more than its

	Trained time.Time `json:"trained"` // when training ended, UTC
	Seconds float64   `json:"seconds"` // that it took

	TrainImages      int      `json:"train_images"`
	ValidationImages int      `json:"validation_images"`
	Missing          int      `json:"missing"` // images that took no part because they have no features
	Warnings         []string `json:"warnings,omitempty"`

	Ended     Ended   `json:"ended"`
	BestEpoch float64 `json:"best_epoch"` // after which the kept weights were reached
	History   []Point `json:"history"`    // the ends of the epochs

	Report []TaskReport `json:"report"` // of the kept weights on the table, by task
}

// Ended says why a training came to its end.
type Ended string

// The ends.
const (
	Completed Ended = "completed"
	NoBetter  Ended = "no better epoch" // Options.Patience
	Cancelled Ended = "cancelled"
)

// Point is a moment of a training, for a learning curve.
type Point struct {
	Epoch float64 `json:"epoch"` // epochs done; a fraction within an epoch
	Step  int     `json:"step"`  // steps done, of Steps
	Steps int     `json:"steps"` // that a full training takes
	Rate  float64 `json:"rate"`  // of the last step

	// Losses are Σ w_t·L_t / Σ w_t over the tasks, L_t with the weights of categories, w_t those of ManualWeights and else
	// 1, whatever is minimised: so they can be compared from epoch to epoch.
	TrainLoss      evaluate.Number `json:"train_loss"`      // over the steps since the epoch began
	ValidationLoss evaluate.Number `json:"validation_loss"` // over all held-out images, at the end of an epoch; else missing

	Tasks    []TaskPoint `json:"tasks,omitempty"` // at the end of an epoch
	EpochEnd bool        `json:"epoch_end"`
	Best     bool        `json:"best"` // of an epoch's end: the weights are the best so far and are kept
}

// TaskPoint is one task at the end of an epoch.
type TaskPoint struct {
	Loss     evaluate.Number   `json:"loss"`     // over the held-out images
	Accuracy evaluate.Interval `json:"accuracy"` // over the held-out images
	Weight   float64           `json:"weight"`   // of its loss: 1, the manual one, or exp(-s)
}

// String is a summary to read: what was learned from, the layers, how it ended, warnings, figures.
func (i Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d tasks from %d images (%d held out) in %.1f s; weights of epoch %.4g of %d (%s)\n",
		len(i.Tasks), i.TrainImages, i.ValidationImages, i.Seconds, i.BestEpoch, i.Options.Epochs, i.Ended)
	fmt.Fprintf(&b, "features %s, trunk %s, heads %s: %d parameters", i.Input, i.Options.Trunk, i.Options.Heads, i.Parameters)
	if i.Generation > 0 {
		fmt.Fprintf(&b, ", generation %d", i.Generation)
	}
	b.WriteString("\n")
	for _, w := range i.Warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	b.WriteString(reportTable(i.Report))
	return b.String()
}
