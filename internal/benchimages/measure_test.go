package main

import "testing"

func TestLeastMedianAndRatio(t *testing.T) {
	f := figures{}
	f.keep("", []float64{0.009, 0.001, 0.002}, 2)
	f.keep("", []float64{0.004, 0.006}, 2)
	f.keep("tensor", []float64{0.008}, 2)
	f.keep("pillow", []float64{0.006}, 2)
	if f[""] != 1 || f.ratio() != 3 {
		t.Errorf("ours is %v ms, the ratio %v; want 1 and 3", f[""], f.ratio())
	}
	if got := line("a row", f); got != "a row                         1.000      4.000      3.000   3.00x" {
		t.Errorf("the line is %q", got)
	}
	if got := line("a row", figures{"": 1}); got != "a row                         1.000          –          –       –" {
		t.Errorf("without others the line is %q", got)
	}
}
