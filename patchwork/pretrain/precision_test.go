package pretrain

import (
	"math"
	"strings"
	"testing"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// In bfloat16 the first losses are those of float32 within 2 %: of a contrastive method, and of those whose decoders or critics are narrow too. Variables
// stay float32.
func TestPrecision(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	for name, settings := range map[string]string{"simclr": "", "mae": "depth=1 width=32", "autoencoder": "dropout=0", "context": "dropout=0 critic=4"} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && settings != "" && name != "mae" {
				t.Skip("narrow convolutions are slow on backends in Go; leave out -short")
			}
			m, err := New(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range strings.Fields(settings) {
				key, value, _ := strings.Cut(text, "=")
				if err := Set(m, key, value); err != nil {
					t.Fatal(err)
				}
			}
			k := task(t, m, source)
			network, patch := "resnet-tiny", 2
			if name == "mae" {
				network, patch = "vit-tiny", 4
			}
			if k.Network, err = backbone.New(network, backbone.Options{Width: 0.125, Patch: patch}); err != nil {
				t.Fatal(err)
			}
			o := quick()
			o.Batch, o.Side, o.Steps, o.Rate = 8, 16, 3, 3e-4
			losses := map[Precision][]float64{}
			for _, o.Precision = range []Precision{"", BFloat16} {
				var warned []string
				r, err := Train(t.Context(), k, o, func(p Point) {
					losses[o.Precision] = append(losses[o.Precision], p.Loss)
					if p.Warning != "" {
						warned = append(warned, p.Warning)
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				for v := range r.store.IterVariables() {
					if d := v.DType(); d.IsFloat() && d != dtypes.Float32 {
						t.Errorf("%s is %s", v.Path(), d)
					}
				}
				if slow := o.Precision == BFloat16 && compute.SlowInHalves(r.backend); slow != (len(warned) == 1 && strings.Contains(warned[0], "many times as long")) {
					t.Errorf("with the precision %q it warns %q", o.Precision, warned)
				}
			}
			same := true
			for i, want := range losses[""] {
				got := losses[BFloat16][i]
				if math.Abs(got/want-1) > 0.02 {
					t.Errorf("loss %d is %.5f in bfloat16 and %.5f in float32", i+1, got, want)
				}
				same = same && got == want
			}
			if same {
				t.Error("losses in bfloat16 are those of float32 to the bit: nothing was narrow")
			}
		})
	}
}

// What is saved of a training in bfloat16 is a network in float32, with the features that the training gives.
func TestPrecisionOfFeatures(t *testing.T) {
	source, _ := drawings(t, 16, 1)
	k := task(t, NewSimCLR(), source)
	k.Folder = t.TempDir()
	o := quick()
	o.Batch, o.Side, o.Steps, o.Precision = 16, 16, 2, BFloat16
	r := train(t, k, o)
	got, err := r.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/network"
	if err := r.Save(dir, "resnet-tiny", backbone.Options{Width: 0.25, Patch: 4}, ""); err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	defer store.Finalize()
	if _, err := backbone.Load(dir, store, "/net"); err != nil {
		t.Fatal(err)
	}
	whole, err := plain(o.Side)
	if err != nil {
		t.Fatal(err)
	}
	s, err := stream.New(source, stream.Plain(whole), stream.Options{Batch: 16, Order: stream.Sequential{}, Backend: r.backend})
	if err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(r.backend, store, func(_ *model.Scope, x *Node) *Node { return backbone.Pooled(k.Network.Graph(store.Scope("/net"), x)) })
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range s.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		y, err := exec.Call1(b.Tensors[0])
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		halves := 0
		for i, row := range y.Value().([][]float32) {
			for j, v := range row {
				if got[i][j] != v {
					t.Fatalf("number %d of picture %d is %g, and %g with the network that was saved", j, i, got[i][j], v)
				}
				if math.Float32bits(v)&0xffff == 0 && v != 0 {
					halves++
				}
			}
		}
		if n := y.Shape().Size(); halves > n/10 {
			t.Errorf("%d of %d numbers have 8 digits, as if they came from bfloat16", halves, n)
		}
	}
	o.Precision = Float32
	if again := train(t, k, o); again.Resumed != 0 {
		t.Errorf("in another precision it goes on after step %d", again.Resumed)
	}
}

// wideOnly is a network that computes in float32 alone.
type wideOnly struct{ backbone.Network }

func (wideOnly) Float32Only() bool { return true }

// coarse is a backend without bfloat16.
type coarse struct{ gomlx.Backend }

func (c coarse) Capabilities() gomlx.Capabilities {
	all := c.Backend.Capabilities().Clone()
	delete(all.DTypes, dtypes.BFloat16)
	return all
}

func TestPrecisionOfBackends(t *testing.T) {
	b, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		b    gomlx.Backend
		p    Precision
		says string
	}{{b, BFloat16, ""}, {coarse{b}, Float32, ""}, {coarse{b}, "", ""}, {coarse{b}, BFloat16, "does not compute in bfloat16; leave Precision at float32, or choose another backend"}} {
		if err := tt.p.on(tt.b, small(t)); (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q on %T: %v, want %q", tt.p, tt.b, err, tt.says)
		}
	}
	if err := BFloat16.on(b, wideOnly{small(t)}); err == nil || !strings.Contains(err.Error(), "leave Precision at float32, or choose a network") {
		t.Errorf("a network of float32 alone: %v", err)
	}
	if err := Float32.on(b, wideOnly{small(t)}); err != nil {
		t.Error(err)
	}
}
