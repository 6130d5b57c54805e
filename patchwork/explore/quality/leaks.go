package quality

import (
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Leak is a group with rows on both sides of the split: a model is then measured on what it has learned from.
type Leak struct {
	Train, Validation []int // labelled and not excluded, ascending
}

// Leaks finds the groups with labelled rows that are learned from and labelled rows that are held out.
func Leaks(t *labels.Table, groups [][]int) []Leak {
	var leaks []Leak
	for _, group := range groups {
		var l Leak
		for _, row := range group {
			switch {
			case t.Excluded(row) || t.Status(row) == labels.Unlabelled:
			case t.Validation(row):
				l.Validation = append(l.Validation, row)
			default:
				l.Train = append(l.Train, row)
			}
		}
		if len(l.Train) > 0 && len(l.Validation) > 0 {
			leaks = append(leaks, l)
		}
	}
	return leaks
}

// Repair is the event that ends leaks: each goes to the side that has more of its rows, of equally many to the training, so
// that few rows move. The event is empty without leaks.
func Repair(ix labels.Images, leaks []Leak) labels.Event {
	e := labels.Event{Kind: labels.KindValidation, Source: "leaks"}
	var out, in []int
	for _, l := range leaks {
		if len(l.Validation) > len(l.Train) {
			in = append(in, l.Train...)
		} else {
			out = append(out, l.Validation...)
		}
	}
	for value, rows := range [][]int{out, in} {
		if len(rows) > 0 {
			slices.Sort(rows)
			e.Set = append(e.Set, labels.Change{Value: int8(value), Images: refs(ix, rows)})
		}
	}
	return e
}

// ToSide is the event that puts all rows of a group that are not excluded on one side of the split, labelled or not, so that no leak comes
// of labels either. It is empty where they are all there.
func ToSide(t *labels.Table, ix labels.Images, group []int, held bool) labels.Event {
	e := labels.Event{Kind: labels.KindValidation, Source: "leaks"}
	var rows []int
	for _, row := range group {
		if !t.Excluded(row) && t.Validation(row) != held {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		e.Set = []labels.Change{{Value: 0, Images: refs(ix, rows)}}
		if held {
			e.Set[0].Value = 1
		}
	}
	return e
}

func refs(ix labels.Images, rows []int) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = labels.Ref(ix, row)
	}
	return list
}
