package explore

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

func TestCopies(t *testing.T) {
	nan := float32(math.NaN())
	v := of(t, [][]float32{
		{1, 2}, {2, 4}, nil, {-1, -2}, {0, 0}, {1, 2}, {0, 0}, {nan, 1}, {nan, 1}, {0, 3}, {float32(math.Copysign(0, -1)), 1}, {1, 2.000001},
	})
	got, err := v.Copies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 0, 2, 3, 4, 0, 6, 7, 8, 9, 9, 11}; !slices.Equal(got, want) {
		t.Errorf("got %d, want %d: the same direction; not the opposite, nothing, zeros, NaN, or almost the same", got, want)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Copies(done); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}
