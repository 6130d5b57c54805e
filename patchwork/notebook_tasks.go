package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// TrainTasks fits one network to all tasks of a table with a live curve, and shows how well each is answered.
func (n *Notebook) TrainTasks(table string, options ...TaskOptions) multitask.Info {
	o := TaskOptions{Options: multitask.Options{Seed: n.Settings().Seed}}
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	live, err := widgets.NewLiveCurves(studio.LearningCurve(nil))
	check(err)
	info, err := n.Project.TrainTasks(ctx, table, o, func(p multitask.Point) {
		live.Add(studio.TrainingCurve, p.Epoch, float64(p.TrainLoss))
		if p.ValidationLoss.Known() {
			live.Add(studio.ValidationCurve, p.Epoch, float64(p.ValidationLoss))
		}
	})
	live.Close()
	check(err)
	fmt.Print(info)
	return info
}
