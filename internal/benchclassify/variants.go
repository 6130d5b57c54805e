package main

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// changes are what an image and the same image changed are told apart by: neighbours in the features are then of the other class.
var changes = []struct {
	name    string
	quality int // of the JPEG file of the changed one
	change  func(im *augment.Image) *augment.Image
}{
	{"blurred", 95, func(im *augment.Image) *augment.Image { return see.Blurred(im, 1.5) }},
	{"darker", 95, func(im *augment.Image) *augment.Image {
		out := augment.NewImage(im.H, im.W, im.C)
		for i, v := range im.Pix {
			out.Pix[i] = 0.8 * v
		}
		return out
	}},
	{"compressed", 30, func(im *augment.Image) *augment.Image { return im }},
	{"turned", 95, func(im *augment.Image) *augment.Image {
		out := augment.NewImage(im.W, im.H, im.C)
		for y := range im.H {
			for x := range im.W {
				to := ((im.W-1-x)*im.H + y) * im.C
				copy(out.Pix[to:to+im.C], im.Pix[(y*im.W+x)*im.C:])
			}
		}
		return out
	}},
}

// variants is contexts for up to 500 images of a project, evenly from all, each beside itself changed.
func variants(ctx context.Context, dir string, seeds int, only *regexp.Regexp) error {
	p, err := patchwork.Open(dir)
	if err != nil {
		return err
	}
	defer p.Close()
	var rows []int
	every := (p.Images().Len() + 499) / 500
	for row := 0; row < p.Images().Len(); row += every {
		if p.Images().Usable(row) {
			rows = append(rows, row)
		}
	}
	pictures, err := p.ReadPictures(ctx, 256, rows...)
	if err != nil {
		return err
	}
	extractor := p.Settings().Extractor
	if strings.HasSuffix(extractor, ".onnx") && !filepath.IsAbs(extractor) {
		extractor = filepath.Join(dir, extractor)
	}
	temp, err := os.MkdirTemp("", "benchclassify")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, c := range changes {
		images := filepath.Join(temp, c.name)
		for i, picture := range pictures {
			err := write(filepath.Join(images, "as it is", fmt.Sprintf("%04d.jpg", i)), picture.Image.RGBA(nil), 95)
			if err == nil {
				err = write(filepath.Join(images, c.name, fmt.Sprintf("%04d.jpg", i)), c.change(picture.Image).RGBA(nil), c.quality)
			}
			if err != nil {
				return err
			}
		}
		project := filepath.Join(temp, c.name+" project")
		q, _, err := patchwork.Init(ctx, project, patchwork.InitOptions{Images: []string{images}, Extractor: extractor}, nil)
		if err != nil {
			return err
		}
		err = q.LabelFromFolders(ctx)
		if err == nil {
			_, err = q.Embed(ctx, patchwork.EmbedOptions{}, nil)
		}
		if err == nil {
			err = q.Close()
		}
		if err != nil {
			return err
		}
		fmt.Println(c.name)
		if err := contexts(ctx, project, seeds, only); err != nil {
			return err
		}
	}
	return nil
}

// write writes a JPEG file, and the folders that it lies in.
func write(file string, im *image.RGBA, quality int) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(f, im, &jpeg.Options{Quality: quality}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
