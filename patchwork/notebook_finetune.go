package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
)

// FineTune trains the project's network and the classifier together with a live curve, that of
// the share of unknown labels that teach where images without labels do, and shows how well they do.
func (n *Notebook) FineTune(options ...FineTuneOptions) FineTuneReport {
	var o FineTuneOptions
	o.Seed = n.Settings().Seed
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	curve, ended := liveCurve()
	onPoint, progress, done := ShowFineTuning()
	r, err := n.Project.FineTune(ctx, o, func(p finetune.Point) {
		onPoint(p)
		curve(p.Point)
	}, progress)
	done()
	ended()
	checkTrained(err)
	fmt.Println(r)
	return r
}
