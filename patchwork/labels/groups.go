package labels

import "slices"

// applyGroups adds to a label event what groups of classes ask for: behind each change that makes a class present, one that
// makes the others of its group absent in the same images.
func (t *Table) applyGroups(e Event) (Event, error) {
	if e.Kind != KindLabel || len(t.groups) == 0 {
		return e, nil
	}
	var set []Change
	for _, c := range e.Set {
		set = append(set, c)
		if Tri(c.Value) != Present {
			continue
		}
		var others []string
		for _, group := range t.groups {
			var named []string
			var rest []string
			for _, class := range group {
				if slices.ContainsFunc(c.columns(e.Kind), func(name string) bool { return t.meaning[name] == t.classes[class] }) {
					named = append(named, t.classes[class])
				} else {
					rest = append(rest, t.classes[class])
				}
			}
			switch len(named) {
			case 0:
			case 1:
				others = append(others, rest...)
			default:
				return e, refuse("%q exclude each other, and %d images are to have all of them; choose one, or dissolve the group", named, len(c.Images))
			}
		}
		if len(others) > 0 {
			set = append(set, Change{Classes: others, Value: int8(Absent), Images: c.Images})
		}
	}
	e.Set = set
	return e, nil
}

// Groups are the classes that exclude each other, each group in its order.
func (t *Table) Groups() [][]string {
	var groups [][]string
	for _, members := range t.groups {
		var names []string
		for _, class := range members {
			names = append(names, t.classes[class])
		}
		groups = append(groups, names)
	}
	return groups
}

// Conflicts are the rows where more than one of the classes is present, ascending; without names, those that contradict
// a group. Excluded rows are left out. A class that the table lacks is in no row.
func (t *Table) Conflicts(names ...string) []int {
	groups := t.groups
	if len(names) > 0 {
		var members []int
		for _, name := range names {
			if class, ok := t.lookup(name); ok && !slices.Contains(members, class) {
				members = append(members, class)
			}
		}
		groups = [][]int{members}
	}
	var rows []int
	for row := range t.size {
		if !t.Excluded(row) && slices.ContainsFunc(groups, func(members []int) bool { return t.several(row, members) }) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (t *Table) several(row int, classes []int) bool {
	present := 0
	for _, class := range classes {
		if t.columns[class][row] == Present {
			present++
		}
	}
	return present > 1
}
