package scenes

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// FileName returns the name of scene number i.
func FileName(i int) string { return fmt.Sprintf("scene_%04d.jpg", i) }

// Generate writes scenes 0 to n-1 of a seed into dir, which is made if need be, as JPEG files, and truth.csv: the
// column filepath, relative to that file, then one column per class with 1 for present and 0 for absent.
//
// The files depend on n and seed alone, and a scene does not depend on n.
func Generate(dir string, n int, seed uint64) error {
	if n < 1 {
		return fmt.Errorf("scenes: n is %d; want at least one scene", n)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("scenes: %w", err)
	}
	rows := make([][]string, n)
	var g errgroup.Group
	g.SetLimit(4)
	for i := range n {
		g.Go(func() error {
			s := New(seed, i)
			rows[i] = append(rows[i], FileName(i))
			for _, present := range s.Present {
				rows[i] = append(rows[i], map[bool]string{true: "1", false: "0"}[present])
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, s.Image, &jpeg.Options{Quality: 88}); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, FileName(i)), b.Bytes(), 0o644)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("scenes: %w", err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(append([]string{"filepath"}, Classes...))
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("scenes: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "truth.csv"), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("scenes: %w", err)
	}
	return nil
}
