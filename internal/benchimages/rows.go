package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// row is a line of the table. Both sides are given its Dir; ours does it all in one call of work.
type row struct {
	Name  string `json:"name"`
	Dir   string `json:"dir"`  // the files
	Side  int    `json:"side"` // of the result
	Chain bool   `json:"chain"`
	n     int    // pictures in a run
	work  func() error
}

// makeRows writes the files into dir and prepares our side.
func makeRows(dir string, list []*image.RGBA) ([]row, error) {
	large := []*image.RGBA{mosaic(list)}
	var rows []row
	for _, side := range []int{64, 128, 224} {
		work, err := chain(list, side)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{fmt.Sprintf("chain %d px", side), filepath.Join(dir, "png256"), side, true, len(list), work})
	}
	for _, format := range []string{"jpeg", "png", "tiff"} {
		for _, s := range []struct {
			name, dir string
			list      []*image.RGBA
		}{{"256x256", format + "256", list}, {"3000x2000", format + "3000", large}} {
			to := filepath.Join(dir, s.dir)
			if err := writeFiles(to, format, s.list); err != nil {
				return nil, err
			}
			work, err := decoding(to, len(s.list))
			if err != nil {
				return nil, err
			}
			rows = append(rows, row{"decode " + format + " " + s.name, to, 224, false, len(s.list), work})
		}
	}
	return rows, nil
}

// chain is the chain of SimCLR on decoded pictures.
func chain(list []*image.RGBA, side int) (func() error, error) {
	p := augment.Params{FlipLeftRight: true, Jitter: 1, DropColor: 0.2, GaussianBlur: 0.5}
	pl, err := augment.RandomResizedCrop{}.New(p, image.Pt(side, side))
	if err != nil {
		return nil, err
	}
	var sources []*augment.Image
	for _, im := range list {
		src := augment.NewImage(im.Rect.Dy(), im.Rect.Dx(), 3)
		for i := range src.H * src.W {
			for k := range 3 {
				src.Pix[3*i+k] = float32(im.Pix[4*i+k]) / 255
			}
		}
		sources = append(sources, src)
	}
	var dst augment.Image
	var epoch uint64
	return func() error {
		epoch++
		for i, src := range sources {
			if err := pl.Apply(&dst, src, augment.Key{Epoch: epoch, Index: uint64(i)}); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// decoding reads the n files of dir and shrinks them.
func decoding(dir string, n int) (func() error, error) {
	ctx := context.Background()
	ix, _, err := imageset.Scan(ctx, imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: "."}}})
	if err != nil {
		return nil, err
	}
	if ix.Len() != n {
		return nil, fmt.Errorf("%s: the scan found %d files, want %d", dir, ix.Len(), n)
	}
	r := &imageset.Reader{Root: dir, Index: ix}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return func() error {
		for _, err := range r.Resized(ctx, rows, imageset.Resize{Size: imageset.Size{W: 224, H: 224}}, n, nil) {
			if err != nil {
				return err
			}
		}
		return nil
	}, nil
}
