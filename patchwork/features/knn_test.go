package features

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func rowsTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// atAngles places one vector per angle, in degrees, in the plane; their lengths differ and mean nothing.
func atAngles(angles ...float64) func(row int) []float32 {
	return func(row int) []float32 {
		sin, cos := math.Sincos(angles[row] * math.Pi / 180)
		r := float64(row + 1)
		return []float32{float32(r * cos), float32(r * sin)}
	}
}

func TestKNNByHand(t *testing.T) {
	x := atAngles(0, 10, 25, 90, 100)
	class := []int{0, 0, 1, 1, 1}
	labels := func(row, c int) int8 {
		if class[row] == c {
			return 1
		}
		return 0
	}
	for _, tt := range []struct {
		k    int
		want float64
		why  string
	}{
		{1, 0.8, "0→10° right, 10→0° right, 25→10° wrong, 90→100° right, 100→90° right"},
		{3, 0.4, "0: 10,25,90 say 1, wrong; 10: 0,25,90 say 1, wrong; 25: 10,0,90 say 0, wrong; 90: 100,25,10 say 1; 100: 90,25,10 say 1"},
	} {
		got, err := LeaveOneOutKNN(context.Background(), x, rowsTo(5), labels, 2, tt.k)
		if err != nil || !got.Single || math.Abs(got.Accuracy-tt.want) > 1e-12 || got.Rows != 5 || got.K != tt.k {
			t.Errorf("k=%d: got %+v, %v; want accuracy %.1f (%s)", tt.k, got, err, tt.want, tt.why)
		}
	}
}

func TestKNNUnknownIsNotAbsent(t *testing.T) {
	x := atAngles(0, 1, 2, 3, 180, 90)
	labels := func(row, c int) int8 {
		return [][]int8{{1, -1}, {-1, 0}, {-1, 0}, {1, -1}, {0, -1}, {-1, -1}}[row][c]
	}
	got, err := LeaveOneOutKNN(context.Background(), x, rowsTo(6), labels, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := ClassAgreement{Class: 0, Rows: 3, Agree: 2. / 3, Balanced: 0.5}
	if got.Single || got.Rows != 5 || got.Classes[0] != want || got.Classes[1] != (ClassAgreement{Class: 1}) || got.Accuracy != 0.5 {
		t.Errorf("got %+v; want 5 rows (nothing is known of the last), class 0 %+v (0° and 3° ask each other past the unknown rows, "+
			"180° is told present), class 1 not counted (present nowhere)", got, want)
	}
}

func TestKNNAgainstScikitLearn(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "knn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		K               int
		X               [][]float32
		Y               []int
		Many            [][]int8
		Single          float64
		Agree, Balanced []float64
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	x := func(row int) []float32 { return golden.X[row] }
	one := func(row, c int) int8 {
		if golden.Y[row] == c {
			return 1
		}
		return 0
	}
	n := len(golden.X)
	single, err := LeaveOneOutKNN(context.Background(), x, rowsTo(n), one, 3, golden.K)
	if err != nil || math.Abs(single.Accuracy-golden.Single) > 1e-12 {
		t.Errorf("one class each: got %.6f, %v; want %.6f (testdata/knn.py)", single.Accuracy, err, golden.Single)
	}
	many, err := LeaveOneOutKNN(context.Background(), x, rowsTo(n), func(row, c int) int8 { return golden.Many[row][c] }, 3, golden.K)
	if err != nil || many.Single {
		t.Fatalf("several classes: %+v, %v", many, err)
	}
	for c, got := range many.Classes {
		if math.Abs(got.Agree-golden.Agree[c]) > 1e-12 || math.Abs(got.Balanced-golden.Balanced[c]) > 1e-12 {
			t.Errorf("class %d: got %.6f and %.6f, want %.6f and %.6f (testdata/knn.py)", c, got.Agree, got.Balanced, golden.Agree[c], golden.Balanced[c])
		}
	}
}

// TestKNNBlocks has more rows than a block: pairs of equal vectors find each other whatever the block.
func TestKNNBlocks(t *testing.T) {
	const n = 2*knnBlock + 10
	angles := make([]float64, n)
	for i := range angles {
		angles[i] = float64(i/2) * 360 / n
	}
	labels := func(row, c int) int8 {
		if (row/2)%2 == c {
			return 1
		}
		return 0
	}
	got, err := LeaveOneOutKNN(context.Background(), atAngles(angles...), rowsTo(n), labels, 2, 1)
	if err != nil || got.Accuracy != 1 {
		t.Errorf("got %v, %v; want 1", got.Accuracy, err)
	}
}

func TestKNNRefuses(t *testing.T) {
	known := func(int, int) int8 { return 1 }
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	ctx := context.Background()
	x := atAngles(1, 2, 3)
	for _, tt := range []struct {
		name string
		call func() (KNN, error)
		want string
	}{
		{"k too large", func() (KNN, error) { return LeaveOneOutKNN(ctx, x, rowsTo(3), known, 1, 3) }, "3 nearest neighbours among 3 labelled rows"},
		{"k zero", func() (KNN, error) { return LeaveOneOutKNN(ctx, x, rowsTo(3), known, 1, 0) }, "0 nearest neighbours"},
		{"no vector", func() (KNN, error) {
			return LeaveOneOutKNN(ctx, func(row int) []float32 { return x(row)[:2-row] }, rowsTo(2), known, 1, 1)
		}, "row 1 has a vector of 1 numbers and the first has 2"},
	} {
		if _, err := tt.call(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := LeaveOneOutKNN(cancelled, x, rowsTo(3), known, 1, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
