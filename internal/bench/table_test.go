package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

var someRows = []Row{
	{Name: "a/b", What: "open", Value: 12.34, P95: 20, Unit: "ms", Target: 50, How: "by hand"},
	{Name: "c", What: "look", Skipped: "no browser in PATH;\n install one"},
	{Name: "d", What: "scan", Value: 640, Unit: "images/s", How: "300 JPEG"},
}

func TestWriteTable(t *testing.T) {
	var b bytes.Buffer
	writeTable(&b, someRows)
	want := `what        median      p95   target      how
open       12.3 ms  20.0 ms  ≤ 50.0 ms  ok  by hand
`
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 5 {
		t.Fatalf("got %d lines, want a heading and three rows:\n%s", len(lines)-1, b.String())
	}
	for i, word := range [][]string{{"what", "median", "p95", "target", "how"}, {"open", "12.3 ms", "20.0 ms", "≤ 50.0 ms", "ok", "by hand"},
		{"look", "skipped: no browser in PATH; install one"}, {"scan", "640 images/s", "300 JPEG"}} {
		at := 0
		for _, w := range word {
			i2 := strings.Index(lines[i][at:], w)
			if i2 < 0 {
				t.Fatalf("line %d is %q, want %q after column %d; as in\n%s", i, lines[i], w, at, want)
			}
			at += i2 + len(w)
		}
	}
	if a, b := strings.Index(lines[0], "how"), strings.Index(lines[3], "300"); len([]rune(lines[0][:a])) != len([]rune(lines[3][:b])) {
		t.Errorf("the last column is not straight:\n%s\n%s", lines[0], lines[3])
	}
}

func TestWriteJSON(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSON(&b, machine{Cores: 2}, someRows); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Machine struct{ Cores int }
		Rows    []struct {
			Name, Verdict string
			Value         float64
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Machine.Cores != 2 || len(got.Rows) != 3 || got.Rows[0].Value != 12.34 || got.Rows[0].Verdict != "ok" || got.Rows[1].Verdict != "skipped" {
		t.Errorf("got %+v", got)
	}
}
