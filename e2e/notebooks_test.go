package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every notebook of the project runs from its first cell to its last, against this working tree, where nobody can
// click. The executed notebook and its page stay in build/.
func TestNotebooksExecute(t *testing.T) {
	Slow(t)
	Need(t, "run: make jupyter", "jupyter-nbconvert")
	root := Root(t)
	if _, err := os.Stat(filepath.Join(root, "bin", "gonb")); err != nil {
		Need(t, "run: make tools", "gonb")
	}
	notebooks, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil || len(notebooks) == 0 {
		t.Fatalf("no notebooks in %s", filepath.Join(root, "notebooks"))
	}
	for _, notebook := range notebooks {
		name := strings.TrimSuffix(filepath.Base(notebook), ".ipynb")
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(root, "build", name)
			cmd := exec.CommandContext(t.Context(), filepath.Join(root, "scripts", "run-notebook"), notebook, out)
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			checkExecuted(t, out+".ipynb")
			page, err := os.ReadFile(out + ".html")
			if err != nil || !strings.Contains(string(page), "</html>") {
				t.Errorf("%s.html is no whole page (%v)", out, err)
			}
		})
	}
}

// checkExecuted fails the test unless every code cell ran and none ended in an error.
func checkExecuted(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var nb struct {
		Cells []struct {
			Type    string `json:"cell_type"`
			Count   *int   `json:"execution_count"`
			Outputs []struct {
				Type  string `json:"output_type"`
				Name  string `json:"ename"`
				Value string `json:"evalue"`
			}
		}
	}
	if err := json.Unmarshal(data, &nb); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	ran := 0
	for i, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		ran++
		if c.Count == nil {
			t.Errorf("%s: cell %d did not run", file, i)
		}
		for _, o := range c.Outputs {
			if o.Type == "error" {
				t.Errorf("%s: cell %d ended with %s: %s", file, i, o.Name, o.Value)
			}
		}
	}
	if ran == 0 {
		t.Errorf("%s holds no code cell", file)
	}
}
