package backbone

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// golden is a case of testdata/backbones.py.
type golden struct {
	Name                  string
	Options               Options
	Side, Batch, Channels int
	Training              bool
	Dims                  []int
	Map                   []float64
	Averages              map[string][]float64
}

// graph is what the case is about: a network, or a part of inpainting.
func (c golden) graph(t *testing.T) func(scope *model.Scope, x *Node) *Node {
	switch c.Name {
	case "decoder":
		return Decoder{Widths: []int{8, 5}}.Graph
	case "bottleneck":
		return Bottleneck{Dropout: 0.5}.Graph
	case "discriminator":
		return Discriminator{Widths: []int{6, 8}}.Graph
	}
	return mustNew(t, c.Name, c.Options).Graph
}

// TestGolden compares maps and running averages with torch in float64.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/backbones.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			f := c.graph(t)
			values := make([]float32, c.Batch*c.Side*c.Side*c.Channels)
			for i, v := range noise(fmt.Sprint("pictures ", c.Side), len(values)) {
				values[i] = float32((float64(float32(v)) + 1) / 2)
			}
			x := tensors.FromFlatDataAndDimensions(values, c.Batch, c.Side, c.Side, c.Channels)
			s := model.NewStore()
			t.Cleanup(s.Finalize)
			exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) *Node {
				s.SetTraining(x.Graph(), c.Training)
				y := f(scope.At("net"), x)
				for v := range s.IterVariables() { // first values would make some layers invisible
					if !v.HasValue() {
						own := Variable{Path: v.Path()[len("/net/"):], Dims: v.Shape().Dimensions}
						v.MustSetValue(tensors.FromFlatDataAndDimensions(filling(own), own.Dims...))
					}
				}
				return y
			})
			if err != nil {
				t.Fatal(err)
			}
			y, err := exec.Call1(x)
			if err != nil {
				t.Fatal(err)
			}
			got := tensors.MustCopyFlatData[float32](y)
			if n := y.Shape().Size(); n != (Variable{Dims: c.Dims}).size() || y.Shape().Rank() == 4 && !slices.Equal(y.Shape().Dimensions, c.Dims) {
				t.Fatalf("the map is %v, want %v", y.Shape().Dimensions, c.Dims)
			}
			var sampled []float32
			for i := 0; i < len(got); i += max(1, len(got)/60) {
				sampled = append(sampled, got[i])
			}
			near(t, "the map", sampled, c.Map, 2e-5)
			for path, want := range c.Averages {
				got, err := valuesOf(s, "/net/"+path)
				if err != nil {
					t.Fatal(err)
				}
				near(t, path, got, want, 2e-5)
			}
		})
	}
}
