package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// maxDirectories is how many directories are followed; a file with more is read up to there.
	maxDirectories = 1000
	// maxTables bounds the memory for the fields of all directories together.
	maxTables = 64 << 20
)

// File is a TIFF file whose directories have been read.
type File struct {
	// Images are the full-resolution pages in the order of the file; there is at least one.
	Images []*Image
	// Big says that it is a BigTIFF.
	Big bool
	// More says that the file has further pages, beyond the first 1000 directories, which are left out.
	More bool
}

// parser reads the directories of a file.
type parser struct {
	r      io.ReaderAt
	size   int64
	order  binary.ByteOrder
	big    bool
	left   int64          // bytes that tables may still take
	seen   map[int64]bool // offsets of directories
	file   *File
	orphan []*Image // reduced pictures before the first page
}

// Open reads the header and the directories of the file of size bytes in r, and none of its pixels.
//
// Reduced-resolution directories, of the chain and of SubIFDs, become Overviews of the page before them, masks are left
// out. The memory that Open takes is bounded by the size of the file and by 64 MiB, whatever the file claims.
//
// Errors: it is not a TIFF; a directory lies beyond the end, is met twice, or lacks or contradicts what it must say. What
// can be described but not decoded, such as an unusual compression, is no error here but in Read and RGBA.
func Open(r io.ReaderAt, size int64) (*File, error) {
	p := &parser{r: r, size: size, left: maxTables, seen: map[int64]bool{}, file: &File{}}
	first, err := p.header()
	if err != nil {
		return nil, err
	}
	for next := first; next != 0; {
		if len(p.seen) >= maxDirectories {
			p.file.More = true
			break
		}
		if next, err = p.page(next); err != nil {
			return nil, err
		}
	}
	if len(p.file.Images) == 0 {
		p.file.Images = p.orphan
	}
	if len(p.file.Images) == 0 {
		return nil, errors.New("the file holds no picture")
	}
	return p.file, nil
}

// header returns where the first directory is.
func (p *parser) header() (int64, error) {
	b := make([]byte, 16)
	n, err := p.r.ReadAt(b[:min(16, max(p.size, 0))], 0)
	if err != nil && err != io.EOF {
		return 0, err
	}
	b = b[:n]
	if n < 8 {
		return 0, fmt.Errorf("the header is cut off: %w", io.ErrUnexpectedEOF)
	}
	switch string(b[:2]) {
	case "II":
		p.order = binary.LittleEndian
	case "MM":
		p.order = binary.BigEndian
	default:
		return 0, fmt.Errorf("begins with %q; a TIFF begins with II or MM", b[:2])
	}
	switch version := p.order.Uint16(b[2:]); version {
	case 42:
		return int64(p.order.Uint32(b[4:])), nil
	case 43:
		p.big, p.file.Big = true, true
	default:
		return 0, fmt.Errorf("its version is %d; want 42 (TIFF) or 43 (BigTIFF)", version)
	}
	if n < 16 {
		return 0, fmt.Errorf("the header is cut off: %w", io.ErrUnexpectedEOF)
	}
	if width := p.order.Uint16(b[4:]); width != 8 {
		return 0, fmt.Errorf("its offsets have %d bytes; BigTIFF has 8", width)
	}
	return p.offset(b[8:])
}

// offset reads an offset of a BigTIFF.
func (p *parser) offset(b []byte) (int64, error) {
	v := p.order.Uint64(b)
	if v > uint64(p.size) {
		return 0, fmt.Errorf("points to byte %d of %d: %w", v, p.size, io.ErrUnexpectedEOF)
	}
	return int64(v), nil
}

// page reads the directory at this offset with its SubIFDs and returns where the next one is, 0 after the last.
func (p *parser) page(at int64) (next int64, err error) {
	d, next, err := p.directory(at)
	if err == nil {
		err = p.add(d)
	}
	if err != nil {
		return 0, fmt.Errorf("directory %d: %w", len(p.seen), err)
	}
	below, err := d.ints(tagSubIFDs, maxDirectories)
	if err != nil {
		return 0, err
	}
	for _, at := range below {
		if len(p.seen) >= maxDirectories {
			p.file.More = true
			break
		}
		sub, _, err := p.directory(at)
		if err == nil {
			err = p.add(sub)
		}
		if err != nil {
			return 0, fmt.Errorf("directory %d: %w", len(p.seen), err)
		}
	}
	return next, nil
}

// add puts the picture that d describes where it belongs.
func (p *parser) add(d *directory) error {
	const reduced, mask = 1, 4
	kind, err := d.int(tagNewSubfileType, 0)
	if err != nil {
		return err
	}
	old, err := d.int(tagSubfileType, 1) // 1 is full resolution, 2 reduced
	if err != nil {
		return err
	}
	if kind&mask != 0 {
		return nil
	}
	m, err := newImage(d)
	if err != nil {
		return err
	}
	f := p.file
	switch {
	case kind&reduced == 0 && old != 2:
		m.Overviews = append(m.Overviews, p.orphan...)
		p.orphan = nil
		f.Images = append(f.Images, m)
	case len(f.Images) == 0:
		p.orphan = append(p.orphan, m)
	default:
		last := f.Images[len(f.Images)-1]
		last.Overviews = append(last.Overviews, m)
	}
	return nil
}
