package layout

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestPCAAgainstScikitLearn(t *testing.T) {
	g := readGolden(t)
	v := g.vectors()
	c, err := PCA(t.Context(), v, 3)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "total variance", c.Total, g.Total, 1e-4)
	for j, axis := range g.Axes {
		near(t, fmt.Sprint("variance ", j), c.Variance[j], g.Variance[j], 1e-4)
		for d, want := range axis {
			near(t, fmt.Sprintf("axis %d at %d", j, d), c.Axes[j][d], want, 1e-4)
		}
	}
	points, err := c.Plane(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	var variance float64
	for _, p := range points {
		variance += float64(p.Y) * float64(p.Y) / float64(v.N-1)
	}
	near(t, "variance of the second coordinate", variance, g.Variance[1], 1e-3)
}

func TestPCAOfLittle(t *testing.T) {
	one := Vectors{N: 1, Dim: 3, At: func(int) []float32 { return []float32{1, 2, 3} }}
	line := Vectors{N: 5, Dim: 1, At: func(i int) []float32 { return []float32{float32(i)} }}
	for name, v := range map[string]Vectors{"none": {}, "one": one, "a line": line} {
		c, err := PCA(t.Context(), v, 2)
		if err != nil {
			t.Fatal(name, err)
		}
		points, err := c.Plane(t.Context(), v)
		if err != nil || len(points) != v.N {
			t.Fatal(name, points, err)
		}
		for _, p := range points {
			if !p.Placed() || p.Y != 0 {
				t.Error(name, points)
			}
		}
	}
}

func TestPCANamesWhatIsWrong(t *testing.T) {
	v := Vectors{N: 9, Dim: 2, At: func(i int) []float32 {
		switch i {
		case 6:
			return []float32{1, float32(math.NaN())}
		}
		return []float32{float32(i), 1}
	}}
	if _, err := PCA(t.Context(), v, 2); err == nil || !strings.Contains(err.Error(), "the vector of point 6 holds NaN at place 1") {
		t.Error(err)
	}
	v.At = func(i int) []float32 { return make([]float32, 2+i/8) }
	if _, err := PCA(t.Context(), v, 2); err == nil || !strings.Contains(err.Error(), "point 8 has 3 numbers; want 2") {
		t.Error(err)
	}
	if _, err := PCA(t.Context(), v, 0); err == nil {
		t.Error("0 components were no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v.At = func(i int) []float32 { return []float32{float32(i), 1} }
	if _, err := PCA(ctx, v, 1); err != context.Canceled {
		t.Error(err)
	}
}
