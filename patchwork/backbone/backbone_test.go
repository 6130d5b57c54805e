package backbone

import (
	"testing"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

func backend(t testing.TB) gomlx.Backend {
	t.Helper()
	b, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustNew(t testing.TB, name string, o Options) Network {
	t.Helper()
	n, err := New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// outline builds a network for one image without running it: the shape of the map, and its variables.
func outline(t testing.TB, n Network, side, inputs int) (dims []int, s *model.Store, err error) {
	t.Helper()
	s = model.NewStore()
	t.Cleanup(s.Finalize)
	err = compute.Try("outline", func() error {
		g := NewGraph(backend(t), "outline")
		defer g.Finalize()
		x := Parameter(g, "x", shapes.Make(dtypes.Float32, 1, side, side, inputs))
		dims = n.Graph(s.Scope("/net"), x).Shape().Dimensions
		return nil
	})
	return dims, s, err
}

// trained counts the numbers that are trained.
func trained(s *model.Store) (n int) {
	for v := range s.IterVariables() {
		if RoleOf(v.Path()) != Running {
			n += v.Shape().Size()
		}
	}
	return n
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		name       string
		parameters int
		source     string
	}{
		{"resnet18", 11_689_512 - 513_000, "torchvision's count without its last layer"},
		{"resnet34", 21_797_672 - 513_000, "torchvision's count without its last layer"},
		{"resnet50", 25_557_032 - 2_049_000, "torchvision's count without its last layer"},
	} {
		n := mustNew(t, tt.name, Options{})
		dims, s, err := outline(t, n, 224, 3)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		c := n.Card()
		if side := 224 / c.Stride; dims[1] != side || dims[2] != side || dims[3] != c.Channels {
			t.Errorf("%s maps 224 pixels to %v; its card says %d×%d×%d", tt.name, dims, side, side, c.Channels)
		}
		if got := trained(s); got != tt.parameters {
			t.Errorf("%s has %d parameters, want %d (%s)", tt.name, got, tt.parameters, tt.source)
		}
	}
}
