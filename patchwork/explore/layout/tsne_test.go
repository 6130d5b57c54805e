package layout

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestAffinitiesAgainstScikitLearn(t *testing.T) {
	g := readGolden(t)
	got := affinities(g.graph(), 4).dense(len(g.X))
	for i, row := range g.Affinity {
		for j, want := range row {
			near(t, fmt.Sprintf("affinity %d, %d", i, j), got[i][j], want, 1e-6)
		}
	}
}

// TestTSNEGradientAgainstScikitLearn compares the whole gradient; squares are never summed up here.
func TestTSNEGradientAgainstScikitLearn(t *testing.T) {
	g := readGolden(t)
	d := descent{p: affinities(g.graph(), 4), slope: make([]Point, len(g.X))}
	for _, p := range g.Places {
		d.points = append(d.points, Point{p[0], p[1]})
	}
	if err := d.gradient(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for i, want := range g.Gradient {
		near(t, fmt.Sprintf("slope %d along x", i), float64(d.slope[i].X), want[0], 2e-6)
		near(t, fmt.Sprintf("slope %d along y", i), float64(d.slope[i].Y), want[1], 2e-6)
	}
}

// TestQuadtreeNearlyAddsUp compares sums over squares with sums over points, some of which share a place.
func TestQuadtreeNearlyAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	points := make([]Point, 3000)
	for i := range points {
		points[i] = Point{float32(20 * r.NormFloat64()), float32(5 * r.NormFloat64())}
		if i%10 == 9 {
			points[i] = points[i-1]
		}
	}
	for i := range 40 {
		points[i] = Point{3, 3} // more than a leaf holds
	}
	var tree quadtree
	tree.build(points)
	var wrong, size [3]float64
	for i := 0; i < len(points); i += 7 {
		var want [3]float64
		for j, q := range points {
			dx, dy := float64(points[i].X-q.X), float64(points[i].Y-q.Y)
			w := 1 / (1 + dx*dx + dy*dy)
			if i != j {
				want[2] += w
			}
			want[0], want[1] = want[0]+w*w*dx, want[1]+w*w*dy
		}
		exactX, exactY, exactZ := tree.repulsion(points[i], 0)
		x, y, z := tree.repulsion(points[i], 0.25)
		for k, v := range [3][2]float64{{exactX, x}, {exactY, y}, {exactZ, z}} {
			near(t, fmt.Sprint("sum ", k, " of point ", i), v[0], want[k], 1e-4*(1+math.Abs(want[k])))
			wrong[k], size[k] = wrong[k]+math.Abs(v[1]-want[k]), size[k]+math.Abs(want[k])
		}
	}
	for k := range wrong {
		if wrong[k] > 0.03*size[k] {
			t.Errorf("sum %d is off by %.4f of itself on average; want at most 0.03", k, wrong[k]/size[k])
		}
	}
}
