package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// What real images and a real network must give: 1,000 aerial images of ten classes, MobileNetV2-0.35 trained on
// ImageNet, 20 % held out. An independent runtime gave 0.967 for the nearest neighbours (with other copies of the images).
const (
	realImages  = "data/ucm10"
	realNetwork = "models/keras_mobilenet_v2_0.35_224_no_top.fp32.onnx"

	wantNeighbours = 0.95 // leave-one-out 5-NN accuracy with the network
	wantHead       = 0.95 // share of held-out images whose highest score is their class, with the network

	wantEmbeddedNeighbours = 0.85 // the same with the embedded extractor: measured 0.904 and 0.975
	wantEmbeddedHead       = 0.9
)

func TestRealImagesFromTheCommandLine(t *testing.T) {
	Slow(t)
	shared := Shared(t, realImages, realNetwork)
	program := Program(t)
	project := filepath.Join(TempDir(t, "real"), "ucm")
	Patchwork(t, program, "init", project, "--images", filepath.Join(shared, realImages), "--labels-from-folders")
	Patchwork(t, program, "split", project, "--validation", "0.2", "--seed", "1")
	for _, extractor := range []struct {
		name             string
		neighbours, head float64
	}{
		{"default", wantEmbeddedNeighbours, wantEmbeddedHead},
		{filepath.Join(shared, realNetwork), wantNeighbours, wantHead},
	} {
		var embedded struct {
			Sanity struct{ Features struct{ Accuracy float64 } }
		}
		start := time.Now()
		read(t, Patchwork(t, program, "embed", project, "--extractor", extractor.name, "--json"), &embedded)
		took := time.Since(start)
		Patchwork(t, program, "train", project, "--seed", "1")
		var measured struct {
			Validation struct {
				Rows int
				Top1 struct{ Value float64 }
			}
		}
		read(t, Patchwork(t, program, "evaluate", project, "--json"), &measured)
		n, h := embedded.Sanity.Features.Accuracy, measured.Validation.Top1.Value
		t.Logf("%s: embedded in %.1f s; leave-one-out 5-NN %.3f; linear head %.3f on %d held-out images",
			filepath.Base(extractor.name), took.Seconds(), n, h, measured.Validation.Rows)
		if n < extractor.neighbours || h < extractor.head || measured.Validation.Rows != 200 {
			t.Errorf("want at least %.3f and %.3f on 200 images", extractor.neighbours, extractor.head)
		}
	}
}

func read(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, text)
	}
}

func TestRealImagesFromANotebook(t *testing.T) {
	Slow(t)
	shared := Shared(t, realImages, realNetwork)
	j := StartJupyter(t, JupyterOptions{})
	j.Write(t, "real.ipynb",
		fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\n%%%%\npatchwork.MustInit(\"ucm\", patchwork.InitOptions{Images: []string{%q}}).LabelFromFolders()", filepath.Join(shared, realImages)),
		fmt.Sprintf("var p = patchwork.MustOpen(\"ucm\")\n%%%%\np.Embed(%q)", filepath.Join(shared, realNetwork)),
		"%%\np.Split(0.2)\np.Train()",
	)
	n := j.Open(t, StartBrowser(t), "real.ipynb")
	n.Run(0, 3*time.Minute)
	if got := figure(t, n.Run(1, 10*time.Minute), `5-NN accuracy on 1000 labelled images: ([0-9.]+)`); got < wantNeighbours {
		t.Errorf("leave-one-out 5-NN %.3f, want %.2f or more", got, wantNeighbours)
	}
	if got := figure(t, n.Run(2, time.Minute), `highest score is the class: ([0-9.]+)`); got < wantHead {
		t.Errorf("linear head %.3f on held-out images, want %.2f or more", got, wantHead)
	}
	Screenshot(t, n.Page, "notebook-real")
}

// figure finds a number in the text of a cell.
func figure(t *testing.T, text, pattern string) float64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the cell shows no %q:\n%s", pattern, text)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
