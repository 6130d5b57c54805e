package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// resizeModes shows a wide picture brought to a square by each mode.
func resizeModes(s samples) (image.Image, error) {
	m, err := s.image(6)
	if err != nil {
		return nil, err
	}
	wide := m.SubImage(image.Rect(0, 30, side, 30+side/2)).(*image.RGBA)
	dir, r, err := folder(map[string]image.Image{"wide.png": wide})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	tiles := []tile{{wide, "the file, 192 x 96"}}
	for _, mode := range []imageset.Mode{imageset.Stretch, imageset.Fit, imageset.Crop} {
		m, err := one(r, 0, imageset.Resize{Size: imageset.Size{W: 120, H: 120}, Mode: mode, Filter: imageset.Bicubic})
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, tile{m, string(mode)})
	}
	return montage(tiles, 4, 160)
}

// norms shows a picture of 16 bits that holds 300 to 3000, with and without a norm.
func norms(s samples) (image.Image, error) {
	m, err := s.image(4)
	if err != nil {
		return nil, err
	}
	deep := image.NewNRGBA64(m.Rect)
	for i := range side * side {
		for c := range 3 {
			binary.BigEndian.PutUint16(deep.Pix[8*i+2*c:], uint16(300+int(m.Pix[4*i+c])*2700/255))
		}
		deep.Pix[8*i+6], deep.Pix[8*i+7] = 255, 255
	}
	dir, r, err := folder(map[string]image.Image{"deep.png": deep})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var tiles []tile
	size := imageset.Resize{Size: imageset.Size{W: side, H: side}}
	add := func(in imageset.Input, caption string) error {
		r.Input = in
		m, err := one(r, 0, size)
		tiles = append(tiles, tile{m, caption})
		return err
	}
	if err := add(imageset.Input{}, "as 16 bits: 0 to 65535"); err != nil {
		return nil, err
	}
	if err := add(imageset.Input{Norm: imageset.Constant(10000)}, "norm: 10000"); err != nil {
		return nil, err
	}
	norm, err := r.EstimateNorm(context.Background(), []int{0}, imageset.NormOptions{})
	if err != nil {
		return nil, err
	}
	if err := add(imageset.Input{Norm: norm}, "percentiles 2 and 98"); err != nil {
		return nil, err
	}
	if err := add(imageset.Input{Bands: []int{1}, Norm: imageset.Norm{Low: norm.Low[:1], High: norm.High[:1]}}, "bands: [1]"); err != nil {
		return nil, err
	}
	return montage(tiles, 4, 160)
}

// checks shows what is flagged, found by the checks themselves.
func checks(s samples) (image.Image, error) {
	m, err := s.image(12)
	if err != nil {
		return nil, err
	}
	made := map[string]image.Image{
		"fine.png": m, "copy.png": m,
		"dark.png":    changed(m, func(v int) int { return v / 5 }),
		"light.png":   changed(m, func(v int) int { return 238 + v/16 }),
		"blurred.png": blurred(m, 9),
		"empty.png":   changed(m, func(v int) int { return 128 + v/64 }),
		"near.png":    changed(m, func(v int) int { return min(255, v+6) }),
		"strip.png":   m.SubImage(image.Rect(0, 60, side, 90)),
	}
	dir, r, err := folder(made)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	scores, err := r.Measure(context.Background(), imageset.CheckOptions{File: filepath.Join(dir, "checks.tsv")})
	if err != nil {
		return nil, err
	}
	flags, err := scores.Flags(imageset.CheckSettings{})
	if err != nil {
		return nil, err
	}
	found := map[int][]string{}
	for _, f := range imageset.AllFlags() {
		for _, row := range flags.Rows(f) {
			found[row] = append(found[row], strings.ReplaceAll(string(f), "_", " "))
		}
	}
	var tiles []tile
	for row := range r.Index.Len() {
		caption := strings.Join(found[row], ", ")
		if caption == "" {
			caption = "no flag"
		}
		tiles = append(tiles, tile{made[r.Index.At(row).ID], caption})
	}
	return montage(tiles, 4, 168)
}

// segments shows what Felzenszwalb finds at three scales, and a grid.
func segments(s samples) (image.Image, error) {
	m, err := s.image(4)
	if err != nil {
		return nil, err
	}
	tiles := []tile{{m, "original"}}
	for _, scale := range []float64{100, 300, 1000} {
		cut, err := segment.Felzenszwalb(m, segment.Options{Scale: scale, MinSize: int(scale)})
		if err != nil {
			return nil, err
		}
		painted, err := cut.Paint(m, every(cut.N))
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, tile{painted, fmt.Sprintf("scale %g: %d segments", scale, cut.N)})
	}
	return montage(tiles, 4, 160)
}

func every(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// folder writes pictures as PNG files and returns their reader.
func folder(pictures map[string]image.Image) (dir string, r *imageset.Reader, err error) {
	if dir, err = os.MkdirTemp("", "figures"); err != nil {
		return "", nil, err
	}
	for name, m := range pictures {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			return dir, nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return dir, nil, err
		}
	}
	index, _, err := imageset.Scan(context.Background(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: "."}}})
	return dir, &imageset.Reader{Root: dir, Index: index}, err
}

// one reads a row.
func one(r *imageset.Reader, row int, o imageset.Resize) (*image.RGBA, error) {
	for b, err := range r.Resized(context.Background(), []int{row}, o, 1, nil) {
		if err != nil {
			return nil, err
		}
		out := image.NewRGBA(image.Rect(0, 0, b.W, b.H))
		for i := range b.W * b.H {
			for c := range 3 {
				out.Pix[4*i+c] = uint8(b.Pix[3*i+c]*255 + 0.5)
			}
			out.Pix[4*i+3] = 255
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s cannot be read", r.Path(row))
}

func changed(m *image.RGBA, f func(v int) int) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for i, v := range m.Pix {
		if i%4 == 3 {
			out.Pix[i] = v
		} else {
			out.Pix[i] = uint8(f(int(v)))
		}
	}
	return out
}

// blurred is the mean of n x n pixels.
func blurred(m *image.RGBA, n int) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for y := range side {
		for x := range side {
			var sum [3]int
			for dy := range n {
				for dx := range n {
					at := m.RGBAAt(min(side-1, x+dx), min(side-1, y+dy))
					sum[0] += int(at.R)
					sum[1] += int(at.G)
					sum[2] += int(at.B)
				}
			}
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / n / n), uint8(sum[1] / n / n), uint8(sum[2] / n / n), 255})
		}
	}
	return out
}
