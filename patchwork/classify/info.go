package classify

import (
	"fmt"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Info is what is known about a model besides its weights.
type Info struct {
	Classes        []string   `json:"classes" yaml:"classes"`                   // columns of the scores: those that had a label for training
	Dim            int        `json:"dim" yaml:"dim"`                           // numbers of an image that are read, after a pooling of maps
	Taps           []Tap      `json:"taps,omitempty" yaml:"taps,omitempty"`     // the maps that features are, of which Options.Trunk reads some; none for vectors
	Groups         [][]string `json:"groups,omitempty" yaml:"groups,omitempty"` // of classes that exclude each other
	FeatureID      string     `json:"feature_id" yaml:"feature_id"`             // of the features it reads
	JournalVersion int64      `json:"journal_version" yaml:"journal_version"`   // state of the labels it learned from

	Trained time.Time `json:"trained" yaml:"trained"` // when training ended, UTC
	Seconds float64   `json:"seconds" yaml:"seconds"` // that it took
	Options Options   `json:"options" yaml:"options"` // with all defaults filled in

	TrainRows      int      `json:"train_rows" yaml:"train_rows"`
	ValidationRows int      `json:"validation_rows" yaml:"validation_rows"`
	Missing        int      `json:"missing" yaml:"missing"` // labelled rows that took no part because they have no features
	Warnings       []string `json:"warnings,omitempty" yaml:"warnings,omitempty"`

	L2     float64 `json:"l2,omitempty" yaml:"l2,omitempty"`           // λ of the head logistic
	L2From string  `json:"l2_from,omitempty" yaml:"l2_from,omitempty"` // how it was found
	L2Loss float64 `json:"l2_loss,omitempty" yaml:"l2_loss,omitempty"` // of a label that was left out, where it was found by these; logarithms are natural

	ContextFrom string `json:"context_from,omitempty" yaml:"context_from,omitempty"` // how AutoContext came to Options.Context

	PosteriorTemperature float64 `json:"posterior_temperature,omitempty" yaml:"posterior_temperature,omitempty"` // T of Posterior

	Ended     Ended   `json:"ended" yaml:"ended"`
	BestEpoch float64 `json:"best_epoch" yaml:"best_epoch"` // after which the kept weights were reached
	History   []Point `json:"history" yaml:"history"`       // the ends of the epochs

	Report *evaluate.Report `json:"report" yaml:"report"` // of the kept weights on the labels it was trained with
}

// Ended says why a training came to its end.
type Ended string

const (
	Completed Ended = "completed"
	NoBetter  Ended = "no better epoch" // Options.Patience
	Cancelled Ended = "cancelled"
	Diverged  Ended = "diverged" // the loss grew instead of falling
)

// Outcome says in a few words how training ended and which weights are kept.
func (i Info) Outcome() string {
	return i.fitted() + i.contextWords()
}

// contextWords say which context was chosen, and why, or that there is one; nothing where none was asked for.
func (i Info) contextWords() string {
	switch {
	case i.ContextFrom == "" && i.Options.InContext():
		return fmt.Sprintf(", context %s (as set)", i.Options.Context)
	case i.ContextFrom == "":
		return ""
	}
	return fmt.Sprintf(", context %s (%s)", i.Options.Context, i.ContextFrom)
}

func (i Info) fitted() string {
	switch {
	case i.Options.Head.stepwise():
		return fmt.Sprintf("%s; weights of epoch %.4g of %d", i.Ended, i.BestEpoch, i.Options.Epochs)
	case i.L2 > 0 && i.PosteriorTemperature > 0:
		return fmt.Sprintf("%s; head %s, λ %.3g (%s), posterior %s at the temperature %g", i.Ended, i.Options.Head, i.L2, i.L2From, i.Posterior(), i.PosteriorTemperature)
	case i.L2 > 0:
		return fmt.Sprintf("%s; head %s, λ %.3g (%s)", i.Ended, i.Options.Head, i.L2, i.L2From)
	}
	return fmt.Sprintf("%s; head %s", i.Ended, i.Options.Head)
}

// String is a summary to read: what was learned from, how it ended, warnings, and the table of the report.
func (i Info) String() string {
	var b strings.Builder
	classes := map[bool]string{true: "1 class", false: fmt.Sprint(len(i.Classes), " classes")}[len(i.Classes) == 1]
	fmt.Fprintf(&b, "%s from %d images (%d held out) in %.1f s; ", classes, i.TrainRows, i.ValidationRows, i.Seconds)
	fmt.Fprintln(&b, i.Outcome())
	for _, w := range i.Warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	if i.Report != nil {
		b.WriteString(i.Report.String())
	}
	return b.String()
}
