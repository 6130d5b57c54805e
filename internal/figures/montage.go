package main

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/widgets"
)

// tile is a picture of a figure with what stands under it.
type tile struct {
	picture image.Image
	caption string
}

const (
	gap     = 8  // pixels between tiles and around them
	below   = 20 // pixels for a caption
	textTop = 14 // from the picture to the line that letters stand on
)

// montage puts tiles into rows of columns, each at most side pixels a side.
func montage(tiles []tile, columns, side int) (image.Image, error) {
	face, err := letters()
	if err != nil {
		return nil, err
	}
	defer face.Close()
	foot := 0
	for _, t := range tiles {
		if t.caption != "" {
			foot = below
		}
	}
	rows := (len(tiles) + columns - 1) / columns
	out := image.NewRGBA(image.Rect(0, 0, gap+columns*(side+gap), gap+rows*(side+foot+gap)))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	for i, t := range tiles {
		at := image.Pt(gap+i%columns*(side+gap), gap+i/columns*(side+foot+gap))
		size := t.picture.Bounds().Size()
		w, h := side, side
		if size.X > size.Y {
			h = max(1, side*size.Y/size.X)
		} else {
			w = max(1, side*size.X/size.Y)
		}
		to := image.Rect(0, 0, w, h).Add(at).Add(image.Pt((side-w)/2, side-h))
		xdraw.CatmullRom.Scale(out, to, t.picture, t.picture.Bounds(), draw.Src, nil)
		pen := font.Drawer{Dst: out, Src: image.NewUniform(color.RGBA{40, 46, 54, 255}), Face: face}
		wide := pen.MeasureString(t.caption).Ceil()
		pen.Dot = fixed.P(at.X+max(0, (side-wide)/2), at.Y+side+textTop)
		pen.DrawString(t.caption)
	}
	return out, nil
}

func letters() (font.Face, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: 11.5, DPI: 72, Hinting: font.HintingFull})
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
