package main

import (
	"context"
	"fmt"
	"image"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// samples are some of the project's pictures.
type samples struct {
	dir    string
	reader *imageset.Reader
	rows   map[string]int // by name
}

// side of the pictures that are augmented, in pixels.
const side = 192

func readSamples(dir string) (samples, error) {
	index, _, err := imageset.Scan(context.Background(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: "."}}})
	if err != nil {
		return samples{}, err
	}
	s := samples{dir: dir, reader: &imageset.Reader{Root: dir, Index: index}, rows: map[string]int{}}
	for row := range index.Len() {
		s.rows[index.At(row).ID] = row
	}
	return s, nil
}

// picture is a scene by its number.
func (s samples) picture(n int) (*augment.Image, error) {
	row, ok := s.rows[fmt.Sprintf("scene_%04d.jpg", n)]
	if !ok {
		return nil, fmt.Errorf("there is no scene %d in %s", n, s.dir)
	}
	o := imageset.Resize{Size: imageset.Size{W: side, H: side}, Filter: imageset.Bicubic}
	for b, err := range s.reader.Resized(context.Background(), []int{row}, o, 1, nil) {
		if err != nil {
			return nil, err
		}
		return &augment.Image{H: b.H, W: b.W, C: b.C, Pix: b.Pix}, nil
	}
	return nil, fmt.Errorf("scene %d cannot be read", n)
}

// image is the same in bytes.
func (s samples) image(n int) (*image.RGBA, error) {
	p, err := s.picture(n)
	if err != nil {
		return nil, err
	}
	return p.RGBA(nil), nil
}
