package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

// PackOptions says how Pack writes. Dir and Size are needed.
type PackOptions struct {
	Dir   string        // the folder of the set; made if it is missing
	Size  imageset.Size // pixels; how pictures come to it stands in the settings under input
	Float bool          // float32 and not bytes: four times the room, for images whose norm must not be rounded to 8 bits
}

// PackReport says what Pack did.
type PackReport struct {
	Dir    string    `json:"dir"`
	Images int       `json:"images"`
	Shape  [3]int    `json:"shape"` // height, width and channels of each
	Recipe string    `json:"recipe"`
	Whole  bool      `json:"verified"`         // the set was complete before; its files were compared with their hashes
	Broken []Problem `json:"broken,omitempty"` // images that could not be read now, though the scan could
}

// Pack writes the project's usable images, decoded and resized, as NumPy files that stream much faster than images can be
// decoded. A killed or cancelled one goes on where it stopped. On a complete set of the same images it checks the files
// and writes nothing.
//
// Errors: a bad size; a folder that holds a set of other images or of other settings; a damaged file in a complete set; a
// folder that cannot be written.
func (p *Project) Pack(ctx context.Context, o PackOptions, progress Progress) (PackReport, error) {
	reader := p.Reader()
	resize := p.Settings().Input.resize()
	resize.Size = o.Size
	report := PackReport{Dir: o.Dir, Shape: [3]int{o.Size.H, o.Size.W, reader.Input.Channels()}, Recipe: shards.Recipe(reader, resize)}
	if o.Dir == "" {
		return report, errors.New("patchwork: the set has no folder; name one")
	}
	if err := resize.Check(); err != nil {
		return report, err
	}
	kind := shards.Uint8
	if o.Float {
		kind = shards.Float32
	}
	var rows []int
	for row := range reader.Index.Len() {
		if reader.Index.Usable(row) {
			rows = append(rows, row)
		}
	}
	if done, err := p.packed(ctx, &report, kind, rows, progress); done || err != nil {
		return report, err
	}
	source := shards.FromReader(ctx, reader, rows, resize, kind, func(row int, err error) {
		report.Broken = append(report.Broken, Problem{reader.Index.At(row).ID, err.Error()})
	})
	err := shards.Write(ctx, o.Dir, shards.Options{
		Shape: shards.Shape{H: o.Size.H, W: o.Size.W, C: report.Shape[2]}, Type: kind, Limit: max(1, len(rows)), Recipe: report.Recipe,
	}, counted(source, len(rows), progress.step("decoding and packing images")))
	if err != nil {
		return report, err
	}
	report.Images = len(rows) - len(report.Broken)
	return report, nil
}

// packed checks a set that is complete already, and says whether there is one.
func (p *Project) packed(ctx context.Context, report *PackReport, kind shards.Type, rows []int, progress Progress) (bool, error) {
	set, err := shards.Open(report.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer set.Close()
	other := ""
	switch {
	case set.Recipe() != report.Recipe:
		other = fmt.Sprintf("of %s, and this is %s", set.Recipe(), report.Recipe)
	case set.Type() != kind:
		other = fmt.Sprintf("of %s, and this is %s", set.Type(), kind)
	case !sameImages(set, p.Images(), rows):
		other = "of other images than the project has now"
	}
	if other != "" {
		return false, fmt.Errorf("patchwork: %s holds a set %s; delete the folder or choose another", report.Dir, other)
	}
	report.Images, report.Whole = set.Len(), true
	return true, set.Verify(ctx, progress.step("checking the packed images"))
}

// sameImages says whether a set was made of these rows. Rows between those of the set could not be read when it was
// written; one behind its last is new.
func sameImages(set *shards.Set, index *imageset.Index, rows []int) bool {
	for i := range set.Len() {
		e := set.Entry(i)
		for len(rows) > 0 && rows[0] < e.Row {
			rows = rows[1:]
		}
		if len(rows) == 0 || rows[0] != e.Row || index.At(e.Row).Hash != e.Hash {
			return false
		}
		rows = rows[1:]
	}
	return len(rows) == 0
}

// counted tells progress of every image that source yields. Progress may be nil.
func counted(source shards.Source, total int, progress func(done, total int)) shards.Source {
	if progress == nil {
		return source
	}
	return func(kept []shards.Entry) iter.Seq2[shards.Image, error] {
		return func(yield func(shards.Image, error) bool) {
			done := len(kept)
			progress(done, total)
			for im, err := range source(kept) {
				if err == nil {
					done++
					progress(done, total)
				}
				if !yield(im, err) {
					return
				}
			}
			progress(total, total)
		}
	}
}

// String says in a few lines what Pack did.
func (r PackReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d images of %d x %d pixels and %d channels in %s", r.Images, r.Shape[1], r.Shape[0], r.Shape[2], r.Dir)
	if r.Whole {
		b.WriteString("; the set was complete, and its files are whole")
	}
	for i, broken := range r.Broken {
		if i == 5 {
			fmt.Fprintf(&b, "\n... and %d more left out", len(r.Broken)-i)
			break
		}
		fmt.Fprintf(&b, "\nleft out %s: %s", broken.Image, broken.Reason)
	}
	return b.String()
}
