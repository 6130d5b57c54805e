package e2e

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRealTasksFromTheCommandLine: of 1,000 aerial images of ten classes, with half of the answers to three questions
// blanked, most blanks are filled in as they were: measured 0.91, 0.98 and 0.97 with the embedded features.
func TestRealTasksFromTheCommandLine(t *testing.T) {
	Slow(t)
	images := filepath.Join(Shared(t, realImages), realImages)
	program, dir := Program(t), TempDir(t, "tasks")
	project, table := filepath.Join(dir, "ucm"), filepath.Join(dir, "tasks.csv")
	files, err := filepath.Glob(filepath.Join(images, "*", "*.jpg"))
	if err != nil || len(files) != 1000 {
		t.Fatalf("%d images, %v", len(files), err)
	}
	answers := func(file string) []string {
		class := filepath.Base(filepath.Dir(file))
		cover, water := "built", "no"
		switch class {
		case "beach", "chaparral", "forest", "river":
			cover = "natural"
		case "agricultural":
			cover = "worked"
		}
		if slices.Contains([]string{"beach", "harbor", "river"}, class) {
			water = "yes"
		}
		return []string{class, cover, water}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	text.WriteString("image,land,cover,water\n")
	blank := map[string][3]bool{}
	for _, file := range files {
		cells := answers(file)
		var b [3]bool
		for k := range cells {
			if b[k] = rng.IntN(2) == 0; b[k] {
				cells[k] = ""
			}
		}
		blank[filepath.Base(file)] = b
		fmt.Fprintf(&text, "%s,%s\n", file, strings.Join(cells, ","))
	}
	if err := os.WriteFile(table, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	Patchwork(t, program, "init", project, "--images", images)
	Patchwork(t, program, "embed", project)
	t.Log(Patchwork(t, program, "tasks", "train", project, table, "--seed", "1"))
	lines, err := csv.NewReader(strings.NewReader(Patchwork(t, program, "tasks", "predict", project))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var right, of [3]float64
	for _, line := range lines[1:] {
		truth := answers(line[0])
		for k, b := range blank[filepath.Base(line[0])] {
			if b {
				if of[k]++; line[1+2*k] == truth[k] {
					right[k]++
				}
			}
		}
	}
	for k, want := range []float64{0.87, 0.94, 0.93} {
		share := right[k] / of[k]
		t.Logf("%s: %.3f of %.0f blanks are filled in right", lines[0][1+2*k], share, of[k])
		if share < want || of[k] < 400 {
			t.Errorf("want at least %.2f", want)
		}
	}
}
