package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
)

// figure is a file of the docs.
type figure struct {
	name string
	draw func(s samples) (image.Image, error)
}

// figures are all of them.
var figures = []figure{
	{"resize-modes.jpg", resizeModes},
	{"norm.jpg", norms},
	{"checks.jpg", checks},
	{"segments.jpg", segments},
	{"operations.jpg", operations},
	{"default-set.jpg", defaultSet},
	{"sets.jpg", sets},
	{"policies.jpg", policies},
	{"segment-pair.jpg", segmentPair},
	{"query.jpg", query},
	{"extremes.jpg", extremes},
}

func main() {
	out := flag.String("out", "docs/figures", "the folder to write to")
	flag.Parse()
	if err := all(*out); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// all writes every figure.
func all(dir string) error {
	s, err := readSamples("testdata/scenes/images")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range figures {
		m, err := f.draw(s)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 84}); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.name), b.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d x %d, %d KiB\n", f.name, m.Bounds().Dx(), m.Bounds().Dy(), b.Len()>>10)
	}
	return nil
}
