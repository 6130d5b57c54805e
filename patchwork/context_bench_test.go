package patchwork

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// BenchmarkContext is what the context of 27,000 images of 384 numbers costs: once, and each time that it is there.
func BenchmarkContext(b *testing.B) {
	const n, dim = 27_000, 384
	dir := b.TempDir()
	images := make([]imageset.Image, n)
	for row := range images {
		images[row] = imageset.Image{ID: fmt.Sprintf("photos/%06d.jpg", row), Hash: fmt.Sprintf("%016x", row), Width: 256, Height: 256, Size: 20_000, ModTime: 1795470853954379291}
	}
	made, err := imageset.NewIndex(images)
	if err != nil {
		b.Fatal(err)
	}
	if err := made.Write(filepath.Join(dir, "images.tsv")); err != nil {
		b.Fatal(err)
	}
	index, err := imageset.ReadIndex(filepath.Join(dir, "images.tsv")) // as Open does
	if err != nil {
		b.Fatal(err)
	}
	random, x := rand.New(rand.NewPCG(1, 1)), make([]float32, n*dim)
	for i := range x {
		x[i] = random.Float32()
	}
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", n, dim)
	data := append([]byte("\x93NUMPY\x01\x00\x76\x00"), head+strings.Repeat(" ", 117-len(head))+"\n"...)
	if data, err = binary.Append(data, binary.LittleEndian, x); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x.npy"), data, 0o644); err != nil {
		b.Fatal(err)
	}
	p := &Project{dir: dir, index: index}
	store, _, err := features.ImportNPY(b.Context(), filepath.Join(dir, "x.npy"), index, features.ImportOptions{Dir: p.path("features")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	ask := func(b *testing.B) {
		c, err := p.surroundings(store).neighbourhood(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("made", func(b *testing.B) {
		for b.Loop() {
			for _, kind := range []string{".context", ".graph5"} {
				os.Remove(p.path("features", store.Spec().ID+kind))
			}
			ask(b)
		}
	})
	b.Run("kept", func(b *testing.B) {
		ask(b)
		for b.Loop() {
			ask(b)
		}
	})
}
