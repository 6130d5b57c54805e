package main

import (
	"image"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// operations shows each operation alone, strong enough to be seen.
func operations(s samples) (image.Image, error) {
	p, err := s.picture(12)
	if err != nil {
		return nil, err
	}
	tiles := []tile{{p.RGBA(nil), "original"}}
	for _, f := range augment.Fields() {
		var params augment.Params
		switch {
		case f.Flag:
			f.Set(&params, 1)
		case strings.HasSuffix(f.Name, "zoom_scale"):
			f.Set(&params, 0.2)
		case f.Name == "shear":
			f.Set(&params, 0.4)
		default: // a probability of 1, or the strongest change
			f.Set(&params, f.Most)
		}
		view, err := most(params, p)
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, tile{view.RGBA(nil), f.Name})
	}
	return montage(tiles, 7, 112)
}

// most is, of some draws, the view that differs most from the picture, so that a figure does not show a draw that did
// nothing.
func most(params augment.Params, p *augment.Image) (*augment.Image, error) {
	pipeline, err := augment.New(params, image.Pt(side, side))
	if err != nil {
		return nil, err
	}
	var best *augment.Image
	var far float64
	for i := range 6 {
		var view augment.Image
		if err := pipeline.Apply(&view, p, augment.Key{Seed: 1, Index: uint64(i)}); err != nil {
			return nil, err
		}
		var sum float64
		for k, v := range view.Pix {
			d := float64(v - p.Pix[k])
			sum += d * d
		}
		if best == nil || sum > far {
			best, far = &view, sum
		}
	}
	return best, nil
}

// defaultSet is the plot of one image with the default set.
func defaultSet(s samples) (image.Image, error) {
	p, err := s.picture(6)
	if err != nil {
		return nil, err
	}
	g, err := patchwork.AugmentationPlot{Images: []patchwork.Picture{{Name: "scene 6", Image: p}}, Params: augment.Default(), Seed: 3}.Grid()
	if err != nil {
		return nil, err
	}
	tiles, err := tilesOf(g)
	if err != nil {
		return nil, err
	}
	for i := range tiles {
		tiles[i].caption = ""
	}
	return montage(tiles, 8, 96)
}

// sets shows each named set on one picture, a row each.
func sets(s samples) (image.Image, error) {
	p, err := s.picture(50)
	if err != nil {
		return nil, err
	}
	var tiles []tile
	for _, set := range augment.Sets() {
		if set.Name == "none" {
			continue
		}
		g, err := patchwork.AugmentationPlot{Images: []patchwork.Picture{{Image: p}}, Params: set.Params, Views: 6, Seed: 5}.Grid()
		if err != nil {
			return nil, err
		}
		row, err := tilesOf(g)
		if err != nil {
			return nil, err
		}
		row[0].caption = set.Name
		tiles = append(tiles, row...)
	}
	return montage(tiles, 7, 112)
}

// policies shows the pipelines with torchvision's meaning.
func policies(s samples) (image.Image, error) {
	p, err := s.picture(11)
	if err != nil {
		return nil, err
	}
	size := image.Pt(side, side)
	crop, err := augment.RandomResizedCrop{}.New(augment.Params{}, size)
	if err != nil {
		return nil, err
	}
	rand, err := augment.RandAugment(2, 9, size)
	if err != nil {
		return nil, err
	}
	wide, err := augment.TrivialAugmentWide(size)
	if err != nil {
		return nil, err
	}
	var tiles []tile
	for _, row := range []struct {
		name     string
		pipeline *augment.Pipeline
	}{{"RandomResizedCrop", crop}, {"RandAugment(2, 9)", rand}, {"TrivialAugmentWide", wide}} {
		for i := range 7 {
			var view augment.Image
			if err := row.pipeline.Apply(&view, p, augment.Key{Seed: 2, Index: uint64(i)}); err != nil {
				return nil, err
			}
			t := tile{picture: view.RGBA(nil)}
			if i == 0 {
				t.caption = row.name
			}
			tiles = append(tiles, t)
		}
	}
	return montage(tiles, 7, 112)
}

// segmentPair is a picture cut into segments, and two views with the segments drawn from them.
func segmentPair(s samples) (image.Image, error) {
	var pictures []patchwork.Picture
	for _, n := range []int{4, 6} {
		p, err := s.picture(n)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, patchwork.Picture{Image: p})
	}
	g, err := patchwork.SegmentPairs(patchwork.SegmentOptions{Params: augment.SimCLR(), Scale: 300, K: 8, Seed: 4}, pictures...)
	if err != nil {
		return nil, err
	}
	tiles, err := tilesOf(g)
	if err != nil {
		return nil, err
	}
	return montage(tiles, 3, 230)
}
