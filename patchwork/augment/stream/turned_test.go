package stream

import (
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// Each picture is turned by its own quarters, against the clock.
func TestTurned(t *testing.T) {
	flat := &augment.Image{Pix: []float32{1, 2, 3, 4}, W: 2, H: 2, C: 1}
	source, err := Images([]*augment.Image{flat, flat, flat, flat, flat})
	if err != nil {
		t.Fatal(err)
	}
	turned, err := Turned(source, []int{0, 1, 2, 3, -1})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 4)
	for i, want := range [][]float32{{1, 2, 3, 4}, {2, 4, 1, 3}, {4, 3, 2, 1}, {3, 1, 4, 2}, {3, 1, 4, 2}} {
		if err := turned.Read(t.Context(), i, got); err != nil || !slices.Equal(got, want) {
			t.Errorf("picture %d is %v, %v; want %v", i, got, err, want)
		}
	}
	if _, err := Turned(source, []int{1}); err == nil || !strings.Contains(err.Error(), "5 pictures and 1 turns") {
		t.Errorf("one turn for five pictures: %v", err)
	}
	if _, err := Turned(images(t, 2, 8, 6, 3), []int{0, 1}); err == nil || !strings.Contains(err.Error(), "needs squares") {
		t.Errorf("pictures that are not square: %v", err)
	}
}
