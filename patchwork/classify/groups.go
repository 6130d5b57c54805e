package classify

import (
	"fmt"
	"slices"
)

// columnsOf turns groups of names into groups of columns of classes. Names that are not among the classes are left out, and
// so are groups of which less than two are left.
//
// Errors: a class in two groups.
func columnsOf(groups [][]string, classes []string) (columns [][]int, err error) {
	in := map[int]bool{}
	for _, group := range groups {
		var list []int
		for _, name := range group {
			c := slices.Index(classes, name)
			if c < 0 {
				continue
			}
			if in[c] {
				return nil, fmt.Errorf("classify: class %q is in two groups; want it in one", name)
			}
			in[c], list = true, append(list, c)
		}
		if len(list) > 1 {
			columns = append(columns, list)
		}
	}
	return columns, nil
}
