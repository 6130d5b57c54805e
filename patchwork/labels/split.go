package labels

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Split chooses rows to hold out of training: the share fraction of the rows that are readable, not excluded and have
// at least one known label, by iterative stratification, so that every class is present and absent on both sides in
// that share as far as possible. The event sets the validation flag of those rows and clears it everywhere else. The
// counts by class and side are Table.Counts afterwards.
//
// A class with two or more rows where it is present gets at least one on each side, unless the rows that would have to
// move are the only ones of another class there; the same goes for its absence. The same table, fraction and seed give
// the same rows. ix must be the index of t.
//
// Rows of one group, such as doubles of one image, stay on one side; groups may be nil, and none may share a row with
// another. A group then counts as one in the share, with the labels of all its rows.
//
// Errors: fraction is not in (0, 1); fewer than two rows, or groups, to divide.
//
// Source: Sechidis, Tsoumakas and Vlahavas 2011, "On the Stratification of Multi-Label Data", with the differences
// that docs/labels.md lists.
func Split(t *Table, ix Images, fraction float64, seed uint64, groups [][]int) (Event, error) {
	if !(fraction > 0 && fraction < 1) {
		return Event{}, fmt.Errorf("labels: the share to hold out is %g; want more than 0 and less than 1, as 0.2", fraction)
	}
	items := t.together(ix, groups)
	if len(items) < 2 {
		return Event{}, fmt.Errorf("labels: %d images are labelled, readable and not excluded, doubles counted once; want at least 2 to hold some out. "+
			"Label some images first", len(items))
	}
	held := min(max(int(math.Round(fraction*float64(len(items)))), 1), len(items)-1)
	out := stratify(t.traits(items), 2*len(t.classes), len(items), held, rand.New(rand.NewPCG(seed, 0x6c6162656c73)))
	chosen := make([]bool, t.size)
	e := Event{Kind: KindValidation, Source: "split"}
	var set, cleared []string
	for i, rows := range items {
		for _, row := range rows {
			if out[i] {
				chosen[row] = true
				set = append(set, Ref(ix, row))
			}
		}
	}
	for row := range t.size {
		if t.Validation(row) && !chosen[row] {
			cleared = append(cleared, Ref(ix, row))
		}
	}
	e.Set = append(e.Set, Change{Value: 1, Images: set})
	if len(cleared) > 0 {
		e.Set = append(e.Set, Change{Value: 0, Images: cleared})
	}
	return e, nil
}

// together are the rows that can be divided, those of a group as one item, in the order of their first rows.
func (t *Table) together(ix Images, groups [][]int) (items [][]int) {
	group := map[int]int{} // by row
	for g, rows := range groups {
		for _, row := range rows {
			group[row] = g
		}
	}
	item := map[int]int{} // by group
	for row := range t.size {
		if t.Excluded(row) || t.Status(row) == Unlabelled || ix.At(row).Problem != "" {
			continue
		}
		g, grouped := group[row]
		if i, ok := item[g]; grouped && ok {
			items[i] = append(items[i], row)
			continue
		}
		if grouped {
			item[g] = len(items)
		}
		items = append(items, []int{row})
	}
	return items
}

// traits lists what is known about each of items: 2*class if the class is present in a row of it, 2*class+1 if it is absent.
func (t *Table) traits(items [][]int) [][]int {
	traits := make([][]int, len(items))
	for i, rows := range items {
		for class, values := range t.columns {
			var has [2]bool
			for _, row := range rows {
				if v := values[row]; v != Unknown {
					has[v] = true
				}
			}
			for k, v := range []Tri{Present, Absent} {
				if has[v] {
					traits[i] = append(traits[i], 2*class+k)
				}
			}
		}
	}
	return traits
}
