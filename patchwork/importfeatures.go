package patchwork

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/features"
)

// ImportFeatures takes vectors that another program computed, an npy file [images, numbers] with a row for each line of images.tsv, and
// makes them the features in use. The extractor of the settings stays as it is, so that Embed goes back to its features. o.Dir and
// o.Progress are not read.
//
// Errors: those of features.ImportNPY.
func (p *Project) ImportFeatures(ctx context.Context, file string, o features.ImportOptions, progress Progress) (EmbedReport, error) {
	var report EmbedReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	o.Dir, o.Progress = p.path("features"), progress.step("importing features")
	store, run, err := features.ImportNPY(ctx, file, p.Images(), o)
	report.Run = run
	if err != nil {
		return report, err
	}
	defer store.Close()
	report.Spec = store.Spec()
	s, err := readSettings(p.dir)
	if err != nil {
		return report, err
	}
	report.Sanity, err = p.take(ctx, store, s.Extractor, s.Network, progress)
	return report, err
}

// ImportFeatures takes vectors that another program computed as the features in use, and shows what came of it. The file is an npy file
// with a row for each line of images.tsv.
func (n *Notebook) ImportFeatures(file string, options ...features.ImportOptions) {
	var o features.ImportOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.ImportFeatures(ctx, file, o, progress)
	done()
	check(err)
	fmt.Println(report)
}
