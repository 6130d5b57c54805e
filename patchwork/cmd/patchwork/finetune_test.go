package main

import (
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

func TestFineTune(t *testing.T) {
	dir := trained(t, 8)
	fails(t, exitFailed, []string{"the extractor is the embedded one", "patchwork embed p --extractor"}, "finetune", "p")
	fails(t, exitUsage, []string{`--unfreeze is -2;`, "--network-rate is 11;"}, "finetune", "p", "--unfreeze", "-2", "--network-rate", "11")
	fails(t, exitUsage, []string{`--augment is "much"`, "fixmatch-weak"}, "finetune", "p", "--augment", "much")
	fails(t, exitUsage, []string{`--strong-augment is "none"`, "fixmatch-strong"}, "finetune", "p", "--strong-augment", "none")
	fails(t, exitUsage, []string{"--strong-augment is a second view of images without labels, and semi is none"}, "finetune", "p", "--strong-augment", "simclr")
	do(t, "embed", "p", "--extractor", smallNetwork(t), "--mean", "0.5", "--std", "0.25")
	fails(t, exitFailed, []string{"nothing to finish"}, "finetune", "p", "--finish")
	short := []string{"--epochs", "2", "--steps", "2", "--batch-size", "4", "--network-rate", "1", "--json"}
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
	photos(t, dir, 12) // four more, without labels
	do(t, "init", "p")
	do(t, "embed", "p")
	r := as[patchwork.FineTuneReport](t, do(t, append(append([]string{"finetune", "p"}, short...), "--semi", "flexmatch", "--unlabelled", "1", "--strong-augment", "simclr")...))
	if last := r.History[1]; last.SemiLoss == 0 || last.Sure == 0 || r.Options.Semi != "flexmatch" {
		t.Errorf("images without labels add nothing: %+v", r)
	}
	do(t, "embed", "p") // the tuned network goes on as the extractor
	do(t, "train", "p", "--epochs", "1")
}
