package imageset

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Image is one row of an Index.
type Image struct {
	ID            string // slash-separated path relative to the project folder; "../photos/a.jpg" is fine
	Hash          string // first 16 hex digits of the SHA-256 of the file's bytes; "" when it could not be read
	Width, Height int    // pixels, after the EXIF orientation; 0 when the image could not be decoded
	Size          int64  // bytes
	ModTime       int64  // Unix nanoseconds
	Subset        string // provenance: first folder below the source ("" if none), or the list's subset column
	Problem       string // "" if the image is readable; else why it is left out, as "JPEG: unexpected EOF"
}

// Index lists the images of a project. It is a snapshot that never changes, so it is safe for concurrent use; Scan
// returns a new one.
type Index struct {
	rows []Image // nil for an index that was read from a file, whose rows are cut from text when asked for
	text string  // the lines of the file, and where each ends
	ends []int

	once   sync.Once
	sorted int            // rows [0, sorted) are in strictly ascending order of ID
	byID   map[string]int // the other rows

	hashOnce sync.Once
	byHash   map[string][]int

	usableOnce sync.Once
	usable     []atomic.Uint32 // of an index with text: what Usable said of each row, 0 for nothing yet
}

// NewIndex makes an Index of images, which it keeps: the caller must not change the slice afterwards.
//
// Errors: an ID is empty; two rows have the same ID.
func NewIndex(images []Image) (*Index, error) {
	seen := make(map[string]int, len(images))
	var errs []error
	for row, im := range images {
		if im.ID == "" {
			errs = append(errs, fmt.Errorf("imageset: row %d has no ID; want a path relative to the project folder", row))
		} else if first, ok := seen[im.ID]; ok {
			errs = append(errs, fmt.Errorf("imageset: rows %d and %d have the same ID %q; want each image once", first, row, im.ID))
		} else {
			seen[im.ID] = row
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &Index{rows: images}, nil
}

// Len returns the number of rows, broken and vanished images included. A nil Index has none.
func (ix *Index) Len() int {
	if ix == nil {
		return 0
	}
	if ix.ends != nil {
		return len(ix.ends)
	}
	return len(ix.rows)
}

// At returns row, which must be in [0, Len). A row whose line in the index file is damaged has a Problem that says so.
func (ix *Index) At(row int) Image {
	if ix.ends != nil {
		return parseLine(ix.line(row))
	}
	return ix.rows[row]
}

// Usable says whether the image of row can be read: its Problem is empty. It remembers what it said, because a choice among
// all images asks about each.
func (ix *Index) Usable(row int) bool {
	if ix.ends == nil {
		return ix.rows[row].Problem == ""
	}
	const yes, no = 1, 2
	ix.usableOnce.Do(func() { ix.usable = make([]atomic.Uint32, len(ix.ends)) })
	said := ix.usable[row].Load()
	if said == 0 {
		if said = no; ix.At(row).Problem == "" {
			said = yes
		}
		ix.usable[row].Store(said)
	}
	return said == yes
}

// id returns the ID of row without parsing the rest.
func (ix *Index) id(row int) string {
	if ix.ends != nil {
		return lineID(ix.line(row))
	}
	return ix.rows[row].ID
}

// line returns the line of row in an index that was read from a file.
func (ix *Index) line(row int) string {
	start := 0
	if row > 0 {
		start = ix.ends[row-1] + 1
	}
	return ix.text[start:ix.ends[row]]
}

// all returns a copy of the rows.
func (ix *Index) all() []Image {
	rows := make([]Image, ix.Len())
	for row := range rows {
		rows[row] = ix.At(row)
	}
	return rows
}

// Problems returns the rows that are not Usable, ascending.
func (ix *Index) Problems() []int {
	var rows []int
	for row := range ix.Len() {
		if !ix.Usable(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// Row returns the row of the image with this ID.
//
// The first call over a large Index takes milliseconds, because it builds the lookup; later ones do not. Rows are
// mostly sorted by ID, as Scan appends them, and those need no map.
func (ix *Index) Row(id string) (row int, ok bool) {
	if ix.Len() == 0 {
		return 0, false
	}
	ix.once.Do(ix.buildLookup)
	lo, hi := 0, ix.sorted
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := strings.Compare(ix.id(mid), id); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	row, ok = ix.byID[id]
	return row, ok
}

func (ix *Index) buildLookup() {
	n := ix.Len()
	ix.sorted = 1
	for last := ix.id(0); ix.sorted < n; ix.sorted++ {
		next := ix.id(ix.sorted)
		if next <= last {
			break
		}
		last = next
	}
	ix.byID = make(map[string]int, n-ix.sorted)
	for row := n - 1; row >= ix.sorted; row-- { // backwards, so that the first of two equal IDs wins
		ix.byID[ix.id(row)] = row
	}
}

// RowsByHash returns the rows whose file has this Hash, ascending; copies of one file share a Hash. The caller must
// not change the result. No row has the Hash "".
func (ix *Index) RowsByHash(hash string) []int {
	if ix == nil || hash == "" {
		return nil
	}
	ix.hashOnce.Do(func() {
		ix.byHash = make(map[string][]int, ix.Len())
		for row := range ix.Len() {
			if h := ix.At(row).Hash; h != "" {
				ix.byHash[h] = append(ix.byHash[h], row)
			}
		}
	})
	return ix.byHash[hash]
}
