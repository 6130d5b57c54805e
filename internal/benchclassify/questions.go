package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// questions are the classes of the project, and made-up ones about its images.
func (s *surrounded) questions(full *table) (out []question) {
	out = append(out, question{"classes", full})
	if len(full.classes) > 2 {
		out = append(out, question{"two rarest classes", rarest(full)})
	}
	return append(out,
		question{"direction", above(directions(s.centred, 1), 0.5)},
		question{"direction and brightness", above(both(directions(s.centred, 2), s.bright), 0.7)},
		question{"what neighbours lack", above(directions(s.rest, 3), 0.5)},
		question{"quarters of brightness", quarters(s.bright)})
}

// rarest is the two classes that the fewest images show.
func rarest(full *table) *table {
	counts, order := make([]int, len(full.classes)), make([]int, len(full.classes))
	for _, values := range full.truth {
		for c, v := range values {
			if order[c] = c; v == labels.Present {
				counts[c]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[a] - counts[b] })
	t := &table{classes: []string{full.classes[order[0]], full.classes[order[1]]}}
	for _, values := range full.truth {
		t.truth = append(t.truth, []labels.Tri{values[order[0]], values[order[1]]})
	}
	return t
}

// directions are how far vectors lie along four random directions, [4][rows].
func directions(x [][]float64, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	along := make([][]float64, 4)
	for c := range along {
		w := make([]float64, len(x[0]))
		for k := range w {
			w[k] = rng.NormFloat64()
		}
		for _, v := range x {
			sum := 0.0
			for k := range v {
				sum += w[k] * v[k]
			}
			along[c] = append(along[c], sum)
		}
	}
	return along
}

// both adds another number to each of some, both having a deviation of one.
func both(along [][]float64, other []float64) [][]float64 {
	other = standard(other)
	for c := range along {
		along[c] = standard(along[c])
		for row, v := range other {
			along[c][row] += v
		}
	}
	return along
}

func standard(x []float64) []float64 {
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = (v - mean) / math.Sqrt(square)
	}
	return out
}

// above is a class for each list of numbers, present where they are above a share of all.
func above(along [][]float64, share float64) *table {
	t := &table{truth: make([][]labels.Tri, len(along[0]))}
	for c, list := range along {
		t.classes = append(t.classes, fmt.Sprint("direction ", c))
		limit := slices.Sorted(slices.Values(list))[int(share*float64(len(list)))]
		for row, v := range list {
			is := labels.Absent
			if v >= limit {
				is = labels.Present
			}
			t.truth[row] = append(t.truth[row], is)
		}
	}
	return t
}

// quarters is four classes: the quarter that a number is in.
func quarters(x []float64) *table {
	sorted := slices.Sorted(slices.Values(x))
	t := &table{classes: []string{"first", "second", "third", "last"}}
	for _, v := range x {
		at, _ := slices.BinarySearch(sorted, v)
		values := make([]labels.Tri, 4)
		values[4*at/len(sorted)] = labels.Present
		t.truth = append(t.truth, values)
	}
	return t
}
