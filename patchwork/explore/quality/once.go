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
// label itself and the others do not contradict each other. Excluded rows get nothing. It returns how many labels that are;
// with none the event is empty.
func LabelOnce(t *labels.Table, ix labels.Images, groups [][]int) (e labels.Event, count int) {
	e = labels.Event{Kind: labels.KindLabel, Source: "doubles"}
	names := t.Classes()
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
	return e, count
}
