package features

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// mend rewrites what keeps onnx-gomlx from building networks that are sound. Results do not change:
//
//   - weights that are listed among the inputs, as files of before 2019 do, are no longer listed;
//   - the attribute "momentum" of BatchNormalization, which matters in training only, goes;
//   - Dropout, which does nothing when a network is applied, becomes Identity of its first input.
func (f *onnxFile) mend(data []byte) ([]byte, error) {
	return rewrite(data, func(num protowire.Number, typ protowire.Type, graph, raw []byte) ([]byte, error) {
		if num != modelGraph || typ != protowire.BytesType {
			return raw, nil
		}
		out, err := rewrite(graph, func(num protowire.Number, typ protowire.Type, v, raw []byte) ([]byte, error) {
			if typ != protowire.BytesType {
				return raw, nil
			}
			switch num {
			case graphInput:
				name, err := text(v, 1)
				if f.weights[name] {
					return nil, err
				}
				return raw, err
			case graphNode:
				return mendNode(v, raw)
			}
			return raw, nil
		})
		return field(modelGraph, out), err
	})
}

func mendNode(msg, raw []byte) ([]byte, error) {
	n, err := readNode(msg)
	switch {
	case err != nil:
		return nil, err
	case n.op == "Dropout" && len(n.in) > 0 && len(n.out) > 0:
		out := field(nodeInput, []byte(n.in[0]))
		out = append(out, field(nodeOutput, []byte(n.out[0]))...)
		return field(graphNode, append(out, field(nodeOp, []byte("Identity"))...)), nil
	case n.op == "BatchNormalization" && n.momentum:
		out, err := rewrite(msg, func(num protowire.Number, _ protowire.Type, v, raw []byte) ([]byte, error) {
			if num != nodeAttribute {
				return raw, nil
			}
			name, err := text(v, 1)
			if name == "momentum" {
				return nil, err
			}
			return raw, err
		})
		return field(graphNode, out), err
	}
	return raw, nil
}

// rewrite replaces each field of a message by what f returns.
func rewrite(msg []byte, f func(num protowire.Number, typ protowire.Type, v, raw []byte) ([]byte, error)) ([]byte, error) {
	out := make([]byte, 0, len(msg))
	err := eachField(msg, func(num protowire.Number, typ protowire.Type, v, raw []byte) error {
		b, err := f(num, typ, v, raw)
		out = append(out, b...)
		return err
	})
	return out, err
}

// field encodes a field that holds bytes.
func field(num protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), v)
}
