package dots

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

func matrix(n, dim int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// all gathers the products of rows that are even or below 10.
func all(t *testing.T, x, queries []float32, q, dim int) [][]float32 {
	t.Helper()
	n := len(x) / dim
	out := make([][]float32, n)
	err := Each(t.Context(), queries, q, dim, n, func(i int, dst []float32) bool {
		copy(dst, x[i*dim:])
		return i%2 == 0 || i < 10
	}, func() func(int, []float32) {
		return func(i int, products []float32) { out[i] = slices.Clone(products) }
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The products are those of a plain sum in float64, for shapes around the sizes of blocks and tiles.
func TestProducts(t *testing.T) {
	for _, n := range []int{1, 127, 128, 300} {
		for _, q := range []int{1, 2, 7, 65} {
			for _, dim := range []int{1, 5, 96} {
				x, queries := matrix(n, dim, 1), matrix(q, dim, 2)
				for i, products := range all(t, x, queries, q, dim) {
					if (products != nil) != (i%2 == 0 || i < 10) {
						t.Fatalf("vector %d of %d: products %v, though fill said otherwise", i, n, products)
					}
					for j, got := range products {
						want, size := 0.0, 0.0
						for k := range dim {
							a := float64(x[i*dim+k]) * float64(queries[j*dim+k])
							want, size = want+a, size+math.Abs(a)
						}
						if math.Abs(float64(got)-want) > 1e-6*size {
							t.Fatalf("n %d, q %d, dim %d: product of %d and %d is %g, want %g", n, q, dim, i, j, got, want)
						}
					}
				}
			}
		}
	}
}

func TestCoresChangeNothing(t *testing.T) {
	const q, dim = 5, 33
	x, queries := matrix(1000, dim, 3), matrix(q, dim, 4)
	want := fmt.Sprint(all(t, x, queries, q, dim))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := fmt.Sprint(all(t, x, queries, q, dim)); got != want {
		t.Error("one core gives other products than several")
	}
}

func TestEndOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Each(ctx, make([]float32, 3), 1, 3, 1000, func(int, []float32) bool { return true },
		func() func(int, []float32) { return func(int, []float32) {} })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
