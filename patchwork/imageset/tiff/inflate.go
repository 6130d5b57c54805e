package tiff

import (
	"bufio"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
)

// inflater unpacks Deflate data and keeps its tables between chunks.
type inflater struct {
	z   io.ReadCloser
	src *bufio.Reader
}

func (f *inflater) close() {
	if f.z != nil {
		f.z.Close()
	}
}

// unpack fills dst as far as the data in r goes and returns how many bytes it got. If all says that dst is all there
// should be, the checksum is verified.
func (f *inflater) unpack(dst []byte, r io.Reader, all bool) (n int, err error) {
	src := &failing{r: r}
	if f.z == nil {
		f.src = bufio.NewReaderSize(src, 1<<15)
		f.z, err = zlib.NewReader(f.src)
	} else {
		f.src.Reset(src)
		err = f.z.(zlib.Resetter).Reset(f.src, nil)
	}
	if err == nil {
		n, err = io.ReadFull(f.z, dst)
	}
	if err == nil && all {
		var more [1]byte
		if _, err = f.z.Read(more[:]); !errors.Is(err, zlib.ErrChecksum) {
			err = nil // more data than there should be, or a checksum that is cut off, hurts nobody
		}
	}
	switch {
	case src.err != nil:
		return n, src.err
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return n, nil // the caller counts
	case err != nil:
		text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "zlib: "), "flate: ")
		return n, fmt.Errorf("its Deflate data is broken after %d bytes: %s", n, text)
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

// mirrors turns the order of bits in each byte that is read.
type mirrors struct{ r io.Reader }

func (m mirrors) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	reverse(b[:n])
	return n, err
}
