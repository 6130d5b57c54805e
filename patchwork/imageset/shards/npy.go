package shards

import (
	"fmt"
	"strings"
)

// headerSize is that of every shard, so that images begin at a multiple of 64 bytes.
const headerSize = 128

// Type is that of the values in a shard.
type Type string

// The types a set can have.
const (
	Uint8   Type = "uint8"   // 0 to 255
	Float32 Type = "float32" // as they were given, little-endian
)

// size is that of a value in bytes, 0 if the type is unknown.
func (t Type) size() int {
	switch t {
	case Uint8:
		return 1
	case Float32:
		return 4
	}
	return 0
}

// header begins a NumPy file, version 1.0, of n images.
func header(n int, s Shape, t Type) ([]byte, error) {
	descr := "|u1"
	if t == Float32 {
		descr = "<f4"
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }", descr, n, s.H, s.W, s.C)
	room := headerSize - 10 // magic, version, length
	if len(dict) >= room {
		return nil, fmt.Errorf("a shape of %d x %d x %d x %d does not fit into a header of %d bytes", n, s.H, s.W, s.C, headerSize)
	}
	return []byte("\x93NUMPY\x01\x00" + string([]byte{byte(room), 0}) + dict + strings.Repeat(" ", room-1-len(dict)) + "\n"), nil
}
