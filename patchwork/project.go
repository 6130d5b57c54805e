package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Errors that a caller may want to tell apart with errors.Is.
var (
	ErrNoProject  = errors.New("patchwork: no project here")
	ErrNoFeatures = errors.New("patchwork: no features yet")
	ErrNoMaps     = errors.New("patchwork: no feature maps yet")
	ErrNoModel    = errors.New("patchwork: no model yet")
)

// Progress is told how much of a long call is done. What names the step for a person ("reading images"). A nil
// Progress is silent.
type Progress func(what string, done, total int)

// step returns the callback of one step, in the form that the packages below use.
func (f Progress) step(what string) func(done, total int) {
	if f == nil {
		return nil
	}
	return func(done, total int) { f(what, done, total) }
}

// Project is an open project folder. Its methods may be called from several goroutines.
type Project struct {
	dir string

	mu       sync.Mutex // guards the fields below
	settings Settings
	index    *imageset.Index
	store    *labels.Store // read-only until write makes it this process's journal
	writer   bool          // store holds the lock of this annotator's journal
}

// InitOptions says what a new project holds.
type InitOptions struct {
	Images    []string // folders, globs, or .txt/.csv lists; relative paths begin at the working directory
	Classes   []Class  // may be empty; classes can be added at any time
	Extractor string   // see Settings.Extractor; a relative path begins at the working directory
	Input     Input    // how an image file is read; what is zero stays as it is
	Seed      uint64   // 0 is a seed like any other
}

// Init makes a project in the folder dir, finds its images and makes their thumbnails. On a folder that is a project
// already, it adds the sources and classes that are new and looks for new, moved and vanished images; labels stay.
//
// Errors: a class named twice or like a reserved column; a source that does not exist, holds no image, or no readable
// one; a folder that cannot be written. After one of these the folder is as it was. A cancelled or killed Init keeps what
// it has read and goes on from there when called again.
func Init(ctx context.Context, dir string, o InitOptions, progress Progress) (*Project, imageset.ScanReport, error) {
	var report imageset.ScanReport
	if dir == "" {
		return nil, report, errors.New("patchwork: the project folder has no name; want a path")
	}
	s, err := readSettings(dir)
	fresh := errors.Is(err, ErrNoProject)
	if err != nil && !fresh {
		return nil, report, err
	}
	before := s
	before.Images, before.Classes = slices.Clone(s.Images), slices.Clone(s.Classes)
	if err := s.merge(dir, o); err != nil {
		return nil, report, err
	}
	if len(s.Images) == 0 {
		return nil, report, fmt.Errorf("patchwork: no images named for the new project %s; give a folder, a glob or a list file", dir)
	}
	if err := labels.CheckClasses(s.classNames()); err != nil {
		return nil, report, err
	}
	undo, err := makeFolder(dir)
	if err != nil {
		return nil, report, err
	}
	if fresh { // first, so that an Init that is killed leaves a project to go on with
		if err := s.write(dir); err != nil {
			undo()
			return nil, report, err
		}
	}
	p := &Project{dir: dir, settings: s}
	report, err = p.scan(ctx, progress)
	switch {
	case err != nil && fresh && ctx.Err() == nil:
		undo()
	case (err == nil || ctx.Err() != nil) && !fresh && !reflect.DeepEqual(s, before): // else a person's comments in the file stay
		err = errors.Join(err, s.write(dir))
	}
	if err != nil {
		return nil, report, err
	}
	return p, report, nil
}

// merge adds the images and classes of o that s lacks, and takes its extractor and seed if there are any.
func (s *Settings) merge(dir string, o InitOptions) error {
	for _, image := range o.Images {
		path, err := fromProject(dir, image)
		if err != nil {
			return err
		}
		if _, err := os.Stat(image); errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(image, "*?[") {
			return fmt.Errorf("patchwork: images %q: there is no such file or folder; correct the path, or mount the disk it lies on", image)
		}
		if !slices.Contains(s.Images, path) {
			s.Images = append(s.Images, path)
		}
	}
	known := s.classNames()
	for _, c := range o.Classes {
		if !slices.Contains(known, c.Name) {
			s.Classes = append(s.Classes, c)
		}
	}
	if o.Extractor != "" {
		path, err := extractorPath(dir, o.Extractor)
		if err != nil {
			return err
		}
		if _, err := os.Stat(o.Extractor); path != "default" && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("patchwork: there is no network at %q; want an ONNX file or a trained network's folder, or \"default\" for the embedded extractor", o.Extractor)
		}
		if path != s.Extractor {
			s.Extractor, s.Network = path, nil
		}
	}
	if err := s.Input.merge(o.Input); err != nil {
		return err
	}
	if o.Seed != 0 {
		s.Seed = o.Seed
	}
	return nil
}

// fromProject turns a path that begins at the working directory into one that begins at the project folder.
func fromProject(dir, path string) (string, error) {
	if filepath.IsAbs(path) {
		return filepath.ToSlash(path), nil
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("patchwork: %w", err)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("patchwork: %w", err)
	}
	rel, err := filepath.Rel(root, full)
	if err != nil {
		return filepath.ToSlash(full), nil // on another volume
	}
	return filepath.ToSlash(rel), nil
}

// makeFolder makes the project folder with a .gitignore for what can be made again. What undo removes is what was made
// here and by the rest of an Init, and nothing that was there before.
func makeFolder(dir string) (undo func(), err error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("patchwork: %s is not a folder; a project is one", dir)
	}
	var made, above []string
	for parent := filepath.Dir(filepath.Clean(dir)); ; parent = filepath.Dir(parent) {
		if _, err := os.Lstat(parent); err == nil || parent == filepath.Dir(parent) {
			break
		}
		above = append(above, parent)
	}
	for _, name := range []string{"", ".gitignore", "project.yaml", "images.tsv", "thumbs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); errors.Is(err, fs.ErrNotExist) {
			made = append(made, filepath.Join(dir, name))
		}
	}
	undo = func() {
		for _, path := range made {
			os.RemoveAll(path)
		}
		for _, path := range above {
			os.Remove(path) // empty now, or somebody else's too
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("patchwork: the project folder %s cannot be made: %w; choose another place", dir, atomicfile.Cause(err))
	}
	if err := checkWritable(dir); err != nil {
		return nil, err
	}
	const text = "# what patchwork can make again, or that belongs to one machine\nthumbs/\nfeatures/\nlayouts/\npropagated/\ncache/\n*.lock\n*.cache\nserver.json\nserver.log\nstudio-*.json\n.tmp-*\n"
	ignore := filepath.Join(dir, ".gitignore")
	if !slices.Contains(made, ignore) {
		return undo, nil
	}
	if err := os.WriteFile(ignore, []byte(text), 0o644); err != nil {
		undo()
		return nil, fmt.Errorf("patchwork: cannot write %s: %w", ignore, atomicfile.Cause(err))
	}
	return undo, nil
}

// typed is a path as it is typed at a command line.
func typed(path string) string {
	if path != "" && !strings.ContainsAny(path, " \t\n'\"\\$`*?[]{}()<>|&;!#~") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// checkWritable says before any work is done whether its result can be kept in the project folder.
func checkWritable(dir string) error {
	f, err := os.CreateTemp(dir, ".tmp-write-*")
	if err != nil {
		return fmt.Errorf("patchwork: the project folder %s cannot be written: %w; change its permissions, or copy it to a place that you can write",
			dir, atomicfile.Cause(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Open opens the project in the folder dir. It reads the list of images and nothing else, so it takes milliseconds
// also for 100,000 images; Init or Embed look for images that are new or gone.
//
// Errors: ErrNoProject; settings or an image list that are damaged or from a newer version.
func Open(dir string) (*Project, error) {
	s, err := readSettings(dir)
	if err != nil {
		return nil, err
	}
	index, err := imageset.ReadIndex(filepath.Join(dir, "images.tsv"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("patchwork: %s has no list of images; `patchwork init %s` makes it, labels stay", dir, typed(dir))
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("patchwork: %w", err)
	case err != nil:
		return nil, damagedIndex(err, dir)
	}
	return &Project{dir: dir, settings: s, index: index}, nil
}

// damagedIndex says what to do about a list of images that cannot be read.
func damagedIndex(err error, dir string) error {
	return fmt.Errorf("patchwork: %w. Restore the file from a copy, or move it away and run `patchwork init %s`, which reads the images again; labels stay",
		err, typed(dir))
}

// Close releases the journal. A Project that only reads need not be closed.
func (p *Project) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.store == nil {
		return nil
	}
	err := p.store.Close()
	p.store, p.writer = nil, false
	return err
}

// Dir is the project folder; Name its last element.
func (p *Project) Dir() string { return p.dir }

// Name is the name of the project folder.
func (p *Project) Name() string {
	if full, err := filepath.Abs(p.dir); err == nil {
		return filepath.Base(full)
	}
	return filepath.Base(p.dir)
}

// Settings returns a copy of project.yaml's content.
func (p *Project) Settings() Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.settings
	s.Images, s.Classes = slices.Clone(s.Images), slices.Clone(s.Classes)
	return s
}

// Images is the index of all images ever seen, readable or not.
func (p *Project) Images() *imageset.Index {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.index
}

// Rescan looks for new, changed, moved and vanished images. Rows keep their numbers.
func (p *Project) Rescan(ctx context.Context, progress Progress) (imageset.ScanReport, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writer {
		return imageset.ScanReport{}, errors.New("patchwork: the images cannot be searched again while this process labels; close the project first")
	}
	return p.scan(ctx, progress)
}

// scan reads the sources and replaces the index; p.mu is held or p is not yet shared.
func (p *Project) scan(ctx context.Context, progress Progress) (imageset.ScanReport, error) {
	file := filepath.Join(p.dir, "images.tsv")
	old := p.index
	if old == nil {
		var err error
		if old, err = imageset.ReadIndex(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return imageset.ScanReport{}, damagedIndex(err, p.dir)
		}
	}
	o := imageset.ScanOptions{Root: p.dir, Old: old, ThumbDir: p.thumbs(p.settings.Input), Input: p.settings.Input.read(), Limits: p.settings.Input.Limits, Progress: progress.step("reading images")}
	for _, path := range p.settings.Images {
		o.Sources = append(o.Sources, imageset.Source{Path: path})
	}
	index, report, err := imageset.Scan(ctx, o)
	if err != nil && old.Len() > 0 && ctx.Err() == nil {
		err = fmt.Errorf("%w. The project's sources are listed under images in %s; a folder that moved can be corrected there, labels follow the files",
			err, p.path("project.yaml"))
	}
	if index != nil && index.Len() > 0 {
		if werr := index.Write(file); werr != nil {
			return report, errors.Join(err, werr)
		}
		p.index = index
		if p.store != nil {
			err = errors.Join(err, p.store.Close()) // it was read-only and knew the old index
			p.store = nil
		}
	}
	return report, err
}

// Reader reads the project's images as the settings under input say.
func (p *Project) Reader() *imageset.Reader {
	in := p.Settings().Input
	return &imageset.Reader{Root: p.dir, Index: p.Images(), Input: in.read(), Limits: in.Limits}
}

// path is a path inside the project folder.
func (p *Project) path(elem ...string) string {
	return filepath.Join(append([]string{p.dir}, elem...)...)
}

// thumbs is the folder of the thumbnails of pictures that are read so.
func (p *Project) thumbs(in Input) string { return p.path("thumbs", in.read().Key()) }

// Thumb returns the file of a row's thumbnail, made now if it is missing.
func (p *Project) Thumb(row int) (string, error) {
	return imageset.EnsureThumb(p.thumbs(p.Settings().Input), 0, p.Reader(), row)
}

// annotator is the name under which this process labels: PATCHWORK_ANNOTATOR, or the user's name.
func annotator() string {
	name := os.Getenv("PATCHWORK_ANNOTATOR")
	for _, env := range []string{"USER", "LOGNAME", "USERNAME"} {
		if name == "" {
			name = os.Getenv(env)
		}
	}
	if name == "" {
		name = "me"
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
}
