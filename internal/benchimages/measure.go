package main

import (
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/internal/pyworker"
)

const roundSeconds = 0.3 // of runs of each variant, at least one run

// figures are milliseconds a picture, by variant; ours is "".
type figures map[string]float64

// measure asks both sides in turns and keeps the least of the medians. p may be nil.
func measure(r row, p *pyworker.Worker, rounds int) (figures, error) {
	if err := r.work(); err != nil {
		return nil, err
	}
	f := figures{}
	for range rounds {
		times, err := ours(r.work)
		if err != nil {
			return nil, err
		}
		f.keep("", times, r.n)
		if p == nil {
			continue
		}
		theirs, err := ask(p, r, roundSeconds)
		if err != nil {
			return nil, err
		}
		for variant, times := range theirs {
			f.keep(variant, times, r.n)
		}
	}
	return f, nil
}

func ours(work func() error) (times []float64, err error) {
	for start := time.Now(); len(times) == 0 || time.Since(start).Seconds() < roundSeconds; {
		before := time.Now()
		if err := work(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(before).Seconds())
	}
	return times, nil
}

// keep notes the median of the seconds of runs of n pictures, where it is the least so far.
func (f figures) keep(variant string, times []float64, n int) {
	ms := 1e3 * median(times) / float64(n)
	if old, ok := f[variant]; !ok || ms < old {
		f[variant] = ms
	}
}

// ratio is how many times longer the fastest of the others takes than we do, 0 without others.
func (f figures) ratio() float64 {
	var best float64
	for variant, ms := range f {
		if variant != "" && (best == 0 || ms < best) {
			best = ms
		}
	}
	return best / f[""]
}

// median is the middle of a list, of an even number the mean of the two in the middle.
func median(list []float64) float64 {
	l := slices.Sorted(slices.Values(list))
	return (l[len(l)/2] + l[(len(l)-1)/2]) / 2
}
