package patchwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// deep makes a folder of n pictures of 16 bits that hold 0 to 4000.
func deep(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for k := range n {
		m := image.NewGray16(image.Rect(0, 0, 40, 40))
		for i := range 1600 {
			m.SetGray16(i%40, i/40, color.Gray16{Y: uint16((i*7 + 13*k) % 4001)})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.png", k)), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestNormIsKeptAndEverythingFollows: a norm changes thumbnails, checks and features, and old features are refused.
func TestNormIsKeptAndEverythingFollows(t *testing.T) {
	p := newProject(t, deep(t, 5))
	ctx := context.Background()
	if _, err := p.Embed(ctx, EmbedOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	before, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	before.Close()
	dark, err := p.Thumb(0)
	if err != nil {
		t.Fatal(err)
	}
	checks, err := p.CheckImages(ctx, imageset.CheckSettings{}, nil)
	if err != nil || len(checks.Flags[0].Images) != 5 {
		t.Fatalf("without a norm %v are dark (%v), want all 5", checks.Flags[0], err)
	}

	report, err := p.EstimateNorm(ctx, imageset.NormOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := report.Norm.Low[0], report.Norm.High[0]; low > 200 || high < 3700 || high > 4000 || len(report.Norm.Low) != 1 {
		t.Errorf("the norm is %v", report.Norm)
	}
	if text := report.String(); !strings.Contains(text, "features have to be computed anew") {
		t.Errorf("the report says %q", text)
	}
	if _, err := p.Features(); !errors.Is(err, ErrNoFeatures) || !strings.Contains(err.Error(), "embed") {
		t.Errorf("old features: %v; want them refused with what to do", err)
	}
	again, err := Open(p.Dir())
	if err != nil || again.Settings().Input.Norm.High[0] != report.Norm.High[0] {
		t.Fatalf("after opening again: %v, %v", again.Settings().Input, err)
	}
	bright, err := p.Thumb(0)
	if err != nil || bright == dark {
		t.Errorf("the thumbnail is %s as before (%v)", bright, err)
	}
	if checks, err = again.CheckImages(ctx, imageset.CheckSettings{}, nil); err != nil || len(checks.Flags[0].Images) != 0 {
		t.Errorf("with a norm %v are dark (%v), want none", checks.Flags[0], err)
	}
	done, err := again.Embed(ctx, EmbedOptions{}, nil)
	if err != nil || done.Run.Computed != 5 {
		t.Errorf("Embed computed %d (%v), want 5", done.Run.Computed, err)
	}
	after, err := again.Features()
	if err != nil {
		t.Fatal(err)
	}
	defer after.Close()
	if after.Spec().ID == before.Spec().ID {
		t.Errorf("both have the ID %s", after.Spec().ID)
	}
}

func TestInitTakesInput(t *testing.T) {
	photos := deep(t, 3)
	dir := filepath.Join(t.TempDir(), "p")
	ctx := context.Background()
	if _, _, err := Init(ctx, dir, InitOptions{Images: []string{photos}, Input: Input{Bands: []int{1}, Mode: imageset.Crop}}, nil); err != nil {
		t.Fatal(err)
	}
	p, _, err := Init(ctx, dir, InitOptions{Input: Input{Norm: imageset.Constant(4000)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in := p.Settings().Input; in.Bands[0] != 1 || in.Mode != imageset.Crop || in.Norm.High[0] != 4000 {
		t.Errorf("the input is %+v; want what both calls said", in)
	}
	if _, _, err := Init(ctx, dir, InitOptions{Input: Input{Mode: "squash"}}, nil); err == nil || !strings.Contains(err.Error(), `mode is "squash"; want stretch, fit or crop`) {
		t.Errorf("an unknown mode: %v", err)
	}
	if _, _, err := Init(ctx, filepath.Join(t.TempDir(), "q"), InitOptions{Images: []string{photos}, Input: Input{Bands: []int{2}}}, nil); err == nil ||
		!strings.Contains(err.Error(), "it has 1 band and the input reads band 2") {
		t.Errorf("a band that no file has: %v", err)
	}
	// A band that files lack, corrected in the file: they are usable again.
	file := filepath.Join(dir, "project.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct {
		bands  string
		usable bool
	}{{"[3]", false}, {"[1]", true}} {
		if err := os.WriteFile(file, bytes.Replace(text, []byte("bands: [1]"), []byte("bands: "+change.bands), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		if !change.usable {
			for i := range 3 { // so that they are read again
				if err := os.Chtimes(filepath.Join(photos, fmt.Sprintf("%d.png", i)), time.Time{}, time.Unix(1e9, 0)); err != nil {
					t.Fatal(err)
				}
			}
		}
		q, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		q.Rescan(ctx, nil) // says that none can be read
		if q.Images().Usable(0) != change.usable {
			t.Errorf("with bands %s the first image is usable: %v (%q)", change.bands, !change.usable, q.Images().At(0).Problem)
		}
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte("norm: 4000"), []byte("norm: 0"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "norm of band 1 goes from 0 to 0") || !strings.Contains(err.Error(), "mend the file") {
		t.Errorf("a norm of 0: %v", err)
	}
}
