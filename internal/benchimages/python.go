package main

import (
	_ "embed"

	"github.com/gopatchwork/patchwork/internal/pyworker"
)

//go:embed worker.py
var workerText string

// oneThread keeps the worker's libraries on one.
var oneThread = []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}

// ask returns the seconds of each run of a round in Python, for each variant.
func ask(p *pyworker.Worker, r row, seconds float64) (map[string][]float64, error) {
	var answer struct{ Seconds map[string][]float64 }
	err := p.Ask(struct {
		row
		Seconds float64 `json:"seconds"`
	}{r, seconds}, &answer)
	return answer.Seconds, err
}
