package tiff

import (
	"fmt"
	"image"
	"io"
)

// chunks is how a picture is cut into strips or tiles, numbered by line, then plane by plane.
type chunks struct {
	tiled          bool
	w, h           int // of one; what lies beyond the picture is not used
	across, down   int // how many
	offsets, sizes []int64
}

const (
	// maxChunks is how many chunks a picture may have: twice as many 8-byte values fill maxTables.
	maxChunks = maxTables / 16
	// maxTile is how long the side of a tile may be that is larger than the picture.
	maxTile = 4096
	// maxChunkBytes is how much of a chunk is decompressed at once.
	maxChunkBytes = 1 << 30
)

func (c *chunks) name() string {
	if c.tiled {
		return "tile"
	}
	return "strip"
}

// readChunks reads the tables of strips or tiles.
func (m *Image) readChunks(d *directory) error {
	c := &m.chunks
	_, c.tiled = d.fields[tagTileWidth]
	tags := [4]uint16{tagImageWidth, tagRowsPerStrip, tagStripOffsets, tagStripByteCounts}
	if c.tiled {
		tags = [4]uint16{tagTileWidth, tagTileLength, tagTileOffsets, tagTileByteCounts}
		if _, ok := d.fields[tagTileOffsets]; !ok { // seen in the wild, and libtiff reads it
			tags[2], tags[3] = tagStripOffsets, tagStripByteCounts
		}
	}
	w, err := d.int(tags[0], 0)
	if err != nil {
		return err
	}
	h, err := d.int(tags[1], maxSide)
	if err != nil {
		return err
	}
	if !c.tiled {
		if h = min(h, int64(m.Height)); h == 0 {
			h = int64(m.Height)
		}
	}
	if w < 1 || h < 1 || w > maxSide || h > maxSide {
		return fmt.Errorf("its %ss have %d x %d pixels", c.name(), w, h)
	}
	if c.tiled && (w > max(maxTile, 2*int64(m.Width)) || h > max(maxTile, 2*int64(m.Height))) {
		return fmt.Errorf("its tiles of %d x %d pixels are far larger than the picture of %d x %d", w, h, m.Width, m.Height)
	}
	c.w, c.h = int(w), int(h)
	c.across, c.down = (m.Width-1)/c.w+1, (m.Height-1)/c.h+1
	n := int64(c.across) * int64(c.down)
	if m.Planar && n <= maxChunks {
		n *= int64(m.samples)
	}
	if n > maxChunks {
		return fmt.Errorf("has %d %ss; at most %d are read", n, c.name(), maxChunks)
	}
	if c.offsets, err = d.ints(tags[2], n); err != nil {
		return err
	}
	if int64(len(c.offsets)) < n {
		return fmt.Errorf("tells the places of %d %ss of %d", len(c.offsets), c.name(), n)
	}
	if c.sizes, err = d.ints(tags[3], n); err != nil {
		return err
	}
	if len(c.sizes) > 0 && int64(len(c.sizes)) < n {
		return fmt.Errorf("tells the sizes of %d %ss of %d", len(c.sizes), c.name(), n)
	}
	return nil
}

// inChunk is how many bands are interleaved in a chunk.
func (m *Image) inChunk() int {
	if m.Planar {
		return 1
	}
	return m.samples
}

// lineBytes is how many bytes w pixels of a chunk take.
func (m *Image) lineBytes(w int) int { return (w*m.inChunk()*m.Bits + 7) / 8 }

// chunk is one strip or tile and the part of it that is wanted.
type chunk struct {
	index int
	at    image.Point // its first pixel in the picture
	rows  int         // lines that are stored
	want  image.Rectangle
}

// span is a piece of a line: n pixels of a plane (of all bands, unless Planar), the first of which is at (x, y) of
// the window. plane counts in the list of those that are wanted.
type span struct{ plane, x, y, n int }

// walk decodes what rect touches of some planes. It gives each piece of a line to put, with the line as it is stored, values of several bytes little-endian, and how many of its pixels lie before the piece. A line is nil where the
// file holds nothing (GDAL's sparse files). The line is overwritten later.
func (m *Image) walk(rect image.Rectangle, planes []int, put func(s span, line []byte, skip int)) error {
	if err := m.check(); err != nil {
		return err
	}
	c, l := &m.chunks, loader{m: m}
	for i, plane := range planes {
		for cy := rect.Min.Y / c.h; cy*c.h < rect.Max.Y; cy++ {
			for cx := rect.Min.X / c.w; cx*c.w < rect.Max.X; cx++ {
				k := chunk{index: (plane*c.down+cy)*c.across + cx, at: image.Pt(cx*c.w, cy*c.h), rows: c.h}
				if !c.tiled {
					k.rows = min(c.h, m.Height-k.at.Y)
				}
				k.want = rect.Intersect(image.Rect(k.at.X, k.at.Y, k.at.X+c.w, k.at.Y+c.h))
				err := l.lines(k, func(y int, line []byte) {
					put(span{i, k.want.Min.X - rect.Min.X, k.at.Y + y - rect.Min.Y, k.want.Dx()}, line, k.want.Min.X-k.at.X)
				})
				if err != nil {
					return fmt.Errorf("%s %d of %d: %w", c.name(), k.index+1, len(c.offsets), err)
				}
			}
		}
	}
	return nil
}

// place returns where the data of a chunk is, cut to limit bytes; none if the file holds nothing for it.
func (m *Image) place(k chunk, limit int64) (at, n int64, err error) {
	at = m.chunks.offsets[k.index]
	if len(m.chunks.sizes) > 0 {
		n = m.chunks.sizes[k.index]
	} else if n = m.size - at; m.Compression == None {
		n = limit
	}
	if n == 0 {
		return 0, 0, nil
	}
	if at == 0 {
		return 0, 0, fmt.Errorf("has %d bytes and no place", n)
	}
	n = min(n, limit)
	if at < 0 || n < 0 || at > m.size || n > m.size-at {
		return 0, 0, fmt.Errorf("reaches from byte %d beyond the end of the file at %d: %w", at, m.size, io.ErrUnexpectedEOF)
	}
	return at, n, nil
}
