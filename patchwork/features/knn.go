package features

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// KNN says how well the labels of the nearest neighbours foretell a row's own labels.
type KNN struct {
	K    int `json:"k"`    // neighbours that vote
	Rows int `json:"rows"` // rows compared
	// Single says that every row has exactly one class present, so that Accuracy is that of choosing one class.
	Single bool `json:"single"`
	// Accuracy is the share of rows whose class the neighbours choose, or, unless Single, the mean of the classes'
	// Balanced, which chance puts at one half.
	Accuracy float64          `json:"accuracy"`
	Classes  []ClassAgreement `json:"classes"`
}

// ClassAgreement is the part of one class. A class that is not both present and absent somewhere has Rows 0 and does
// not count.
type ClassAgreement struct {
	Class    int     `json:"class"`
	Rows     int     `json:"rows"`     // rows where the class is known
	Agree    float64 `json:"agree"`    // share of them that the neighbours get right
	Balanced float64 `json:"balanced"` // mean of the shares among present and among absent rows
}

// knnBlock is the number of rows whose similarities are computed at a time.
const knnBlock = 256

// LeaveOneOutKNN compares each row with all others by cosine similarity and lets the k most similar vote on its
// labels. The row itself never votes. Rows in which nothing is known take no part.
//
// If every row has exactly one class present and that one is not contradicted, the class with most votes is chosen, of
// equals the one with the smaller number. In every case each class is also asked alone: among the rows that know this
// class, the k nearest vote and it is called present if more than half of them say so. Unknown (-1) never counts as absent.
// Of equally similar rows the one that comes first in rows is nearer.
//
// The function x gives a row's vector of any length; a vector of zeros has similarity 0 with everything. labels gives
// -1, 0 or 1. Time grows with the square of the number of rows: 2,000 rows of 1,280 numbers take about a second a core.
//
// Errors: k below 1, or not fewer than the rows that take part; a row without a vector or vectors of different
// lengths; ctx is done.
func LeaveOneOutKNN(ctx context.Context, x func(row int) []float32, rows []int, labels func(row, class int) int8, classes, k int) (KNN, error) {
	t, err := newKNNTable(x, rows, labels, classes)
	if err != nil {
		return KNN{}, err
	}
	if n := len(t.rows); k < 1 || k >= n {
		return KNN{}, fmt.Errorf("features: %d nearest neighbours among %d labelled rows; want at least 1 and fewer than there are rows", k, n)
	}
	t.k = k
	if err := t.vote(ctx); err != nil {
		return KNN{}, err
	}
	return t.result(), nil
}

// knnTable is the labelled rows with unit vectors, and the votes on them.
type knnTable struct {
	rows    []int
	dim     int
	unit    []float32 // rows·dim
	known   [][]int8  // per row and class: -1, 0, 1
	one     []int     // per row: its only class present, or -1
	classes int
	k       int

	chosen []int    // per row: the class that most neighbours have; only if every row has one
	said   [][]int8 // per row and class: what the neighbours say; -1 where nobody was asked
}

func newKNNTable(x func(row int) []float32, rows []int, labels func(row, class int) int8, classes int) (*knnTable, error) {
	t := &knnTable{classes: classes}
	for _, row := range rows {
		known, any, one := make([]int8, classes), false, -1
		for c := range known {
			known[c] = labels(row, c)
			any = any || known[c] >= 0
			switch {
			case known[c] == 1 && one == -1:
				one = c
			case known[c] == 1:
				one = -2 // more than one
			}
		}
		if !any {
			continue
		}
		v := x(row)
		if t.dim == 0 {
			t.dim = len(v)
		}
		if len(v) == 0 || len(v) != t.dim {
			return nil, fmt.Errorf("features: row %d has a vector of %d numbers and the first has %d", row, len(v), t.dim)
		}
		from := len(t.unit)
		t.unit = append(t.unit, v...)
		normalise(t.unit[from:])
		t.rows, t.known, t.one = append(t.rows, row), append(t.known, known), append(t.one, max(one, -1))
	}
	return t, nil
}

// single says whether every row has exactly one class present.
func (t *knnTable) single() bool { return !slices.Contains(t.one, -1) }

// vote fills chosen and said, block by block on all cores.
func (t *knnTable) vote(ctx context.Context) error {
	n := len(t.rows)
	t.chosen, t.said = make([]int, n), make([][]int8, n)
	blocks := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			sims := make([]float32, knnBlock*n)
			order := make([]neighbour, 0, n)
			for from := range blocks {
				to := min(from+knnBlock, n)
				t.similarities(sims, from, to)
				for i := from; i < to && ctx.Err() == nil; i++ {
					order = t.nearest(order[:0], sims[(i-from)*n:(i-from+1)*n], i)
					t.ask(i, order)
				}
			}
		})
	}
	for from := 0; from < n && ctx.Err() == nil; from += knnBlock {
		blocks <- from
	}
	close(blocks)
	workers.Wait()
	return ctx.Err()
}

// similarities writes the cosines of rows from..to with all rows to sims, row by row.
func (t *knnTable) similarities(sims []float32, from, to int) {
	n := len(t.rows)
	all := blas32.General{Rows: n, Cols: t.dim, Stride: t.dim, Data: t.unit}
	part := blas32.General{Rows: to - from, Cols: t.dim, Stride: t.dim, Data: t.unit[from*t.dim : to*t.dim]}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, part, all, 0, blas32.General{Rows: to - from, Cols: n, Stride: n, Data: sims})
}

type neighbour struct {
	index int
	sim   float32
}

// nearest sorts all rows but i by falling similarity.
func (t *knnTable) nearest(order []neighbour, sims []float32, i int) []neighbour {
	for j, s := range sims {
		if j != i {
			order = append(order, neighbour{j, s})
		}
	}
	slices.SortFunc(order, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.sim, a.sim), cmp.Compare(a.index, b.index))
	})
	return order
}

// ask lets the neighbours of row i vote.
func (t *knnTable) ask(i int, order []neighbour) {
	votes := make([]int, t.classes)
	if t.single() {
		for _, nb := range order[:t.k] {
			votes[t.one[nb.index]]++
		}
		for c, v := range votes {
			if v > votes[t.chosen[i]] {
				t.chosen[i] = c
			}
		}
	}
	t.said[i] = make([]int8, t.classes)
	for c := range t.said[i] {
		t.said[i][c] = -1
		if t.known[i][c] < 0 {
			continue
		}
		asked, present := 0, 0
		for _, nb := range order {
			if v := t.known[nb.index][c]; v >= 0 {
				asked++
				present += int(v)
			}
			if asked == t.k {
				break
			}
		}
		if asked > 0 {
			t.said[i][c] = 0
			if 2*present > asked {
				t.said[i][c] = 1
			}
		}
	}
}

// result counts the votes.
func (t *knnTable) result() KNN {
	r := KNN{K: t.k, Rows: len(t.rows), Single: t.single()}
	var sum float64
	counted := 0
	for c := range t.classes {
		var rows, right [2]int
		for i := range t.rows {
			truth, said := t.known[i][c], t.said[i][c]
			if truth >= 0 && said >= 0 {
				rows[truth]++
				if truth == said {
					right[truth]++
				}
			}
		}
		a := ClassAgreement{Class: c}
		if rows[0] > 0 && rows[1] > 0 {
			a.Rows = rows[0] + rows[1]
			a.Agree = float64(right[0]+right[1]) / float64(a.Rows)
			a.Balanced = (float64(right[0])/float64(rows[0]) + float64(right[1])/float64(rows[1])) / 2
			sum += a.Balanced
			counted++
		}
		r.Classes = append(r.Classes, a)
	}
	switch {
	case r.Single:
		right := 0
		for i, c := range t.chosen {
			if c == t.one[i] {
				right++
			}
		}
		r.Accuracy = float64(right) / float64(r.Rows)
	case counted > 0:
		r.Accuracy = sum / float64(counted)
	}
	return r
}
