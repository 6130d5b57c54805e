package features

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxFile is what is needed to know of an ONNX file before its network is built: names, operators and the inputs'
// shapes. onnx-gomlx reads the weights; it does not look before it leaps, so that damage is found here.
type onnxFile struct {
	inputs  []onnxValue // without those that are weights
	outputs []onnxValue
	weights map[string]bool
	nodes   []onnxNode // in order: a node comes after what it reads
	data    []byte     // the file, with what onnx-gomlx refuses for no good reason rewritten
}

// onnxValue is a named tensor of the graph's interface.
type onnxValue struct {
	name string
	kind uint64  // ONNX element type: 1 float32, 10 float16, 7 int64 ...
	dims []int64 // -1 where symbolic; nil if the file does not say
}

type onnxNode struct {
	op       string
	in, out  []string
	momentum bool   // has the attribute "momentum", which means nothing when a network is only applied
	mode     string // the attribute of that name
}

// field numbers of onnx.proto, the part that is read here
const (
	modelVersion protowire.Number = 1
	modelGraph   protowire.Number = 7

	graphNode, graphWeight, graphInput, graphOutput protowire.Number = 1, 5, 11, 12

	nodeInput, nodeOutput, nodeOp, nodeAttribute protowire.Number = 1, 2, 4, 5
)

var (
	errNotONNX   = errors.New("it is no ONNX file; want a network exported to ONNX (in PyTorch: torch.onnx.export)")
	errTruncated = errors.New("it is cut off or damaged; copy or download it again")
)

// parseONNX reads the structure of an ONNX file.
func parseONNX(data []byte) (*onnxFile, error) {
	if bytes.HasPrefix(data, []byte("version https://git-lfs")) {
		return nil, errors.New("it is a Git LFS pointer and not the network itself; run `git lfs pull` where it came from")
	}
	var graph []byte
	version := false
	err := eachField(data, func(num protowire.Number, typ protowire.Type, v []byte, raw []byte) error {
		switch {
		case num == modelVersion && typ == protowire.VarintType:
			version = true
		case num == modelGraph && typ == protowire.BytesType:
			graph = v
		}
		return nil
	})
	switch {
	case err != nil && version:
		return nil, errTruncated
	case err != nil || !version:
		return nil, errNotONNX
	case graph == nil:
		return nil, errTruncated
	}
	f := &onnxFile{weights: map[string]bool{}}
	if err := f.readGraph(graph); err != nil {
		return nil, errTruncated
	}
	if len(f.nodes) == 0 || len(f.outputs) == 0 {
		return nil, errors.New("its graph is empty")
	}
	f.data, err = f.mend(data)
	return f, err
}

// eachField calls f for each field of a protobuf message: its number and type, its content without the length, and all
// its bytes.
func eachField(msg []byte, f func(num protowire.Number, typ protowire.Type, v, raw []byte) error) error {
	for len(msg) > 0 {
		num, typ, head := protowire.ConsumeTag(msg)
		if head < 0 {
			return protowire.ParseError(head)
		}
		n := protowire.ConsumeFieldValue(num, typ, msg[head:])
		if n < 0 {
			return protowire.ParseError(n)
		}
		v := msg[head : head+n]
		if typ == protowire.BytesType {
			v, _ = protowire.ConsumeBytes(v)
		}
		if err := f(num, typ, v, msg[:head+n]); err != nil {
			return err
		}
		msg = msg[head+n:]
	}
	return nil
}

// text returns the first string field of a message with that number.
func text(msg []byte, want protowire.Number) (s string, err error) {
	err = eachField(msg, func(num protowire.Number, typ protowire.Type, v, _ []byte) error {
		if num == want && typ == protowire.BytesType {
			s = string(v)
		}
		return nil
	})
	return s, err
}

func (f *onnxFile) readGraph(graph []byte) error {
	err := eachField(graph, func(num protowire.Number, typ protowire.Type, v, _ []byte) error {
		if typ != protowire.BytesType {
			return nil
		}
		switch num {
		case graphNode:
			n, err := readNode(v)
			f.nodes = append(f.nodes, n)
			return err
		case graphWeight:
			name, err := text(v, 8)
			f.weights[name] = true
			return err
		case graphInput:
			value, err := readValue(v)
			f.inputs = append(f.inputs, value)
			return err
		case graphOutput:
			value, err := readValue(v)
			f.outputs = append(f.outputs, value)
			return err
		}
		return nil
	})
	f.inputs = slices.DeleteFunc(f.inputs, func(v onnxValue) bool { return f.weights[v.name] })
	return err
}

func readNode(msg []byte) (n onnxNode, err error) {
	err = eachField(msg, func(num protowire.Number, _ protowire.Type, v, _ []byte) error {
		switch num {
		case nodeInput:
			n.in = append(n.in, string(v))
		case nodeOutput:
			n.out = append(n.out, string(v))
		case nodeOp:
			n.op = string(v)
		case nodeAttribute:
			name, err := text(v, 1)
			n.momentum = n.momentum || name == "momentum"
			if err == nil && name == "mode" {
				n.mode, err = text(v, 4)
			}
			return err
		}
		return nil
	})
	return n, err
}

// readValue reads name, element type and shape: ValueInfo.type.tensor_type.{elem_type, shape.dim.{value, param}}.
func readValue(msg []byte) (v onnxValue, err error) {
	if v.name, err = text(msg, 1); err != nil {
		return v, err
	}
	dim := func(_ protowire.Number, _ protowire.Type, msg, _ []byte) error {
		size := int64(-1)
		err := eachField(msg, func(num protowire.Number, typ protowire.Type, x, _ []byte) error {
			if num == 1 && typ == protowire.VarintType {
				n, _ := protowire.ConsumeVarint(x)
				size = int64(n)
			}
			return nil
		})
		if size == 0 {
			size = -1 // some exporters write 0 for "any"
		}
		v.dims = append(v.dims, size)
		return err
	}
	tensor := func(num protowire.Number, typ protowire.Type, x, _ []byte) error {
		switch {
		case num == 1 && typ == protowire.VarintType:
			v.kind, _ = protowire.ConsumeVarint(x)
		case num == 2 && typ == protowire.BytesType:
			v.dims = []int64{}
			return eachField(x, dim)
		}
		return nil
	}
	return v, eachField(msg, func(num protowire.Number, typ protowire.Type, x, _ []byte) error {
		if num != 2 || typ != protowire.BytesType {
			return nil
		}
		return eachField(x, func(num protowire.Number, typ protowire.Type, x, _ []byte) error {
			if num != 1 || typ != protowire.BytesType {
				return nil
			}
			return eachField(x, tensor)
		})
	})
}

// String is for messages: name float32[?,3,224,224].
func (v onnxValue) String() string {
	kinds := map[uint64]string{1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64", 16: "bfloat16"}
	kind, ok := kinds[v.kind]
	if !ok {
		kind = fmt.Sprintf("type %d", v.kind)
	}
	dims := make([]string, len(v.dims))
	for i, d := range v.dims {
		if dims[i] = fmt.Sprint(d); d < 0 {
			dims[i] = "?"
		}
	}
	return fmt.Sprintf("%s %s[%s]", v.name, kind, strings.Join(dims, ","))
}

// describe lists values for messages.
func describe(values []onnxValue) string {
	if len(values) == 0 {
		return "none"
	}
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = v.String()
	}
	return strings.Join(text, ", ")
}
