package tiff

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/image/ccitt"
)

// fax unpacks CCITT group 3 (one-dimensional) or group 4 data of this many lines into dst. A white pixel is 0, whatever
// the picture's photometric says, as in libtiff.
func (l *loader) fax(dst []byte, r io.Reader, rows int) (int, error) {
	order, format := ccitt.MSB, ccitt.Group3
	if l.m.reversed {
		order = ccitt.LSB
	}
	if l.m.Compression == CCITTFax4 {
		format = ccitt.Group4
	}
	src := &failing{r: r}
	n, err := io.ReadFull(ccitt.NewReader(src, order, format, l.m.chunks.w, rows, &ccitt.Options{Invert: true}), dst)
	switch {
	case src.err != nil:
		return n, src.err
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return n, nil // the caller counts
	case err != nil:
		return n, fmt.Errorf("its fax data is broken: %s", strings.TrimPrefix(err.Error(), "ccitt: "))
	}
	return n, nil
}

// failing keeps the error of a reader, apart from its end, so that it is told from a decoder's.
type failing struct {
	r   io.Reader
	err error
}

func (f *failing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
