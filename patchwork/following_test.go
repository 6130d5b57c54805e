package patchwork

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// visitor is a sink that keeps what it is shown.
type visitor struct {
	steps      map[string][]int // of histograms and pictures, by name
	pictures   map[string]image.Image
	clouds     []runlog.Cloud
	fails      bool
	after      int
	endedState runlog.State
}

func (v *visitor) open(_ string, _ runlog.Run, after int) (runlog.Sink, error) {
	v.steps, v.pictures, v.after = map[string][]int{}, map[string]image.Image{}, after
	return v, nil
}

func (v *visitor) Add(runlog.Point) error { return nil }

func (v *visitor) End(r runlog.Run) error {
	v.endedState = r.State
	return nil
}

func (v *visitor) Histogram(step int, name string, values []float32) error {
	if v.fails {
		return errors.New("no place for histograms")
	}
	v.steps[name] = append(v.steps[name], step)
	return nil
}

func (v *visitor) Picture(step int, name string, p image.Image) error {
	v.steps[name] = append(v.steps[name], step)
	v.pictures[name] = p
	return nil
}

func (v *visitor) Cloud(_ int, c runlog.Cloud) error {
	v.clouds = append(v.clouds, c)
	return nil
}

func painting() PretrainOptions {
	o := brief()
	o.Method, o.Settings, o.Look, o.Side = "autoencoder", nil, 1, 32
	return o
}

func TestPretrainShowsWhatItComesTo(t *testing.T) {
	dir, images := t.TempDir(), []string{photos(t, 24)} // in the folders red and green
	plain, err := Pretrain(t.Context(), images, filepath.Join(dir, "plain"), painting(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{}
	o := painting()
	o.Sinks, o.TensorBoard = []runlog.Opener{v.open}, filepath.Join(dir, "logs")
	report, err := Pretrain(t.Context(), images, filepath.Join(dir, "net"), o, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Loss != plain.Loss || !maps.Equal(report.After.numbers(), plain.After.numbers()) {
		t.Errorf("a training that is shown comes to %g, %v; want %g, %v", report.Loss, report.After, plain.Loss, plain.After)
	}
	for name, want := range map[string][]int{"weights/backbone/stem/conv/kernel": {0, 3, 6}, "gradients/backbone/stem/conv/kernel": {3, 6}, "views": {0}, "kernels": {0, 3, 6}, "neighbours": {0, 3, 6}, "reconstruction": {0, 3, 6}} {
		if !slices.Equal(v.steps[name], want) {
			t.Errorf("%s is shown at the steps %v, want %v", name, v.steps[name], want)
		}
	}
	if got, want := v.pictures["views"].Bounds().Size(), image.Pt(2*34-2, 8*34-2); got != want { // eight pictures of 32 pixels, and a view of each
		t.Errorf("the views have %v pixels, want %v", got, want)
	}
	if len(v.clouds) != 1 || v.endedState != runlog.Done {
		t.Fatalf("%d clouds, ended %q", len(v.clouds), v.endedState)
	}
	c := v.clouds[0]
	if len(c.Points) != 24 || len(c.Rows) != 24 || len(c.Pictures) != 24 || !slices.Equal(c.Columns, []string{"label", "image"}) {
		t.Errorf("the cloud has %d points, %d rows, %d pictures, columns %q", len(c.Points), len(c.Rows), len(c.Pictures), c.Columns)
	}
	labels := map[string]int{}
	for _, row := range c.Rows {
		labels[row[0]]++
		if filepath.Base(filepath.Dir(row[1])) != row[0] {
			t.Errorf("%s has the label %s", row[1], row[0])
		}
	}
	if labels["red"] != 12 || labels["green"] != 12 {
		t.Errorf("the labels are %v", labels)
	}
	for _, name := range []string{"events.out.tfevents.*", "projector_config.pbtxt", "vectors.tsv"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "logs", filepath.Base(report.Run), name)); len(found) != 1 {
			t.Errorf("below logs there are %d %s, want 1", len(found), name)
		}
	}
}

func TestPretrainGoesOnWhereShowingFails(t *testing.T) {
	dir, images := t.TempDir(), photos(t, 24)
	v := &visitor{fails: true}
	o := painting()
	o.Sinks, o.TensorBoard = []runlog.Opener{v.open}, TensorBoardInRun
	ctx, stop := context.WithCancel(t.Context())
	var warnings []string
	listen := func(p pretrain.Point) {
		if p.Warning != "" {
			warnings = append(warnings, p.Warning)
		}
		if p.Step == 4 {
			stop()
		}
	}
	out := filepath.Join(dir, "net")
	_, err := Pretrain(ctx, []string{images}, out, o, listen, nil)
	if !errors.Is(err, context.Canceled) || len(warnings) != 1 || !strings.Contains(warnings[0], "no place for histograms") {
		t.Fatalf("%v, warnings %q", err, warnings)
	}
	v.fails = false
	report, err := Pretrain(t.Context(), []string{images}, out, o, nil, nil)
	if err != nil || report.Resumed != 4 || v.after != 4 || !slices.Equal(v.steps["reconstruction"], []int{6}) || len(v.clouds) != 1 {
		t.Errorf("went on after %d (sink: %d), painted at %v, %d clouds, %v", report.Resumed, v.after, v.steps["reconstruction"], len(v.clouds), err)
	}
	if found, _ := filepath.Glob(filepath.Join(report.Run, "tensorboard", "events.*")); len(found) != 2 {
		t.Errorf("%d event files, want one for each part", len(found))
	}
}

func TestPretrainTellsMLflow(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	var sent strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, filepath.Base(r.URL.Path))
		sent.Write(body)
		if r.Header.Get("Authorization") != "Bearer a-token" {
			t.Errorf("%s has the authorisation %q", r.URL, r.Header.Get("Authorization"))
		}
		fmt.Fprint(w, map[string]string{
			"get-by-name": `{"experiment": {"experiment_id": "7", "lifecycle_stage": "active"}}`, "search": `{}`,
			"create": `{"run": {"info": {"run_id": "r1", "artifact_uri": "mlflow-artifacts:/7/r1"}}}`,
		}[filepath.Base(r.URL.Path)]+"\n")
	}))
	defer server.Close()
	t.Setenv("MLFLOW_TRACKING_URI", server.URL)
	t.Setenv("MLFLOW_TRACKING_TOKEN", "a-token")
	dir, images := t.TempDir(), photos(t, 24)
	o := painting()
	if _, err := Pretrain(t.Context(), []string{images}, filepath.Join(dir, "quiet"), o, nil, nil); err != nil || len(asked) > 0 {
		t.Fatalf("without the option there are %d requests, %v", len(asked), err)
	}
	o.MLflow = MLflowEnvironment
	report, err := Pretrain(t.Context(), []string{images}, filepath.Join(dir, "net"), o, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"get-by-name", "search", "create", "log-batch", "update", "00000006.png"} {
		if !slices.Contains(asked, want) {
			t.Errorf("no request to %s among %q", want, asked)
		}
	}
	for _, want := range []string{`"key":"method","value":"autoencoder"`, `"key":"loss"`, `"step":6`, `"value":"a try"`, `"status":"FINISHED"`} {
		if !strings.Contains(sent.String(), want) {
			t.Errorf("%s is not sent", want)
		}
	}
	record, err := os.ReadFile(filepath.Join(report.Run, "run.yaml"))
	if err != nil || strings.Contains(string(record), server.URL) || strings.Contains(string(record), "a-token") {
		t.Errorf("the record has the server or a secret, or %v:\n%s", err, record)
	}
	o.MLflow = "host:5000"
	if _, err := Pretrain(t.Context(), []string{images}, filepath.Join(dir, "net2"), o, nil, nil); err == nil || OnlyRecord(err) || !strings.Contains(err.Error(), "http://localhost:5000") {
		t.Errorf("a bad address: %v", err)
	}
}
