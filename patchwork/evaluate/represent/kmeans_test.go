package represent

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Twelve clusters far from each other are found.
func TestKMeans(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var x [][]float64
	for i := range 240 {
		x = append(x, []float64{10 * float64(i%12) * math.Cos(float64(i%12)), 10 * float64(i%12) * math.Sin(float64(i%12)), 0.1 * rng.NormFloat64()})
	}
	of, err := KMeans(t.Context(), x, 12, rng)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range of {
		if c != of[i%12] {
			t.Fatalf("rows %d and %d lie together and are in clusters %d and %d", i, i%12, c, of[i%12])
		}
	}
	if slices.Max(of) != 11 {
		t.Errorf("there are %d clusters", slices.Max(of)+1)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := KMeans(ctx, x, 12, rng); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := KMeans(t.Context(), nil, 3, rng); err == nil {
		t.Error("no rows have clusters")
	}
}
