package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// readKnown reads PyTorch's figures from what -json printed before. PyTorch does not change while we work on ours, so
// its best of all runs counts, and a moment when others disturbed it does not.
//
// Errors: the file cannot be read; it is from another processor or number of threads.
func readKnown(file string, here machine) (map[string]Figure, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var before struct {
		Machine machine
		Rows    []Result
	}
	if err := json.Unmarshal(data, &before); err != nil {
		return nil, fmt.Errorf("%s is not what -json prints: %w", file, err)
	}
	if b := before.Machine; b.CPU != here.CPU || b.Threads != here.Threads {
		return nil, fmt.Errorf("%s is of %s with %d threads; this is %s with %d, so measure PyTorch again", file, b.CPU, b.Threads, here.CPU, here.Threads)
	}
	known := map[string]Figure{}
	for _, r := range before.Rows {
		if f := r.Figures["torch"]; f.Value > 0 {
			known[r.Name] = f
		}
	}
	return known, nil
}

// recall puts PyTorch's known figure in place of a larger one, or of none.
func (r *Result) recall(known map[string]Figure) {
	if f, ok := known[r.Name]; ok && (r.Figures["torch"].Value == 0 || f.Value < r.Figures["torch"].Value) {
		f.Note = "measured before"
		r.Figures["torch"] = f
	}
}
