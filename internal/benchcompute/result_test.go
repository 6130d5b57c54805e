package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestKeeperTakesTheLeastMedianOfTheBestVariant(t *testing.T) {
	var k keeper
	k.add(map[string][]float64{"a": {0.004, 0.001, 0.003}, "b": {0.002, 0.006}})
	k.add(map[string][]float64{"a": {0.005}, "b": {0.010, 0.002}})
	if got := k.figure(); got.Value != 3 || got.Variant != "a" {
		t.Errorf("got %+v; want 3 ms of a: medians 3 and 5 beside 4 and 6", got)
	}
	if got := (&keeper{}).figure(); got != (Figure{}) {
		t.Errorf("of nothing: got %+v", got)
	}
}

func ms(cpu, torch, slow float64) map[string]Figure {
	f := map[string]Figure{}
	for name, v := range map[string]float64{"cpu": cpu, "torch": torch, "go": slow} {
		if v > 0 {
			f[name] = Figure{Value: v}
		}
	}
	return f
}

var someResults = []Result{
	{Name: "gemm", Unit: "ms", Goal: 1, Figures: ms(2, 2, 300), Flops: 4e8, Notes: []string{"go: a batch of 2, times 16"}},
	{Name: "resnet", Unit: "ms", Goal: 1.5, Figures: ms(200, 280, 0), Others: 0.7},
	{Name: "alone", Unit: "ms", Goal: 1, Figures: ms(2, 0, 0)},
	{Name: "compile", Unit: "ms", Goal: 1000, AtMost: true, Figures: ms(1200, 10, 0)},
	{Name: "memory", Unit: "MB", Goal: 1, Figures: ms(300, 400, 0), Flops: 1e9},
	{Name: "broken", Unit: "ms", Goal: 1, Figures: ms(2, 4, 0), Wrong: "cpu and torch disagree"},
}

func TestVerdicts(t *testing.T) {
	for i, want := range []string{"met", "short", "", "short", "met", "wrong"} {
		if got := someResults[i].Verdict(); got != want {
			t.Errorf("%s: got %q, want %q", someResults[i].Name, got, want)
		}
	}
	if got := someResults[0].GFlops(); got != 200 {
		t.Errorf("4e8 operations in 2 ms: got %g GFLOP/s, want 200", got)
	}
	if got := someResults[4].GFlops(); got != 0 {
		t.Errorf("memory has %g GFLOP/s", got)
	}
}

func TestWriteTable(t *testing.T) {
	var b bytes.Buffer
	writeTable(&b, someResults)
	want := `
row          cpu    torch      go  torch/cpu  go/cpu       goal         GFLOP/s  others
gemm     2.00 ms  2.00 ms  300 ms       1.00     150        1.0    met      200
resnet    200 ms   280 ms       –       1.40                1.5  short              0.7
alone    2.00 ms        –       –                           1.0
compile  1200 ms  10.0 ms       –                     ≤ 1000 ms  short
memory    300 MB   400 MB       –       1.33                1.0    met
broken   2.00 ms  4.00 ms       –       2.00                1.0  wrong

gemm: go: a batch of 2, times 16
broken: wrong: cpu and torch disagree
6 rows: 2 met, 2 short, 1 wrong, 1 without a verdict
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestWriteJSON(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSON(&b, machine{Cores: 2}, someResults); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Machine struct{ Cores int }
		Rows    []struct {
			Name, Verdict string
			Ratio         float64 `json:"torch_ratio"`
			Figures       map[string]struct{ Value float64 }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Machine.Cores != 2 || len(got.Rows) != 6 || got.Rows[1].Verdict != "short" || got.Rows[1].Ratio != 1.4 || got.Rows[0].Figures["go"].Value != 300 {
		t.Errorf("got %+v", got)
	}
}

func TestOthers(t *testing.T) {
	before, ok := now(nil)
	if !ok {
		t.Skip("the system does not tell how busy it is")
	}
	after := before
	after.at = before.at.Add(2e9)
	after.all += 3
	after.own += 2
	if got := after.othersSince(before); got < 0.49 || got > 0.51 {
		t.Errorf("3 s in 2 s, 2 of them our own: got %g cores, want 0.5", got)
	}
	if strings.Contains(firstLine("a\nb"), "b") {
		t.Error("two lines")
	}
}
