package main

import (
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// smallNetwork copies the network that PyTorch is compared with to where a test works. Its maps are named first, norm, relu, deep, clip,
// point and add.
func smallNetwork(t *testing.T) string {
	t.Helper()
	write(t, "small.onnx", string(networkOnDisk))
	return "small.onnx"
}

// networkOnDisk is read before a test changes the working directory.
var networkOnDisk, _ = os.ReadFile("../../features/testdata/small.onnx")

func TestMaps(t *testing.T) {
	project(t, 4)
	fails(t, exitFailed, []string{"no feature maps yet", "patchwork maps extract p"}, "train", "p", "--trunk", "pooling")
	fails(t, exitFailed, []string{"the extractor is the embedded one", "patchwork maps extract p --extractor network.onnx"}, "maps", "extract", "p")
	file := smallNetwork(t)
	taps := as[[]features.Tap](t, do(t, "maps", "list", "p", "--extractor", file, "--json"))
	if len(taps) != 7 || taps[6].Name != "add" || taps[6].Height != 8 || taps[6].Channels != 8 {
		t.Errorf("taps %v", taps)
	}
	fails(t, exitFailed, []string{"fit none of the 7 layers"}, "maps", "extract", "p", "--extractor", file, "--taps", "nothing")
	r := invoke(t, "maps", "extract", "p", "--extractor", file, "--taps", "relu,-1", "--json")
	if r.code != exitDone || !strings.Contains(r.err, "maps relu 16×16×8, add 8×8×8 as float16; all images take 20.7 kB on disk, 4 are missing") {
		t.Errorf("the plan is not said before: %s", r.err)
	}
	report := as[patchwork.FeatureMapReport](t, r.out)
	if report.Run.Computed != 4 || report.Plan.Bytes != 2*128+4*2*(16*16*8+8*8*8) {
		t.Errorf("%+v", report)
	}
	if again := as[patchwork.FeatureMapReport](t, do(t, "maps", "extract", "p", "--json")); again.Run.Kept != 4 || again.Spec.ID != report.Spec.ID {
		t.Errorf("what was told is forgotten: %+v", again)
	}
	if other := as[patchwork.FeatureMapReport](t, do(t, "maps", "extract", "p", "--float32", "--json")); other.Plan.Kind != "float32" || len(other.Spec.Taps) != 2 {
		t.Errorf("%+v", other)
	}
	do(t, "init", "p", "--labels-from-folders")
	do(t, "train", "p", "--trunk", "multiscale", "--epochs", "1")
	if scores := do(t, "predict", "p"); strings.Count(scores, "\n") != 5 {
		t.Errorf("scores of a model of maps:\n%s", scores)
	}
	do(t, "train", "p", "--trunk", "convnet", "--layers", "8,p", "--kernel", "3", "--epochs", "1", "--steps", "2")
	do(t, "predict", "p")
	fails(t, exitFailed, []string{"layer 4 (p)", "want at least 2x2"}, "train", "p", "--trunk", "convnet", "--layers", "p,p,p,p")
	fails(t, exitUsage, []string{`--layers is "8,x"`, "column 3"}, "train", "p", "--trunk", "convnet", "--layers", "8,x")
	fails(t, exitUsage, []string{"import wants a project folder and one file or more"}, "maps", "import", "p")
	fails(t, exitFailed, []string{"small.onnx: it is no npy file"}, "maps", "import", "p", file)
}
