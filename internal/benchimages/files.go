package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/image/tiff"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// photos reads two photographs of 256 × 256 pixels of each class.
//
// Errors: there are none (errNoPhotos); one cannot be read.
func photos() ([]*image.RGBA, error) {
	var list []*image.RGBA
	for _, dir := range []string{os.Getenv("PATCHWORK_SHARED"), "shared", "../shared"} {
		if dir == "" {
			continue
		}
		for _, pattern := range []string{"*_000001.jpg", "*_000002.jpg"} {
			paths, _ := filepath.Glob(filepath.Join(dir, "data/ucm10/*", pattern))
			for _, path := range paths {
				data, err := os.ReadFile(path)
				if err != nil {
					return nil, err
				}
				im, err := imageset.Decode(data)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
				if im.Rect == image.Rect(0, 0, 256, 256) {
					list = append(list, im)
				}
			}
		}
		if len(list) > 0 {
			return list, nil
		}
	}
	return nil, errNoPhotos
}

var errNoPhotos = errors.New("no photographs data/ucm10/*/*_000001.jpg; set PATCHWORK_SHARED to the folder that holds data")

// mosaic is a picture of 3000 × 2000 pixels, made of photographs.
func mosaic(list []*image.RGBA) *image.RGBA {
	im := image.NewRGBA(image.Rect(0, 0, 3000, 2000))
	for i := range 12 * 8 {
		at := image.Pt(i%12*256, i/12*256)
		draw.Draw(im, image.Rectangle{at, at.Add(image.Pt(256, 256))}, list[i*7%len(list)], image.Point{}, draw.Src)
	}
	return im
}

// encoders are the formats of the files, with the settings of Go's writers but for the JPEG's quality of 90.
var encoders = map[string]func(io.Writer, image.Image) error{
	"jpeg": func(w io.Writer, im image.Image) error { return jpeg.Encode(w, im, &jpeg.Options{Quality: 90}) },
	"png":  png.Encode,
	"tiff": func(w io.Writer, im image.Image) error { return tiff.Encode(w, im, nil) },
}

// writeFiles writes the pictures into dir.
func writeFiles(dir, format string, list []*image.RGBA) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, im := range list {
		var b bytes.Buffer
		if err := encoders[format](&b, im); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.%s", i, format)), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
