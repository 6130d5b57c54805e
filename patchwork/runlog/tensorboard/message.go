package tensorboard

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffer that is built field by field, in the order of their numbers. A value that is the default of its
// type is left out, as proto3 does, but by the methods that say otherwise.
type message []byte

func (m *message) varint(field protowire.Number, v uint64) {
	if v != 0 {
		*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), v)
	}
}

func (m *message) double(field protowire.Number, v float64) {
	if v != 0 {
		m.oneDouble(field, v)
	}
}

// oneDouble writes a number of a oneof, 0 too.
func (m *message) oneDouble(field protowire.Number, v float64) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, field, protowire.Fixed64Type), math.Float64bits(v))
}

// appendDouble adds a number of a packed list.
func appendDouble(m message, v float64) message {
	return protowire.AppendFixed64(m, math.Float64bits(v))
}

// oneFloat writes a number of a oneof, 0 too.
func (m *message) oneFloat(field protowire.Number, v float32) {
	*m = protowire.AppendFixed32(protowire.AppendTag(*m, field, protowire.Fixed32Type), math.Float32bits(v))
}

func (m *message) text(field protowire.Number, v string) {
	if v != "" {
		m.oneText(field, v)
	}
}

// oneBool writes a truth value of a oneof, false too.
func (m *message) oneBool(field protowire.Number, v bool) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), protowire.EncodeBool(v))
}

// oneText writes a text of a oneof or of a list, an empty one too.
func (m *message) oneText(field protowire.Number, v string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), v)
}

// message writes a message within, an empty one too.
func (m *message) message(field protowire.Number, v message) { m.bytes(field, v) }

// bytes writes bytes of a list or within a oneof, none too.
func (m *message) bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), v)
}

// Types of the elements of a tensor.
const (
	floats  = 1
	doubles = 2
	texts   = 7
)

// tensor begins the message TensorProto: a type and dimensions. What it holds follows.
func tensor(of uint64, dims ...int) (m message) {
	var shape message
	for _, d := range dims {
		var dim message
		dim.varint(1, uint64(d))
		shape.message(2, dim)
	}
	m.varint(1, of)
	m.message(2, shape)
	return m
}

// plugin is the message SummaryMetadata: the part of TensorBoard that a tag is for, and what it keeps of it.
func plugin(name string, content message) (m message) {
	var data message
	data.text(1, name)
	if len(content) > 0 {
		data.bytes(2, content)
	}
	m.message(1, data)
	m.varint(4, 2) // the class of its data: tensors
	return m
}
