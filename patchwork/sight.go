package patchwork

import (
	"path"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// lookedAt is the most images whose features are measured, and the most of those whose class is known.
const lookedAt = 2000

// probeLeast is the fewest images of one class each by which features are probed.
const probeLeast = 30

// sight is which of some images features are measured on.
type sight struct {
	at    []int  // their numbers, ascending
	all   []int  // places in at of images from all, evenly
	known []int  // places in at of those that have one class, evenly from all that do
	kinds []int  // their classes
	test  []bool // which of them are for testing; nil where there are too few to measure by
}

// sightOf chooses at most so many of images by their classes, -1 where none or several are known, and a third of each class for testing, by the seed.
func sightOf(kinds []int, most int, seed uint64) (s sight, err error) {
	everything := make([]int, len(kinds))
	var known []int
	classes := map[int]bool{}
	for i, kind := range kinds {
		if everything[i] = i; kind >= 0 {
			known = append(known, i)
			classes[kind] = true
		}
	}
	everything, known = evenly(everything, most), evenly(known, most)
	s.at = slices.Concat(everything, known)
	slices.Sort(s.at)
	s.at = slices.Compact(s.at)
	place := func(i int) int { at, _ := slices.BinarySearch(s.at, i); return at }
	for _, i := range everything {
		s.all = append(s.all, place(i))
	}
	for _, i := range known {
		s.known, s.kinds = append(s.known, place(i)), append(s.kinds, kinds[i])
	}
	if len(classes) > 1 && len(known) >= probeLeast {
		s.test, err = represent.Stratified(s.kinds, 1./3, seed)
	}
	return s, err
}

// of is the sight of the images at some places in at, ascending.
func (s sight) of(places []int) (some sight) {
	moved := map[int]int{}
	for i, place := range places {
		moved[place] = i
		some.at = append(some.at, s.at[place])
	}
	for _, place := range s.all {
		if to, ok := moved[place]; ok {
			some.all = append(some.all, to)
		}
	}
	for i, place := range s.known {
		to, ok := moved[place]
		if !ok {
			continue
		}
		some.known, some.kinds = append(some.known, to), append(some.kinds, s.kinds[i])
		if s.test != nil {
			some.test = append(some.test, s.test[i])
		}
	}
	return some
}

// pickRows are the rows at places.
func pickRows[T any](rows []T, at []int) []T {
	some := make([]T, len(at))
	for i, place := range at {
		some[i] = rows[place]
	}
	return some
}

// onlyClass is the one class that an image shows, -1 if it is known of none or of several.
func onlyClass(t evaluate.Table, row int) int {
	kind := -1
	for c := range t.Classes() {
		if t.Value(row, c) == 1 {
			if kind >= 0 {
				return -1
			}
			kind = c
		}
	}
	return kind
}

// folderKinds numbers the folders that rows lie in, -1 where there is only one, and names them.
func folderKinds(index *imageset.Index, rows []int) (kinds []int, names []string) {
	folders := map[string]int{}
	kinds = make([]int, len(rows))
	for i, row := range rows {
		folder := path.Base(path.Dir(index.At(row).ID))
		if _, ok := folders[folder]; !ok {
			folders[folder] = len(folders)
			names = append(names, folder)
		}
		kinds[i] = folders[folder]
	}
	if len(folders) < 2 {
		for i := range kinds {
			kinds[i] = -1
		}
	}
	return kinds, names
}

// once are the rows that are wanted, the first of those whose files are equal, so that none is tested on what was learned from.
func once(index *imageset.Index, want func(row int) bool) (rows []int) {
	seen := map[string]bool{}
	for row := range index.Len() {
		hash := index.At(row).Hash
		if !want(row) || hash != "" && seen[hash] {
			continue
		}
		seen[hash] = true
		rows = append(rows, row)
	}
	return rows
}
