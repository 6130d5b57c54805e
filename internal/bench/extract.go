package main

import (
	"fmt"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// mobileNet is the network of the table of known models that is measured, where it is there.
const mobileNet = "keras_mobilenet_v2_0.35_224_no_top.fp32.onnx"

// measureExtract computes features of the project's own scenes.
func measureExtract(t *trial) {
	dir := t.folder("extract")
	index, _, err := imageset.Scan(t.ctx, imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: t.scenes()}}})
	t.must(err)
	ex, err := features.Default()
	t.must(err)
	t.extract("extract/default", "features by the embedded extractor", ex, dir, index, index.Len())

	file, ok := t.shared("models", mobileNet)
	if !ok {
		t.report(Row{Name: "extract/mobilenet", What: "features by MobileNetV2 0.35 (ONNX)", Skipped: "no " + mobileNet + " in ../shared/models"})
		return
	}
	ex, err = features.OpenONNX(file, features.ONNXOptions{})
	t.must(err)
	t.extract("extract/mobilenet", "features by MobileNetV2 0.35 (ONNX)", ex, dir, index, 100)
}

// extract computes the features of the first n images, from file to store.
func (t *trial) extract(name, what string, ex features.Extractor, dir string, index *imageset.Index, n int) {
	t.Helper()
	images := make([]imageset.Image, n)
	for row := range images {
		images[row] = index.At(row)
	}
	few, err := imageset.NewIndex(images)
	t.must(err)
	begun := time.Now()
	store, report, err := features.Run(t.ctx, ex, &imageset.Reader{Root: dir, Index: few}, features.RunOptions{Dir: t.folder("features")})
	took := time.Since(begun)
	t.must(err)
	t.must(store.Close())
	if report.Computed != n {
		t.Fatalf("features of %d images were computed; want %d", report.Computed, n)
	}
	s := ex.Spec()
	t.report(rate(name, what, n, []time.Duration{took}, fmt.Sprintf("%d images, %d numbers each, start included, once", n, s.Dim)))
}
