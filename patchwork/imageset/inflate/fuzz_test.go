package inflate

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/adler32"
	"io"
	"testing"
)

// FuzzInflate compares with compress/flate. The zlib header and the right checksum are put around the data.
func FuzzInflate(f *testing.F) {
	for _, data := range kinds() {
		for _, level := range levels {
			if p := pack(f, data[:min(len(data), 5000)], level); len(p) < 3000 {
				f.Add(p[2:len(p)-4], uint16(len(data)), uint16(100))
			}
		}
	}
	f.Add([]byte{0, 1, 0, 0xfe, 0xff}, uint16(0), uint16(40)) // a stored block without its byte
	f.Fuzz(func(t *testing.T, data []byte, room, step uint16) {
		r := bytes.NewReader(data)
		want, bad := io.ReadAll(io.LimitReader(flate.NewReader(r), 1+int64(room)))
		src := append([]byte{0x78, 0x9c}, data...)
		if bad == nil && len(want) <= int(room) {
			src = binary.BigEndian.AppendUint32(src[:len(src)-r.Len()], adler32.Checksum(want))
		}
		got := make([]byte, room)
		n, err := Zlib(got, src)
		if err == errEndless { // compress/flate finds out at the end of the data
			return
		}
		switch {
		case len(want) > int(room):
			if err != ErrLong || !bytes.Equal(got, want[:room]) {
				t.Errorf("%d bytes, %v; want %d and more", n, err, room)
			}
		case bad != nil:
			// At the end of the data, compress/flate wants as many bits for each symbol as the block's end takes, and so
			// may find a little earlier that it is cut off.
			if err == nil {
				t.Errorf("%d bytes, %v; want %v", n, err, bad)
			}
		case err != nil || !bytes.Equal(got[:n], want):
			t.Errorf("%d bytes, %v; want %d", n, err, len(want))
		}
		some, err2 := pieces(src, 1+int(step), int(room)+1)
		switch {
		case len(want) > int(room):
			if len(some) < len(want) || !bytes.Equal(some[:len(want)], want) {
				t.Errorf("in pieces: %d bytes, %v; want %d and more", len(some), err2, room)
			}
		case bad != nil:
			if err2 == io.EOF {
				t.Errorf("in pieces: %d bytes, %v; want %v", len(some), err2, bad)
			}
		case err2 != io.EOF || !bytes.Equal(some, want):
			t.Errorf("in pieces: %d bytes, %v; want %d", len(some), err2, len(want))
		}
	})
}
