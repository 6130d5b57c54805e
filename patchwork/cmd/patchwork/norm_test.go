package main

import (
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

// TestNormIsFoundAndKept: pictures of 16 bits that hold 1000 to 1999.
func TestNormIsFoundAndKept(t *testing.T) {
	dir := place(t)
	m := image.NewGray16(image.Rect(0, 0, 20, 50))
	for i := range 1000 {
		m.SetGray16(i%20, i/20, color.Gray16{Y: uint16(1000 + i)})
	}
	var b strings.Builder
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "photos", "deep.png"), b.String())
	do(t, "init", "p", "--images", "photos", "--bands", "1", "--resize", "fit")

	fails(t, exitUsage, []string{"percentiles", "98", "2"}, "norm", "p", "--low", "98", "--high", "2")
	fails(t, exitUsage, []string{"mode", "squash", "stretch, fit or crop"}, "init", "p", "--resize", "squash")
	fails(t, exitUsage, []string{"bands[1]", "-3"}, "init", "p", "--bands", "1,-3")
	text := do(t, "norm", "p", "--low", "10", "--high", "100", "--json")
	checkFields(t, "norm", text, "norm norm.low norm.high norm.from before")
	r := as[patchwork.NormReport](t, text)
	// numpy.percentile(numpy.arange(1000, 2000), [10, 100]) is [1099.9, 1999].
	if low, high := r.Norm.Low[0], r.Norm.High[0]; low < 1099.8 || low > 1100 || high != 1999 {
		t.Errorf("the norm is %v", r.Norm)
	}
	if yaml := read(t, filepath.Join(dir, "p", "project.yaml")); !strings.Contains(yaml, "mode: fit") || !strings.Contains(yaml, "high: [1999]") ||
		!strings.Contains(yaml, "percentiles 10 and 100 of 1 image") {
		t.Errorf("project.yaml is\n%s", yaml)
	}
	do(t, "init", "p", "--norm", "2000")
	if out := do(t, "norm", "p"); !strings.Contains(out, "before: 0 to 2000") {
		t.Errorf("norm says %q", out)
	}
}
