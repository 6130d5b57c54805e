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
// Errors: fraction is not in (0, 1); fewer than two rows to divide.
//
// Source: Sechidis, Tsoumakas and Vlahavas 2011, "On the Stratification of Multi-Label Data", with the differences
// that docs/labels.md lists.
func Split(t *Table, ix Images, fraction float64, seed uint64) (Event, error) {
	if !(fraction > 0 && fraction < 1) {
		return Event{}, fmt.Errorf("labels: the share to hold out is %g; want more than 0 and less than 1, as 0.2", fraction)
	}
	var rows []int
	for row := range t.size {
		if !t.Excluded(row) && t.Status(row) != Unlabelled && ix.At(row).Problem == "" {
			rows = append(rows, row)
		}
	}
	if len(rows) < 2 {
		return Event{}, fmt.Errorf("labels: %d images are labelled, readable and not excluded; want at least 2 to hold some out. "+
			"Label some images first", len(rows))
	}
	held := min(max(int(math.Round(fraction*float64(len(rows)))), 1), len(rows)-1)
	out := stratify(t.traits(rows), 2*len(t.classes), len(rows), held, rand.New(rand.NewPCG(seed, 0x6c6162656c73)))
	chosen := make([]bool, t.size)
	e := Event{Kind: KindValidation, Source: "split"}
	var set, cleared []string
	for i, row := range rows {
		if out[i] {
			chosen[row] = true
			set = append(set, Ref(ix, row))
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

// traits lists what is known about each of rows: 2*class if the class is present, 2*class+1 if it is absent.
func (t *Table) traits(rows []int) [][]int {
	traits := make([][]int, len(rows))
	for i, row := range rows {
		for class, values := range t.columns {
			switch values[row] {
			case Present:
				traits[i] = append(traits[i], 2*class)
			case Absent:
				traits[i] = append(traits[i], 2*class+1)
			}
		}
	}
	return traits
}
