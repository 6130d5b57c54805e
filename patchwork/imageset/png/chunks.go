package png

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// chunk is a part of a file.
type chunk struct {
	name string
	data []byte
}

// readChunk reads the chunk that data begins with and returns what follows it. The checksum of a chunk that the
// picture needs, which is one whose name begins with a capital, must be right.
func readChunk(data []byte) (c chunk, rest []byte, err error) {
	if len(data) < 8 {
		return chunk{}, nil, io.ErrUnexpectedEOF
	}
	n := binary.BigEndian.Uint32(data)
	c.name = chunkName(data[4:8])
	if n > 1<<31-1 {
		return chunk{}, nil, fmt.Errorf("png: the chunk %q has the size %d, which is too large", c.name, n)
	}
	if uint64(len(data)) < 12+uint64(n) {
		return chunk{}, nil, io.ErrUnexpectedEOF
	}
	end := 8 + int(n)
	if data[4]&0x20 == 0 && crc32.ChecksumIEEE(data[4:end]) != binary.BigEndian.Uint32(data[end:]) {
		return chunk{}, nil, fmt.Errorf("png: the chunk %q is damaged: its checksum differs", c.name)
	}
	c.data = data[8:end]
	return c, data[end+4:], nil
}

// chunkName is string(name) without an allocation for the usual ones.
func chunkName(name []byte) string {
	for _, s := range []string{"IHDR", "PLTE", "IDAT", "IEND"} {
		if string(name) == s {
			return s
		}
	}
	return string(name)
}

// file is what of a file makes the picture.
type file struct {
	Header
	palette [256][3]byte // an index beyond the stored ones is black
	pixels  []byte       // the zlib stream
}

// read splits a file into its chunks. Those after the first run of IDAT are only looked over; that there is an IEND
// tells that the file is whole.
func read(data []byte) (*file, error) {
	h, err := ReadHeader(data)
	if err != nil {
		return nil, err
	}
	f := &file{Header: h}
	_, rest, _ := readChunk(data[len(signature):])
	var hasPalette, ended bool
	var run []byte // the file from the first IDAT on
	parts, size := 0, 0
	for {
		at := rest
		var c chunk
		if c, rest, err = readChunk(rest); err != nil {
			return nil, err
		}
		switch c.name {
		case "IHDR":
			return nil, errors.New("png: there are two headers")
		case "PLTE":
			if hasPalette || run != nil {
				return nil, errors.New("png: there is a palette where none belongs")
			}
			hasPalette = true
			if err := f.setPalette(c.data); err != nil {
				return nil, err
			}
		case "IDAT":
			if run == nil {
				run = at
			}
			if !ended {
				parts, size = parts+1, size+len(c.data)
			}
			continue
		case "IEND":
			switch {
			case len(c.data) != 0:
				return nil, errors.New("png: the end is not empty")
			case run == nil:
				return nil, errors.New("png: there is no pixel data")
			case f.Color == Palette && !hasPalette:
				return nil, errors.New("png: there is no palette")
			}
			f.pixels = join(run, parts, size)
			return f, nil
		}
		ended = run != nil
	}
}

// join puts the data of the next parts chunks together, which are size bytes. A single one is not copied.
func join(chunks []byte, parts, size int) []byte {
	if parts == 1 {
		return chunks[8 : 8+size]
	}
	all := make([]byte, 0, size)
	for range parts {
		end := 8 + int(binary.BigEndian.Uint32(chunks))
		all = append(all, chunks[8:end]...)
		chunks = chunks[end+4:]
	}
	return all
}

func (f *file) setPalette(data []byte) error {
	n := len(data) / 3
	if len(data)%3 != 0 || n < 1 || n > 256 || f.Color == Palette && n > 1<<f.Depth {
		return fmt.Errorf("png: the palette has %d bytes", len(data))
	}
	switch f.Color {
	case Gray, GrayAlpha:
		return errors.New("png: there is a palette where none belongs")
	case Palette:
		for i := range n {
			f.palette[i] = [3]byte(data[3*i:])
		}
	}
	return nil
}
