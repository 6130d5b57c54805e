package patchwork

import (
	"cmp"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/widgets"
)

// Pretrain trains a network on the project's images without labels, with a live curve, and shows what became of the features.
func (n *Notebook) Pretrain(options ...PretrainOptions) PretrainReport {
	var o PretrainOptions
	o.Seed = n.Settings().Seed
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	live, err := widgets.NewLiveCurves(widgets.Chart{Title: "Loss", XName: "epoch", YName: "loss", Width: 420, Height: 220})
	check(err)
	progress, done := ShowProgress()
	var sum float64 // of the losses since the last point of the curve
	var count int
	r, err := n.Project.Pretrain(ctx, o, func(p pretrain.Point) {
		if p.Step == 0 {
			return
		}
		progress("pre-training", p.Step, p.Steps)
		if sum, count = sum+p.Loss, count+1; count == max(p.Steps/200, 1) {
			live.Add(cmp.Or(o.Method, defaultMethod), p.Epoch, sum/float64(count))
			sum, count = 0, 0
		}
		if p.Warning != "" {
			fmt.Println(p.Warning)
		}
	}, progress)
	done()
	live.Close()
	checkTrained(err)
	fmt.Println(r)
	return r
}
