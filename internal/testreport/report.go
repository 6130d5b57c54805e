package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action, Package, ImportPath, Test, Output string
}

// key names a test, or with an empty test a package.
type key struct{ pkg, test string }

// report counts tests and prints what a person needs to see while the events come in.
type report struct {
	w       io.Writer
	output  map[key][]string
	parents map[key]bool // tests that have subtests
	result  map[key]string
	failed  map[string]bool // packages with a failed test
	broken  int             // packages that failed without one
}

func newReport(w io.Writer) *report {
	return &report{w: w, output: map[key][]string{}, parents: map[key]bool{}, result: map[key]string{}, failed: map[string]bool{}}
}

// read handles all events. A line that is no event is printed as it is.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				fmt.Fprint(r.w, line)
			} else {
				r.handle(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) handle(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.w, e.Output)
	case "run":
		if i := strings.LastIndex(e.Test, "/"); i > 0 {
			r.parents[key{e.Package, e.Test[:i]}] = true
		}
	case "output":
		r.output[k] = append(r.output[k], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(k, e.Action)
		}
	}
}

func (r *report) endTest(k key, action string) {
	r.result[k] = action
	switch action {
	case "fail":
		r.failed[k.pkg] = true
		fmt.Fprintf(r.w, "FAILED %s %s\n", k.pkg, k.test)
		r.print(k)
	case "skip":
		fmt.Fprintf(r.w, "skipped %s: %s\n", k.test, r.reason(k))
	}
	delete(r.output, k)
}

func (r *report) endPackage(e event) {
	k := key{e.Package, ""}
	if e.Action == "fail" && !r.failed[e.Package] {
		r.broken++
		for other := range r.output { // a panic or a time-out leaves its text with the test that was running
			if other.pkg == e.Package && other.test != "" {
				r.print(other)
			}
		}
		r.print(k)
	} else if e.Action != "skip" {
		for _, line := range r.output[k] {
			if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") {
				fmt.Fprint(r.w, line)
			}
		}
	}
	delete(r.output, k)
}

// print shows what a test printed, without the lines that only mark its beginning and pauses.
func (r *report) print(k key) {
	for _, line := range r.output[k] {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(r.w, line)
		}
	}
}

// reason is the text that a skipped test gave.
func (r *report) reason(k key) string {
	for _, line := range r.output[k] {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			return line
		}
	}
	return "no reason given"
}

// end prints the closing line and tells whether something ran and nothing failed.
func (r *report) end() bool {
	n := map[string]int{"fail": r.broken}
	for k, result := range r.result {
		if !r.parents[k] {
			n[result]++
		}
	}
	for k, result := range r.result { // a parent that failed by itself, all its subtests being well
		if r.parents[k] && result == "fail" && !r.childFailed(k) {
			n["fail"]++
		}
	}
	fmt.Fprintf(r.w, "%d passed, %d failed, %d skipped\n", n["pass"], n["fail"], n["skip"])
	return n["fail"] == 0 && n["pass"] > 0
}

func (r *report) childFailed(parent key) bool {
	for k, result := range r.result {
		if result == "fail" && k.pkg == parent.pkg && strings.HasPrefix(k.test, parent.test+"/") {
			return true
		}
	}
	return false
}
