package imageset

import "path"

// follow finds where files went: for each fresh result (an index into results) the gone row whose file it is. A
// result and a row belong together if they alone have this hash, or, among several, this hash and file name. Anything
// less certain is not followed: a label on the wrong image is worse than one to be given again.
func follow(rows []Image, gone []int, results []result, fresh []int) map[int]int {
	byHash, byName := newPairs(), newPairs()
	for _, row := range gone {
		byHash.row(rows[row].Hash, row)
		byName.row(rows[row].Hash+"/"+path.Base(rows[row].ID), row)
	}
	for _, i := range fresh {
		im := results[i].image
		byHash.result(im.Hash, i)
		byName.result(im.Hash+"/"+path.Base(im.ID), i)
	}
	moved := map[int]int{}
	for _, i := range fresh {
		im := results[i].image
		if im.Hash == "" {
			continue
		}
		if row, ok := byHash.only(im.Hash); ok {
			moved[i] = row
		} else if row, ok := byName.only(im.Hash + "/" + path.Base(im.ID)); ok {
			moved[i] = row
		}
	}
	return moved
}

// pairs groups rows and results by a key.
type pairs struct {
	rows    map[string][]int
	results map[string]int
}

func newPairs() pairs { return pairs{rows: map[string][]int{}, results: map[string]int{}} }

func (p pairs) row(key string, row int)  { p.rows[key] = append(p.rows[key], row) }
func (p pairs) result(key string, i int) { p.results[key]++ }

// only returns the one row of a key that has one row and one result.
func (p pairs) only(key string) (row int, ok bool) {
	if len(p.rows[key]) == 1 && p.results[key] == 1 {
		return p.rows[key][0], true
	}
	return 0, false
}
