package imageset

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Source says where images come from. Path is relative to the project folder, or absolute, and is one of
//
//   - a folder: all images below it, by their extension, in any case. Symbolic links are followed, each folder is
//     read once. Left out are hidden files and folders, the project folder if it lies below, and the folders that
//     patchwork makes in a project (thumbs, features, models, runs, journal);
//   - a glob, as "photos/*/2024*.jpg": the syntax of path.Match, and ** stands for any number of folders. What a
//     folder leaves out is left out here too;
//   - a list file, .csv, .tsv or .txt: see ListProblem;
//   - a .zip or .tar file: all images in it, by their extension. The ID of one is the archive's and the name in it, as
//     photos.zip/north/a.jpg; a scan reads the table of contents, and the images that are new. An archive that cannot
//     be read becomes a row of its own with a Problem. A tar file that is compressed as a whole cannot be a source;
//   - one image file.
type Source struct{ Path string }

// SourceCount is how many images a source gave that no earlier source had given.
type SourceCount struct {
	Path  string `json:"path"`
	Found int    `json:"found"`
}

// ListProblem is a row of a list file that names no image. Such a row is left out; the others count. It can also be an
// entry of an archive, whose Line is its number there, that leads out of it or bears the name of an earlier one.
//
// A .csv (or .tsv) list has a header with a column filepath, path or file, and optionally subset; other columns are
// ignored. Without such a header it must have one column, of paths. A .txt list has one path a line; empty lines and
// those that begin with # are ignored. Paths are relative to the list file, or absolute.
type ListProblem struct {
	File   string `json:"file"` // as in Source.Path
	Line   int    `json:"line"` // from 1
	Reason string `json:"reason"`
}

func (p ListProblem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason) }

// extensions are those of the files that count as images in folders and globs.
var extensions = map[string]bool{".jpg": true, ".jpeg": true, ".jpe": true, ".jfif": true, ".png": true, ".gif": true,
	".bmp": true, ".dib": true, ".tif": true, ".tiff": true, ".webp": true}

func hasImageExtension(name string) bool { return extensions[strings.ToLower(filepath.Ext(name))] }

// file is an image file that a source gave.
type file struct {
	id      string
	path    string // absolute
	size    int64
	modTime int64
	subset  string
	problem string // not to be read at all
}

// finder collects the files of all sources.
type finder struct {
	ctx   context.Context
	root  string // absolute
	thumb string // absolute, or ""
	files []file
	seen  map[string]bool // by id
	lists []ListProblem
}

// find returns the files of all sources, sorted by id, each once: the first source that gives a file decides its
// subset.
func find(ctx context.Context, root, thumb string, sources []Source) (*finder, []SourceCount, error) {
	f := &finder{ctx: ctx, root: root, thumb: thumb, seen: map[string]bool{}}
	var counts []SourceCount
	for _, s := range sources {
		before := len(f.files)
		if err := f.source(s.Path); err != nil {
			return f, nil, err
		}
		counts = append(counts, SourceCount{s.Path, len(f.files) - before})
	}
	slices.SortFunc(f.files, func(a, b file) int { return cmp.Compare(a.id, b.id) })
	return f, counts, nil
}

func (f *finder) source(path string) error {
	abs := idPath(f.root, path)
	info, err := os.Stat(abs)
	switch {
	case err == nil && info.IsDir():
		return f.folder(abs)
	case err == nil && isList(abs):
		return f.list(path, abs)
	case err == nil && isArchive(abs):
		return f.archive(path, abs, info)
	case err == nil && isPackedTar(abs):
		return fmt.Errorf("imageset: source %q is compressed as a whole, so that no image in it can be read without all before "+
			"it; unpack it, or uncompress it (gunzip) and name the .tar file", path)
	case err == nil && hasImageExtension(abs):
		f.add(abs, info, "")
		return nil
	case err == nil:
		return fmt.Errorf("imageset: source %q is neither a folder nor an image nor a list; want one of these, a .zip or .tar or a glob, "+
			"lists ending in .csv, .tsv or .txt", path)
	case hasMeta(path):
		return f.glob(path)
	}
	return fmt.Errorf("imageset: source %q: %s. Sources are relative to the project folder %s; correct the path, "+
		"or mount the disk it lies on", path, strings.Replace(fileProblem(err), problemVanished, "does not exist", 1), f.root)
}

func isList(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".txt":
		return true
	}
	return false
}

// add takes a file into the collection unless it is there already. Info describes what a symbolic link points to; it
// is nil if that does not exist.
func (f *finder) add(path string, info fs.FileInfo, subset string) {
	id := f.id(path)
	valid := utf8.ValidString(id)
	if !valid {
		id = strings.ToValidUTF8(id, "\uFFFD") // so that one such name does not make files of all names unreadable
	}
	found := file{id: id, path: path, subset: strings.ToValidUTF8(subset, "\uFFFD")}
	switch {
	case info == nil:
		found.problem = "the link leads to a file that does not exist"
	case !info.Mode().IsRegular():
		found.problem = "not a regular file"
	case !valid:
		found.problem = "the file name is not UTF-8; rename the file"
	}
	if info != nil {
		found.size, found.modTime = info.Size(), info.ModTime().UnixNano()
	}
	f.take(found)
}

func (f *finder) take(found file) {
	if !f.seen[found.id] {
		f.seen[found.id] = true
		f.files = append(f.files, found)
	}
}

// archive adds the images in an archive.
func (f *finder) archive(name, abs string, info fs.FileInfo) error {
	a, err := openArchive(abs)
	if err != nil {
		return fmt.Errorf("imageset: cannot read the archive: %w", err)
	}
	for _, n := range a.notes {
		f.lists = append(f.lists, ListProblem{File: name, Line: n.line, Reason: n.reason})
	}
	id := strings.ToValidUTF8(f.id(abs), "\uFFFD")
	if a.problem != "" {
		f.take(file{id: id, path: abs, size: info.Size(), modTime: info.ModTime().UnixNano(), problem: a.problem})
	}
	for _, m := range a.members {
		subset, _, below := strings.Cut(m.name, "/")
		if !below {
			subset = ""
		}
		f.take(file{id: id + "/" + m.name, path: abs + "/" + m.name, size: m.size, modTime: m.modTime, subset: subset, problem: m.problem})
	}
	return f.ctx.Err()
}

func (f *finder) id(path string) string {
	if rel, err := filepath.Rel(f.root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path) // another volume
}
