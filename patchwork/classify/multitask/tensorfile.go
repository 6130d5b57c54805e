package multitask

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// entry is one array in the header of a safetensors file.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"` // of the bytes behind the header
}

// metadataKey is the entry of a header that is no array but strings by name.
const metadataKey = "__metadata__"

// array is one array of float32.
type array struct {
	shape  []int
	values []float32
}

// packTensors writes arrays, sorted by name, and metadata in the safetensors format: the length of the header as 8 bytes,
// the header as JSON padded with spaces to a multiple of 8, the arrays as little-endian float32 in C order.
//
// Source: https://github.com/huggingface/safetensors, section Format.
func packTensors(arrays map[string]array, metadata map[string]string) ([]byte, error) {
	header, at := map[string]any{metadataKey: metadata}, 0
	names := slices.Sorted(maps.Keys(arrays))
	for _, name := range names {
		size := 4 * len(arrays[name].values)
		shape := arrays[name].shape
		if shape == nil {
			shape = []int{}
		}
		header[name] = entry{"F32", shape, [2]int{at, at + size}}
		at += size
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	text = append(text, bytes.Repeat([]byte(" "), (8-len(text)%8)%8)...)
	out := make([]byte, 0, 8+len(text)+at)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(text)))
	out = append(out, text...)
	for _, name := range names {
		for _, v := range arrays[name].values {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out, nil
}

// unpackTensors reads what packTensors writes, and other files of the format with arrays of float32.
//
// Errors: a header that is cut short, no JSON or of another kind; arrays of other numbers, or whose bytes are not there.
func unpackTensors(data []byte) (arrays map[string]array, metadata map[string]string, err error) {
	if len(data) < 8 {
		return nil, nil, fmt.Errorf("it is cut short within its first 8 bytes")
	}
	length, body := binary.LittleEndian.Uint64(data), data[8:]
	if length > uint64(len(body)) {
		return nil, nil, fmt.Errorf("it has %d bytes behind the first 8 and names a header of %d", len(body), length)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(body[:length], &header); err != nil {
		return nil, nil, fmt.Errorf("its header is not that of a safetensors file: %w", err)
	}
	body = body[length:]
	arrays = map[string]array{}
	for name, raw := range header {
		if name == metadataKey {
			if err := json.Unmarshal(raw, &metadata); err != nil {
				return nil, nil, fmt.Errorf("its metadata are no strings: %w", err)
			}
			continue
		}
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, nil, fmt.Errorf("its header does not describe %s: %w", name, err)
		}
		size := 1
		for _, d := range e.Shape {
			if d < 0 || d > 0 && size > len(body)/d {
				return nil, nil, fmt.Errorf("%s has the shape %v, which is more than the file holds", name, e.Shape)
			}
			size *= d
		}
		from, to := e.Offsets[0], e.Offsets[1]
		if e.DType != "F32" || from < 0 || to > len(body) || to-from != 4*size {
			return nil, nil, fmt.Errorf("%s is %s %v at bytes %d to %d of %d; want F32 of 4 bytes a number", name, e.DType, e.Shape, from, to, len(body))
		}
		values := make([]float32, size)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[from+4*i:]))
		}
		arrays[name] = array{e.Shape, values}
	}
	return arrays, metadata, nil
}
