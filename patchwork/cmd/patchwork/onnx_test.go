package main

import (
	"encoding/binary"
	"strings"
	"testing"
)

// The writers below make ONNX files of one operator, field by field as onnx.proto numbers them.

// number and bytesField are protobuf fields of wire type 0 and 2.
func number(field, v uint64) string {
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, field<<3), v))
}

func bytesField(field uint64, parts ...string) string {
	content := strings.Join(parts, "")
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, field<<3|2), uint64(len(content)))) + content
}

// tensor is a ValueInfoProto of float32.
func tensor(name string, dims ...uint64) string {
	var shape []string
	for _, d := range dims {
		shape = append(shape, bytesField(1, number(1, d)))
	}
	return bytesField(1, name) + bytesField(2, bytesField(1, number(1, 1), bytesField(2, shape...)))
}

// network is a ModelProto with the node y = op(x).
func network(op, in, out string) string {
	node := bytesField(1, "x") + bytesField(2, "y") + bytesField(4, op)
	graph := bytesField(1, node) + bytesField(2, "test") + bytesField(11, in) + bytesField(12, out)
	return number(1, 8) + bytesField(7, graph) + bytesField(8, number(2, 13))
}

var (
	image8  = tensor("x", 1, 3, 8, 8)
	means   = tensor("y", 1, 3, 1, 1)
	working = network("GlobalAveragePool", image8, means)
)

func TestNetworksThatCannotBeUsed(t *testing.T) {
	project(t, 4)
	for name, tt := range map[string]struct {
		text string
		says []string
	}{
		"truncated.onnx": {working[:len(working)-9], []string{"cut off or damaged"}},
		"empty.onnx":     {"", []string{"no ONNX file"}},
		"text.onnx":      {"this is not a network", []string{"no ONNX file"}},
		"flat.onnx":      {network("Relu", tensor("x", 1, 10), tensor("y", 1, 10)), []string{"image"}},
		"future.onnx":    {network("FoldSpaceTime", image8, means), []string{"FoldSpaceTime"}},
	} {
		write(t, name, tt.text)
		before := read(t, "p/project.yaml")
		fails(t, exitFailed, append(tt.says, name), "embed", "p", "--extractor", name)
		if got := read(t, "p/project.yaml"); got != before {
			t.Errorf("%s was taken into project.yaml:\n%s", name, got)
		}
	}
	fails(t, exitFailed, []string{"nowhere.onnx", "no such file"}, "embed", "p", "--extractor", "nowhere.onnx")
	fails(t, exitFailed, []string{"no network in photos", "want an ONNX file, or the folder of a network"}, "embed", "p", "--extractor", "photos")
	write(t, "good.onnx", working)
	for _, tt := range [][]string{
		{"--size", "9", "8", "--size"}, {"--layout", "square", "NCHW"}, {"--mean", "1,2", "--mean has 2 values"}, {"--std", "0", "--std holds 0"},
		{"--output", "z", `"z"`, "y"},
	} {
		r := invoke(t, "embed", "p", "--extractor", "good.onnx", tt[0], tt[1])
		for _, want := range tt[2:] {
			if r.code == exitDone || !strings.Contains(r.err, want) {
				t.Errorf("%q: code %d, said %swhich lacks %q", tt[:2], r.code, r.err, want)
			}
		}
	}
}

// What embed was told about a network holds for the next embed too, and for the studio's.
func TestNetworkIsRemembered(t *testing.T) {
	project(t, 4)
	write(t, "n.onnx", working)
	id := func(args ...string) string {
		t.Helper()
		return as[struct{ Extractor struct{ ID string } }](t, do(t, append([]string{"embed", "p", "--json"}, args...)...)).Extractor.ID
	}
	told := id("--extractor", "n.onnx", "--mean", "0.1,0.2,0.3", "--std", "0.5")
	if id() != told {
		t.Error("the second embed forgot mean and std")
	}
	if got := read(t, "p/project.yaml"); !strings.Contains(got, "extractor: ../n.onnx") || !strings.Contains(got, "mean: [0.1, 0.2, 0.3]") {
		t.Errorf("project.yaml lacks the network:\n%s", got)
	}
	if again := id("--mean", "0.4"); again == told || id() != again {
		t.Error("another mean changed nothing, or was forgotten")
	}
	if bare := id("--extractor", "n.onnx"); bare == told || id() != bare {
		t.Error("naming the file alone does not begin from nothing")
	}
	if own := id("--extractor", "default"); !strings.HasPrefix(own, "default") || id() != own {
		t.Errorf("the embedded extractor has the id %s, or was forgotten", own)
	}
}
