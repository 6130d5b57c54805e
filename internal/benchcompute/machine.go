package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/cpu"
)

// machine is where the figures were measured.
type machine struct {
	CPU     string            `json:"cpu,omitempty"`
	Cores   int               `json:"cores"`
	Threads int               `json:"threads"`
	Vector  string            `json:"vector,omitempty"` // the widest extension that kernels may use
	OS      string            `json:"os"`
	Go      string            `json:"go"`
	Load    string            `json:"load,omitempty"` // mean number of processes that wanted a core, over the minute before
	Engines map[string]string `json:"engines,omitempty"`
}

func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), Vector: vector(), OS: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Engines: map[string]string{}}
	m.CPU = field("/proc/cpuinfo", "model name")
	text, _ := os.ReadFile("/proc/loadavg")
	m.Load, _, _ = strings.Cut(string(text), " ")
	return m
}

func vector() string {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ:
		return "AVX-512"
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return "AVX2"
	case cpu.ARM64.HasASIMD:
		return "NEON"
	}
	return ""
}

// String is one line for the head of the table.
func (m machine) String() string {
	line := fmt.Sprintf("%d cores, %d threads", m.Cores, m.Threads)
	for _, more := range []string{m.Vector, m.OS, m.Go} {
		if more != "" {
			line += ", " + more
		}
	}
	if m.CPU != "" {
		line = m.CPU + ", " + line
	}
	if m.Load != "" {
		line += ", load before " + m.Load
	}
	return line
}

// peakMemory is the most memory this process has had so far, in MB; 0 where the system does not tell.
func peakMemory() float64 {
	kb, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/self/status", "VmHWM"), " kB"), 64)
	if err != nil {
		return 0
	}
	return kb / 1024
}

// field is the value of the first line "key: value" of a file of Linux's, "" where there is none.
func field(file, key string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if k, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
