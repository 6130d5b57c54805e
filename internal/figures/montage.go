package main

import (
	"bytes"
	"image"
	"image/png"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/sheet"
)

// tile is a picture of a figure with what stands under it.
type tile struct {
	picture image.Image
	caption string
}

// montage puts tiles into rows of columns, each at most side pixels a side.
func montage(tiles []tile, columns, side int) (image.Image, error) {
	g := widgets.Grid{Columns: columns}
	for _, t := range tiles {
		var b bytes.Buffer
		if err := png.Encode(&b, t.picture); err != nil {
			return nil, err
		}
		g.Images = append(g.Images, widgets.GridImage{Src: b.Bytes(), Caption: t.caption})
	}
	return sheet.Draw(g, sheet.Options{Side: side})
}

// tilesOf are the pictures of a grid.
func tilesOf(g widgets.Grid) ([]tile, error) {
	var tiles []tile
	for _, im := range g.Images {
		m, err := imageset.Decode(im.Src)
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, tile{m, im.Caption})
	}
	return tiles, nil
}
