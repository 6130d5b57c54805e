package labels

import (
	"fmt"
	"path"
	"slices"
)

// FromFolders labels images by the folder they lie in: the folder's name is a class, present there and absent in the
// other folders. classes are those names, sorted; those that the table lacks are added by the event, so one undo takes
// all of it back.
//
// Only cells that are unknown are filled: a label that somebody has given stays. Images that cannot be read, and those
// that lie in no folder, are left out. The event is Empty if nothing is unknown. ix must be the index of t.
//
// Errors: fewer than two folders with images, so that there is nothing to tell apart; a folder whose name cannot be a
// class (see CheckClasses).
func FromFolders(t *Table, ix Images) (classes []string, e Event, err error) {
	members := map[string][]int{}
	for row := range ix.Len() {
		im := ix.At(row)
		folder := path.Base(path.Dir(im.ID))
		if im.Problem != "" || folder == "." || folder == ".." || folder == "/" {
			continue
		}
		if members[folder] == nil {
			classes = append(classes, folder)
		}
		members[folder] = append(members[folder], row)
	}
	slices.Sort(classes)
	if len(classes) < 2 {
		return nil, Event{}, fmt.Errorf("labels: the images lie in folders named %q; want at least two, each named like a class", classes)
	}
	if err := CheckClasses(classes); err != nil {
		return nil, Event{}, fmt.Errorf("labels from folders: %w. Rename the folder, or label by hand", err)
	}
	e = Event{Kind: KindLabel, Source: "folders"}
	for _, class := range classes {
		if t.meaning[class] == "" {
			e.Classes = append(e.Classes, class)
		}
	}
	for _, folder := range classes {
		e.fillUnknown(t, ix, classes, folder, members[folder])
	}
	return classes, e, nil
}

// fillUnknown gives rows the class folder and denies them the others, where nothing is known.
func (e *Event) fillUnknown(t *Table, ix Images, classes []string, folder string, rows []int) {
	alike := map[string][]string{} // refs by which classes are unknown, one byte for each
	for _, row := range rows {
		missing := make([]byte, len(classes))
		for i, class := range classes {
			if c, ok := t.lookup(class); !ok || t.Value(row, c) == Unknown {
				missing[i] = '?'
			}
		}
		alike[string(missing)] = append(alike[string(missing)], Ref(ix, row))
	}
	for _, missing := range sortedKeys(alike) {
		var present, absent []string
		for i, class := range classes {
			switch {
			case missing[i] != '?':
			case class == folder:
				present = []string{class}
			default:
				absent = append(absent, class)
			}
		}
		e.set(present, int8(Present), alike[missing])
		e.set(absent, int8(Absent), alike[missing])
	}
}
