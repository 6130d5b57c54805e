package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is the folder of runs that a place has: its folder runs, as that of a project, or the place itself.
func Folder(place string) string {
	below := filepath.Join(place, "runs")
	if info, err := os.Stat(below); err == nil && info.IsDir() {
		return below
	}
	return place
}

// Find finds the folders of runs by names, each of which is
//
//   - the folder of a run,
//   - the folder of a network that a run on record has written: the newest such,
//   - a project, or another folder that holds runs: the IDs behind it are sought there, and without any it stands for all its runs, the oldest first,
//   - an ID, or a part of one that no other has, of the place named before, or first of place.
//
// Errors: a name that is none of these, or a part of several IDs; all are named.
func Find(place string, names ...string) (folders []string, err error) {
	var errs []error
	var all []string // of a place that no ID has followed yet
	for _, name := range names {
		found, holds, err := named(name)
		if err != nil { // an ID of the place before, which then does not stand for all
			all = nil
			found, err = sought(Folder(place), name)
			errs = append(errs, err)
		}
		folders = append(folders, all...)
		if all = holds; holds != nil {
			place = name
		} else {
			folders = append(folders, found)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return append(folders, all...), nil
}

// named is the run of a folder, or the runs that it holds. Another name is an error.
func named(name string) (folder string, holds []string, err error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return "", nil, fs.ErrNotExist
	}
	if _, err := os.Stat(filepath.Join(name, fileName)); err == nil {
		return name, nil, nil
	}
	if folder := written(name); folder != "" {
		return folder, nil, nil
	}
	runs, _ := List(Folder(name)) // Compare and the like name those that are damaged
	for _, r := range slices.Backward(runs) {
		holds = append(holds, filepath.Join(Folder(name), r.ID))
	}
	if holds == nil {
		return "", nil, fs.ErrNotExist
	}
	return "", holds, nil
}

// written is the newest run that says it has written a folder (setting out), which is recorded in runs beside it or one level up.
func written(folder string) string {
	path, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	for out, root := filepath.Base(path), filepath.Dir(path); strings.Count(out, "/") < 2; out, root = filepath.Base(root)+"/"+out, filepath.Dir(root) {
		dir := filepath.Join(root, "runs")
		runs, _ := List(dir)
		for _, r := range runs {
			if r.Settings["out"] == out {
				return filepath.Join(dir, r.ID)
			}
		}
	}
	return ""
}

// sought is the run of an ID, or of a part of it, below dir.
func sought(dir, id string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("runlog: there is no run %q, and no folder of runs to look in: %w", id, err)
	}
	var like []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, e.Name(), fileName)); err != nil || !strings.Contains(e.Name(), id) {
			continue
		}
		if e.Name() == id {
			return filepath.Join(dir, id), nil
		}
		like = append(like, e.Name())
	}
	switch {
	case len(like) == 0 || id == "":
		return "", fmt.Errorf("runlog: there is no run %q in %s; `patchwork runs` lists them", id, dir)
	case len(like) > 1:
		return "", fmt.Errorf("runlog: %q is a part of %d runs in %s: %s; write more of it", id, len(like), dir, strings.Join(like, ", "))
	}
	return filepath.Join(dir, like[0]), nil
}
