package main

import (
	"errors"
	"regexp"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// The packages below speak to people who write Go: their errors begin with the name of the package and name the fields
// of options. Here both become what a person at the command line knows.
var (
	packageName = regexp.MustCompile(`(?m)(^|: )(?:(?:patchwork|labels|audit|agreement|imageset|features|backbone|optimise|pretrain|runlog|represent|finetune|classify|multitask|network|acquire|explore|layout|propagate|quality|evaluate|decide|prevalence|calibrate|study|compute|studio|host|kernelspec|see|sheet|tensorboard|mlflow): )+`)
	optionField = regexp.MustCompile(`\b([a-z]+\.)?[A-Za-z]*Options(?:: |\.)([A-Za-z]\w*)`)
	parseNumber = regexp.MustCompile(`: strconv\.(?:Parse)?(\w+): parsing .*: (?:invalid syntax|value out of range)$`)
	parseTime   = regexp.MustCompile(`: time: \w+ .*duration.*$`)
)

// flags names the flag for each field of options that a flag sets, with the name of the package where others call it otherwise.
var flags = map[string]string{
	"pretrain.Batch": "--batch-size", "Devices": "--devices", "Period": "--period", "Warmup": "--warmup", "Width": "--width",
	"Size": "--size", "Mean": "--mean", "Std": "--std", "Layout": "--layout", "Output": "--output", "Batch": "--batch",
	"Steps": "--steps", "Side": "--side", "Clip": "--clip", "Accumulate": "--accumulate", "Unfreeze": "--unfreeze", "NetworkRate": "--network-rate", "NetworkDecay": "--network-decay", "StrongAugment": "--strong-augment", "Epochs": "--epochs", "Smoothing": "--label-smoothing", "Addr": "--addr", "Idle": "--idle",
	"Metrics": "--metric", "Smooth": "--smooth", "Over": "--over",
	"Ignore": "--ignore", "AddClasses": "--add-classes",
	"Kernel": "--kernel", "Dropout": "--dropout", "Pooling": "--pooling", "Trunk": "--trunk", "Heads": "--heads", "Weights": "--weights", "Weighting": "--weights", "Distill": "--distill", "HoldOut": "--hold-out",
	"Class": "--class", "Unlike": "--unlike", "Baseline": "--baseline", "Rule": "--rule",
	"URL": "--mlflow", "Patience": "--patience", "Rate": "--rate", "WeightDecay": "--weight-decay",
}

// inGo are phrases that mean nothing at the command line.
var inGo = strings.NewReplacer(
	", or open it with Options.ReadOnly", "",
	", or set AllowRemote", "",
	"leave out From and Backbone", "leave out --from and --width",
	"set AddClasses", "use --add-classes",
	"list it in ImportOptions.Ignore", "leave it out with --ignore",
	"list the name in ImportOptions.Ignore", "leave it out with --ignore",
	"list it in TableOptions.Ignore", "leave it out with --ignore",
	"list the column in TableOptions.Ignore", "leave it out with --ignore",
	"patchwork.Init or ", "",
	"; restore it", "; bring it back with `patchwork classes retire --back`",
	"run p.Embed() in a cell or ", "run ",
	"run p.Embed() or ", "run ",
	"run p.Propagate() in a cell or ", "run ",
	"run p.CheckImages() or ", "run ",
	"as with p.Split(0.2)", "as with `patchwork split`",
	"(--out-of-fold, OutOfFold)", "(--out-of-fold)",
	"run p.ExtractMaps() in a cell or ", "run ",
	"Taps lists them", "`patchwork maps list` shows them all",
	"run p.TrainTasks(\"TABLE.csv\") in a cell or ", "run ",
	"then p.Train() in a cell, Train in the studio, or ", "then Train in the studio, or ",
	", Features, Like and Views say", ", --features, --like and --views say",
	" goes with Like or Views", " goes with --like or --views",
	"pool lacks what the strategy needs: ", "",
)

// numbers is what each parser of Go's strconv wants.
var numbers = map[string]string{"Int": "a whole number", "Uint": "a whole number of 0 or more", "Float": "a number", "Bool": "true or false", "Atoi": "whole numbers"}

// spoken is an error as a person at the command line reads it, and whether it is about how the command was used.
func spoken(err error) (text string, usage bool) {
	text = err.Error()
	if rows := (*labels.ImportError)(nil); errors.As(err, &rows) {
		text = rows.All()
	}
	text = packageName.ReplaceAllString(text, "$1")
	text = inGo.Replace(text)
	text = optionField.ReplaceAllStringFunc(text, func(match string) string {
		parts := optionField.FindStringSubmatch(match)
		field := parts[2]
		flag, ok := flags[parts[1]+field]
		if !ok {
			flag, ok = flags[field]
		}
		if !ok && field == strings.ToLower(field) { // a setting by its name
			flag, ok = "--"+strings.ReplaceAll(field, "_", "-"), true
		}
		if ok {
			usage = usage || strings.Contains(match, ": ") // the check of the options speaks so
			return flag
		}
		return match
	})
	if m := parseNumber.FindStringSubmatch(text); m != nil {
		text = parseNumber.ReplaceAllLiteralString(text, "; want "+numbers[m[1]])
	}
	text = parseTime.ReplaceAllLiteralString(text, "; want a duration such as 30m or 12h")
	usage = usage || errors.As(err, new(usageError)) || strings.HasPrefix(text, "unknown command ")
	return text, usage
}
