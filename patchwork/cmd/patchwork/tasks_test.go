package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
)

// surveyed is project with features and a table of what is on the photos, with blanks.
func surveyed(t *testing.T, n int) {
	t.Helper()
	project(t, n)
	do(t, "embed", "p")
	var b strings.Builder
	b.WriteString("image,colour,half,note\n")
	for i := range n {
		colour, half := []string{"green", "red"}[i%2], []string{"first", "second"}[2*i/n]
		name := fmt.Sprintf("photos/%s/%03d.png", colour, i)
		if i%5 == 0 {
			half = ""
		}
		fmt.Fprintf(&b, "%s,%s,%s,note %d\n", name, colour, half, i)
	}
	write(t, "t.csv", b.String())
}

func TestTasks(t *testing.T) {
	surveyed(t, 24)
	if got := do(t, "tasks", "show", "p", "t.csv", "--ignore", "note"); !strings.Contains(got, "24 images, 2 tasks") || !strings.Contains(got, "green 12, red 12") {
		t.Errorf("show printed\n%s", got)
	}
	checkFields(t, "tasks show of a table", do(t, "tasks", "show", "p", "t.csv", "--tasks", "half,colour", "--json"), "images tasks tasks[].name tasks[].categories")
	fails(t, exitFailed, []string{"no model yet of tasks: run `patchwork tasks train p TABLE.csv`"}, "tasks", "show", "p")
	fails(t, exitFailed, []string{"no model yet of tasks"}, "tasks", "train", "p", "t.csv", "--ignore", "note", "--teacher")
	text := do(t, "tasks", "train", "p", "t.csv", "--ignore", "note", "--epochs", "3", "--weights", "colour=2,half=0.5", "--json")
	interval := "low high value"
	figures := "images guess loss " + under("accuracy", interval) + " " + under("recall", "") + " recall[].low recall[].high recall[].value"
	want := `tasks tasks[].name tasks[].categories input input.channels feature_id parameters generation trained seconds train_images validation_images
		missing ended best_epoch ` + under("options", "trunk heads kernel dropout pooling weighting weights weights.colour weights.half sampling hold_out epochs steps batch_size rate weight_decay seed") + `
		history history[].epoch history[].step history[].steps history[].rate history[].train_loss history[].validation_loss history[].tasks
		history[].tasks[].loss history[].tasks[].weight ` + under("history[].tasks[].accuracy", interval) + ` history[].epoch_end history[].best
		report report[].task report[].commonest ` + under("report[].train report[].validation", figures)
	info := as[multitask.Info](t, text)
	if info.Warnings != nil {
		want += " warnings"
	}
	names := fields(as[any](t, text), "")
	for _, name := range strings.Fields(want) {
		found := false
		for _, n := range names {
			found = found || n == name
		}
		if !found {
			t.Errorf("tasks train: the field %s is missing", name)
		}
	}
	for _, name := range names {
		leaf := name[strings.LastIndex(name, ".")+1:]
		if !strings.Contains(manual, "`"+leaf+"`") && !strings.HasPrefix(name, "options.weights.") {
			t.Errorf("tasks train: docs/cli.md does not explain `%s`", leaf)
		}
		if !strings.Contains(" "+strings.Join(strings.Fields(want), " ")+" ", " "+name+" ") {
			t.Errorf("tasks train: the field %s is new; list it here and in docs/cli.md", name)
		}
	}
	if got := do(t, "tasks", "show", "p"); !strings.Contains(got, "2 tasks from ") || !strings.Contains(got, "trunk 256,d,128") {
		t.Errorf("show printed\n%s", got)
	}
	if got := do(t, "tasks", "show", "p", "--json"); got != text {
		t.Error("show prints another model than train")
	}
	table := do(t, "tasks", "predict", "p")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != 25 || lines[0] != "filepath,colour,colour p,half,half p" || !strings.HasSuffix(strings.Split(lines[1], ",")[0], "photos/green/000.png") {
		t.Errorf("predict printed\n%s", table)
	}
	write(t, "two.csv", "filepath\nphotos/red/003.png\nphotos/green/004.png\n")
	checkFields(t, "tasks predict", do(t, "tasks", "predict", "p", "two.csv", "--out", "a.csv", "--json"), "file scored skipped")
	if got := read(t, "a.csv"); strings.Count(got, "\n") != 3 || !strings.Contains(got, "red/003.png,red,") {
		t.Errorf("two images are answered\n%s", got)
	}
	do(t, "tasks", "train", "p", "t.csv", "--ignore", "note", "--epochs", "2", "--teacher", "--distill", "2", "--weights", "adaptive", "--balance", "--batch-norm", "--map", "1x1x787", "--heads", "4,d", "--kernel", "1", "--dropout", "0.2", "--pooling", "flatten")
}

func TestTasksWithMistakes(t *testing.T) {
	surveyed(t, 12)
	write(t, "bad.csv", "image,use,empty,validation\nphotos/green/000.png,a,,\nnowhere.png,b,,\nphotos/red/001.png,a,,maybe\n")
	write(t, "one.csv", "image,use,empty\nphotos/green/000.png,,\nphotos/red/001.png,a,\n")
	write(t, "held.csv", "image,use,validation\nphotos/green/000.png,a,\nphotos/red/001.png,b,\nphotos/green/002.png,c,True\n")
	for _, tt := range []struct {
		code int
		args []string
		says []string
	}{
		{exitFailed, []string{"tasks", "train", "p", "bad.csv"}, []string{"nothing was imported from bad.csv, because of 2 problems",
			`bad.csv:3: no image of the project is "nowhere.png"`, `bad.csv:4: validation holds "maybe"`}},
		{exitFailed, []string{"tasks", "train", "p", "one.csv"}, []string{`one.csv:1: column "empty" is blank on every line`, "leave it out with --ignore",
			`one.csv:3: column "use" has one category alone, "a"`}},
		{exitFailed, []string{"tasks", "train", "p", "held.csv"}, []string{`held.csv:4: column "use": nothing teaches "c", because every image with it is held out`}},
		{exitFailed, []string{"tasks", "show", "p", "none.csv"}, []string{"none.csv", "no such file"}},
		{exitFailed, []string{"tasks", "show", "p", "t.csv", "--tasks", "colr"}, []string{`the task "colr" is not among the columns`}},
		{exitUsage, []string{"tasks", "frob"}, []string{`unknown command "frob"`}},
		{exitUsage, []string{"tasks", "train", "p"}, []string{"train wants a project folder and a CSV file; got 1 arguments"}},
		{exitUsage, []string{"tasks", "predict", "p", "a", "b"}, []string{"predict wants PROJECT [TABLE.csv]"}},
		{exitUsage, []string{"tasks", "predict", "p", "--json"}, []string{"name the file with --out"}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--weights", "colour"}, []string{`--weights is "colour"; want equal, adaptive, or a number for each task`}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--distill", "2"}, []string{"give --teacher too"}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--ignore", "note", "--trunk", "128,q", "--epochs", "-1"}, []string{
			`--trunk: layer 2 of "128,q" (column 5) is "q"; want a number of channels, p (pool), d (dropout) or r (residual)`, "--epochs is -1; want"}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--ignore", "note", "--weights", "colr=2"}, []string{`--weights names the task "colr"; the table has ["colour" "half"]`}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--ignore", "note", "--heads", "8,p"}, []string{"--heads: layer 2 (p) of \"8,p\" pools maps"}},
		{exitUsage, []string{"tasks", "train", "p", "t.csv", "--ignore", "note", "--kernel", "4", "--dropout", "1", "--pooling", "keep"}, []string{
			"--kernel is 4; want 1, 3, 5 or 7", "--dropout is 1; want 0.05 to 0.95", `--pooling is "keep"; want max, average or flatten`}},
		{exitFailed, []string{"tasks", "train", "p", "t.csv", "--ignore", "note", "--map", "7x7"}, []string{`the shape is "7x7"; want height, width and channels`}},
	} {
		fails(t, tt.code, tt.says, tt.args...)
	}
	if _, err := os.Stat("p/models/tasks.safetensors"); !os.IsNotExist(err) {
		t.Errorf("a failed training left a model: %v", err)
	}
}
