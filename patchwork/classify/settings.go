package classify

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify/semi"
)

// Setting describes one field of Options, for whoever offers all of them to a person. What a page shows is made of
// these, so that a new field needs no change there.
type Setting struct {
	Name    string   `json:"name"`              // as in JSON and YAML
	About   string   `json:"about"`             // a sentence, and of a choice with much to say a line for each
	Choices []string `json:"choices,omitempty"` // the values of a choice, the default first; none for a number
	Text    bool     `json:"text,omitempty"`    // words, as layers are written
	Whole   bool     `json:"whole,omitempty"`   // a whole number
	Min     float64  `json:"min"`               // of a number
	Max     float64  `json:"max"`
	Default string   `json:"default"` // what 0 or "" stands for, as it is read

	With *Condition `json:"with,omitempty"` // the choice that it belongs to; nil for one that always counts

	at    func(*Options) any      // the address of an int, a float64, or a string of its own type
	valid func(text string) error // of a text; nil: any
}

// Settings lists what can be set, in the order in which a person thinks of it.
func Settings() []Setting {
	return withConditions(slices.Concat(headSettings(), trunkSettings(), trainingSettings(), lossSettings(), unlabelledSettings()))
}

func headSettings() []Setting {
	return []Setting{
		{Name: "head", About: headAbout(), Choices: headNames(), Default: headNames()[0], at: func(o *Options) any { return &o.Head }},
		{Name: "hidden", About: "head mlp: hidden units", Whole: true, Max: 8192, Default: "128", at: func(o *Options) any { return &o.Hidden }},
		{Name: "dropout", About: "head mlp: share of the hidden units that fall out in a step", Max: 0.95, Default: "none", at: func(o *Options) any { return &o.Dropout }},
		{Name: "temperature", About: "head prototypes: the lower, the surer are the scores", Max: 10, Default: "0.1", at: func(o *Options) any { return &o.Temperature }},
		{Name: "neighbours", About: "head neighbours: images that judge an image", Whole: true, Max: 1000, Default: "10", at: func(o *Options) any { return &o.Neighbours }},
		{Name: "posterior", About: "head logistic: how far weights may be off is measured for each on its own (diagonal) or for all of a class together (full; auto: up to 256 labelled images); deviations are saved beside the scores", Choices: []string{string(AutoPosterior), string(NoPosterior), string(DiagonalPosterior), string(FullPosterior)}, Default: string(AutoPosterior), at: func(o *Options) any { return &o.Posterior }},
		{Name: "even", About: "head logistic: while labels are few, classes whose scores differ less between images than those of others are stretched, the others drawn together, so that a rare class can be the highest too; up to 256 labelled images", Choices: []string{string(On), string(Off)}, Default: string(On), at: func(o *Options) any { return &o.Even }},
	}
}

func trainingSettings() []Setting {
	return []Setting{
		{Name: "epochs", About: "head linear, mlp: how often the validation loss is looked at", Whole: true, Max: 1_000_000, Default: "20", at: func(o *Options) any { return &o.Epochs }},
		{Name: "steps", About: "head linear, mlp: batches between two looks", Whole: true, Max: 100_000, Default: "50", at: func(o *Options) any { return &o.Steps }},
		{Name: "batch_size", About: "head linear, mlp: images in a batch", Whole: true, Max: 4096, Default: "32", at: func(o *Options) any { return &o.BatchSize }},
		{Name: "optimiser", About: "head linear, mlp: how a step follows from the gradient", Choices: []string{string(Adam), string(Momentum), string(LARS)}, Default: string(Adam), at: func(o *Options) any { return &o.Optimiser }},
		{Name: "rate", About: "head linear, mlp: of the optimiser's steps", Max: 1000, Default: "0.003 (adam), 0.03 (momentum), 0.5 (lars)", at: func(o *Options) any { return &o.Rate }},
		{Name: "schedule", About: "head linear, mlp: how the rate changes", Choices: []string{string(Cosine), string(Constant), string(Exponential), string(Staircase), string(Restarts), string(Warmup)}, Default: string(Cosine), at: func(o *Options) any { return &o.Schedule }},
		{Name: "period", About: "schedule exponential, staircase, restarts: steps that halve the rate, or those of the first cosine", Whole: true, Max: 10_000_000, Default: "a fifth of all steps, a seventh for restarts", at: func(o *Options) any { return &o.Period }},
		{Name: "warmup", About: "schedule warmup: steps until the rate is reached", Whole: true, Max: 10_000_000, Default: "a tenth of all steps", at: func(o *Options) any { return &o.Warmup }},
		{Name: "smoothing", About: "head linear, mlp: share by which labels are drawn to one half", Max: 0.99, Default: "none", at: func(o *Options) any { return &o.Smoothing }},
		{Name: "weight_decay", About: "pull of the weights to 0; 0.000001 is next to none", Max: 1000, Default: "1/labelled images; head logistic: chosen by leaving images out", at: func(o *Options) any { return &o.WeightDecay }},
		{Name: "sampling", About: "which images a batch prefers", Choices: []string{string(ByClass), string(ByInstance), string(BySquareRoot), string(ByEffective)}, Default: string(ByClass), at: func(o *Options) any { return &o.Sampling }},
		{Name: "beta", About: "sampling effective: share of what an image shows that others may show too", Max: 0.999999, Default: "0.99", at: func(o *Options) any { return &o.Beta }},
		{Name: "patience", About: "head linear, mlp: end after so many looks without a better one", Whole: true, Max: 10_000, Default: "never", at: func(o *Options) any { return &o.Patience }},
	}
}

func lossSettings() []Setting {
	return []Setting{
		{Name: "loss", About: lossAbout(), Choices: lossNames(), Default: lossNames()[0], at: func(o *Options) any { return &o.Loss }},
		{Name: "gamma", About: "loss focal: how far easy images lose weight", Max: 10, Default: "2", at: func(o *Options) any { return &o.Gamma }},
		{Name: "alpha", About: "loss focal: weight of present labels, and one minus it that of absent ones", Max: 0.99, Default: "both 1", at: func(o *Options) any { return &o.Alpha }},
		{Name: "gamma_present", About: "loss asymmetric: how far easy present labels lose weight", Max: 10, Default: "0", at: func(o *Options) any { return &o.GammaPresent }},
		{Name: "gamma_absent", About: "loss asymmetric: how far easy absent labels lose weight", Max: 10, Default: "4", at: func(o *Options) any { return &o.GammaAbsent }},
		{Name: "margin", About: "loss asymmetric: probability below which an absent label costs nothing", Max: 0.99, Default: "0.05", at: func(o *Options) any { return &o.Margin }},
		{Name: "adjust", About: "loss adjusted: how much of the shares of present labels is taken out of the scores", Max: 10, Default: "1", at: func(o *Options) any { return &o.Adjust }},
		{Name: "unknown_weight", About: "loss weak: weight of an unknown label as absent", Max: 1, Default: "0.05", at: func(o *Options) any { return &o.UnknownWeight }},
		{Name: "expected", About: "loss expected: classes that are present on an image on average", Max: 1000, Default: "1", at: func(o *Options) any { return &o.Expected }},
		{Name: "expected_weight", About: "loss expected: how firmly", Max: 1000, Default: "1", at: func(o *Options) any { return &o.ExpectedWeight }},
		{Name: "cosine_scale", About: "loss cosine: logit of a perfect match", Max: 1000, Default: "16", at: func(o *Options) any { return &o.CosineScale }},
	}
}

func unlabelledSettings() []Setting {
	return []Setting{
		{Name: "semi", About: semiAbout(), Choices: semiNames(), Default: string(semi.None), at: func(o *Options) any { return &o.Semi }},
		{Name: "semi_weight", About: "semi fixmatch, flexmatch, freematch, softmatch: weight of what images without labels teach", Max: 1000, Default: "1", at: func(o *Options) any { return &o.SemiWeight }},
		{Name: "tau", About: "semi fixmatch, flexmatch, freematch, softmatch: how sure the model must be of an image without label to learn from its own answer", Max: 0.9999, Default: "0.95", at: func(o *Options) any { return &o.Tau }},
		{Name: "unlabelled", About: "with semi or confusion: images without labels for each image of a batch", Whole: true, Max: 64, Default: "4", at: func(o *Options) any { return &o.Unlabelled }},
		{Name: "strong", About: "semi fixmatch, flexmatch, freematch, softmatch: share of the features that the second look at an image lacks", Max: 0.95, Default: "0.5", at: func(o *Options) any { return &o.Strong }},
		{Name: "distil", About: "with a teacher: temperature; above 1 the student learns more of what the teacher thinks of the less likely", Max: 100, Default: "1", at: func(o *Options) any { return &o.Distil }},
		{Name: "confusion", About: "head mlp: how firmly images of all subsets are made alike to the hidden units, so that what was learned on one holds on another", Max: 1000, Default: "none", at: func(o *Options) any { return &o.Confusion }},
	}
}

// value is the field in o.
func (s Setting) value(o *Options) reflect.Value { return reflect.ValueOf(s.at(o)).Elem() }

// Get is the value in o as text, "" where it is the default.
func (s Setting) Get(o Options) string {
	switch v := s.value(&o); {
	case v.IsZero():
		return ""
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	default:
		return fmt.Sprint(v.Interface())
	}
}

// Set sets the field from text; "" is the default.
//
// Errors: text is no number, lies outside of the range, is 0 where that stands for another default, or is no choice; o is then as it was.
func (s Setting) Set(o *Options, text string) error {
	text = strings.TrimSpace(text)
	v := s.value(o)
	number := 0.0
	if v.Kind() == reflect.String {
		if text != "" && !s.allowsText(text) {
			return fmt.Errorf("classify: %w", s.wrong(text))
		}
		v.SetString(text)
		return nil
	}
	if text != "" {
		var err error
		if number, err = strconv.ParseFloat(text, 64); err != nil || !s.allows(number) {
			return fmt.Errorf("classify: %w", s.wrong(text))
		}
	}
	if v.CanFloat() {
		v.SetFloat(number)
	} else {
		v.SetInt(int64(number))
	}
	return nil
}

// check is the error of Set for a value that is already in o.
func (s Setting) check(o Options) error {
	v := s.value(&o)
	ok := v.IsZero()
	switch {
	case ok:
	case v.Kind() == reflect.String:
		ok = s.allowsText(v.String())
	case v.CanFloat():
		ok = s.allows(v.Float())
	default:
		ok = s.allows(float64(v.Int()))
	}
	if ok {
		return nil
	}
	return s.wrong(s.Get(o))
}

func (s Setting) allowsText(text string) bool {
	if s.Text {
		return s.valid == nil || s.valid(text) == nil
	}
	return slices.Contains(s.Choices, text)
}

func (s Setting) allows(v float64) bool {
	return v >= s.Min && v <= s.Max && (!s.Whole || v == math.Trunc(v)) && (v != 0 || s.zero())
}

// zero says whether 0 as text means 0: in a field it stands for the default.
func (s Setting) zero() bool { return slices.Contains([]string{"none", "never", "0"}, s.Default) }

func (s Setting) wrong(text string) error {
	if len(s.Choices) > 0 {
		return fmt.Errorf("%s is %q; want one of %s", s.Name, text, strings.Join(s.Choices, ", "))
	}
	if s.Text {
		return fmt.Errorf("%s is %q: %w", s.Name, text, s.valid(text))
	}
	kind := "a number"
	if s.Whole {
		kind = "a whole number"
	}
	from := "from " + plain(s.Min)
	switch {
	case s.Min == 0 && !s.zero() && s.Whole:
		from = "from 1"
	case s.Min == 0 && !s.zero():
		from = "above 0, up"
	}
	return fmt.Errorf("%s is %q; want %s %s to %s, or nothing for the default (%s)", s.Name, text, kind, from, plain(s.Max), s.Default)
}

// plain is a number without an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
