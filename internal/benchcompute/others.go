package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is a moment's count of the time that cores have been busy, as Linux tells it.
type usage struct {
	at  time.Time
	all float64 // seconds of all processes, with what the machine's host took
	own float64 // seconds of this program and its workers
}

const tick = 0.01 // seconds, Linux's unit in /proc

// now reads the counts; ok is false where the system does not tell.
func now(pids []int) (u usage, ok bool) {
	u.at = time.Now()
	text, err := os.ReadFile("/proc/stat")
	fields := strings.Fields(firstLine(string(text)))
	if err != nil || len(fields) < 9 || fields[0] != "cpu" {
		return u, false
	}
	for i, f := range fields[1:9] {
		if i == 3 || i == 4 {
			continue // idle, and idle while a disk works
		}
		n, _ := strconv.ParseFloat(f, 64)
		u.all += n * tick
	}
	for _, pid := range append(pids, os.Getpid()) {
		text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		_, rest, _ := strings.Cut(string(text), ") ") // behind the name, which may hold anything
		if fields := strings.Fields(rest); len(fields) > 12 {
			for _, f := range fields[11:13] {
				n, _ := strconv.ParseFloat(f, 64)
				u.own += n * tick
			}
		}
	}
	return u, true
}

// othersSince is how many cores other processes kept busy between two moments, on average.
func (u usage) othersSince(before usage) float64 {
	return max(0, (u.all-before.all-(u.own-before.own))/u.at.Sub(before.at).Seconds())
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
