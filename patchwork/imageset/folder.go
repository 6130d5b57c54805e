package imageset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// folder adds the images below dir.
func (f *finder) folder(dir string) error {
	w := walk{f: f, top: dir, visited: map[string]bool{}, take: func(rel string) (string, bool) {
		first, _, below := strings.Cut(rel, "/")
		if !below {
			first = ""
		}
		return first, true
	}}
	return w.all()
}

// walk reads a folder and those below it.
type walk struct {
	f       *finder
	top     string
	visited map[string]bool                               // real paths of the folders read
	take    func(rel string) (subset string, wanted bool) // rel is slash-separated and relative to top
	deepest int                                           // names below top that a wanted file has at most; 0 for any number
	links   []linkedFolder                                // read after all real folders
}

type linkedFolder struct {
	path  string
	depth int
}

// enters says whether a folder found in parent is to be read.
func (w *walk) enters(parent, name string, depth int) bool {
	return (w.deepest == 0 || depth < w.deepest) && !w.f.skips(parent, name)
}

// all walks the real folders first and then the linked ones, so that a file that can be reached both ways keeps its
// real path, and a link that leads back to a folder already read is not followed. Real paths end every loop.
func (w *walk) all() error {
	if err := w.dir(w.top, 1); err != nil {
		return err
	}
	for len(w.links) > 0 {
		next := w.links[0]
		w.links = w.links[1:]
		if err := w.dir(next.path, next.depth); err != nil {
			return err
		}
	}
	return nil
}

// dir reads the folder whose files have depth names below top, and those below it.
func (w *walk) dir(dir string, depth int) error {
	if err := w.f.ctx.Err(); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("imageset: cannot read the folder: %w", err)
	}
	if w.visited[real] {
		return nil
	}
	w.visited[real] = true
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return fmt.Errorf("imageset: cannot read the folder: %w. Make it readable, or name its neighbours as sources", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() {
			if w.enters(dir, e.Name(), depth) {
				if err := w.dir(path, depth+1); err != nil {
					return err
				}
			}
			continue
		}
		linked := e.Type()&os.ModeSymlink != 0
		if !linked && !hasImageExtension(path) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			info = nil
		}
		if info != nil && info.IsDir() {
			if w.enters(dir, e.Name(), depth) {
				w.links = append(w.links, linkedFolder{path, depth + 1})
			}
			continue
		}
		if !hasImageExtension(path) {
			continue
		}
		rel, err := filepath.Rel(w.top, path)
		if err != nil {
			return fmt.Errorf("imageset: %s: %w", path, err)
		}
		if subset, wanted := w.take(filepath.ToSlash(rel)); wanted {
			w.f.add(path, info, subset)
		}
	}
	return nil
}

// skips says whether a folder holds what patchwork itself has made: the project folder when a source lies above it,
// and the known folders of this or another project.
func (f *finder) skips(parent, name string) bool {
	path := filepath.Join(parent, name)
	if path == f.root || path == f.thumb {
		return true
	}
	switch name {
	case "thumbs", "features", "models", "runs", "journal":
		if parent == f.root {
			return true
		}
		_, err := os.Stat(filepath.Join(parent, "project.yaml"))
		return err == nil
	}
	return false
}
