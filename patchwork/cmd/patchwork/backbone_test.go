package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// TestBackboneFolder: a network's folder is an extractor of vectors and of maps.
func TestBackboneFolder(t *testing.T) {
	project(t, 4)
	o := backbone.Options{Width: 0.125}
	net, err := backbone.New("resnet-tiny", o)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	backend, err := compute.Backend()
	if err == nil {
		err = backbone.Make(net, store, "/net")
	}
	if err == nil {
		err = store.InitializeVariables(backend, nil)
	}
	if err == nil {
		err = backbone.Save("aerial", store, "/net", backbone.Saved{Name: "resnet-tiny", Options: o, Width: 32, Height: 32})
	}
	if err != nil {
		t.Fatal(err)
	}
	report := as[patchwork.EmbedReport](t, do(t, "embed", "p", "--extractor", "aerial", "--json"))
	if report.Run.Computed != 4 || report.Spec.Dim != 32 || report.Spec.Name != "aerial" || report.Spec.Width != 32 {
		t.Errorf("%+v", report)
	}
	if again := as[patchwork.EmbedReport](t, do(t, "embed", "p", "--json")); again.Run.Computed != 0 || again.Spec.ID != report.Spec.ID {
		t.Errorf("what was told is forgotten: %+v", again)
	}
	taps := as[[]features.Tap](t, do(t, "maps", "list", "p", "--json"))
	if len(taps) != 1 || taps[0].String() != "map 2×2×32" {
		t.Errorf("taps %v", taps)
	}
	maps := as[patchwork.FeatureMapReport](t, do(t, "maps", "extract", "p", "--taps", "map", "--json"))
	if maps.Run.Computed != 4 || maps.Spec.Dim != 2*2*32 {
		t.Errorf("%+v", maps)
	}
	do(t, "init", "p", "--labels-from-folders")
	do(t, "train", "p", "--epochs", "1")
	do(t, "train", "p", "--trunk", "pooling", "--epochs", "1")
	fails(t, exitFailed, []string{"describe an ONNX file, and", "is a folder, which knows them"}, "embed", "p", "--extractor", "aerial", "--size", "64")
	short := []string{"--epochs", "2", "--steps", "2", "--batch-size", "4", "--network-rate", "1", "--json"}
	for _, more := range [][]string{nil, {"--trunk", "pooling"}} {
		tuned := as[patchwork.FineTuneReport](t, do(t, append(append([]string{"finetune", "p"}, short...), more...)...))
		kept, err := backbone.Read(filepath.Join("p", tuned.Network))
		if err != nil || !strings.HasPrefix(tuned.Network, "networks/aerial-tuned-") || kept.About != "tuned" || !strings.Contains(read(t, "p/project.yaml"), "extractor: "+tuned.Network) {
			t.Errorf("%v: %+v %+v %v", more, tuned, kept, err)
		}
	}
	do(t, "train", "p", "--epochs", "1") // on features of the tuned network
	fails(t, exitFailed, []string{"no network in p/journal"}, "embed", "p", "--extractor", "p/journal")
}
