package main

import (
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// TestFiguresAreWhatTheCodeMakes compares docs/figures with what the code makes now. A JPEG and other processors change
// values a little; another picture changes them a lot.
func TestFiguresAreWhatTheCodeMakes(t *testing.T) {
	s, err := readSamples("../../testdata/scenes/images")
	if err != nil {
		t.Fatal(err)
	}
	const dir = "../../docs/figures"
	for _, f := range figures {
		t.Run(f.name, func(t *testing.T) {
			m, err := f.draw(s)
			if err != nil {
				t.Fatal(err)
			}
			file, err := os.Open(filepath.Join(dir, f.name))
			if err != nil {
				t.Fatalf("%v; run: go run ./internal/figures", err)
			}
			defer file.Close()
			kept, err := jpeg.Decode(file)
			if err != nil {
				t.Fatal(err)
			}
			if kept.Bounds() != m.Bounds() {
				t.Fatalf("the figure is %v and the file %v; run: go run ./internal/figures", m.Bounds(), kept.Bounds())
			}
			var sum, n float64
			for y := range m.Bounds().Dy() {
				for x := range m.Bounds().Dx() {
					r, g, b, _ := m.At(x, y).RGBA()
					R, G, B, _ := kept.At(x, y).RGBA()
					for _, d := range []float64{float64(r) - float64(R), float64(g) - float64(G), float64(b) - float64(B)} {
						sum += max(d, -d) / 257
						n++
					}
				}
			}
			if mean := sum / n; mean > 5 {
				t.Errorf("the figure differs from the file by %.1f of 255 on average; look at both, then run: go run ./internal/figures", mean)
			}
		})
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(figures) {
		t.Errorf("%s holds %d files, want %d (%v)", dir, len(files), len(figures), err)
	}
}
