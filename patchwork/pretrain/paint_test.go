package pretrain

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// Painters come in the order of the registry, each with the share of a picture of 32 pixels that it does not see.
var shares = map[string]float64{"mae": 48. / 64, "autoencoder": 0, "context": 0.25}

func painting(t *testing.T, name string, source stream.Source) (Task, backbone.Options) {
	t.Helper()
	m, err := New(name)
	if err != nil {
		t.Fatal(err)
	}
	this, o := task(t, m, source), backbone.Options{Width: 0.25, Patch: 4}
	if name == "mae" {
		if this.Network, err = backbone.New("vit-tiny", o); err != nil {
			t.Fatal(err)
		}
	}
	return this, o
}

// What was saved paints as what was trained, the folder is an extractor still, and looking at paintings changes no training.
func TestPaint(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	few, err := stream.Images(picturesOf(t, source, 3))
	if err != nil {
		t.Fatal(err)
	}
	if got := painters(); !slices.Equal(got, []string{"mae", "autoencoder", "context"}) {
		t.Fatalf("the painters are %q; add new ones to this test", got)
	}
	for _, name := range painters() {
		t.Run(name, func(t *testing.T) {
			this, options := painting(t, name, source)
			o := quick()
			o.Steps, o.Rate, o.Batch = 12, 1e-3, 32
			unseen := train(t, this, o)
			looks := 0
			this.Look = func(ctx context.Context, now *Trained) (map[string]float64, error) {
				looks++
				_, err := now.Paint(ctx, few)
				return nil, err
			}
			this.LookEvery = 1
			r := train(t, this, o)
			if looks != 7 || r.Last.Loss != unseen.Last.Loss {
				t.Errorf("%d looks, loss %g; want 7, and the loss of a training without, %g", looks, r.Last.Loss, unseen.Last.Loss)
			}
			want, err := r.Paint(t.Context(), few)
			if err != nil || len(want) != 3 {
				t.Fatal(len(want), err)
			}
			for i, p := range want {
				checkPainting(t, p, shares[name], few, i)
			}
			dir := filepath.Join(t.TempDir(), "net")
			netName := this.Network.Card().Name
			if err := r.Save(dir, netName, options, "for a test"); err != nil {
				t.Fatal(err)
			}
			opened, err := OpenPainter(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			got, err := opened.Paint(t.Context(), few)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if !slices.Equal(got[i].Painted.Pix, want[i].Painted.Pix) || got[i].Off != want[i].Off {
					t.Errorf("picture %d is painted otherwise by what was saved: off %g and %g", i, got[i].Off, want[i].Off)
				}
			}
			if _, err := features.OpenBackbone(dir); err != nil {
				t.Errorf("the folder is no extractor any more: %v", err)
			}
			if err := r.Save(dir, netName, options, "again"); err != nil {
				t.Errorf("saved again: %v", err)
			}
			file := filepath.Join(dir, painterFolder, painterFile)
			text, _ := os.ReadFile(file)
			os.WriteFile(file, []byte(strings.Replace(string(text), `sha256": "`, `sha256": "0`, 1)), 0o644)
			if _, err := OpenPainter(dir); err == nil || !strings.Contains(err.Error(), "belongs to a network with the weights 0") {
				t.Errorf("of other weights: %v", err)
			}
		})
	}
}

// checkPainting looks at the parts of a painting of picture i.
func checkPainting(t *testing.T, p Painting, share float64, source stream.Source, i int) {
	t.Helper()
	if p.Hidden != share {
		t.Errorf("%g of the pixels are hidden, want %g", p.Hidden, share)
	}
	picture := make([]float32, len(p.Original.Pix))
	if err := source.Read(t.Context(), i, picture); err != nil || !slices.Equal(picture, p.Original.Pix) {
		t.Errorf("the original is another picture than %d (%v)", i, err)
	}
	var off, hidden float64
	for k, v := range p.Original.Pix {
		all := share == 0
		seen := p.Seen.Pix[k] == v && (p.Composed.Pix[k] == v || all)
		unseen := p.Seen.Pix[k] == 0.5 && p.Composed.Pix[k] == p.Painted.Pix[k]
		if !seen && !unseen {
			t.Fatalf("number %d is %g, seen as %g, painted %g, composed %g", k, v, p.Seen.Pix[k], p.Painted.Pix[k], p.Composed.Pix[k])
		}
		if unseen || all {
			hidden++
			off += math.Abs(float64(p.Painted.Pix[k] - v))
		}
	}
	if math.Abs(off/hidden-p.Off) > 1e-4 { // a pixel may be grey by itself
		t.Errorf("it is off by %g, want %g", p.Off, off/hidden)
	}
}

func TestOnlyPaintersPaint(t *testing.T) {
	source, _ := drawings(t, 32, 1)
	o := quick()
	o.Steps = 1
	r := train(t, task(t, NewSimCLR(), source), o)
	const says = "mae, autoencoder, context"
	if _, err := r.Paint(t.Context(), source); err == nil || !strings.Contains(err.Error(), "simclr paints no pictures; "+says) || r.IsPainter() {
		t.Errorf("painted by simclr: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "net")
	if err := r.Save(dir, "resnet-tiny", backbone.Options{Width: 0.25, Patch: 4}, "simclr, 1 step"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPainter(dir); err == nil || !strings.Contains(err.Error(), "nothing that paints (simclr, 1 step): want a network trained by "+says) {
		t.Errorf("opened: %v", err)
	}
}

// Patches that are put together again, and get back mean and deviation, are the picture. A rest that fits no patch is 0.
func TestPatchesAndBack(t *testing.T) {
	source, _ := drawings(t, 2, 4)
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	pictures := picturesOf(t, source, 1)
	for _, side := range []int{4, 5} {
		exec := MustNewExec(backend, func(x *Node) *Node {
			centred, mean, deviation := normalised(patches(x, side))
			return unpatched(Add(Mul(centred, deviation), mean), x.Shape().Dimensions, side)
		})
		got := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(pictures[0].Pix, 1, 32, 32, 3))[0])
		whole := 32 / side * side
		for i, v := range got {
			y, x := i/96, i/3%32
			want := pictures[0].Pix[i]
			if max(y, x) >= whole {
				want = 0
			}
			if math.Abs(float64(v-want)) > 1e-5 {
				t.Fatalf("patches of %d: number %d of row %d, column %d is %g, want %g", side, i%3, y, x, v, want)
			}
		}
	}
}

func picturesOf(t *testing.T, source stream.Source, n int) (list []*augment.Image) {
	t.Helper()
	shape := source.Shape()
	for i := range n {
		im := augment.NewImage(shape.H, shape.W, shape.C)
		if err := source.Read(t.Context(), i, im.Pix); err != nil {
			t.Fatal(err)
		}
		list = append(list, im)
	}
	return list
}
