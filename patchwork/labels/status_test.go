package labels

import (
	"math/rand/v2"
	"testing"
)

// The status of a row is what counting its known classes gives, whatever the number of rows and classes.
func TestStatusesAreCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, rows := range []int{0, 1, 7, 8, 9, 64, 203} {
		for _, classes := range []int{0, 1, 2, 10, 300} {
			columns := make([][]Tri, classes)
			for c := range columns {
				columns[c] = make([]Tri, rows)
				for row := range columns[c] {
					columns[c][row] = Tri(r.IntN(3) - 1)
					if row%3 < 2 { // rows in which nothing and in which all is known
						columns[c][row] = Tri(row%3*2 - 1)
					}
				}
			}
			for row, got := range statusesOf(columns, rows) {
				known := 0
				for c := range columns {
					if columns[c][row] != Unknown {
						known++
					}
				}
				want := Partial
				if known == 0 {
					want = Unlabelled
				} else if known == classes {
					want = Labelled
				}
				if got != want {
					t.Fatalf("row %d of %d, %d of %d classes known: %v, want %v", row, rows, known, classes, got, want)
				}
			}
		}
	}
}

// BenchmarkStatuses is what the first look at a new table of 100,000 rows costs.
func BenchmarkStatuses(b *testing.B) {
	columns := make([][]Tri, 10)
	for c := range columns {
		columns[c] = make([]Tri, 100_000)
	}
	for b.Loop() {
		statusesOf(columns, 100_000)
	}
}
