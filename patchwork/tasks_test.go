package patchwork

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// sceneTasks writes a table of the project's own scenes: what covers the ground, whether people have built there, whether
// there is water; every third cell is blank and every fourth image held out.
func sceneTasks(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open("../testdata/scenes/images/truth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	truth, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("image,cover,built,water,validation\n")
	for i, line := range truth[1:] {
		has := func(class string) bool { return line[slices.Index(truth[0], class)] == "1" }
		values := []string{"open", "no", "no"}
		switch {
		case has("field") && has("forest"):
			values[0] = "mixed"
		case has("field"):
			values[0] = "field"
		case has("forest"):
			values[0] = "forest"
		}
		if has("road") || has("building") || has("vehicle") {
			values[1] = "yes"
		}
		if has("water") {
			values[2] = "yes"
		}
		for k := range values {
			if (i*7+k*5)%3 == 0 {
				values[k] = ""
			}
		}
		fmt.Fprintf(&b, "%s,%s,%v\n", line[0], strings.Join(values, ","), i%4 == 3)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTasksOfScenes trains three questions about the project's own scenes on the embedded features: each is answered
// better than by its commonest answer, beyond the interval.
func TestTasksOfScenes(t *testing.T) {
	p := newProject(t, "../testdata/scenes/images")
	if _, err := p.TrainTasks(t.Context(), "none.csv", TaskOptions{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no table: %v", err)
	}
	table := filepath.Join(t.TempDir(), "scenes.csv")
	sceneTasks(t, table)
	if _, err := p.TrainTasks(t.Context(), table, TaskOptions{}, nil); !errors.Is(err, ErrNoFeatures) {
		t.Errorf("before the features: %v", err)
	}
	if _, _, err := p.PredictTasks(t.Context(), "", &bytes.Buffer{}); !errors.Is(err, ErrNoModel) || !strings.Contains(err.Error(), "patchwork tasks train") {
		t.Errorf("before the training: %v", err)
	}
	if _, err := p.Embed(t.Context(), EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	points := 0
	info, err := p.TrainTasks(t.Context(), table, TaskOptions{}, func(multitask.Point) { points++ })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range info.Report {
		if r.Validation.Images < 40 || r.Validation.Accuracy.Low <= r.Validation.Guess {
			t.Errorf("%s is not answered better than by %q:\n%s", r.Task, r.Commonest, info)
		}
	}
	if points < 20 || info.FeatureID == "" || info.Options.Seed != 0 || len(info.Warnings) != 0 {
		t.Errorf("%d points, %+v", points, info)
	}

	var all bytes.Buffer
	written, skipped, err := p.PredictTasks(t.Context(), "", &all)
	if err != nil || written != 300 || skipped != 0 {
		t.Fatalf("%d written, %d skipped, %v", written, skipped, err)
	}
	lines, err := csv.NewReader(&all).ReadAll()
	if err != nil || strings.Join(lines[0], ",") != "filepath,cover,cover p,built,built p,water,water p" || len(lines) != 301 {
		t.Fatalf("%d lines, the first %q, %v", len(lines), lines[0], err)
	}
	few := filepath.Join(t.TempDir(), "few.csv")
	if err := os.WriteFile(few, []byte("filepath,note\nscene_0007.jpg,x\nscene_0003.jpg,\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "answers.csv")
	if written, _, err := p.PredictTasksFile(t.Context(), few, out); err != nil || written != 2 {
		t.Fatalf("%d written, %v", written, err)
	}
	text, _ := os.ReadFile(out)
	want := strings.Join(lines[0], ",") + "\n" + strings.Join(lines[8], ",") + "\n" + strings.Join(lines[4], ",") + "\n"
	if string(text) != want {
		t.Errorf("of two images\n%swant\n%s", text, want)
	}

	student, err := p.TrainTasks(t.Context(), table, TaskOptions{Teacher: true, Options: multitask.Options{Epochs: 3}}, nil)
	if err != nil || student.Generation != 1 {
		t.Errorf("generation %d, %v", student.Generation, err)
	}
	m, err := p.TaskModel()
	if err != nil || m.Info().Generation != 1 {
		t.Errorf("the student is not what is kept: %v", err)
	}
	for _, tt := range []struct{ shape, says string }{
		{"7x7x512", "have 787 numbers for each image, and maps of 7x7x512 have 25088"}, {"7x7", `the shape is "7x7"; want height, width and channels`},
	} {
		if _, err := p.TrainTasks(t.Context(), table, TaskOptions{Map: tt.shape}, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.shape, err)
		}
	}
	asMap := TaskOptions{Map: "1x1x787", Options: multitask.Options{Heads: "4", Epochs: 1, Steps: 2}}
	if info, err := p.TrainTasks(t.Context(), table, asMap, nil); err != nil || info.Input.String() != "1x1x787" {
		t.Errorf("as maps: %v, %v", info.Input, err)
	}
}

// TestTasksFollowTheProject: its exclusions and held-out images count where the table does not say, wrong lines are
// listed, and a cancelled training is kept.
func TestTasksFollowTheProject(t *testing.T) {
	p := newProject(t, photos(t, 40))
	ctx := t.Context()
	if err := p.LabelFromFolders(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Split(ctx, 0.25, 1); err != nil {
		t.Fatal(err)
	}
	excluded := p.Images().At(0).ID
	if err := p.Apply(ctx, labels.Event{Kind: labels.KindExclude, Set: []labels.Change{{Value: 1, Images: []string{excluded}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(ctx, EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("filepath,colour\n")
	held := 0
	known, err := p.Labels()
	if err != nil {
		t.Fatal(err)
	}
	for row := range 40 {
		id := p.Images().At(row).ID
		fmt.Fprintf(&b, "%s,%s\n", id, filepath.Base(filepath.Dir(id)))
		if known.Validation(row) && !known.Excluded(row) {
			held++
		}
	}
	table := filepath.Join(p.Dir(), "colours.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(table, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(b.String())
	quick := TaskOptions{Options: multitask.Options{Epochs: 4, Steps: 5}}
	info, err := p.TrainTasks(ctx, table, quick, nil)
	if err != nil || info.ValidationImages != held || info.TrainImages != 39-held || held == 0 {
		t.Errorf("%d teach and %d measure, want %d and %d; %v", info.TrainImages, info.ValidationImages, 39-held, held, err)
	}
	stopped, cancel := context.WithCancel(ctx)
	info, err = p.TrainTasks(stopped, table, quick, func(pt multitask.Point) {
		if pt.Epoch == 2 {
			cancel()
		}
	})
	if m, merr := p.TaskModel(); !errors.Is(err, context.Canceled) || merr != nil || m.Info().Ended != multitask.Cancelled || info.Ended != multitask.Cancelled {
		t.Errorf("cancelled: %v, %v, ended %q", err, merr, info.Ended)
	}
	write(b.String() + "nowhere.png,red\n")
	var problems *labels.ImportError
	if _, err := p.TrainTasks(ctx, table, quick, nil); !errors.As(err, &problems) || problems.Problems[0].Line != 42 || !strings.Contains(err.Error(), `colours.csv:42: no image of the project is "nowhere.png"`) {
		t.Errorf("unknown image: %v", err)
	}
}
