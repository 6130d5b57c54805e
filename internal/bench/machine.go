package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine is where the figures were measured.
type machine struct {
	CPU   string `json:"cpu,omitempty"`
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Go    string `json:"go"`
	Load  string `json:"load,omitempty"`       // mean number of processes that wanted a core, over the minute before the first step
	After string `json:"load_after,omitempty"` // the same at the end, these measurements included
}

func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Load: load()}
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}

// load is the system's load average of the last minute, "" where it is not told.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// String is one line for the head of the table.
func (m machine) String() string {
	line := fmt.Sprintf("%d cores, %s, %s", m.Cores, m.OS, m.Go)
	if m.CPU != "" {
		line = m.CPU + ", " + line
	}
	if m.Load != "" {
		line += fmt.Sprintf(", load %s before and %s after", m.Load, m.After)
	}
	return line
}
