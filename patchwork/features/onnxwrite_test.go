package features

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// The writers below make small ONNX files by hand, field by field as onnx.proto numbers them, so that tests need
// neither Python nor files from elsewhere.

func varint(num protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), uint64(v))
}

func join(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// value writes a ValueInfoProto; a dimension of -1 is symbolic.
func value(name string, kind int64, dims ...int64) []byte {
	var shape []byte
	for _, d := range dims {
		dim := varint(1, d)
		if d < 0 {
			dim = field(2, []byte("N"+name+string(rune('a'+len(shape)))))
		}
		shape = append(shape, field(1, dim)...)
	}
	return join(field(1, []byte(name)), field(2, field(1, join(varint(1, kind), field(2, shape)))))
}

// weight writes a TensorProto of float32.
func weight(name string, dims []int64, v ...float32) []byte {
	var out, raw []byte
	for _, d := range dims {
		out = append(out, varint(1, d)...)
	}
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return join(out, varint(2, 1), field(8, []byte(name)), field(9, raw))
}

// node writes a NodeProto.
func node(op string, in, out []string, attributes ...[]byte) []byte {
	var b []byte
	for _, name := range in {
		b = append(b, field(nodeInput, []byte(name))...)
	}
	for _, name := range out {
		b = append(b, field(nodeOutput, []byte(name))...)
	}
	b = append(b, field(nodeOp, []byte(op))...)
	for _, a := range attributes {
		b = append(b, field(nodeAttribute, a)...)
	}
	return b
}

func number(name string, v float32) []byte {
	f := protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), math.Float32bits(v))
	return join(field(1, []byte(name)), f, varint(20, 1))
}

func integer(name string, v int64) []byte {
	return join(field(1, []byte(name)), varint(3, v), varint(20, 2))
}

func integers(name string, v ...int64) []byte {
	var list []byte
	for _, x := range v {
		list = append(list, varint(8, x)...)
	}
	return join(field(1, []byte(name)), list, varint(20, 7))
}

// network parts, to be changed by tests
type onnxParts struct {
	inputs, outputs, weights, nodes [][]byte
}

func (p onnxParts) bytes() []byte {
	var g []byte
	for _, list := range []struct {
		num   protowire.Number
		parts [][]byte
	}{{graphNode, p.nodes}, {2, [][]byte{[]byte("net")}}, {graphWeight, p.weights}, {graphInput, p.inputs}, {graphOutput, p.outputs}} {
		for _, part := range list.parts {
			g = append(g, field(list.num, part)...)
		}
	}
	opset := varint(2, 13)
	return join(varint(modelVersion, 7), field(8, opset), field(modelGraph, g))
}

func (p onnxParts) write(t *testing.T, name string) string {
	t.Helper()
	return writeFile(t, name, p.bytes())
}

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// tiny is conv (1×1: red−green, 2·blue), relu, global pool, flatten and a product that swaps the two, for images of
// 2×2 pixels.
func tiny() onnxParts {
	return onnxParts{
		inputs:  [][]byte{value("pixels", 1, -1, 3, 2, 2)},
		outputs: [][]byte{value("logits", 1, -1, 2)},
		weights: [][]byte{
			weight("w", []int64{2, 3, 1, 1}, 1, -1, 0, 0, 0, 2),
			weight("swap", []int64{2, 2}, 0, 1, 1, 0),
		},
		nodes: [][]byte{
			node("Conv", []string{"pixels", "w"}, []string{"conv"}, integers("kernel_shape", 1, 1)),
			node("Relu", []string{"conv"}, []string{"map"}),
			node("GlobalAveragePool", []string{"map"}, []string{"pool"}),
			node("Flatten", []string{"pool"}, []string{"flat"}, integer("axis", 1)),
			node("MatMul", []string{"flat", "swap"}, []string{"logits"}),
		},
	}
}
