package explore

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// of makes Vectors of a list; nil is a row without features.
func of(t *testing.T, x [][]float32) *Vectors {
	t.Helper()
	v, err := NewVectors(t.Context(), len(x), func(row int) []float32 { return x[row] })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func rowsOf(matches []Match) (rows []int) {
	for _, m := range matches {
		rows = append(rows, m.Row)
	}
	return rows
}

func TestNearestAgainstScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/nearest.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		X     [][]float32
		Cases []struct {
			Queries, Rows, Like []int
			N                   int
			Cosines             []float64
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil || len(golden.Cases) == 0 {
		t.Fatal(err, "no cases")
	}
	v := of(t, golden.X)
	for _, c := range golden.Cases {
		got, err := v.Nearest(t.Context(), c.Queries, count(len(golden.X)), c.N)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(rowsOf(got), c.Rows) {
			t.Errorf("%d nearest to %v: got %v, want %v", c.N, c.Queries, rowsOf(got), c.Rows)
			continue
		}
		for i, m := range got {
			if math.Abs(m.Cosine-c.Cosines[i]) > 1e-6 || m.Like != c.Like[i] {
				t.Errorf("row %d to %v: got cosine %.8f to %d, want %.8f to %d", m.Row, c.Queries, m.Cosine, m.Like, c.Cosines[i], c.Like[i])
			}
		}
	}
}

func TestRowsWithoutUsableVectorsAreLeftOut(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	v := of(t, [][]float32{
		{1, 0, 0}, nil, {nan, 1, 0}, {0, 0, 0}, {1, inf, 0}, {-2, 0, 0}, {3e38, 3e38, 3e38}, {3e38, 0, 0}, {1e-30, 0, 1e-30}, {},
	})
	got, err := v.Nearest(t.Context(), []int{0, 1, -4, 99}, []int{-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 20)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{7, 8, 3, 5}; !slices.Equal(rowsOf(got), want) {
		t.Fatalf("got %v, want %v: a multiple of the query, 45°, zeros, the opposite; none of nil, NaN, Inf, too long, empty, outside", got, want)
	}
	for i, want := range []float64{1, math.Sqrt2 / 2, 0, -1} {
		if math.Abs(got[i].Cosine-want) > 1e-6 || got[i].Like != 0 {
			t.Errorf("%+v: want cosine %g to row 0", got[i], want)
		}
	}
}

// Neither cores nor the order of the candidates nor where a vector lies may change what a person sees.
func TestNearestIsExact(t *testing.T) {
	const n, dim = 1003, 33
	row := random(n, dim)
	for _, twin := range []int{5, 127, 128, 640, 1002} { // also in the last block, which is not full
		copy(row(twin), row(5))
	}
	v, err := NewVectors(t.Context(), n, row)
	if err != nil {
		t.Fatal(err)
	}
	rows := count(n)
	want, err := v.Nearest(t.Context(), []int{700}, rows, n)
	if err != nil || len(want) != n-1 {
		t.Fatalf("%d of %d rows, %v", len(want), n, err)
	}
	var twins []Match
	for _, m := range want {
		if slices.Contains([]int{5, 127, 128, 640, 1002}, m.Row) {
			twins = append(twins, m)
		}
	}
	for i, m := range twins {
		if m.Cosine != twins[0].Cosine || i > 0 && m.Row < twins[i-1].Row {
			t.Errorf("the same vectors are in the order %v; want equal cosines and ascending rows", twins)
			break
		}
	}
	shuffled := append(slices.Clone(rows), rows[:100]...)
	slices.Reverse(shuffled)
	for _, cores := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(cores)
		got, err := v.Nearest(t.Context(), []int{700, 700}, shuffled, 300)
		runtime.GOMAXPROCS(before)
		if err != nil || !slices.Equal(got, want[:300]) {
			t.Errorf("on %d cores, candidates in another order: another result (%v)", cores, err)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	v := of(t, [][]float32{{1, 0}, nil, {0, 1}})
	done, cancel := context.WithCancel(t.Context())
	cancel()
	search := func(ctx context.Context, query, n int) error {
		_, err := v.Nearest(ctx, []int{query}, []int{2}, n)
		return err
	}
	for want, err := range map[string]error{
		"asked for the 0 nearest":                        search(t.Context(), 0, 0),
		"none of the 1 images to search by has features": search(t.Context(), 1, 3),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := search(done, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	x := [][]float32{nil, {1, 2}, {1, 2, 3}}
	_, err := NewVectors(t.Context(), 3, func(row int) []float32 { return x[row] })
	if want := "row 2 has a vector of 3 numbers and the first has 2"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("vectors of two lengths: got %v, want %q", err, want)
	}
	if _, err := NewVectors(done, 3, func(int) []float32 { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("measuring after the end of the context: %v", err)
	}
}

func TestNoCandidates(t *testing.T) {
	v := of(t, [][]float32{{1, 0}, nil})
	if got, err := v.Nearest(t.Context(), []int{0}, []int{0, 1}, 5); err != nil || len(got) != 0 {
		t.Errorf("only the query and a row without features: got %v, %v; want nothing", got, err)
	}
	if none := of(t, [][]float32{nil, nil}); none.Has(0) || none.Has(1) {
		t.Error("rows without features are said to have some")
	}
	if got, err := of(t, nil).Cluster(t.Context(), []int{0, 3}, 4, seeded(1)); err != nil || len(got) != 0 {
		t.Errorf("no rows at all: got %v, %v", got, err)
	}
}
