package network

import (
	"strings"
	"testing"
)

func build(t *testing.T, o Options, in Shape) *Net {
	t.Helper()
	n, err := New(o, in)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestShapesAndParameters(t *testing.T) {
	for _, tt := range []struct {
		o          Options
		in, out    Shape
		parameters int // by hand
	}{
		{Options{}, Shape{7, 7, 512}, Vector(512), 0},
		{Options{Pooling: Flatten}, Shape{7, 7, 512}, Vector(7 * 7 * 512), 0},
		{Options{Pooling: KeepMap}, Shape{7, 5, 512}, Shape{7, 5, 512}, 0},
		{Options{Layers: "128,p,d,128"}, Shape{7, 7, 512}, Vector(128), 512*128 + 128 + 128*128 + 128},
		{Options{Layers: "128,p,d,128", Pooling: Flatten}, Shape{7, 7, 512}, Vector(3 * 3 * 128), 512*128 + 128 + 128*128 + 128},
		{Options{Layers: "128", Kernel: 3, BatchNorm: true}, Shape{7, 7, 512}, Vector(128), 9*512*128 + 2*128},
		{Options{Layers: "128", Kernel: 5, Separable: true}, Shape{7, 7, 512}, Vector(128), 25*512 + 512*128 + 128},
		{Options{Layers: "r", Kernel: 3}, Shape{7, 7, 16}, Vector(16), 2 * (9*16*16 + 16)},
		{Options{Layers: "r", Kernel: 3, BatchNorm: true}, Shape{7, 7, 16}, Vector(16), 2*9*16*16 + 2*16 + 16},
		{Options{Layers: "64,d,r", Kernel: 7, Separable: true}, Vector(100), Vector(64), 100*64 + 64 + 2*(64*64+64)},
		{Options{Layers: "p,p,p"}, Shape{9, 17, 3}, Vector(3), 0},
	} {
		n := build(t, tt.o, tt.in)
		if n.Out() != tt.out || n.In() != tt.in || n.Parameters() != tt.parameters {
			t.Errorf("%+v on %s gives %s with %d parameters, want %s with %d (by hand)", tt.o, tt.in, n.Out(), n.Parameters(), tt.out, tt.parameters)
		}
	}
}

func TestTableOfLayers(t *testing.T) {
	want := `input    9x9x512  
128      9x9x128  65664
p        4x4x128  0
d        4x4x128  0
128      4x4x128  16512
average  128      0
`
	if got := build(t, Options{Layers: "128, p, d, 128", Pooling: AveragePooling}, Shape{9, 9, 512}).String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		in   Shape
		says []string
	}{
		{Options{Layers: "8,q"}, Vector(3), []string{`layer 2 of "8,q" (column 3) is "q"`}},
		{Options{Layers: "8,p"}, Vector(3), []string{`layer 2 (p) of "8,p" pools maps, and its input is a vector of 8; take the p out`}},
		{Options{Layers: "p,8,p"}, Shape{3, 9, 4}, []string{`layer 3 (p) of "p,8,p" has an input of 1x4x8; want at least 2x2`}},
		{Options{Kernel: 2, Dropout: 1, Pooling: "mean", Layers: "x"}, Vector(3), []string{"Kernel is 2; want 1, 3, 5 or 7", "Dropout is 1; want 0.05 to 0.95",
			`Pooling is "mean"; want one of ["max" "average" "flatten" "keep"]`, `is "x"`}},
		{Options{}, Shape{0, 5, 3}, []string{"the input is 0x5x3; want"}},
		{Options{}, Shape{}, []string{"the input is 0; want"}},
	} {
		_, err := New(tt.o, tt.in)
		for _, says := range tt.says {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%+v on %s: %v; want it to say %s", tt.o, tt.in, err, says)
			}
		}
	}
}

func TestParseShape(t *testing.T) {
	for text, want := range map[string]Shape{"512": Vector(512), "7x5x512": {7, 5, 512}, " 1 x1x 1": {1, 1, 1}} {
		got, err := ParseShape(text)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
		if again, err := ParseShape(got.String()); err != nil || again != want {
			t.Errorf("%q is written %q", text, got)
		}
	}
	for _, text := range []string{"", "7x7", "7x7x", "0x1x1", "-3", "7x7x7x7", "a"} {
		if _, err := ParseShape(text); err == nil || !strings.Contains(err.Error(), "want height, width and channels as in 7x7x512") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
