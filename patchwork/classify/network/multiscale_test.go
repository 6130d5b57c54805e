package network

import (
	"math"
	"reflect"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

func TestChooseTaps(t *testing.T) {
	names := []string{"conv1", "block1/add", "block2/conv", "block2/add", "last"}
	for text, want := range map[string][]int{
		"": {1, 3}, "block2": {2, 3}, "^l|conv1": {0, 4}, "3, 0": {0, 3}, "-1,1": {1, 4}, "0": {0}, "add,|last": {4}, "last, block1/add": {1, 4}, "conv1,-1": {0, 4},
	} {
		if got, err := (Multiscale{Taps: text}).Choose(names); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q chooses %v, %v; want %v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"relu":    `the taps "relu" fit none of the 5 layers, such as ["conv1"`,
		"5":       `tap 1 of "5" is 5; the extractor has the layers 0 to 4`,
		"0,-6":    `tap 2 of "0,-6" is -6`,
		"1,-4":    `tap 2 of "1,-4" is layer 1 again`,
		"0,add":   `tap 2 of "0,add" is "add"; want names or numbers of layers alone`,
		"(":       `are neither numbers of layers nor a regular expression`,
		"last,4":  `tap 2 of "last,4" is layer 4 again`,
		"0,,2":    `tap 2 of "0,,2" is ""`,
		"**":      "nor a regular expression",
		"^conv1x": "fit none",
	} {
		if _, err := (Multiscale{Taps: text}).Choose(names); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v; want it to say %s", text, err, says)
		}
	}
	_, err := Multiscale{Pooling: Flatten, Dropout: 0.01}.Choose(names)
	if err == nil || !strings.Contains(err.Error(), `Pooling is "flatten"; want "average" or "max"`) || !strings.Contains(err.Error(), "Dropout is 0.01") {
		t.Error(err)
	}
}

// TestMultiscaleByHand pools two maps and drops whole taps in training alone.
func TestMultiscaleByHand(t *testing.T) {
	a := [][][][]float32{{{{1, 10}, {3, 20}}}}     // [1, 1, 2, 2]
	b := [][][][]float32{{{{-1}}, {{-3}}, {{-8}}}} // [1, 3, 1, 1]
	run := func(m Multiscale, training bool) (out [][]float32) {
		s := model.NewStore()
		defer s.Finalize()
		if err := s.SetRNGStateFromSeed(8); err != nil {
			t.Fatal(err)
		}
		exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, a, b *Node) *Node {
			s.SetTraining(a.Graph(), training)
			return m.Graph(s, []*Node{a, b})
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			out = append(out, tensors.MustCopyFlatData[float32](call(t, exec, a, b)[0]))
		}
		return out
	}
	if got := run(Multiscale{}, false)[0]; !reflect.DeepEqual(got, []float32{2, 15, -4}) {
		t.Errorf("average is %v, want 2 15 -4", got)
	}
	if got := run(Multiscale{Pooling: MaxPooling}, false)[0]; !reflect.DeepEqual(got, []float32{3, 20, -1}) {
		t.Errorf("max is %v, want 3 20 -1", got)
	}
	if got := run(Multiscale{Whole: true}, true)[7]; !reflect.DeepEqual(got, []float32{2, 15, -4}) {
		t.Errorf("whole in training is %v, want 2 15 -4", got)
	}
	seen := map[[2]bool]int{}
	for _, v := range run(Multiscale{Dropout: 0.25}, true) {
		first, second := v[0] != 0, v[2] != 0
		seen[[2]bool{first, second}]++
		if first != (v[1] != 0) || first && math.Abs(float64(v[1])-20) > 1e-5 || second && math.Abs(float64(v[2])+4/0.75) > 1e-5 {
			t.Fatalf("in training %v; want taps 0 as a whole or divided by 0.75", v)
		}
	}
	if len(seen) < 3 || seen[[2]bool{true, true}] < 12 {
		t.Errorf("taps kept: %v; want them dropped apart from each other, a quarter of each", seen)
	}
	if w := (Multiscale{}).Width([]Shape{{1, 2, 2}, {3, 1, 1}}); w != 3 {
		t.Errorf("the width is %d, want 3", w)
	}
}

func TestHalfSquares(t *testing.T) {
	n := build(t, Options{Layers: "3,r", BatchNorm: true}, Vector(2))
	s := model.NewStore()
	defer s.Finalize()
	want := 0.0
	for _, v := range n.Variables() {
		w := make([]float32, v.Size())
		for i := range w {
			w[i] = 2
		}
		if v.Role == Kernel {
			want += 2 * float64(v.Size()) // ½·2²
		}
		Set(s, "/net", v, w)
	}
	exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) *Node { return HalfSquares(s, "/net", n.Variables(), x) })
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.ToScalar[float32](call(t, exec, float32(0))[0]); float64(got) != want || want != 2*(6+9+9) {
		t.Errorf("got %g, want %g (by hand: three kernels of 2·3, 3·3 and 3·3)", got, want)
	}
}
