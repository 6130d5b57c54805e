package main

import (
	"slices"
	"strings"
	"testing"
)

// TestRows holds that every row is known to both sides and named once.
func TestRows(t *testing.T) {
	var names []string
	for _, row := range rows() {
		names = append(names, row.Name)
		op := row.Work.Op
		if op != "mobilenet" && operations[op] == nil && networks[op] == nil {
			t.Errorf("%s: Go has no %q; add it to operations or networks", row.Name, op)
		}
		if !strings.Contains(workerScript, `"`+op+`": `) {
			t.Errorf("%s: worker.py has no %q; add it to OPERATIONS or NETWORKS", row.Name, op)
		}
		if len(row.Work.Operands) == 0 || row.Goal == 0 {
			t.Errorf("%s has no operands or no goal", row.Name)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("two rows have one name: %q", names)
	}
}

func TestWork(t *testing.T) {
	w := Work{Op: "conv", Pass: "both", Batch: 2, Size: 9, In: 4, Out: 6, Kernel: 3, Stride: 2, Groups: 2}.complete()
	want := [][]int{{2, 9, 9, 4}, {3, 3, 2, 6}, {2, 5, 5, 6}}
	if len(w.Operands) != len(want) {
		t.Fatalf("got %d operands, want picture, kernel and gradient", len(w.Operands))
	}
	for i, o := range w.Operands {
		if !slices.Equal(o.Dims, want[i]) || len(o.values()) != o.count() {
			t.Errorf("operand %d is %v, want %v", i, o.Dims, want[i])
		}
	}
	// By hand: 2·5·5·6 results, each of 3·3·2 products, two operations each; gradients cost twice as much again.
	if got, want := w.flops(), 2.*5*5*6*18*2*3; got != want {
		t.Errorf("got %g operations, want %g", got, want)
	}
	if half := w.with(1); half.flops()*2 != w.flops() || half.Operands[2].Dims[0] != 1 {
		t.Errorf("half the batch is %+v", half)
	}
}

func TestParseEngines(t *testing.T) {
	if got, err := parseEngines("cpu, torch"); err != nil || !slices.Equal(got, []string{"cpu", "torch"}) {
		t.Errorf("got %q, %v", got, err)
	}
	want := `-engines is "cpu,tpu"; want some of cpu, torch, go, each once, separated by commas`
	if _, err := parseEngines("cpu,tpu"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := parseEngines("cpu,cpu"); err == nil {
		t.Error("the same engine twice was accepted")
	}
}
