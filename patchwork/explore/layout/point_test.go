package layout

import (
	"fmt"
	"math"
	"testing"
)

func TestFit(t *testing.T) {
	points := []Point{{10, 5}, {30, 5}, Nowhere, {20, 15}}
	Fit(points)
	want := []Point{{-1, -0.5}, {1, -0.5}, Nowhere, {0, 0.5}} // by hand: 20 wide and 10 high become 2 and 1
	for i, w := range want {
		if p := points[i]; p != w && (p.Placed() || w.Placed()) {
			t.Errorf("point %d is at %v; want %v", i, p, w)
		}
	}
	one := []Point{{7, 7}, {7, 7}}
	Fit(one)
	if one[0] != (Point{}) || one[1] != (Point{}) {
		t.Error(one)
	}
	Fit([]Point{Nowhere})
}

func TestAlignUndoesTurningMirroringAndScale(t *testing.T) {
	to := []Point{{0, 0}, {4, 1}, {2, 5}, {-3, 2}, Nowhere}
	for _, mirror := range []float64{1, -1} {
		points := make([]Point, len(to))
		for i, p := range to {
			x, y := float64(p.X), mirror*float64(p.Y)
			sin, cos := math.Sincos(0.7)
			points[i] = Point{float32(3*(cos*x-sin*y) + 9), float32(3*(sin*x+cos*y) - 2)}
		}
		points[4] = points[1]
		Align(points, to)
		for i, want := range append(to[:4:4], to[1]) {
			near(t, fmt.Sprint("x of ", i), float64(points[i].X), float64(want.X), 1e-5)
			near(t, fmt.Sprint("y of ", i), float64(points[i].Y), float64(want.Y), 1e-5)
		}
	}
}

func TestCarryPutsNewPointsBesideTheirNeighbours(t *testing.T) {
	g := Graph{N: 6, K: 2, Index: []int32{1, 2, 0, 2, 0, 1, 0, 1, 3, -1, -1, -1}, Distance: make([]float32, 12)}
	start, ok := Carry(g, []Point{{0, 0}, {2, 0}, {4, 6}, Nowhere, Nowhere, Nowhere})
	// 3 between 0 and 1; 4 where 3 is; 5 has no neighbour and goes to the middle of those that were placed.
	want := []Point{{0, 0}, {2, 0}, {4, 6}, {1, 0}, {1, 0}, {2, 2}}
	if !ok {
		t.Fatal("not carried")
	}
	for i, w := range want {
		if start[i] != w {
			t.Errorf("point %d starts at %v; want %v", i, start[i], w)
		}
	}
	if _, ok := Carry(g, []Point{{0, 0}, {2, 0}, Nowhere, Nowhere, Nowhere, Nowhere}); ok {
		t.Error("two places are no earlier layout")
	}
}
