package evaluate

import "slices"

// mostSubsets is up to how many subsets are measured each: more are a sign that the name says what image it is, not
// where it comes from.
const mostSubsets = 50

// subsets are the names that rows have, in order.
type subsets struct{ names []string }

func (s subsets) of(name string) int {
	i, _ := slices.BinarySearch(s.names, name)
	return i
}

// subsetsOf collects the names of the rows that count; no names for fewer than two of them, or for more than mostSubsets,
// whose number it then returns.
func subsetsOf(d Data) (s subsets, tooMany int) {
	if d.Subset == nil {
		return s, 0
	}
	seen := map[string]bool{}
	for row := range d.Table.Len() {
		if name := d.Subset(row); !d.Table.Excluded(row) && !seen[name] {
			seen[name] = true
			s.names = append(s.names, name)
		}
	}
	switch n := len(s.names); {
	case n < 2:
		return subsets{}, 0
	case n > mostSubsets:
		return subsets{}, n
	}
	slices.Sort(s.names)
	return s, 0
}
