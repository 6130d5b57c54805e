package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// fineTuneCutOff interrupts a fine-tuning in its second epoch and goes on: it is one run, without steps twice.
func fineTuneCutOff(t *testing.T) {
	t.Helper()
	p, err := patchwork.Open("p")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	o := patchwork.FineTuneOptions{Note: "cut"}
	o.Epochs, o.Steps, o.BatchSize = 2, 3, 4
	ctx, stop := context.WithCancel(t.Context())
	first, err := p.FineTune(ctx, o, func(pt finetune.Point) {
		if pt.Step == 5 {
			stop()
		}
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if r, err := runlog.Read(first.Run); err != nil || r.State != runlog.Interrupted || r.Note != "cut" {
		t.Errorf("interrupted: %+v, %v", r, err)
	}
	again, err := p.FineTune(t.Context(), o, nil, nil)
	if err != nil || again.Resumed != 1 || again.Run != first.Run {
		t.Fatalf("went on after %d epochs in %s, want 1 in %s: %v", again.Resumed, again.Run, first.Run, err)
	}
	series, err := runlog.Metrics(again.Run)
	if r, _ := runlog.Read(again.Run); err != nil || r.State != runlog.Done || !slices.Equal(series["loss"].Step, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("after going on: %+v, %v, %v", r, series["loss"].Step, err)
	}
}

func TestFineTune(t *testing.T) {
	dir := trained(t, 8)
	fails(t, exitFailed, []string{"the extractor is the embedded one", "patchwork embed p --extractor"}, "finetune", "p")
	fails(t, exitUsage, []string{`--unfreeze is -2;`, "--network-rate is 11;"}, "finetune", "p", "--unfreeze", "-2", "--network-rate", "11")
	fails(t, exitUsage, []string{`--augment is "much"`, "fixmatch-weak"}, "finetune", "p", "--augment", "much")
	fails(t, exitUsage, []string{`--strong-augment is "none"`, "fixmatch-strong"}, "finetune", "p", "--strong-augment", "none")
	fails(t, exitUsage, []string{"--strong-augment is a second view of images without labels, and semi is none"}, "finetune", "p", "--strong-augment", "simclr")
	for _, own := range []string{"--epochs number.*default 10\n", "--steps number.*but 10 to 50\n", "--rate number.*default 0.001\n", "--head choice.*default linear\n"} {
		if help := invoke(t, "finetune", "--help").out; !regexp.MustCompile(own).MatchString(help) {
			t.Errorf("the help of finetune lacks %q, its own default", own)
		}
	}
	do(t, "embed", "p", "--extractor", smallNetwork(t), "--mean", "0.5", "--std", "0.25")
	fails(t, exitFailed, []string{"nothing to finish"}, "finetune", "p", "--finish")
	short := []string{"--epochs", "2", "--steps", "2", "--batch-size", "4", "--network-rate", "1", "--tensorboard", "--json"}
	for _, more := range [][]string{{"--augment", "fixmatch-weak"}, {"--trunk", "multiscale"}} {
		if more[1] == "multiscale" {
			do(t, "maps", "extract", "p", "--taps", "relu,add")
		}
		r := as[patchwork.FineTuneReport](t, do(t, append(append([]string{"finetune", "p"}, short...), more...)...))
		if !strings.HasPrefix(r.Network, "networks/small-tuned-") || !strings.Contains(read(t, "p/project.yaml"), "extractor: "+r.Network) || len(r.History) != 2 {
			t.Errorf("%v: %+v", more, r)
		}
		if scores := do(t, "predict", "p"); strings.Count(scores, "\n") != 9 {
			t.Errorf("%v: scores\n%s", more, scores)
		}
		if _, err := os.Stat("p/models/.finetune"); err == nil {
			t.Errorf("%v: the state stays", more)
		}
	}
	runs, err := runlog.List("p/runs")
	runs = slices.DeleteFunc(runs, func(r runlog.Run) bool { return r.Kind != "finetune" }) // those of one second are in the order of their kinds
	if err != nil || len(runs) < 2 || runs[1].State != runlog.Done || runs[1].Settings["network_rate"] != "1" || runs[1].Settings["unfreeze"] != "1" ||
		runs[1].Settings["augment.flip_left_right"] != "true" || runs[1].Settings["head"] != "linear" || !slices.Contains(runs[1].Given, "network_rate") || slices.Contains(runs[1].Given, "unfreeze") {
		t.Errorf("on record: %+v, %v", runs[1], err)
	}
	if found, _ := filepath.Glob("p/runs/*-finetune*/tensorboard/events.out.tfevents.*"); len(found) != 2 {
		t.Errorf("of two fine-tunings there are %d event files", len(found))
	}
	fineTuneCutOff(t)
	photos(t, dir, 12) // four more, without labels
	do(t, "init", "p")
	do(t, "embed", "p")
	r := as[patchwork.FineTuneReport](t, do(t, append(append([]string{"finetune", "p"}, short...), "--semi", "flexmatch", "--unlabelled", "1", "--strong-augment", "simclr")...))
	if last := r.History[1]; last.SemiLoss == 0 || last.Sure == 0 || r.Options.Semi != "flexmatch" {
		t.Errorf("images without labels add nothing: %+v", r)
	}
	do(t, "embed", "p") // the tuned network goes on as the extractor
	do(t, "train", "p", "--epochs", "1")
	const known = "the network of these features was tuned on labels"
	if told := do(t, "evaluate", "p", "--folds", "2"); !strings.Contains(told, known) {
		t.Errorf("folds of images that the network knows:\n%s", told)
	}
	do(t, "embed", "p", "--extractor", "default")
	if told := do(t, "evaluate", "p", "--folds", "2"); strings.Contains(told, known) {
		t.Errorf("of another network:\n%s", told)
	}
}

// A training that goes on begins with the weights that are there: with steps of next to no length the scores stay.
func TestTrainGoesOn(t *testing.T) {
	trained(t, 8)
	do(t, "train", "p", "--head", "linear", "--epochs", "3")
	was := do(t, "predict", "p")
	short := []string{"train", "p", "--head", "linear", "--epochs", "1", "--steps", "1", "--rate", "1e-15", "--weight-decay", "1e-15"}
	do(t, append(short, "--go-on")...)
	if now := do(t, "predict", "p"); now != was {
		t.Errorf("the scores were\n%s and are\n%s", was, now)
	}
	do(t, short...)
	if now := do(t, "predict", "p"); now == was {
		t.Error("a training from the beginning gives the scores of the one before")
	}
	fails(t, exitFailed, []string{"train from the beginning"}, "train", "p", "--head", "mlp", "--go-on")
}
