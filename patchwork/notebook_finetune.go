package patchwork

import (
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// FineTune trains the project's network and the classifier together with a live curve, and shows how well they do.
func (n *Notebook) FineTune(options ...FineTuneOptions) FineTuneReport {
	var o FineTuneOptions
	o.Seed = n.Settings().Seed
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	live, err := widgets.NewLiveCurves(studio.LearningCurve(nil))
	check(err)
	progress, done := ShowProgress()
	r, err := n.Project.FineTune(ctx, o, func(p finetune.Point) {
		progress("fine-tuning", p.Step, p.Steps)
		live.Add(studio.TrainingCurve, p.Epoch, p.TrainLoss)
		if !math.IsNaN(p.ValidationLoss) {
			live.Add(studio.ValidationCurve, p.Epoch, p.ValidationLoss)
		}
	}, progress)
	done()
	live.Close()
	check(err)
	fmt.Println(r)
	return r
}
