package imageset

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// Limits bound what one file may cost. A file beyond them gets a Problem and is left out. The zero value is a good
// default.
type Limits struct {
	Pixels int64         `yaml:"max_pixels,omitempty"` // of a picture; 0 means 300 million, which is also the most
	Bytes  int64         `yaml:"max_bytes,omitempty"`  // of a file, or of a member of an archive when unpacked; 0 means 2 GiB
	Time   time.Duration `yaml:"max_time,omitempty"`   // for decoding a file, as 30s; 0 means any
}

// inSettings marks the Problem of an image that other settings may do away with: the next scan tries it again.
const inSettings = "in the settings"

const (
	// maxPixels is the largest image that is decoded. A file of a few kilobytes can claim more than any memory holds.
	maxPixels = 300_000_000
	// maxBytes is the largest file that is read: 300 megapixels of uncompressed 16-bit RGB fit.
	maxBytes = 2 << 30
)

// Check returns an error that names every wrong field, or nil.
func (l Limits) Check() error {
	var errs []error
	if l.Pixels < 0 || l.Pixels > maxPixels {
		errs = append(errs, fmt.Errorf("imageset.Limits: max_pixels is %d; want 1 to %d, or 0 for the most", l.Pixels, maxPixels))
	}
	if l.Bytes < 0 {
		errs = append(errs, fmt.Errorf("imageset.Limits: max_bytes is %d; want 1 or more, or 0 for 2 GiB", l.Bytes))
	}
	if l.Time < 0 {
		errs = append(errs, fmt.Errorf("imageset.Limits: max_time is %v; want more than 0s, or 0s for any", l.Time))
	}
	return errors.Join(errs...)
}

func (l Limits) pixels() int64 {
	if l.Pixels <= 0 {
		return maxPixels
	}
	return min(l.Pixels, maxPixels)
}

func (l Limits) bytes() int64 {
	if l.Bytes <= 0 {
		return maxBytes
	}
	return l.Bytes
}

// checkPixels says whether a picture of this size may be decoded.
func (l Limits) checkPixels(w, h int) error {
	if w < 1 || h < 1 {
		return fmt.Errorf("has %d x %d pixels", w, h)
	}
	if limit := l.pixels(); int64(w) > limit/int64(h) {
		if limit < maxPixels {
			return fmt.Errorf("has %d x %d pixels; max_pixels %s is %d", w, h, inSettings, limit)
		}
		return fmt.Errorf("has %d x %d pixels; the limit is %d megapixels. Cut it into tiles", w, h, limit/1_000_000)
	}
	return nil
}

// checkBytes says whether a file of this size may be read.
func (l Limits) checkBytes(size int64) error {
	switch limit := l.bytes(); {
	case size <= limit:
		return nil
	case l.Bytes > 0:
		return fmt.Errorf("the file has %d bytes; max_bytes %s is %d", size, inSettings, limit)
	default:
		return fmt.Errorf("the file has %d MiB; the limit is %d", size>>20, limit>>20)
	}
}

// patience reads data until a moment has come, and then fails. Every decoder reads bit by bit and does bounded work
// between two reads, so this ends it without a goroutine that would be left behind.
type patience struct {
	*bytes.Reader
	data  []byte    // all of it, for a decoder that reads it in one piece and calls check between
	end   time.Time // zero for never
	limit time.Duration
}

func newPatience(data []byte, limit time.Duration) *patience {
	p := &patience{Reader: bytes.NewReader(data), data: data, limit: limit}
	if limit > 0 {
		p.end = time.Now().Add(limit)
	}
	return p
}

func (p *patience) check() error {
	if p.limit > 0 && time.Now().After(p.end) {
		return fmt.Errorf("took longer than %v to decode, which is max_time %s", p.limit, inSettings)
	}
	return nil
}

// Read implements io.Reader.
func (p *patience) Read(b []byte) (int, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	return p.Reader.Read(b)
}

// ReadByte implements io.ByteReader. It does not look at the clock, which would cost more than the byte.
func (p *patience) ReadByte() (byte, error) { return p.Reader.ReadByte() }

// ReadAt implements io.ReaderAt.
func (p *patience) ReadAt(b []byte, at int64) (int, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	return p.Reader.ReadAt(b, at)
}
