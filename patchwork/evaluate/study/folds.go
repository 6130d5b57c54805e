package study

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// FoldOptions says how to divide. The zero value is five folds, each image for itself.
type FoldOptions struct {
	Folds int // 0 means 5
	Seed  uint64

	// Group names images that must not be parted, such as crops of one scene or near-doubles; "" is an image for itself. Nil
	// means no groups.
	Group func(row int) string
}

// Folds divides the rows that are not excluded and have a known label. fold[row] is 0 up to Folds-1, or -1 for a row that is
// left out. Every class is about as often present, and as often absent, in each fold, whatever is unknown; groups stay
// together. The same table and options give the same folds.
//
//	while groups remain: take the trait (a class present, or absent) with the fewest rows left; give each of its groups,
//	the largest first, to the fold that lacks most rows of the trait, at a tie to the one that lacks most rows, at a tie by lot
//
// Errors: the table is nil; fewer than 2 folds; fewer groups than folds.
//
// Source: Sechidis, Tsoumakas and Vlahavas 2011, "On the Stratification of Multi-Label Data", algorithm 1, with absence as a
// trait besides presence, and groups in place of rows. Package labels divides in two sides of exact size (labels.Split);
// folds differ in size by what groups and traits make necessary.
func Folds(t evaluate.Table, o FoldOptions) (fold []int, err error) {
	if t == nil {
		return nil, errors.New("study: the table is nil")
	}
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.Folds < 2 {
		return nil, fmt.Errorf("study.FoldOptions: Folds is %d; want 2 or more, or 0 for 5", o.Folds)
	}
	groups := groupsOf(t, o.Group)
	if len(groups) < o.Folds {
		return nil, fmt.Errorf("study: %d labelled images (those that stay together count once) for %d folds; want at least one for each. Label more images, or take fewer folds", len(groups), o.Folds)
	}
	d := deal{folds: o.Folds, groups: groups, random: rand.New(rand.NewPCG(o.Seed, 0x666f6c6473))}
	d.random.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	slices.SortStableFunc(groups, func(a, b group) int { return len(b.rows) - len(a.rows) })
	d.run(2 * len(t.Classes()))
	fold = make([]int, t.Len())
	for row := range fold {
		fold[row] = -1
	}
	for i, g := range groups {
		for _, row := range g.rows {
			fold[row] = d.fold[i]
		}
	}
	return fold, nil
}

// group is rows that stay together, and how often each trait occurs among them: 2c is class c present, 2c+1 absent.
type group struct {
	rows   []int
	traits map[int]int
}

// groupsOf gathers the rows that can be divided, in the order in which their groups are first met.
func groupsOf(t evaluate.Table, name func(row int) string) (groups []group) {
	classes := len(t.Classes())
	place := map[string]int{}
	for row := range t.Len() {
		if t.Excluded(row) {
			continue
		}
		var traits []int
		for c := range classes {
			switch t.Value(row, c) {
			case labels.Present:
				traits = append(traits, 2*c)
			case labels.Absent:
				traits = append(traits, 2*c+1)
			}
		}
		if traits == nil {
			continue
		}
		at := len(groups)
		if name != nil && name(row) != "" {
			if known, ok := place[name(row)]; ok {
				at = known
			} else {
				place[name(row)] = at
			}
		}
		if at == len(groups) {
			groups = append(groups, group{traits: map[int]int{}})
		}
		groups[at].rows = append(groups[at].rows, row)
		for _, k := range traits {
			groups[at].traits[k]++
		}
	}
	return groups
}

// deal is the state of the division.
type deal struct {
	folds  int
	groups []group // the largest first
	fold   []int   // by group
	random *rand.Rand

	want [][]float64 // by fold and trait: rows that it still lacks
	room []float64   // by fold: rows that it still lacks
}

func (d *deal) run(traits int) {
	left := make([]int, traits)       // groups not yet dealt that have the trait
	members := make([][]int, traits)  // groups by trait
	totals := make([]float64, traits) // rows
	rows := 0.0
	d.fold = make([]int, len(d.groups))
	for i, g := range d.groups {
		d.fold[i] = -1
		rows += float64(len(g.rows))
		for k, n := range g.traits {
			left[k]++
			members[k] = append(members[k], i)
			totals[k] += float64(n)
		}
	}
	for range d.folds {
		want := make([]float64, traits)
		for k, n := range totals {
			want[k] = n / float64(d.folds)
		}
		d.want, d.room = append(d.want, want), append(d.room, rows/float64(d.folds))
	}
	for {
		rarest := -1
		for k, n := range left {
			if n > 0 && (rarest < 0 || n < left[rarest]) {
				rarest = k
			}
		}
		if rarest < 0 {
			return
		}
		for _, i := range members[rarest] {
			if d.fold[i] >= 0 {
				continue
			}
			to := d.choose(rarest)
			d.fold[i] = to
			d.room[to] -= float64(len(d.groups[i].rows))
			for k, n := range d.groups[i].traits {
				d.want[to][k] -= float64(n)
				left[k]--
			}
		}
	}
}

// choose is the fold that lacks most of a trait, then most rows, then by lot.
func (d *deal) choose(trait int) int {
	best, ties := 0, 1
	for f := 1; f < d.folds; f++ {
		switch gap := compare(d.want[f][trait], d.want[best][trait], d.room[f], d.room[best]); {
		case gap > 0:
			best, ties = f, 1
		case gap == 0:
			if ties++; d.random.IntN(ties) == 0 {
				best = f
			}
		}
	}
	return best
}

// compare orders by the first pair, then by the second; differences of rounding are ties.
func compare(a, b, c, d float64) int {
	for _, gap := range [2]float64{a - b, c - d} {
		if gap > 1e-9 {
			return 1
		}
		if gap < -1e-9 {
			return -1
		}
	}
	return 0
}
