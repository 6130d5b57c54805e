package tiff

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// unpackDeflate fills dst as far as the Deflate data goes and returns how many bytes it got. If all says that dst is all
// there should be, the checksum is verified. An error of the reader at the place of the data ends it.
func (l *loader) unpackDeflate(dst, data []byte, at int64, all bool) (int, error) {
	var broken error // of the reader
	l.inflate.Check = func() error {
		broken = l.check(at)
		return broken
	}
	l.inflate.Reset(data)
	n := 0
	const piece = 1 << 20 // bytes between two looks at the reader
	for n < len(dst) {
		if err := l.inflate.Check(); err != nil {
			return n, err
		}
		got, err := l.inflate.Fill(dst[:min(len(dst), n+piece)], n)
		n = got
		if err == nil {
			continue
		}
		return n, deflateError(err, broken, n)
	}
	if all {
		_, err := l.inflate.Fill(dst, n)
		return n, deflateError(err, broken, n)
	}
	return n, nil
}

// deflateError says what is wrong, if that hurts: data that ends early does not, because the caller counts, and neither
// does more data than there should be.
func deflateError(err, broken error, n int) error {
	switch {
	case err == nil, err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	case broken != nil:
		return broken
	}
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "inflate: "), "the data is damaged: ")
	return fmt.Errorf("its Deflate data is broken after %d bytes: %s", n, text)
}
