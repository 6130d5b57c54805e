package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the CRC-32C of data, turned and shifted as TFRecord keeps it, so that a checksum of data that contains checksums is
// not weak.
func masked(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// appendRecord frames data: its length in 8 bytes, their checksum in 4, the data, and its checksum in 4, all little-endian.
func appendRecord(b, data []byte) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b[start:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}
