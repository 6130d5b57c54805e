package classify

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestScoresErrors(t *testing.T) {
	m := &Model{head: randomHead(3, 2, 1)}
	tests := []struct {
		says string
		row  func(i int) []float32
	}{
		{"row 1 has 4 features; want 3", func(i int) []float32 { return make([]float32, 3+i) }},
		{"feature 2 of row 0 is NaN", func(int) []float32 { return []float32{0, 0, float32(math.NaN())} }},
	}
	for _, tt := range tests {
		if got, err := m.Scores(t.Context(), 2, tt.row); got != nil || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("got %v, error %v; want an error that says %q", got, err, tt.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Scores(ctx, 2*blockRows, func(int) []float32 { return make([]float32, 3) }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got, err := m.Scores(t.Context(), 0, nil); err != nil || len(got) != 0 {
		t.Errorf("no rows: %v, %v", got, err)
	}
}

func TestScoresFromSeveralGoroutines(t *testing.T) {
	m := &Model{head: randomHead(6, 2, 1)}
	row := func(i int) []float32 { return []float32{float32(i), 1, 2, 3, 4, 5} }
	want, err := m.Scores(t.Context(), 50, row)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if got, err := m.Scores(t.Context(), 50, row); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	wait.Wait()
}
