package layout

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestSOMAgainstNumpy(t *testing.T) {
	g := readGolden(t)
	m, err := SOM(t.Context(), g.vectors(), SOMOptions{Width: 4, Height: 3, Rounds: 2, Radius: 2})
	if err != nil {
		t.Fatal(err)
	}
	for u, cell := range g.SOM {
		for d, want := range cell {
			near(t, fmt.Sprintf("cell %d at %d", u, d), float64(m.Vectors[u*m.Dim+d]), want, 1e-3)
		}
	}
	cells, _, err := m.Place(t.Context(), g.vectors())
	if err != nil || !slices.Equal(cells, g.Best) {
		t.Errorf("cells %v, %v; want %v", cells, err, g.Best)
	}
}

// TestSOMFindsWhatItHolds is the promise of the original: a vector that a cell holds is found in that cell.
func TestSOMFindsWhatItHolds(t *testing.T) {
	v, _ := heaps(6, 30, 12, 1)
	m, err := SOM(t.Context(), v, SOMOptions{Width: 5, Height: 4})
	if err != nil || len(m.Vectors) != 5*4*12 {
		t.Fatal(len(m.Vectors), err)
	}
	held := Vectors{N: 20, Dim: 12, At: func(i int) []float32 { return m.Vectors[i*12 : (i+1)*12] }}
	cells, distance, err := m.Place(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	for u, cell := range cells {
		if cell != u || distance[u] != 0 {
			t.Errorf("the vector of cell %d is found in %d at distance %g", u, cell, distance[u])
		}
	}
	// Two cells side by side are more alike than two drawn blindly.
	gap := func(a, b int) (s float64) {
		for d := range 12 {
			x := float64(m.Vectors[a*12+d] - m.Vectors[b*12+d])
			s += x * x
		}
		return math.Sqrt(s)
	}
	var beside, any, n, all float64
	for a := range 20 {
		for b := range a {
			any, all = any+gap(a, b), all+1
			if a-b == 5 || a-b == 1 && a%5 > 0 {
				beside, n = beside+gap(a, b), n+1
			}
		}
	}
	if beside/n > 0.75*any/all {
		t.Errorf("cells side by side differ by %.3f, any two by %.3f", beside/n, any/all)
	}
}

// TestSOMGoesOn: with fifth as many images more, those that were there stay in their cell or go next door, which a new map of them does less.
func TestSOMGoesOn(t *testing.T) {
	v, _ := heaps(9, 50, 12, 1)
	keep := Vectors{N: 375, Dim: v.Dim, At: func(i int) []float32 { return v.At(i + i/5) }} // all but each sixth
	o := SOMOptions{Width: 6, Height: 5}
	sorted := func(v Vectors, o SOMOptions) []int {
		t.Helper()
		m, err := SOM(t.Context(), v, o)
		if err != nil {
			t.Fatal(err)
		}
		cells, _, err := m.Place(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		return cells
	}
	before := sorted(keep, o)
	start := slices.Repeat([]int{-1}, v.N)
	for i, cell := range before {
		start[i+i/5] = cell
	}
	steps := func(after []int) (n int) { // from cell to cell, of all that were there
		for i, cell := range start {
			if cell >= 0 {
				n += max(abs(cell%6-after[i]%6), abs(cell/6-after[i]/6))
			}
		}
		return n
	}
	fresh := steps(sorted(v, o))
	o.Start = start
	if warm := steps(sorted(v, o)); warm > keep.N/2 || warm >= fresh {
		t.Errorf("%d images went %d steps, in a new map %d; want few, and fewer", keep.N, warm, fresh)
	}
}

func TestSOMSaysWhatIsWrong(t *testing.T) {
	v, _ := heaps(2, 5, 3, 1)
	for want, o := range map[string]SOMOptions{
		"200 × 51 cells": {Width: 200, Height: 51}, "Rounds is -1": {Rounds: -1}, "Radius is NaN": {Radius: math.NaN()},
		"Start has 1 cells for 10 vectors": {Start: []int{0}}, "and 9 for vector 0; want one of 6": {Width: 3, Height: 2, Start: slices.Repeat([]int{9}, 10)},
	} {
		if _, err := SOM(t.Context(), v, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if _, err := SOM(t.Context(), Vectors{}, SOMOptions{}); err == nil || !strings.Contains(err.Error(), "compute features") {
		t.Error(err)
	}
	m, err := SOM(t.Context(), v, SOMOptions{Width: 1, Height: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Place(t.Context(), Vectors{N: 1, Dim: 4}); err == nil || !strings.Contains(err.Error(), "4 numbers; the cells are of 3") {
		t.Error(err)
	}
}
