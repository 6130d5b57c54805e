package features

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// trainedNetwork saves a small network of first values, for images of 24×16 pixels, and returns what it makes of pictures.
func trainedNetwork(t *testing.T, inputs int) (dir string, b imageset.Batch, maps []float32) {
	t.Helper()
	o := backbone.Options{Width: 0.125, Inputs: inputs}
	net, err := backbone.New("resnet-tiny", o)
	if err != nil {
		t.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	store.SetParam("/initializer_seed", int64(5))
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node { return net.Graph(scope.At("net"), x) })
	if err != nil {
		t.Fatal(err)
	}
	b = imageset.Batch{N: 3, H: 16, W: 24, C: inputs, Pix: make([]float32, 3*16*24*inputs)}
	for i := range b.Pix {
		b.Pix[i] = float32(0.5 + 0.5*math.Sin(float64(i*i%977)))
	}
	y, err := exec.Call1(tensors.FromFlatDataAndDimensions(b.Pix, b.N, b.H, b.W, b.C))
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "aerial")
	if err := backbone.Save(dir, store, "/net", backbone.Saved{Name: "resnet-tiny", Options: o, Width: 24, Height: 16}); err != nil {
		t.Fatal(err)
	}
	return dir, b, tensors.MustCopyFlatData[float32](y)
}

func TestBackbone(t *testing.T) {
	for _, inputs := range []int{3, 4} {
		dir, b, maps := trainedNetwork(t, inputs)
		ex, err := OpenBackbone(dir)
		if err != nil {
			t.Fatal(err)
		}
		s := ex.Spec()
		if s.Name != "aerial" || s.Dim != 32 || s.Width != 24 || s.Height != 16 || s.IsMaps() || !strings.HasPrefix(s.ID, "aerial-") || s.check() != nil {
			t.Errorf("%+v, %v", s, s.check())
		}
		// Stride 16: the map is 1×2.
		var want []float32
		for i := range 3 {
			for c := range 32 {
				want = append(want, (maps[i*64+c]+maps[i*64+32+c])/2)
			}
		}
		near := func(what string, got, want []float32) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
			}
			for i := range got {
				if math.Abs(float64(got[i]-want[i])) > 1e-5*(1+math.Abs(float64(want[i]))) {
					t.Fatalf("%s: number %d is %g, want %g", what, i, got[i], want[i])
				}
			}
		}
		near("vectors", extract(t, ex, b), want)

		taps, err := BackboneTaps(dir)
		if err != nil || !reflect.DeepEqual(taps, []Tap{{"map", "resnet-tiny", 1, 2, 32}}) {
			t.Errorf("taps %v, %v", taps, err)
		}
		m, err := OpenBackboneMaps(dir, MapOptions{Taps: []string{"map"}, Half: true})
		if err != nil {
			t.Fatal(err)
		}
		if s := m.Spec(); s.Dim != 64 || !s.Half || s.ID == ex.Spec().ID || s.check() != nil {
			t.Errorf("%+v", s)
		}
		near("maps", extract(t, m, b), maps)
		b.C = 7 - inputs
		if _, err := ex.Extract(t.Context(), b); err == nil || !strings.Contains(err.Error(), "takes ") || !strings.Contains(err.Error(), "in the input's bands") {
			t.Errorf("other channels: %v", err)
		}
	}
}

// TestBackboneID: the name of the features depends on the weights and not on the folder's place.
func TestBackboneID(t *testing.T) {
	dir, _, _ := trainedNetwork(t, 3)
	id := func(dir string) string {
		ex, err := OpenBackbone(dir)
		if err != nil {
			t.Fatal(err)
		}
		return ex.Spec().ID
	}
	before := id(dir)
	elsewhere := filepath.Join(t.TempDir(), "deeper", "aerial")
	if err := os.MkdirAll(filepath.Dir(elsewhere), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, elsewhere); err != nil {
		t.Fatal(err)
	}
	if got := id(elsewhere); got != before {
		t.Errorf("moved, it is %s and was %s", got, before)
	}
	store := model.NewStore()
	defer store.Finalize()
	if _, err := backbone.Load(elsewhere, store, "/net"); err != nil {
		t.Fatal(err)
	}
	store.GetVariable("/net/stem/norm/shift").MustSetValue(tensors.FromFlatDataAndDimensions(make([]float32, 8), 8))
	saved, err := backbone.Read(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	store.GetVariable("/net/stem/norm/gain").MustSetValue(tensors.FromFlatDataAndDimensions([]float32{1, 1, 1, 1, 1, 1, 1, 2}, 8))
	if err := backbone.Save(elsewhere, store, "/net", saved); err != nil {
		t.Fatal(err)
	}
	if got := id(elsewhere); got == before {
		t.Errorf("with other weights it is still %s", got)
	}
}

func TestBackboneErrors(t *testing.T) {
	dir, _, _ := trainedNetwork(t, 3)
	empty := t.TempDir()
	if _, err := OpenBackbone(empty); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no network in") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := OpenBackboneMaps(dir, MapOptions{Taps: []string{"block"}}); err == nil || !strings.Contains(err.Error(), `has one map, "map", and ["block"] were asked for`) {
		t.Errorf("another tap: %v", err)
	}
	weights, _ := filepath.Glob(filepath.Join(dir, "*.bin"))
	if err := os.Truncate(weights[0], 100); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBackbone(dir); !errors.Is(err, backbone.ErrDamaged) || !strings.Contains(err.Error(), dir) {
		t.Errorf("weights cut short: %v", err)
	}
}
