package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKnownFigures(t *testing.T) {
	var b bytes.Buffer
	here := machine{CPU: "x", Threads: 2}
	if err := writeJSON(&b, here, someResults); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "known.json")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	known, err := readKnown(file, here)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		torch, want float64
	}{{"gemm", 3, 2}, {"gemm", 1, 1}, {"gemm", 0, 2}, {"alone", 5, 5}, {"unheard of", 0, 0}} {
		r := Result{Name: tt.name, Figures: ms(1, tt.torch, 0)}
		r.recall(known)
		if got := r.Figures["torch"].Value; got != tt.want {
			t.Errorf("%s at %g: got %g, want %g", tt.name, tt.torch, got, tt.want)
		}
	}
	if _, err := readKnown(file, machine{CPU: "y", Threads: 2}); err == nil || !strings.Contains(err.Error(), "is of x with 2 threads; this is y with 2") {
		t.Errorf("another processor: got %v", err)
	}
	if known, err := readKnown("", here); err != nil || len(known) > 0 {
		t.Errorf("no file: got %v, %v", known, err)
	}
}
