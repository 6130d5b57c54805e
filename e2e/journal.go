package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Journalled is an action in a project's journal.
type Journalled struct {
	ID, Kind string
}

// Journal reads what the journals of a project hold, action by action.
func Journal(t testing.TB, project string) (actions []Journalled) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(project, "journal", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("e2e: %s has no journal: %v", project, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			var a Journalled
			if err := json.Unmarshal(line, &a); err != nil {
				t.Fatalf("e2e: %s, line %d is no event: %v: %.200s", file, i+1, err, line)
			}
			if i > 0 { // the first says whose journal it is
				actions = append(actions, a)
			}
		}
	}
	return actions
}

// Once fails the test unless the journal holds each of the actions exactly once.
func Once(t testing.TB, project string, ids []string) {
	t.Helper()
	times := map[string]int{}
	for _, a := range Journal(t, project) {
		times[a.ID]++
	}
	for _, id := range ids {
		if times[id] != 1 {
			t.Errorf("the action %s is %d times in the journal; want once", id, times[id])
		}
	}
}
