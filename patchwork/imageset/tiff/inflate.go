package tiff

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// inflater unpacks Deflate data and keeps its tables between chunks.
type inflater struct{ z io.ReadCloser }

func (f *inflater) close() {
	if f.z != nil {
		f.z.Close()
	}
}

// unpack fills dst as far as src goes and returns how many bytes it got. If all says that dst is all there should be,
// the checksum is verified.
func (f *inflater) unpack(dst, src []byte, all bool) (n int, err error) {
	if f.z == nil {
		f.z, err = zlib.NewReader(bytes.NewReader(src))
	} else {
		err = f.z.(zlib.Resetter).Reset(bytes.NewReader(src), nil)
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
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return n, nil // the caller counts
	case err != nil:
		return n, fmt.Errorf("its Deflate data is broken after %d bytes: %w", n, err)
	}
	return n, nil
}
