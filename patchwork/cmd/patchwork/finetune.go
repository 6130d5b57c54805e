package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/augment"
)

func finetuneCommand() *cobra.Command {
	var o patchwork.FineTuneOptions
	var set, strong string
	var asJSON bool
	names := func() (list []string) {
		for _, s := range augment.Sets() {
			list = append(list, s.Name)
		}
		return list
	}()
	c := &cobra.Command{
		Use:   "finetune PROJECT",
		Short: "Train the network and the classifier together, on images",
		Long: "The project's extractor must be an ONNX network or one that was pre-trained. Its tuned copy becomes the extractor, and features are computed again. An\n" +
			"interrupted training changes nothing; the same command goes on after the last whole epoch, --finish takes the best so far.\n" +
			"docs/finetune.md explains it.",
		Example: "  patchwork finetune landuse --epochs 10 --augment fixmatch-weak\n  patchwork finetune landuse --trunk convnet --unfreeze 3\n" +
			"  patchwork finetune landuse --semi flexmatch --epochs 20",
		Args: args("a project folder"),
		RunE: onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
			if !c.Flags().Changed("seed") {
				o.Seed = p.Settings().Seed
			}
			onPoint, progress, end := patchwork.ShowFineTuning()
			report, err := p.FineTune(c.Context(), o, onPoint, progress)
			end()
			return printDone(c, report, asJSON, err)
		}),
	}
	f := c.Flags()
	settings := settingFlags(c, &o.Options.Options)
	for name, is := range map[string]string{"head": "linear", "epochs": "10", "steps": "one for each batch of the images learned from, but 10 to 50", "rate": "0.001"} {
		about, _, _ := strings.Cut(f.Lookup(name).Usage, "; default ") // that of train
		f.Lookup(name).Usage = about + "; default " + is
	}
	c.PreRunE = func(*cobra.Command, []string) error {
		wrong := []error{settings()}
		for _, v := range []struct {
			flag, set string
			to        *augment.Params
		}{{"augment", set, &o.Augment}, {"strong-augment", strong, &o.StrongAugment}} {
			at := slices.Index(names, v.set)
			if at >= 0 {
				*v.to = augment.Sets()[at].Params
			}
			nothing := v.flag == "strong-augment" && v.set == "none" // of the zero value the default is made
			wrong = append(wrong, need(at >= 0 && !nothing || v.set == "", "--%s is %q; want one of %s", v.flag, v.set, strings.Join(names, ", ")))
		}
		return checkFlags(append(wrong, o.Check())...)
	}
	f.IntVar(&o.Unfreeze, "unfreeze", 0, "`epochs` until the network is trained too, -1 for never; without it 1")
	f.Float64Var(&o.NetworkRate, "network-rate", 0, "`share` of the rate for the network; without it 0.1")
	f.Float64Var(&o.NetworkDecay, "network-decay", 0, "`pull` of the network's kernels to 0; without it none")
	f.BoolVar(&o.Restart, "restart", false, "optimiser and schedule begin anew when the network joins")
	f.BoolVar(&o.Cold, "cold", false, "do not train the classifier on the features as they are first")
	f.StringVar(&set, "augment", "", fmt.Sprintf("`set` of augmentations: %s; without it those of project.yaml, else none, with --semi mirrors", strings.Join(names, ", ")))
	f.StringVar(&strong, "strong-augment", "", "`set` of the second view of images without labels, with --semi; without it fixmatch-strong")
	f.BoolVar(&o.GoOn, "go-on", false, "begin with the classifier of the present model")
	f.StringVar(&o.Note, "note", "", "`text` for the record of the run")
	f.BoolVar(&o.Finish, "finish", false, "take the best so far of a training that was cut off")
	f.Uint64Var(&o.Seed, "seed", 0, "same seed and labels, same weights; without it the project's")
	followFlags(f, &o.TensorBoard, &o.MLflow)
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}
