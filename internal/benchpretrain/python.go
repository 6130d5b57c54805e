package main

import (
	_ "embed"

	"github.com/gopatchwork/patchwork/internal/pyworker"
)

//go:embed worker.py
var workerText string

// ask returns the images a second of a network in PyTorch, by memory format.
func ask(p *pyworker.Worker, network string, batch int) (rates map[string]float64, err error) {
	err = p.Ask(map[string]any{"network": network, "batch": batch, "side": side, "steps": steps}, &rates)
	return rates, err
}
