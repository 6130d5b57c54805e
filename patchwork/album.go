package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Album is images that networks are looked at with: Project.Album chooses some of a project, OpenAlbum takes files.
type Album struct {
	reader *imageset.Reader
	rows   []int
	resize imageset.Resize
}

// Album is images of the project, by row; without rows eight that can be used, evenly from all.
func (p *Project) Album(rows ...int) Album {
	if len(rows) == 0 {
		rows = evenly(firstUsable(p.Images(), p.Images().Len()), 8)
	}
	return Album{p.Reader(), rows, p.Settings().Input.resize()}
}

// AlbumOf is images of the project, as SimilarOptions.Images names them; without any so many that can be used, evenly from all; 0 means 8.
//
// Errors: an image that the project does not have.
func (p *Project) AlbumOf(images []string, most int) (Album, error) {
	if len(images) == 0 {
		return p.Album(evenly(firstUsable(p.Images(), p.Images().Len()), cmp.Or(most, 8))...), nil
	}
	rows, err := p.rowsOf(images)
	return p.Album(rows...), err
}

// evenly is up to n of rows.
func evenly(rows []int, n int) (some []int) {
	n = min(n, len(rows))
	for i := range n {
		some = append(some, rows[i*len(rows)/n])
	}
	return some
}

// OpenAlbum is the images of files, folders, globs, lists and archives, at most so many, evenly from all; 0 means 8.
//
// Errors: no image can be read.
func OpenAlbum(ctx context.Context, paths []string, most int) (Album, error) {
	var sources []imageset.Source
	for _, path := range paths {
		sources = append(sources, imageset.Source{Path: path})
	}
	root, err := os.Getwd()
	if err != nil {
		return Album{}, fmt.Errorf("patchwork: %w", err)
	}
	index, _, err := imageset.Scan(ctx, imageset.ScanOptions{Root: root, Sources: sources})
	if err != nil {
		return Album{}, fmt.Errorf("patchwork: %w", err)
	}
	rows := firstUsable(index, index.Len())
	if len(rows) == 0 {
		return Album{}, fmt.Errorf("patchwork: there is no image that can be read in %q", paths)
	}
	return Album{&imageset.Reader{Root: root, Index: index}, evenly(rows, cmp.Or(most, 8)), imageset.Resize{Mode: imageset.Crop}}, nil
}

// read reads the images, each brought to a size.
//
// Errors: a row that does not exist or cannot be read, with its file; ctx is done.
func (a Album) read(ctx context.Context, w, h int) ([]Picture, error) {
	a.resize.Size = imageset.Size{W: w, H: h}
	var pictures []Picture
	var broken error
	for b, err := range a.reader.Resized(ctx, a.rows, a.resize, 1, func(_ int, err error) { broken = errors.Join(broken, err) }) {
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, Picture{
			Name: a.reader.Index.At(b.Rows[0]).ID, Image: &augment.Image{H: b.H, W: b.W, C: b.C, Pix: b.Pix},
		})
	}
	return pictures, broken
}

// source is the images in a size, for a stream.
func (a Album) source(side int) (stream.Source, error) {
	a.resize.Size = imageset.Size{W: side, H: side}
	return stream.Files(a.reader, a.rows, a.resize)
}

// images are those of pictures.
func imagesOf(pictures []Picture) []*augment.Image {
	list := make([]*augment.Image, len(pictures))
	for i, p := range pictures {
		list[i] = p.Image
	}
	return list
}
