package study

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// fake is a table of rows with a label a class; -2 in the first class excludes the row.
type fake [][]labels.Tri

const excluded = labels.Tri(-2)

func (f fake) Len() int                        { return len(f) }
func (f fake) Classes() []string               { return make([]string, len(f[0])) }
func (f fake) Value(row, class int) labels.Tri { return max(f[row][class], labels.Unknown) }
func (f fake) Excluded(row int) bool           { return f[row][0] == excluded }
func (f fake) Validation(int) bool             { return false }

// sparse draws rows with classes of these shares, an unknown label in three, rows in scenes of one to five.
func sparse(seed uint64, rows int, shares ...float64) (t fake, scene func(int) string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	scenes, n := make([]string, 0, rows), 0
	for range rows {
		values := make([]labels.Tri, len(shares))
		for c, share := range shares {
			if rng.Float64() < share {
				values[c] = labels.Present
			}
			if rng.IntN(3) == 0 {
				values[c] = labels.Unknown
			}
		}
		if len(scenes) > 0 && rng.IntN(3) > 0 && len(scenes) >= 5 && scenes[len(scenes)-5] != fmt.Sprint(n) {
			scenes = append(scenes, fmt.Sprint(n))
		} else {
			n++
			scenes = append(scenes, fmt.Sprint(n))
		}
		t = append(t, values)
	}
	return t, func(row int) string { return scenes[row] }
}

// spread is the difference between the fold that has most rows of a trait and the one that has fewest: of the rarest trait,
// and summed over all.
func spread(t fake, fold []int, folds int) (rarest, all int) {
	least := len(t)
	for c := range t[0] {
		for _, value := range []labels.Tri{labels.Absent, labels.Present} {
			counts := make([]int, folds)
			for row, f := range fold {
				if f >= 0 && t[row][c] == value {
					counts[f]++
				}
			}
			gap, n := slices.Max(counts)-slices.Min(counts), 0
			for _, k := range counts {
				n += k
			}
			if n < least {
				least, rarest = n, gap
			}
			all += gap
		}
	}
	return rarest, all
}

func TestFoldsAreAlike(t *testing.T) {
	for seed := range uint64(5) {
		table, scene := sparse(seed, 400, 0.5, 0.05, 0.2, 0.9)
		table[7][0], table[8] = excluded, []labels.Tri{-1, -1, -1, -1}
		fold, err := Folds(table, FoldOptions{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if fold[7] != -1 || fold[8] != -1 {
			t.Errorf("an excluded row is in fold %d, one without labels in %d", fold[7], fold[8])
		}
		random := make([]int, len(fold))
		rng := rand.New(rand.NewPCG(seed, 9))
		for i := range random {
			random[i] = rng.IntN(5)
		}
		_, lot := spread(table, random, 5)
		if rarest, all := spread(table, fold, 5); rarest > 1 || 2*all > lot {
			t.Errorf("seed %d: the rarest trait differs by %d rows between folds, all by %d; by lot it is %d", seed, rarest, all, lot)
		}
		// Every rare class is in every fold, so that each test can measure it.
		for f := range 5 {
			if !has(table, fold, f, 1) {
				t.Errorf("seed %d: fold %d has no row of the rare class", seed, f)
			}
		}
		grouped, err := Folds(table, FoldOptions{Seed: seed, Group: scene})
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]int{}
		for row, f := range grouped {
			if f < 0 {
				continue
			}
			if before, ok := of[scene(row)]; ok && before != f {
				t.Fatalf("scene %s is in folds %d and %d", scene(row), before, f)
			}
			of[scene(row)] = f
		}
		if rarest, all := spread(table, grouped, 5); rarest > 3 || all > lot {
			t.Errorf("seed %d: with scenes kept together the rarest trait differs by %d rows, all by %d; by lot, scenes parted, it is %d", seed, rarest, all, lot)
		}
		again, _ := Folds(table, FoldOptions{Seed: seed, Group: scene})
		other, _ := Folds(table, FoldOptions{Seed: seed + 1, Group: scene})
		if !slices.Equal(grouped, again) || slices.Equal(grouped, other) {
			t.Error("the same seed must give the same folds, another others")
		}
	}
}

func has(t fake, fold []int, f, class int) bool {
	for row, values := range t {
		if fold[row] == f && values[class] == labels.Present {
			return true
		}
	}
	return false
}

// A class present on exactly as many rows as there are folds is on one row of each.
func TestRareClassIsInEachFold(t *testing.T) {
	table, _ := sparse(1, 60, 0.4, 0)
	for _, row := range []int{3, 14, 15, 36, 57} {
		table[row][1] = labels.Present
	}
	fold, err := Folds(table, FoldOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for f := range 5 {
		if !has(table, fold, f, 1) {
			t.Errorf("fold %d lacks the class that five rows show", f)
		}
	}
}

func TestFoldErrors(t *testing.T) {
	table, _ := sparse(1, 12, 0.5)
	for says, f := range map[string]func() error{
		"table is nil":     func() error { _, err := Folds(nil, FoldOptions{}); return err },
		"Folds is 1; want": func() error { _, err := Folds(table, FoldOptions{Folds: 1}); return err },
		"1 labelled images": func() error {
			_, err := Folds(table, FoldOptions{Group: func(int) string { return "all" }})
			return err
		},
		"for 40 folds; want at ": func() error { _, err := Folds(table, FoldOptions{Folds: 40}); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}
