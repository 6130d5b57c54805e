package cpu

import (
	"fmt"
	"log"
	"slices"
	"strings"
	"sync"
	"time"
)

// StepTime says how long steps of one kind took, added up over all runs since the backend was opened.
type StepTime struct {
	Kind  string // the operation, with "inner:" in front where the inner backend ran it
	Name  string // the kind with shapes
	Count int
	Time  time.Duration
	Best  time.Duration // of the fastest, which other programs have disturbed least
}

type statistics struct {
	mu    sync.Mutex
	times map[string]*StepTime
}

func newStats() *statistics { return &statistics{times: map[string]*StepTime{}} }

func (s *statistics) add(kind, name string, d time.Duration) {
	s.mu.Lock()
	t := s.times[name]
	if t == nil {
		t = &StepTime{Kind: kind, Name: name, Best: d}
		s.times[name] = t
	}
	t.Count++
	t.Time += d
	t.Best = min(t.Best, d)
	s.mu.Unlock()
}

// Stats returns the times of all steps, longest first. It is empty without Options.Stats.
func (b *Backend) Stats() []StepTime {
	b.stats.mu.Lock()
	defer b.stats.mu.Unlock()
	var list []StepTime
	for _, t := range b.stats.times {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(x, y StepTime) int { return int(y.Time - x.Time) })
	return list
}

// ResetStats begins the measurement again.
func (b *Backend) ResetStats() {
	b.stats.mu.Lock()
	clear(b.stats.times)
	b.stats.mu.Unlock()
}

// StatsTable writes the first n rows of Stats as text, with the mean and the best time of each, then the shares of the
// kinds.
func (b *Backend) StatsTable(n int) string {
	list := b.Stats()
	var total time.Duration
	kinds := map[string]time.Duration{}
	for _, t := range list {
		total += t.Time
		kinds[t.Kind] += t.Time
	}
	var out strings.Builder
	for i, t := range list[:min(n, len(list))] {
		fmt.Fprintf(&out, "%3d. %5.1f %%  %9.3f ms (best %.3f) x %-5d %s\n", i+1, 100*t.Time.Seconds()/total.Seconds(),
			1e3*t.Time.Seconds()/float64(t.Count), 1e3*t.Best.Seconds(), t.Count, t.Name)
	}
	names := make([]string, 0, len(kinds))
	for k := range kinds {
		names = append(names, k)
	}
	slices.SortFunc(names, func(x, y string) int { return int(kinds[y] - kinds[x]) })
	for _, k := range names {
		fmt.Fprintf(&out, "%s %.1f %%  ", k, 100*kinds[k].Seconds()/total.Seconds())
	}
	return out.String()
}

// reporter says each thing once.
type reporter struct {
	mu   sync.Mutex
	said map[string]bool
	log  func(string)
}

func newReporter(logger func(string)) *reporter {
	if logger == nil {
		logger = func(msg string) { log.Print(msg) }
	}
	return &reporter{said: map[string]bool{}, log: logger}
}

func (r *reporter) once(msg string) {
	r.mu.Lock()
	known := r.said[msg]
	r.said[msg] = true
	r.mu.Unlock()
	if !known {
		r.log(msg)
	}
}
