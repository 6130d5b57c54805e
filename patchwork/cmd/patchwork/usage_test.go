package main

import (
	"context"
	"errors"
	"strings"
	"testing"
)

var commands = []string{"init", "embed", "import-features", "import-labels", "export-labels", "split", "train", "distil", "finetune", "search", "predict", "evaluate", "thresholds", "confusion", "calibration", "prevalence", "learning-curve", "replay", "audit", "probe", "pretrain", "agreement", "disagreements", "suggest", "similar", "layout", "propagate", "suspects", "doubles", "outliers", "status", "serve",
	"classes", "classes add", "classes rename", "classes describe", "classes retire", "classes order", "classes merge", "classes split", "classes group", "maps", "maps list", "maps extract", "maps import", "tasks", "tasks train", "tasks predict", "tasks show",
	"see", "see kernels", "see activations", "see query", "see extremes", "see projection", "see attribution", "see reconstruction", "see projector",
	"kernel", "kernel install", "kernel remove", "kernel status"}

func TestEveryCommandHasHelp(t *testing.T) {
	overview := do(t, "--help")
	for _, name := range commands {
		words := strings.Fields(name)
		text := do(t, append(words, "--help")...)
		if !strings.Contains(text, "Usage:\n  patchwork "+name) || !strings.Contains(text, "--json") && name != "kernel" && name != "tasks" && name != "maps" && name != "see" {
			t.Errorf("the help of %s lacks its usage or --json:\n%s", name, text)
		}
		if !strings.Contains(manual, "### `"+words[0]+" ") {
			t.Errorf("docs/cli.md has no section on %s", words[0])
		}
		if strings.Contains(text, "Slice") || strings.Contains(text, "(default [])") {
			t.Errorf("the help of %s speaks of Go's types:\n%s", name, text)
		}
		if len(words) == 1 && !strings.Contains(overview, "\n  "+name+" ") {
			t.Errorf("the overview lacks %s", name)
		}
		if len(words) == 1 && do(t, "help", name) != text {
			t.Errorf("`help %s` and `%s --help` differ", name, name)
		}
	}
	if do(t) != overview || do(t, "help") != overview {
		t.Error("no command, help and --help print different things")
	}
}

func TestWrongUsage(t *testing.T) {
	project(t, 2)
	for _, tt := range []struct {
		args []string
		says []string
	}{
		{[]string{"frob"}, []string{`unknown command "frob"`, "patchwork --help"}},
		{[]string{"statu", "p"}, []string{"did you mean status?"}},
		{[]string{"help", "frob"}, []string{`unknown command "frob"`}},
		{[]string{"help", "status", "p"}, []string{"unknown command"}},
		{[]string{"kernel", "frob"}, []string{"install, remove or status"}},
		{[]string{"kernel", "status", "x"}, []string{"wants no arguments"}},
		{[]string{"--frob"}, []string{"--frob"}},
		{[]string{"status", "p", "--jsn"}, []string{"--jsn", "patchwork status --help"}},
		{[]string{"status"}, []string{"status wants a project folder; got nothing"}},
		{[]string{"status", "p", "q"}, []string{`got 2 arguments: ["p" "q"]`}},
		{[]string{"status", ""}, []string{"argument 1 is empty"}},
		{[]string{"init"}, []string{"a project folder"}},
		{[]string{"init", "", "--images", "photos"}, []string{"argument 1 is empty"}},
		{[]string{"init", "x", "--images", "photos", "--seed", "-1"}, []string{`"-1"`, "--seed", "a whole number of 0 or more"}},
		{[]string{"evaluate", "p", "--replicates", "-1"}, []string{"--replicates is -1", "1 or more, or 0"}},
		{[]string{"thresholds", "p", "--precision", "0.9", "--recall", "0.9"}, []string{"--precision and --recall are both given"}},
		{[]string{"thresholds", "p", "--precision", "1"}, []string{"--precision is 1", "less than 1, as 0.9"}},
		{[]string{"thresholds", "p", "--recall", "0"}, []string{"--recall is 0", "more than 0"}},
		{[]string{"thresholds", "p", "--error", "0.5", "--wrong", "-1"}, []string{"--error is 0.5", "--wrong is -1"}},
		{[]string{"calibration", "p", "--method", "isotonic", "--folds", "1"}, []string{`--method is "isotonic"`, "--folds is 1"}},
		{[]string{"learning-curve", "p", "--budgets", "20,10"}, []string{"--budgets is [20 10]", "ascending"}},
		{[]string{"probe"}, []string{"name a project, or give --network and --images"}},
		{[]string{"probe", "p", "--network", "x", "--draws", "1"}, []string{"leave --network and --images away", "are of --few; give that, too", "--draws is 1"}},
		{[]string{"probe", "p", "--few", "--rotation", "--labels", "5,1"}, []string{"are of other figures than --few", "--labels is [5 1]"}},
		{[]string{"audit", "p", "--next", "-1"}, []string{"--next is -1"}},
		{[]string{"replay", "p", "--plot", "a.png"}, []string{`--plot is "a.png"; want a name that ends in .svg`}},
		{[]string{"replay", "p", "-n", "-1", "--seeds", "-2", "--rounds", "-3"}, []string{"-n is -1", "--seeds is -2", "--rounds is -3"}},
		{[]string{"learning-curve", "p", "--budgets", "x"}, []string{"--budgets"}},
		{[]string{"confusion", "p", "--classes", "red"}, []string{`--classes has ["red"] alone`}},
		{[]string{"import-labels", "p"}, []string{"a project folder and a CSV file"}},
		{[]string{"export-labels", "p"}, []string{"a CSV file"}},
		{[]string{"export-labels", "p", "-", "--json"}, []string{"--json"}},
		{[]string{"split", "p", "--validation", "0"}, []string{"--validation is 0; want a share above 0 and below 1"}},
		{[]string{"split", "p", "--validation", "1"}, []string{"--validation is 1;"}},
		{[]string{"split", "p", "--validation", "2"}, []string{"--validation is 2;"}},
		{[]string{"split", "p", "--validation", "-0.5"}, []string{"--validation is -0.5;"}},
		{[]string{"split", "p", "--validation", "nan"}, []string{"--validation is NaN;"}},
		{[]string{"split", "p", "--validation", "a"}, []string{`"a"`, "want a number"}},
		{[]string{"train", "p", "--epochs", "-1", "--label-smoothing", "1"}, []string{`--epochs is "-1";`, `--label-smoothing is "1";`}},
		{[]string{"embed", "p", "--size", "-1", "--batch", "-2"}, []string{"--size is -1;", "--batch is -2;"}},
		{[]string{"embed", "p", "--mean", "0.5,x"}, []string{`"0.5,x"`, "want a number"}},
		{[]string{"predict", "p", "--out", ""}, []string{"--out is empty"}},
		{[]string{"predict", "p", "--decide", "precision=2"}, []string{`--decide is "precision=2"; want f1, or precision=SHARE`}},
		{[]string{"predict", "p", "--wrong", "0.1"}, []string{"give --decide too"}},
		{[]string{"predict", "p", "--decide", "f1", "--wrong", "1", "--error", "1"}, []string{"--wrong is 1", "--error is 1"}},
		{[]string{"predict", "p", "--json"}, []string{"--out"}},
		{[]string{"suggest", "p", "-n", "-3"}, []string{"-n is -3; want 1 or more"}},
		{[]string{"suggest", "p", "-n", "0", "--subset", "foo"}, []string{"-n is 0;", `"foo" is not a filter`, "contains: "}},
		{[]string{"suggest", "p", "-n", "many"}, []string{`"many"`, "want a whole number"}},
		{[]string{"suggest", "p", "-n", "99999999999999999999"}, []string{"want a whole number"}},
		{[]string{"similar"}, []string{"similar wants PROJECT [IMAGE...]; got []"}},
		{[]string{"similar", "p", ""}, []string{"argument 2 is empty"}},
		{[]string{"similar", "p", "-n", "0"}, []string{"-n is 0; want 1 or more"}},
		{[]string{"layout", "p", "--kind", "isomap", "--min-dist", "2"}, []string{`--kind is "isomap"; want one of umap, t-sne, pca, som`, "--min-dist is 2"}},
		{[]string{"distil", "p", "--temperature", "0"}, []string{"--temperature is 0; want 1 or more"}},
		{[]string{"propagate", "p", "--neighbours", "0", "--temperature", "0.01", "--trust", "-1"}, []string{"--neighbours is 0", "--temperature is 0.01", "--trust is -1"}},
		{[]string{"suspects", "p", "-n", "-1", "--folds", "1"}, []string{"-n is -1", "--folds is 1"}},
		{[]string{"doubles", "p", "--near", "1", "--bits", "12"}, []string{"--near is 1", "--bits is 12"}},
		{[]string{"outliers", "p", "-n", "0"}, []string{"-n is 0"}},
		{[]string{"train", "p", "--pseudo-labels", "0.5"}, []string{"--pseudo-labels is 0.5", "such as 0.95"}},
		{[]string{"pretrain", "p", "--batch-size", "-1", "--devices", "-1", "--look", "-1", "--warmup", "-1", "--period", "-1"}, []string{"--batch-size is -1;", "--devices is -1;", "--look is -1;", "--warmup is -1;", "--period is -1;"}},
		{[]string{"pretrain", "p", "--batch-size", "2", "--devices", "3"}, []string{"--devices is 3, and the backend cpu has 1; want at most so many"}},
		{[]string{"pretrain", "p", "--batch-size", "5000"}, []string{"--batch-size is 5000 and there are 2 images; want at most so many"}},
		{[]string{"pretrain", "p", "--width", "-1"}, []string{"--width is -1; want a factor up to 64"}},
		{[]string{"agreement", "p", "--rule", "most"}, []string{`no rule "most"`, "unanimous", "priority: anna > bob"}},
		{[]string{"agreement", "p", "--keep"}, []string{"--keep", "--rule"}},
		{[]string{"agreement", "p", "--replicates", "-1"}, []string{"--replicates is -1;"}},
		{[]string{"disagreements", "p", "-n", "-1"}, []string{"-n is -1;"}},
		{[]string{"serve", "p", "--idle", "soon"}, []string{`"soon"`, "want a duration such as 30m or 12h"}},
		{[]string{"serve", "p", "--idle", "-1s"}, []string{"--idle is -1s;"}},
		{[]string{"serve", "p", "--addr", "here"}, []string{`--addr is "here"`}},
		{[]string{"serve", "p", "--addr", "0.0.0.0:0"}, []string{`--addr is "0.0.0.0:0", which other machines can reach`}},
	} {
		fails(t, exitUsage, tt.says, tt.args...)
	}
	if got := do(t, "export-labels", "p", "-"); strings.Contains(got, "True") || strings.Count(got, "\n") != 3 {
		t.Errorf("wrong usage changed the labels:\n%s", got)
	}
}

func TestWhatDoesNotExist(t *testing.T) {
	project(t, 2)
	write(t, "file", "text")
	for _, tt := range []struct {
		args []string
		says []string
	}{
		{[]string{"status", "nowhere"}, []string{"no project here", "nowhere", "patchwork init nowhere --images"}},
		{[]string{"status", "file"}, []string{"file is not a folder"}},
		{[]string{"init", "file", "--images", "photos"}, []string{"file is not a folder"}},
		{[]string{"init", "file/p", "--images", "photos"}, []string{"file"}},
		{[]string{"serve", "nowhere"}, []string{"no project here"}},
		{[]string{"train", "p"}, []string{"no features yet", "patchwork embed p"}},
		{[]string{"predict", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"evaluate", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"thresholds", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"confusion", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"prevalence", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"calibration", "p"}, []string{"no model yet", "patchwork train p"}},
		{[]string{"learning-curve", "p"}, []string{"patchwork embed p"}},
		{[]string{"replay", "p"}, []string{"patchwork embed p"}},
		{[]string{"audit", "p"}, []string{"patchwork embed p"}},
		{[]string{"suggest", "p", "--strategy", "diversity"}, []string{"patchwork embed p"}},
		{[]string{"suggest", "p", "--strategy", "magic"}, []string{`"magic"`, "random, entropy, margin"}},
		{[]string{"suggest", "p", "--strategy", "entropy"}, []string{"no model", "random"}},
		{[]string{"suggest", "p", "--strategy", "highest: blue"}, []string{"highest: blue", `["green" "red"]`}},
		{[]string{"suggest", "p", "--strategy", "highest: "}, []string{"highest: CLASS"}},
		{[]string{"suggest", "p", "--with", "dark"}, []string{"has not been checked; run `patchwork check p`"}},
		{[]string{"suggest", "p", "--subset", "contains: blue"}, []string{`"blue"`, `["green" "red"]`}},
		{[]string{"suggest", "p", "--subset", "subset: blue"}, []string{`"blue"`, `["green" "red"]`}},
		{[]string{"similar", "p"}, []string{"no features yet", "patchwork embed p"}},
		{[]string{"similar", "p", "magic.png"}, []string{`"magic.png"`, "patchwork suggest"}},
		{[]string{"agreement", "p", "--rule", "priority: zoe"}, []string{`"zoe"`, "labelled nothing"}},
		{[]string{"disagreements", "p", "--class", "blue"}, []string{`"blue"`, `["green" "red"]`}},
		{[]string{"embed", "p", "--size", "64"}, []string{"size", "ONNX", "embedded"}},
		{[]string{"export-labels", "p", "nowhere/l.csv"}, []string{"nowhere/l.csv", "no such file or directory"}},
		{[]string{"export-labels", "p", "photos"}, []string{"photos", "is a directory"}},
		{[]string{"import-labels", "p", "nowhere.csv"}, []string{"nowhere.csv", "no such file or directory"}},
	} {
		fails(t, exitFailed, tt.says, tt.args...)
	}
}

func TestNothingToLearnFrom(t *testing.T) {
	place(t)
	photos(t, ".", 4)
	do(t, "init", "p", "--images", "photos")
	fails(t, exitFailed, []string{"no classes", "patchwork init p --classes"}, "train", "p")
	do(t, "init", "p", "--classes", "green")
	fails(t, exitFailed, []string{"0 images are labelled"}, "split", "p")
	do(t, "embed", "p")
	fails(t, exitFailed, []string{"no labelled image to learn from", `"green"`}, "train", "p")
}

// brokenPipe is a standard output that takes nothing, as /dev/full.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultsThatCannotBeWrittenAreAFailure(t *testing.T) {
	project(t, 2)
	for _, args := range [][]string{{"status", "p"}, {"status", "p", "--json"}, {"suggest", "p"}, {"export-labels", "p", "-"}} {
		var said strings.Builder
		if code := run(t.Context(), args, brokenPipe{}, &said); code != exitFailed || !strings.Contains(said.String(), "no space left") {
			t.Errorf("%q ended with %d and said %q", args, code, said.String())
		}
	}
}

func TestInterruptedSaysSo(t *testing.T) {
	dir := place(t)
	photos(t, dir, 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := invokeWith(ctx, t, "init", "p", "--images", "photos")
	if r.code != exitInterrupted || r.err != "patchwork: interrupted; what was done is kept\n" || r.out != "" {
		t.Errorf("ended with %d, printed %q and said %q", r.code, r.out, r.err)
	}
	if got := do(t, "init", "p"); !strings.Contains(got, "4 images") {
		t.Errorf("going on without --images gave %s", got)
	}
}

// A cancelled command that could not keep its work must not claim that it did.
func TestInterruptedButNotKept(t *testing.T) {
	full := errors.New("no space left on device")
	for _, tt := range []struct {
		err, want error
	}{
		{context.Canceled, nil},
		{errors.Join(context.Canceled, nil), nil},
		{errors.Join(context.Canceled, full), full},
		{errors.Join(errors.Join(full), context.Canceled), full},
		{full, full},
	} {
		if got := besidesCancel(tt.err); (got == nil) != (tt.want == nil) || got != nil && !errors.Is(got, tt.want) {
			t.Errorf("besides the cancelling, %v says %v, want %v", tt.err, got, tt.want)
		}
	}
}

// What to do is said in commands, not in Go.
func TestNothingIsHeldOut(t *testing.T) {
	project(t, 12)
	do(t, "init", "p", "--labels-from-folders")
	do(t, "embed", "p")
	do(t, "train", "p")
	fails(t, exitFailed, []string{"hold some out, as with `patchwork split`, and train again, or fit out of fold (--out-of-fold)\n"}, "calibration", "p")
}
