package features

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// foldPads gives a convolution the zeros that a Pad in front of it puts around its maps, because GoMLX has no gradient of Pad. The
// convolution computes the same. A Pad of other values, of other axes, or that something else reads too stays.
func (f *onnxFile) foldPads() error {
	weights, err := f.tensors()
	if err != nil {
		return err
	}
	pads := map[string]padding{} // by what a Pad makes
	for _, n := range f.nodes {
		if p, ok := zeros(n, weights); ok && !slices.ContainsFunc(f.outputs, func(v onnxValue) bool { return v.name == n.out[0] }) {
			pads[n.out[0]] = p
		}
	}
	for _, n := range f.nodes {
		for i, in := range n.in {
			if n.op != "Conv" || i > 0 {
				delete(pads, in)
			}
		}
	}
	if len(pads) == 0 {
		return nil
	}
	f.data, err = rewrite(f.data, func(num protowire.Number, _ protowire.Type, graph, raw []byte) ([]byte, error) {
		if num != modelGraph {
			return raw, nil
		}
		out, err := rewrite(graph, func(num protowire.Number, _ protowire.Type, v, raw []byte) ([]byte, error) {
			if num != graphNode {
				return raw, nil
			}
			n, err := readNode(v)
			if err != nil || len(n.out) == 0 {
				return raw, err
			}
			if _, gone := pads[n.out[0]]; gone {
				return nil, nil
			}
			if p, ok := pads[n.in0()]; ok {
				return p.into(v)
			}
			return raw, nil
		})
		return field(modelGraph, out), err
	})
	return err
}

func (n onnxNode) in0() string {
	if len(n.in) == 0 {
		return ""
	}
	return n.in[0]
}

// padding is zeros around a map: of what, and how many above, on the left, below and on the right.
type padding struct {
	of     string
	around [4]int64
}

// zeros reads a Pad of zeros around maps.
func zeros(n onnxNode, weights map[string][]byte) (p padding, ok bool) {
	if n.op != "Pad" || len(n.in) < 2 || len(n.out) == 0 || n.mode != "" && n.mode != "constant" || len(n.in) > 3 && n.in[3] != "" {
		return p, false
	}
	if len(n.in) > 2 && n.in[2] != "" {
		for _, b := range weights[n.in[2]] {
			if b != 0 {
				return p, false
			}
		}
		if len(weights[n.in[2]]) != 4 {
			return p, false
		}
	}
	around := weights[n.in[1]]
	if len(around) != 8*8 { // start of each axis, then end of each
		return p, false
	}
	at := func(i int) int64 { return int64(binary.LittleEndian.Uint64(around[8*i:])) }
	p = padding{n.in[0], [4]int64{at(2), at(3), at(6), at(7)}}
	return p, at(0) == 0 && at(1) == 0 && at(4) == 0 && at(5) == 0 && slices.Min(p.around[:]) >= 0
}

// into rewrites a convolution to put the zeros around its input itself.
func (p padding) into(msg []byte) ([]byte, error) {
	around := p.around
	first := true
	out, err := rewrite(msg, func(num protowire.Number, _ protowire.Type, v, raw []byte) ([]byte, error) {
		switch num {
		case nodeInput:
			if first {
				first = false
				return field(nodeInput, []byte(p.of)), nil
			}
		case nodeAttribute:
			name, err := text(v, 1)
			if err != nil || name != "pads" {
				return raw, err
			}
			own, err := wholes(v, 8)
			for i := range min(len(own), 4) {
				around[i] += own[i]
			}
			return nil, err
		}
		return raw, nil
	})
	list := field(1, []byte("pads"))
	for _, n := range around {
		list = protowire.AppendVarint(protowire.AppendTag(list, 8, protowire.VarintType), uint64(n))
	}
	list = protowire.AppendVarint(protowire.AppendTag(list, 20, protowire.VarintType), 7) // a list of whole numbers
	return field(graphNode, append(out, field(nodeAttribute, list)...)), err
}

// wholes are the whole numbers of a repeated field, packed or not.
func wholes(msg []byte, want protowire.Number) (list []int64, err error) {
	err = eachField(msg, func(num protowire.Number, typ protowire.Type, v, _ []byte) error {
		for num == want && len(v) > 0 {
			n, size := protowire.ConsumeVarint(v)
			if size < 0 {
				return protowire.ParseError(size)
			}
			list, v = append(list, int64(n)), v[size:]
		}
		return nil
	})
	return list, err
}

// field numbers of a TensorProto
const (
	tensorDims, tensorKind, tensorFloats, tensorWholes, tensorName, tensorRaw, tensorElsewhere, tensorPlace protowire.Number = 1, 2, 4, 7, 8, 9, 13, 14
)

// tensors are the bytes of the small weights of whole numbers and of single float32, by name.
func (f *onnxFile) tensors() (map[string][]byte, error) {
	all := map[string][]byte{}
	err := eachField(f.data, func(num protowire.Number, _ protowire.Type, graph, _ []byte) error {
		if num != modelGraph {
			return nil
		}
		return eachField(graph, func(num protowire.Number, _ protowire.Type, msg, _ []byte) error {
			if num != graphWeight || len(msg) > 1<<10 {
				return nil
			}
			name, err := text(msg, tensorName)
			if err != nil {
				return err
			}
			numbers, err := wholes(msg, tensorWholes)
			for _, n := range numbers {
				all[name] = binary.LittleEndian.AppendUint64(all[name], uint64(n))
			}
			if err != nil {
				return err
			}
			return eachField(msg, func(num protowire.Number, typ protowire.Type, v, _ []byte) error {
				switch {
				case num == tensorRaw:
					all[name] = v
				case num == tensorFloats && typ == protowire.BytesType:
					all[name] = append(all[name], v...)
				case num == tensorFloats && typ == protowire.Fixed32Type:
					bits, _ := protowire.ConsumeFixed32(v)
					all[name] = binary.LittleEndian.AppendUint32(all[name], bits)
				}
				return nil
			})
		})
	})
	return all, err
}

// withWeights is an ONNX file in which some float32 weights have other values.
func withWeights(data []byte, values map[string][]float32) ([]byte, error) {
	return rewrite(data, func(num protowire.Number, _ protowire.Type, graph, raw []byte) ([]byte, error) {
		if num != modelGraph {
			return raw, nil
		}
		out, err := rewrite(graph, func(num protowire.Number, _ protowire.Type, msg, raw []byte) ([]byte, error) {
			if num != graphWeight {
				return raw, nil
			}
			name, err := text(msg, tensorName)
			x, ok := values[name]
			if err != nil || !ok {
				return raw, err
			}
			out, err := rewrite(msg, func(num protowire.Number, _ protowire.Type, _, raw []byte) ([]byte, error) {
				switch num {
				case tensorFloats, tensorRaw, tensorElsewhere, tensorPlace:
					return nil, nil
				}
				return raw, nil
			})
			bytes := make([]byte, 0, 4*len(x))
			for _, v := range x {
				bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(v))
			}
			return field(graphWeight, append(out, field(tensorRaw, bytes)...)), err
		})
		return field(modelGraph, out), err
	})
}
