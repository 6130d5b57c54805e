package classify

import (
	"fmt"
	"strconv"
	"strings"
)

// Setting describes one field of Options, for whoever offers all of them to a person. What a page shows is made of
// these, so that a new field needs no change there.
type Setting struct {
	Name    string   `json:"name"`              // as in JSON and YAML
	About   string   `json:"about"`             // in a sentence
	Choices []string `json:"choices,omitempty"` // the values of a choice, the default first; none for a number
	Whole   bool     `json:"whole,omitempty"`   // a whole number
	Min     float64  `json:"min"`               // of a number
	Max     float64  `json:"max"`
	Default string   `json:"default"` // what 0 or "" stands for, as it is read

	at func(*Options) any // *int, *float64, *uint64, or a string of its own type by its address
}

// Settings lists what can be set, in the order in which a person thinks of it.
func Settings() []Setting {
	return []Setting{
		{Name: "epochs", About: "how often the validation loss is looked at", Whole: true, Max: 10_000, Default: "20", at: func(o *Options) any { return &o.Epochs }},
		{Name: "steps", About: "batches between two looks", Whole: true, Max: 100_000, Default: "50", at: func(o *Options) any { return &o.Steps }},
		{Name: "batch_size", About: "images in a batch", Whole: true, Max: 4096, Default: "32", at: func(o *Options) any { return &o.BatchSize }},
		{Name: "rate", About: "first step of the optimiser, Adam", Max: 1, Default: "0.003", at: func(o *Options) any { return &o.Rate }},
		{Name: "schedule", About: "how the rate falls", Choices: []string{string(Cosine), string(Constant)}, Default: string(Cosine), at: func(o *Options) any { return &o.Schedule }},
		{Name: "smoothing", About: "share by which labels are drawn to one half", Max: 0.99, Default: "none", at: func(o *Options) any { return &o.Smoothing }},
		{Name: "weight_decay", About: "pull of the weights to 0", Max: 1, Default: "1/labelled images", at: func(o *Options) any { return &o.WeightDecay }},
		{Name: "sampling", About: "which images a batch prefers", Choices: []string{string(ByClass), string(ByInstance), string(BySquareRoot)}, Default: string(ByClass), at: func(o *Options) any { return &o.Sampling }},
		{Name: "patience", About: "end after so many looks without a better one", Whole: true, Max: 10_000, Default: "never", at: func(o *Options) any { return &o.Patience }},
	}
}

// Get is the value in o as text, "" where it is the default.
func (s Setting) Get(o Options) string {
	switch v := s.at(&o).(type) {
	case *int:
		return orNothing(*v != 0, strconv.Itoa(*v))
	case *float64:
		return orNothing(*v != 0, strconv.FormatFloat(*v, 'g', -1, 64))
	case *Schedule:
		return string(*v)
	case *Sampling:
		return string(*v)
	}
	return ""
}

func orNothing(ok bool, text string) string {
	if ok {
		return text
	}
	return ""
}

// Set sets the field from text; "" is the default.
//
// Errors: text is no number, lies outside of the range, or is no choice; o is then as it was.
func (s Setting) Set(o *Options, text string) error {
	text = strings.TrimSpace(text)
	number := 0.0
	if text != "" && len(s.Choices) == 0 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= s.Min && v <= s.Max) || s.Whole && v != float64(int(v)) {
			kind := "a number"
			if s.Whole {
				kind = "a whole number"
			}
			return fmt.Errorf("classify: %s is %q; want %s from %g to %g, or nothing for the default (%s)", s.Name, text, kind, s.Min, s.Max, s.Default)
		}
		number = v
	}
	choice := func() error {
		for _, c := range s.Choices {
			if c == text {
				return nil
			}
		}
		if text == "" {
			return nil
		}
		return fmt.Errorf("classify: %s is %q; want one of %s", s.Name, text, strings.Join(s.Choices, ", "))
	}
	switch v := s.at(o).(type) {
	case *int:
		*v = int(number)
	case *float64:
		*v = number
	case *Schedule:
		if err := choice(); err != nil {
			return err
		}
		*v = Schedule(text)
	case *Sampling:
		if err := choice(); err != nil {
			return err
		}
		*v = Sampling(text)
	}
	return nil
}
