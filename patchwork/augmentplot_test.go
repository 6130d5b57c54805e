package patchwork

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
)

func TestAugmentationPlot(t *testing.T) {
	p := newProject(t, photos(t, 4))
	pictures, err := p.ReadPictures(t.Context(), 48, 2, 0)
	if err != nil || len(pictures) != 2 || pictures[0].Name != p.Images().At(2).ID || pictures[1].Image.W != 48 {
		t.Fatalf("%+v, %v", pictures, err)
	}
	one := AugmentationPlot{Images: pictures[:1], Params: augment.Default(), Seed: 7}
	g, err := one.Grid()
	if err != nil || len(g.Images) != 16 || g.Columns != 4 || g.Images[0].Caption != "original" {
		t.Fatalf("of one image: %d pictures in %d columns, %v", len(g.Images), g.Columns, err)
	}
	again, _ := one.Grid()
	other := one
	other.Seed = 8
	another, _ := other.Grid()
	same := 0
	for i := range g.Images {
		if !bytes.Equal(g.Images[i].Src, again.Images[i].Src) {
			t.Errorf("picture %d differs in a second drawing", i)
		}
		if i > 0 && bytes.Equal(g.Images[i].Src, another.Images[i].Src) {
			same++
		}
	}
	if same > 3 {
		t.Errorf("%d of 15 views are the same with another seed", same)
	}
	several, err := AugmentationPlot{Images: pictures, Params: augment.SimCLR()}.Grid()
	if err != nil || len(several.Images) != 16 || several.Columns != 8 || several.Images[8].Title != pictures[1].Name {
		t.Fatalf("of two images: %d pictures in %d columns, %v", len(several.Images), several.Columns, err)
	}
	for want, bad := range map[string]AugmentationPlot{
		"there are no images":   {},
		"shear is 7":            {Images: pictures, Params: augment.Params{Shear: 7}},
		`"nobody" has no image`: {Images: []Picture{{Name: "nobody"}}},
	} {
		if _, err := bad.Grid(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if _, err := p.ReadPictures(t.Context(), 0, 99); err == nil || !strings.Contains(err.Error(), "row 99 does not exist") {
		t.Errorf("a row that does not exist: %v", err)
	}
}

// TestAugmentationPreview: every set goes through the controls and back, and what they say is what is drawn.
func TestAugmentationPreview(t *testing.T) {
	im := augment.NewImage(32, 32, 3)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range im.Pix {
		im.Pix[i] = rng.Float32()
	}
	a := AugmentationPlot{Images: []Picture{{Name: "noise", Image: im}}, Params: augment.FalconCho(), Views: 3}
	preview, choice := a.Preview()
	if got := choice(preview.Values()); got != a.Params {
		t.Errorf("the controls begin with %+v", got)
	}
	if len(preview.Presets) != len(augment.Sets()) {
		t.Fatalf("%d presets", len(preview.Presets))
	}
	for i, s := range augment.Sets() {
		if got := choice(preview.Presets[i].Values); got != s.Params {
			t.Errorf("%s becomes %+v", s.Name, got)
		}
		parsed, err := augment.ParseParams([]byte(preview.Text(preview.Presets[i].Values)))
		if err != nil || parsed != s.Params {
			t.Errorf("the text of %s is read as %+v, %v", s.Name, parsed, err)
		}
	}
	drawn, err := preview.Draw(t.Context(), preview.Presets[1].Values, 0)
	if err != nil || len(drawn) != 4 {
		t.Fatalf("%d pictures, %v", len(drawn), err)
	}
	want := a
	want.Params = augment.SimCLR()
	g, _ := want.Grid()
	if !bytes.Equal(drawn[2].Src, g.Images[2].Src) {
		t.Error("the preview of a set is not the plot of the set")
	}
	more, _ := preview.Draw(t.Context(), preview.Presets[1].Values, 1)
	if bytes.Equal(more[2].Src, drawn[2].Src) {
		t.Error("other draws give the same view")
	}
}

func TestSegmentPairs(t *testing.T) {
	root := photos(t, 6)
	p := newProject(t, root)
	pictures, err := p.ReadPictures(t.Context(), 64, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	o := SegmentOptions{Params: augment.Params{FlipLeftRight: true}, Grid: 4, K: 5, Side: 64}
	g, err := SegmentPairs(o, pictures...)
	if err != nil || len(g.Images) != 6 || g.Columns != 3 {
		t.Fatalf("%d pictures, %v", len(g.Images), err)
	}
	for i, want := range []string{"16 segments", "view 1: 16 in both, 0 lost", "view 2: 5 drawn"} {
		if g.Images[i].Caption != want {
			t.Errorf("picture %d is called %q, want %q", i, g.Images[i].Caption, want)
		}
	}
	steps := 0
	report, err := p.CheckSegments(t.Context(), o, func(string, int, int) { steps++ })
	if want := (segment.Report{Images: 6, K: 5, Common: 96}); err != nil || report != want || steps != 6 {
		t.Errorf("mirrors lose nothing: %+v after %d steps, %v; want %+v", report, steps, err, want)
	}
	o.Params = augment.Params{ZoomScale: 0.1}
	o.K = 16
	report, err = p.CheckSegments(t.Context(), o, nil)
	if err != nil || report.Lost == 0 || report.Replaced == 0 {
		t.Errorf("small crops lose segments: %+v, %v", report, err)
	}
	again, _ := p.CheckSegments(t.Context(), o, nil)
	if again != report {
		t.Errorf("a second check counts %+v, the first %+v", again, report)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.CheckSegments(ctx, o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := os.Remove(filepath.Join(root, p.Images().At(2).ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.CheckSegments(t.Context(), o, nil); err == nil || !strings.Contains(err.Error(), p.Images().At(2).ID) {
		t.Errorf("an image is gone: %v; want an error that names it", err)
	}
	_, err = SegmentPairs(SegmentOptions{K: -1, Scale: -2, Side: 9999, Grid: 3, Images: -1, Params: augment.Params{Shear: 3}})
	for _, want := range []string{"K is -1", "Scale is -2", "Side is 9999", "one or the other", "Images is -1", "shear is 3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want it to say %q", err, want)
		}
	}
}
