package labels

import (
	"maps"
	"slices"
)

// distinctRows is what was said of images that look like doubles and are none: of every two of a saying the last one that names both counts.
type distinctRows struct {
	said   []saying          // in order
	of     map[int32][]int32 // by row: those that name it, ascending
	shared bool
}

// saying is one change of an event of KindDistinct.
type saying struct {
	rows  []int32
	apart bool
}

// take adds what a record says of rows.
func (d *distinctRows) take(rows []int32, apart bool) {
	if d.shared || d.of == nil {
		// Lists that a table has are only ever added to behind its end, and by one state alone.
		d.of, d.shared = maps.Clone(d.of), false
		if d.of == nil {
			d.of = map[int32][]int32{}
		}
	}
	for _, row := range rows {
		d.of[row] = append(d.of[row], int32(len(d.said)))
	}
	d.said = append(d.said, saying{rows, apart})
}

// pair says whether two rows were last said to show different things.
func (d *distinctRows) pair(a, b int32) bool {
	x, y := d.of[a], d.of[b]
	for i, k := len(x)-1, len(y)-1; i >= 0 && k >= 0; {
		switch {
		case x[i] == y[k]:
			return d.said[x[i]].apart
		case x[i] > y[k]:
			i--
		default:
			k--
		}
	}
	return false
}

// Distinct says that somebody has looked at these rows and found that no two of them show the same, whatever compares
// images. Nobody can have said so of fewer than two.
func (t *Table) Distinct(rows ...int) bool {
	for i, a := range rows {
		for _, b := range rows[:i] {
			if !t.distinct.pair(int32(a), int32(b)) {
				return false
			}
		}
	}
	return len(rows) > 1
}

// DistinctGroups are the groups of rows of which that was said, in order, without those of which it was taken back.
func (t *Table) DistinctGroups() (groups [][]int) {
	for _, s := range t.distinct.said {
		var rows []int
		for _, row := range s.rows {
			rows = append(rows, int(row))
		}
		slices.Sort(rows)
		rows = slices.Compact(rows)
		same := func(other []int) bool { return slices.Equal(other, rows) }
		if s.apart && t.Distinct(rows...) && !slices.ContainsFunc(groups, same) {
			groups = append(groups, rows)
		}
	}
	return groups
}
