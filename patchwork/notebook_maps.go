package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/features"
)

// Taps shows the maps inside of the project's network that ExtractMaps can keep.
func (n *Notebook) Taps(options ...FeatureMapOptions) {
	var o FeatureMapOptions
	if len(options) > 0 {
		o = options[0]
	}
	taps, err := n.Project.Taps(o)
	check(err)
	for i, t := range taps {
		fmt.Printf("%3d  %v  (%s)\n", i, t, t.Operator)
	}
}

// ExtractMaps computes feature maps of all images, for classifiers that read maps. It says first how much room they take.
func (n *Notebook) ExtractMaps(options ...FeatureMapOptions) {
	var o FeatureMapOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.Planned == nil {
		o.Planned = func(plan FeatureMapPlan) { fmt.Println(plan) }
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.ExtractMaps(ctx, o, progress)
	done()
	check(err)
	fmt.Println(report)
}

// ImportMaps takes maps that another program computed, an npy file [images, height, width, channels] for each tap.
func (n *Notebook) ImportMaps(files []string, options ...features.ImportOptions) {
	var o features.ImportOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.ImportMaps(ctx, files, o, progress)
	done()
	check(err)
	fmt.Println(report)
}
