package png

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

// mendChecksums makes the checksums of all chunks right, as far as the chunks go.
func mendChecksums(data []byte) {
	for at := len(signature); at+12 <= len(data); {
		end := at + 8 + int(binary.BigEndian.Uint32(data[at:]))
		if end+4 > len(data) {
			return
		}
		binary.BigEndian.PutUint32(data[end:], crc32.ChecksumIEEE(data[at+4:end]))
		at = end + 4
	}
}

// FuzzDecode compares with image/png, as the data is and with right checksums.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, h := range headers(9, 7) {
		f.Add(draw(h, r).file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.Clone(data)
		for range 2 {
			// A size that is too large, or not to be trusted, would make image/png panic or take all memory.
			if h, err := ReadHeader(data); err == nil && h.Width*h.Height <= 1<<18 {
				if err := compare(data); err != nil {
					t.Error(err)
				}
				Samples(data, nil)
			}
			mendChecksums(data)
		}
	})
}
