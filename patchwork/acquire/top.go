package acquire

import (
	"cmp"
	"math"
	"slices"
)

// top keeps the n rows of the highest rank, and those of the same rank as the last of them until it is drawn which of
// them belong to the n. It sorts a few at a time, since a person sees 16 of 100,000.
type top struct {
	n    int
	kept []ranked
	full int     // when so many are kept, those below the n-th are let go
	cut  bool    // that has happened,
	last float64 // and this was the rank of the n-th
}

// least is the rank that a row must have to be kept.
func (t *top) least() float64 {
	if t.cut {
		return t.last
	}
	return math.Inf(-1)
}

type ranked struct {
	row  int
	rank float64 // not NaN
	draw uint64  // puts equal ranks in order
}

// add takes a row in, each once.
func (t *top) add(row int, rank float64) {
	if t.n < 1 || rank < t.least() {
		return
	}
	t.kept = append(t.kept, ranked{row: row, rank: rank})
	if t.full = max(t.full, 2*t.n, 256); len(t.kept) < t.full {
		return
	}
	slices.SortFunc(t.kept, func(a, b ranked) int { return cmp.Compare(b.rank, a.rank) })
	t.last, t.cut = t.kept[t.n-1].rank, true
	end := t.n
	for end < len(t.kept) && t.kept[end].rank == t.last {
		end++
	}
	t.kept, t.full = t.kept[:end], 2*end
}

// sorted is the up to n best, best first, equal ones in an order that seed decides, whatever the order in which they were
// added.
func (t *top) sorted(seed uint64) []ranked {
	for i := range t.kept {
		t.kept[i].draw = mix(seed, t.kept[i].row)
	}
	slices.SortFunc(t.kept, func(a, b ranked) int {
		if c := cmp.Compare(b.rank, a.rank); c != 0 {
			return c
		}
		return cmp.Compare(a.draw, b.draw)
	})
	return t.kept[:min(t.n, len(t.kept))]
}

// mix turns a seed and a row into a number that looks random: the row-th output of SplitMix64 from seed (Steele, Lea and
// Flood 2014). For one seed, different rows have different numbers.
func mix(seed uint64, row int) uint64 {
	z := seed + (uint64(row)+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
