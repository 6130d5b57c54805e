package explore

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// spots makes three tight groups of 20 rows in space, rows 0 to 59, and 12 rows far from everything and each other.
func spots(t *testing.T) *Vectors {
	const dim = 18
	r := rand.New(rand.NewPCG(9, 9))
	var x [][]float32
	for row := range 72 {
		v := make([]float32, dim)
		if row < 60 {
			for k := range v {
				v[k] = float32(r.NormFloat64()) * 0.05
			}
			v[row/20] += 1
		} else {
			v[3+row-60] = 1
		}
		x = append(x, v)
	}
	return of(t, x)
}

func TestPagesComeFromDensePlaces(t *testing.T) {
	v := spots(t)
	for seed := range uint64(50) {
		left := count(72)
		for page := range 6 {
			got, err := v.Cluster(t.Context(), left, 10, seeded(seed+uint64(page)*100))
			if err != nil || len(got) != 10 || got[0].Cosine != 1 {
				t.Fatalf("page %d: %v, %v; want 10 rows, the seed first with cosine 1", page, got, err)
			}
			if !slices.IsSortedFunc(got[1:], byCosine) {
				t.Fatalf("page %d is not sorted: %v", page, got)
			}
			group := got[0].Row / 20
			if group == 3 || slices.ContainsFunc(got, func(m Match) bool { return m.Row/20 != group }) {
				t.Fatalf("seed %d, page %d mixes groups or begins with an outlier: %v", seed, page, rowsOf(got))
			}
			left = slices.DeleteFunc(left, func(row int) bool { return slices.Contains(rowsOf(got), row) })
		}
		last, err := v.Cluster(t.Context(), left, 40, seeded(seed))
		if err != nil || len(last) != 12 {
			t.Fatalf("the outliers alone: %v, %v; want all 12, though nothing is like them", last, err)
		}
	}
}

// The cosine with the seed is that of a plain computation in float64.
func TestClusterSaysTheCosineWithTheSeed(t *testing.T) {
	row := random(300, 21)
	v, err := NewVectors(t.Context(), 300, row)
	if err != nil {
		t.Fatal(err)
	}
	page, err := v.Cluster(t.Context(), count(300), 30, seeded(3))
	if err != nil {
		t.Fatal(err)
	}
	a := row(page[0].Row)
	cosine := func(b []float32) float64 {
		var ab, aa, bb float64
		for i := range a {
			ab += float64(a[i]) * float64(b[i])
			aa += float64(a[i]) * float64(a[i])
			bb += float64(b[i]) * float64(b[i])
		}
		return ab / math.Sqrt(aa*bb)
	}
	for _, m := range page {
		if want := cosine(row(m.Row)); math.Abs(m.Cosine-want) > 1e-6 || m.Like != page[0].Row {
			t.Errorf("row %d: got %.8f to row %d, want %.8f to the seed, %d", m.Row, m.Cosine, m.Like, want, page[0].Row)
		}
	}
	for other := range 300 { // nothing that is more like the seed was left out
		if c := cosine(row(other)); c > page[29].Cosine+1e-6 && !slices.Contains(rowsOf(page), other) {
			t.Errorf("row %d has cosine %.6f with the seed and is not on the page, whose last has %.6f", other, c, page[29].Cosine)
		}
	}
}

func TestClusterIsRepeatable(t *testing.T) {
	v := spots(t)
	want, err := v.Cluster(t.Context(), count(72), 16, seeded(5))
	if err != nil {
		t.Fatal(err)
	}
	rows := append(count(72), count(30)...)
	slices.Reverse(rows)
	if got, err := v.Cluster(t.Context(), rows, 16, seeded(5)); err != nil || !slices.Equal(got, want) {
		t.Errorf("candidates in another order, some twice: got %v (%v), want %v", got, err, want)
	}
	other := false
	for seed := range uint64(10) {
		got, err := v.Cluster(t.Context(), count(72), 16, seeded(seed))
		other = other || err == nil && !slices.Equal(got, want)
	}
	if !other {
		t.Error("ten seeds give one page")
	}
}

func TestSmallPages(t *testing.T) {
	same := of(t, [][]float32{{1, 2}, {1, 2}, {2, 4}, nil, {0, 0}})
	got, err := same.Cluster(t.Context(), count(5), 10, seeded(1))
	if rows := rowsOf(got); err != nil || len(rows) != 4 || got[0].Cosine != 1 || slices.Contains(rows, 3) {
		t.Errorf("four rows with vectors: got %v, %v", got, err)
	}
	if got, err := same.Cluster(t.Context(), []int{2}, 10, seeded(1)); err != nil || !slices.Equal(got, []Match{{2, 2, 1}}) {
		t.Errorf("one candidate: got %v, %v", got, err)
	}
	if got, err := same.Cluster(t.Context(), count(5), 1, seeded(1)); err != nil || len(got) != 1 || got[0].Cosine != 1 {
		t.Errorf("a page of one: got %v, %v", got, err)
	}
	if got, err := same.Cluster(t.Context(), []int{4}, 2, seeded(1)); err != nil || !slices.Equal(got, []Match{{4, 4, 1}}) {
		t.Errorf("only a vector of zeros: got %v, %v; want it, so that it can be labelled", got, err)
	}
	if _, err := same.Cluster(t.Context(), count(5), 0, seeded(1)); err == nil || !strings.Contains(err.Error(), "a page of 0 images") {
		t.Errorf("a page of none: %v", err)
	}
	if _, err := same.Cluster(t.Context(), count(5), 3, nil); err == nil || !strings.Contains(err.Error(), "rand.NewPCG") {
		t.Errorf("no randomness: %v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := same.Cluster(done, count(5), 3, seeded(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}
