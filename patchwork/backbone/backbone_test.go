package backbone

import (
	"fmt"
	"strings"
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

// TestSizes compares the numbers that are trained with those of others' implementations, less what only a classifier has,
// and the map with the card.
func TestSizes(t *testing.T) {
	const torchvision, timm = "torchvision without its last layer", "timm without its last layer"
	for _, tt := range []struct {
		name       string
		o          Options
		parameters int
		source     string
	}{
		{"resnet18", Options{}, 11_689_512 - 513_000, torchvision},
		{"resnet34", Options{}, 21_797_672 - 513_000, torchvision},
		{"resnet50", Options{}, 25_557_032 - 2_049_000, torchvision},
		{"resnet50-bare", Options{}, 25_557_032 - 2_049_000 - 2*64 + 64, torchvision + "; the stem has a bias instead of a normalisation"},
		{"wrn-28-10", Options{}, 36_479_194 - 6_410, "the authors' code without its last layer"},
		{"convnext-tiny", Options{}, 28_589_128 - 769_000, torchvision},
		{"convnext-small", Options{}, 50_223_688 - 769_000, torchvision},
		{"convnext-base", Options{}, 88_591_464 - 1_025_000, torchvision},
		{"convnext-large", Options{}, 197_767_336 - 1_537_000, torchvision},
		{"convnextv2-atto", Options{}, 3_708_400 - 321_000, timm},
		{"convnextv2-tiny", Options{}, 28_635_496 - 769_000, timm},
		{"convmixer-768-32", Options{}, 21_110_248 - 769_000, timm},
		{"convmixer-1536-20", Options{}, 51_625_960 - 1_537_000, timm},
		{"vit-tiny", Options{ClassToken: true}, 5_717_416 - 193_000 - 197*192, timm + " and without learned positions"},
		{"vit-small", Options{ClassToken: true}, 22_050_664 - 385_000 - 197*384, timm + " and without learned positions"},
		{"vgg16", Options{}, 14_714_688 + 2*4_224 - 4_224, "torchvision's features; they have biases too"},
		{"vgg11", Options{}, 9_220_480 + 2*2_752 - 2_752, "torchvision's features; they have biases too"},
		{"bnalexnet", Options{}, 3*96*121 + 96*256*25 + 9*(256*384+384*384+384*256) + 3*(96+256+384+384+256), "by hand"},
		{"context-encoder", Options{}, 16*(3*32+32*64+64*128+128*256+256*512) + 3*(32+64+128+256+512), "by hand"},
		{"autoencoder", Options{}, 9*(3*32+32*48+48*64+64*128) + 32 + 48 + 64 + 128, "by hand"},
		{"resnet-tiny", Options{}, 48*64 + 2*64 + 9*2*64*64 + 4*64 + 9*(64*128+128*128) + 64*128 + 6*128 + 9*(128*256+256*256) + 128*256 + 6*256, "by hand"},
	} {
		n := mustNew(t, tt.name, tt.o)
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
		for v := range s.IterVariables() {
			if RoleOf(v.Path()) == "" {
				t.Errorf("%s: %s has no role", tt.name, v.Path())
			}
			if v.Trainable == (RoleOf(v.Path()) == Running) {
				t.Errorf("%s: %s is trainable: %v", tt.name, v.Path(), v.Trainable)
			}
		}
	}
}

// TestCards: every network that Cards lists is made, with each stem that it takes, says what it is, and leaves 1×1 of its smallest
// side; with one pixel less it says so.
func TestCards(t *testing.T) {
	cards := Cards()
	if cards[0].Name != Default {
		t.Errorf("the first card is %s, want %s", cards[0].Name, Default)
	}
	for _, c := range cards {
		if c.About == "" || c.Source == "" {
			t.Errorf("%+v lacks words", c)
		}
		for _, stem := range stems {
			n, err := New(c.Name, Options{Stem: stem, Width: 0.1})
			if err != nil && strings.Contains(err.Error(), "Stem is") {
				continue
			}
			if err != nil {
				t.Errorf("%s with stem %q: %v", c.Name, stem, err)
				continue
			}
			side := n.Card().MinSide
			if dims, _, err := outline(t, n, side, 3); err != nil || dims[1] != 1 || dims[2] != 1 || dims[3] != n.Card().Channels {
				t.Errorf("%s with stem %q maps %d pixels to %v, %v; want 1×1×%d", c.Name, stem, side, dims, err, n.Card().Channels)
			}
			big := 4 * max(n.Card().Stride, side)
			if dims, _, err := outline(t, n, big, 3); c.Name != "resnet50-bare" && (err != nil || dims[1] != big/n.Card().Stride) {
				t.Errorf("%s with stem %q maps %d pixels to %v, %v; its stride is %d", c.Name, stem, big, dims, err, n.Card().Stride)
			}
			if side > 1 {
				if _, _, err := outline(t, n, side-1, 3); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("want %d or more each way", side)) {
					t.Errorf("%s with stem %q and %d pixels: %v", c.Name, stem, side-1, err)
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		says []string
	}{
		{"resnet19", Options{}, []string{`no network "resnet19"`, "the known ones are resnet-tiny, resnet18,", "wrn-DEPTH-WIDTH"}},
		{"wrn-17-2", Options{}, []string{`no network "wrn-17-2"`}},
		{"wrn-16-02", Options{}, []string{`no network`}},
		{"resnet18", Options{Norm: "instance", Stem: "tall", Width: -1, Dropout: 1, Inputs: -2, ClassToken: true, Patch: 4, Kernel: 2}, []string{
			`backbone.Options: Norm is "instance"; want one of ["batch" "layer" "group"] (resnet18)`, `Stem is "tall"; want one of ["small" "large"]`, "Width is -1",
			"Dropout is 1; want 0 to 0.9", "Inputs is -2", "ClassToken is set", "Patch is 4, and this network", "Kernel is 2, and", "Kernel is 2; want an odd"}},
		{"vit-tiny", Options{Norm: BatchNorm}, []string{`Norm is "batch"; want one of ["layer"]`}},
		{"vgg11", Options{Dropout: 0.5}, []string{"this network drops nothing"}},
		{"", Options{Mean: []float64{1}, Std: []float64{1, 0, 1}, Inputs: 3}, []string{"Mean has 1 values and images have 3 channels", "Std holds 0"}},
	} {
		_, err := New(tt.name, tt.o)
		for _, says := range tt.says {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s %+v: %v; want it to say %s", tt.name, tt.o, err, says)
			}
		}
	}
	if _, _, err := outline(t, mustNew(t, "", Options{}), 64, 4); err == nil || !strings.Contains(err.Error(), "want [batch, height, width, 3]") {
		t.Errorf("four channels: %v", err)
	}
}
