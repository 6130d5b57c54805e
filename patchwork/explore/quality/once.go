package quality

import "github.com/gopatchwork/patchwork/patchwork/labels"

// Contradiction is a group in which a class is present in some rows and absent in others.
type Contradiction struct {
	Rows            []int // the group
	Class           int
	Present, Absent []int // rows that say so
}

// Contradictions finds them, by group and class. Excluded rows say nothing.
func Contradictions(t *labels.Table, groups [][]int) []Contradiction {
	var found []Contradiction
	for _, group := range groups {
		for class := range t.Classes() {
			if c := said(t, group, class); len(c.Present) > 0 && len(c.Absent) > 0 {
				found = append(found, c)
			}
		}
	}
	return found
}

func said(t *labels.Table, group []int, class int) Contradiction {
	c := Contradiction{Rows: group, Class: class}
	for _, row := range group {
		if t.Excluded(row) {
			continue
		}
		switch t.Value(row, class) {
		case labels.Present:
			c.Present = append(c.Present, row)
		case labels.Absent:
			c.Absent = append(c.Absent, row)
		}
	}
	return c
}

// LabelOnce is the event that gives each row of a group what the others of the group are labelled with, where it has no
// label itself and the others do not contradict each other. Excluded rows get nothing. A row that had no label at all goes to the side of
// the split that the labelled rows of its group are on, where that is one, so that no leak comes of it. It returns how many labels that
// are; with none the event is empty.
func LabelOnce(t *labels.Table, ix labels.Images, groups [][]int) (e labels.Event, count int) {
	e = labels.Event{Kind: labels.KindLabel, Source: "doubles"}
	names := t.Classes()
	fresh := map[int]bool{} // rows that get their first label
	for class, name := range names {
		var rows [2][]int
		for _, group := range groups {
			c := said(t, group, class)
			value := labels.Present
			switch {
			case len(c.Present) > 0 == (len(c.Absent) > 0):
				continue
			case len(c.Absent) > 0:
				value = labels.Absent
			}
			for _, row := range group {
				if !t.Excluded(row) && t.Value(row, class) == labels.Unknown {
					rows[value] = append(rows[value], row)
					fresh[row] = t.Status(row) == labels.Unlabelled
				}
			}
		}
		for value, list := range rows {
			if len(list) > 0 {
				e.Set = append(e.Set, labels.Change{Class: name, Value: int8(value), Images: refs(ix, list)})
				count += len(list)
			}
		}
	}
	e.Set = append(e.Set, follow(t, ix, groups, fresh)...)
	return e, count
}

// LabelAs is the event that gives all rows of a group that are not excluded the labels of one of its rows, in place of theirs; what is
// unknown in that row they keep. A row that had no label at all goes to the side of the split that the labelled rows of the group are on,
// as by LabelOnce. It returns how many labels that are; with none the event is empty.
func LabelAs(t *labels.Table, ix labels.Images, group []int, from int) (e labels.Event, count int) {
	e = labels.Event{Kind: labels.KindLabel, Source: "doubles"}
	fresh := map[int]bool{} // rows that get their first label
	for class, name := range t.Classes() {
		value := t.Value(from, class)
		if value == labels.Unknown {
			continue
		}
		var rows []int
		for _, row := range group {
			if !t.Excluded(row) && t.Value(row, class) != value {
				rows = append(rows, row)
				fresh[row] = t.Status(row) == labels.Unlabelled
			}
		}
		if len(rows) > 0 {
			e.Set = append(e.Set, labels.Change{Class: name, Value: int8(value), Images: refs(ix, rows)})
			count += len(rows)
		}
	}
	e.Set = append(e.Set, follow(t, ix, [][]int{group}, fresh)...)
	return e, count
}

// follow puts rows on the side of the split that the labelled rows of their group are on, where that is one.
func follow(t *labels.Table, ix labels.Images, groups [][]int, fresh map[int]bool) (set []labels.Change) {
	var sides [2][]int // learned from, held out
	for _, group := range groups {
		var on [2]int
		for _, row := range group {
			if !t.Excluded(row) && t.Status(row) != labels.Unlabelled {
				on[side(t, row)]++
			}
		}
		for _, row := range group {
			if other := 1 - side(t, row); fresh[row] && on[other] > 0 && on[1-other] == 0 {
				sides[other] = append(sides[other], row)
			}
		}
	}
	for value, rows := range sides {
		if len(rows) > 0 {
			set = append(set, labels.Change{Class: "validation", Value: int8(value), Images: refs(ix, rows)})
		}
	}
	return set
}

// side is 1 for a row that is held out.
func side(t *labels.Table, row int) int {
	if t.Validation(row) {
		return 1
	}
	return 0
}
