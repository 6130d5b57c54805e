package imageset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Problems of files that are not there. Scan tries such rows again when their file is back.
const (
	problemVanished  = "file vanished"
	problemUncovered = "no longer in any image source"
)

// gone says whether the image has no file in any source.
func (im Image) gone() bool { return im.Problem == problemVanished || im.Problem == problemUncovered }

var (
	// ErrNoImages says that the sources name no image file at all.
	ErrNoImages = errors.New("no images found")
	// ErrNoneReadable says that the sources name image files, but not one can be used.
	ErrNoneReadable = errors.New("no image can be read")
)

// ScanOptions configures Scan. Sources is needed; the zero value of every other field is a good default.
type ScanOptions struct {
	Root      string // the project folder; "" means the working folder
	Sources   []Source
	Old       *Index // the result of the last scan, whose rows keep their numbers; nil for the first
	ThumbDir  string // where thumbnails are written, made if need be; "" means none are
	ThumbSize int    // long side in pixels; 0 means 256
	Workers   int    // goroutines that decode; 0 means one per core. The result does not depend on it
	Limits    Limits // what one file may cost
	Input     Input  // what of a file is read

	// Progress, if not nil, is told how many of the new and changed files have been read: from one goroutine at a
	// time, at most about 20 times a second, and at the end.
	Progress func(done, total int)
}

func (o ScanOptions) check() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("imageset.ScanOptions: "+format, args...))
		}
	}
	need(len(o.Sources) > 0, "Sources is empty; want at least one folder, glob or list file")
	for i, s := range o.Sources {
		need(s.Path != "", "Sources[%d] has no Path; want a folder (\".\" is the project's), glob or list file", i)
	}
	need(o.ThumbSize >= 0, "ThumbSize is %d; want pixels, or 0 for 256", o.ThumbSize)
	need(o.Workers >= 0, "Workers is %d; want 1 or more, or 0 for one per core", o.Workers)
	errs = append(errs, o.Limits.Check(), o.Input.Check())
	return errors.Join(errs...)
}

// ScanReport says what Scan met. Every row of the new Index is counted once in Added, Changed, Moved, Kept or
// Vanished.
type ScanReport struct {
	Added    int `json:"added"`    // files that were not known
	Changed  int `json:"changed"`  // known files with new content, or that are back
	Moved    int `json:"moved"`    // files that kept their row under a new path
	Kept     int `json:"kept"`     // known files with the content they had
	Vanished int `json:"vanished"` // rows whose file is gone or no longer in a source
	Broken   int `json:"broken"`   // rows, among all but the vanished, whose file cannot be used
	Pending  int `json:"pending"`  // files left for the next scan, because this one was cancelled; known ones are also in Kept

	Sources      []SourceCount `json:"sources"` // one per source
	ListProblems []ListProblem `json:"list_problems,omitempty"`
}

// Scan finds the images of all sources and returns the new Index.
//
// A file whose size and modification time are those of Old is kept as it is. Every other file is read once: hashed,
// decoded in full, and its thumbnail made. A file that cannot be used becomes a row with a Problem. New rows come
// behind those of Old, sorted by ID. A row of Old whose file is gone stays, with a Problem, unless exactly one new
// file has its Hash (among several, its Hash and file name): then the file has moved, and the row takes the new ID.
//
// Errors: the options are wrong; a source does not exist or a folder cannot be read; there are no images
// (ErrNoImages); none can be read (ErrNoneReadable, with the first reasons); a thumbnail cannot be written. With
// ErrNoneReadable, and when ctx is done, the Index holds what has been done so far; give it as Old to the next scan
// to go on. It is Old (or empty) with every other error.
func Scan(ctx context.Context, o ScanOptions) (*Index, ScanReport, error) {
	old := o.Old
	if old == nil {
		old = &Index{}
	}
	if err := o.check(); err != nil {
		return old, ScanReport{}, err
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return old, ScanReport{}, fmt.Errorf("imageset: %w", err)
	}
	o.Root = root
	if o.ThumbDir != "" {
		if err := os.MkdirAll(o.ThumbDir, 0o755); err != nil {
			return old, ScanReport{}, fmt.Errorf("imageset: cannot make the folder of thumbnails: %w", err)
		}
		if o.ThumbDir, err = filepath.Abs(o.ThumbDir); err != nil {
			return old, ScanReport{}, fmt.Errorf("imageset: %w", err)
		}
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	f, counts, err := find(ctx, o.Root, o.ThumbDir, o.Sources)
	report := ScanReport{Sources: counts, ListProblems: f.lists}
	if err != nil {
		return old, report, err
	}
	if len(f.files) == 0 {
		return old, report, noImages(o, f)
	}

	p := newPlan(o.Root, old, f.files)
	results, err := readAll(ctx, o, old, p.jobs)
	ix := p.merge(results, &report)
	if err == nil && report.Broken == ix.Len()-report.Vanished {
		err = noneReadable(ix)
	}
	return ix, report, err
}

func noImages(o ScanOptions, f *finder) error {
	var names []string
	for _, s := range o.Sources {
		names = append(names, fmt.Sprintf("%q", s.Path))
	}
	hint := "want files that end in .jpg, .png, .gif, .bmp, .tif or .webp; hidden files and folders do not count"
	if len(f.lists) > 0 {
		hint = "the first bad row is " + f.lists[0].String()
	}
	return fmt.Errorf("imageset: %w in %s (relative to %s): %s", ErrNoImages, strings.Join(names, ", "), o.Root, hint)
}

func noneReadable(ix *Index) error {
	var reasons []string
	for _, row := range ix.Problems() {
		if im := ix.At(row); im.Problem != "" && !im.gone() && len(reasons) < 3 {
			reasons = append(reasons, im.ID+": "+im.Problem)
		}
	}
	return fmt.Errorf("imageset: %w; the first reasons are:\n  %s", ErrNoneReadable, strings.Join(reasons, "\n  "))
}
