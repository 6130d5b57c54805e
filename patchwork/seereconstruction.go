package patchwork

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// ReconstructionReport is what a network that learned by painting makes of images.
type ReconstructionReport struct {
	Figure  `json:"-"`
	Network string         `json:"network"`
	Side    int            `json:"side"` // pixels
	Results []PaintedImage `json:"results"`
	Off     float64        `json:"off"` // mean of theirs
}

// PaintedImage is that of one image.
type PaintedImage struct {
	Image  string  `json:"image"`
	Hidden float64 `json:"hidden"` // share of the pixels that the network did not see
	Off    float64 `json:"off"`    // mean absolute difference of these, or of all if none is hidden; pixels are in [0, 1]
}

// String is one line.
func (r ReconstructionReport) String() string { return r.Title }

// Reconstruction shows what a network that learned by painting makes of the images of an album; see ReconstructionOf.
//
// Errors: those of pretrain.OpenPainter, among them that the network learned by a method that paints nothing; an image that cannot be read.
func Reconstruction(ctx context.Context, network string, album Album) (ReconstructionReport, error) {
	t, err := pretrain.OpenPainter(network)
	if err != nil {
		return ReconstructionReport{}, fmt.Errorf("patchwork: %w", err)
	}
	defer t.Close()
	source, err := album.source(t.Side())
	if err != nil {
		return ReconstructionReport{}, fmt.Errorf("patchwork: %w", err)
	}
	r, err := ReconstructionOf(ctx, t, source, func(i int) string { return album.reader.Index.At(album.rows[i]).ID })
	r.Network, r.Title = network, NetworkFile{Path: network}.name()+": "+r.Title
	return r, err
}

// ReconstructionOf is Reconstruction for a network as it is now, such as in the middle of a training: of each picture the original, what the network saw of it, what it painted, and
// what was hidden put in as it was painted; where nothing is hidden, the original and what was painted.
//
// Errors: those of pretrain.Trained.Paint.
func ReconstructionOf(ctx context.Context, t *pretrain.Trained, source stream.Source, name func(i int) string) (r ReconstructionReport, err error) {
	const side = 128
	paintings, err := t.Paint(ctx, source)
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	r.Side, r.side, r.Columns = t.Side(), side, 8
	type part struct {
		im      *augment.Image
		caption string
	}
	for i, p := range paintings {
		r.Results = append(r.Results, PaintedImage{name(i), p.Hidden, p.Off})
		r.Off += p.Off / float64(len(paintings))
		off := fmt.Sprintf("off by %.3f", p.Off)
		parts := []part{{p.Original, filepath.Base(name(i))}, {p.Seen, fmt.Sprintf("%.0f%% hidden", 100*p.Hidden)}, {p.Painted, "painted"}, {p.Composed, off}}
		if p.Hidden == 0 {
			parts = []part{parts[0], {p.Painted, off}}
		}
		for _, part := range parts {
			if err := r.add(see.Smooth(part.im.RGBA(nil), side), false, part.caption, name(i)); err != nil {
				return r, err
			}
		}
	}
	if n := len(r.Images); n < r.Columns {
		r.Columns = n
	}
	r.Title = fmt.Sprintf("%d pictures of %d × %d pixels painted again, off by %.3f on average", len(paintings), r.Side, r.Side, r.Off)
	return r, nil
}
