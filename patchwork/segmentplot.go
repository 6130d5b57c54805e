package patchwork

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/widgets"
)

// SegmentOptions says how pairs of views with segments are made, as DetCon contrasts them. The zero value is a good
// default but for Params, whose zero value changes nothing.
type SegmentOptions struct {
	Params augment.Params // of both views, drawn apart
	K      int            // segments drawn for each pair; 0 means 16
	Scale  float64        // of Felzenszwalb's segments, the mean of segment.Around; 0 means 1000
	Grid   int            // rectangles a side instead; Scale must be 0
	Side   int            // pixels to which images are brought; 0 means 224
	Images int            // how many CheckSegments looks at, drawn at random; 0 means 500
	Seed   uint64
}

// Check returns an error that names every wrong field, or nil.
func (o SegmentOptions) Check() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf("patchwork.SegmentOptions: "+format, args...))
		}
	}
	bad(o.K < 0, "K is %d; want 1 segment or more, or 0 for 16", o.K)
	bad(!(o.Scale >= 0 && o.Scale <= 1e9), "Scale is %g; want a positive number, or 0 for 1000", o.Scale)
	bad(o.Side < 0 || o.Side > 4096, "Side is %d; want 1 to 4096 pixels, or 0 for 224", o.Side)
	bad(o.Grid < 0 || o.Grid > o.side(), "Grid is %d; want 1 to %d rectangles a side, or 0 for Felzenszwalb's segments", o.Grid, o.side())
	bad(o.Grid > 0 && o.Scale != 0, "Grid is %d and Scale %g; want one or the other", o.Grid, o.Scale)
	bad(o.Images < 0, "Images is %d; want 1 or more, or 0 for 500", o.Images)
	return errors.Join(append(errs, o.Params.Validate())...)
}

func (o SegmentOptions) side() int {
	if o.Side == 0 {
		return plotSide
	}
	return o.Side
}

// kind is what makes the pairs, of pictures of w x h pixels.
func (o SegmentOptions) kind(w, h int) (stream.Segments, error) {
	pipeline, err := augment.New(o.Params, image.Pt(w, h))
	return stream.Segments{First: pipeline, Draws: o.K, Scale: o.Scale, Grid: o.Grid}, err
}

// SegmentPairs shows for each image its segments and two views of it with the segments that were drawn from them, and
// what they have in common.
//
// Errors: o is wrong; there are no images; they are not of one size.
func SegmentPairs(o SegmentOptions, images ...Picture) (widgets.Grid, error) {
	g := widgets.Grid{Columns: 3}
	if err := o.Check(); err != nil {
		return g, err
	}
	if len(images) == 0 {
		return g, errors.New("patchwork: there are no images to cut into segments; give some rows")
	}
	pictures := make([]*augment.Image, len(images))
	for i, p := range images {
		pictures[i] = p.Image
	}
	source, err := stream.Images(pictures)
	if err != nil {
		return g, err
	}
	kind, err := o.kind(source.Shape().W, source.Shape().H)
	if err != nil {
		return g, err
	}
	uncut := kind
	uncut.First = nil // draws the same segments, for they come before the views
	wholes, err := o.batches(source, uncut)
	if err != nil {
		return g, err
	}
	pairs, err := o.batches(source, kind)
	if err != nil {
		return g, err
	}
	for i, pair := range pairs {
		cut, first, second := viewOf(source, wholes[i], 0), viewOf(source, pair, 0), viewOf(source, pair, 2)
		drawn := tensors.MustCopyFlatData[int32](pair.Tensors[4])
		shared := fmt.Sprintf("view 1: %d in both, %d lost", pair.Tally.Common, pair.Tally.Lost)
		how := fmt.Sprintf("view 2: %d drawn", pair.Tally.K)
		if pair.Tally.Replaced > 0 {
			how += " with replacement"
		}
		for _, tile := range []struct {
			of      *augment.Image
			drawn   []int32
			caption string
		}{{cut, nil, fmt.Sprintf("%d segments", slices.Max(cut.Mask)+1)}, {first, drawn, shared}, {second, drawn, how}} {
			painted, err := segment.Map{W: tile.of.W, H: tile.of.H, Labels: tile.of.Mask}.Paint(tile.of.RGBA(nil), tile.drawn)
			if err != nil {
				return g, err
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, painted, &jpeg.Options{Quality: 90}); err != nil {
				return g, fmt.Errorf("patchwork: a picture cannot be shown: %w", err)
			}
			g.Images = append(g.Images, widgets.GridImage{Src: b.Bytes(), Caption: tile.caption, Title: images[i].Name})
		}
	}
	return g, nil
}

// batches makes a batch of each picture of source.
func (o SegmentOptions) batches(source stream.Source, kind stream.Kind) (batches []*stream.Batch, err error) {
	s, err := stream.New(source, kind, stream.Options{Batch: 1, Order: stream.Sequential{}, Last: stream.Keep, Seed: o.Seed})
	if err != nil {
		return nil, err
	}
	for b, err := range s.Epoch(context.Background(), 0, 0) {
		if err != nil {
			return nil, err
		}
		batches = append(batches, b)
	}
	return batches, nil
}

// viewOf is the view whose pixels and segments are the parts at and at+1 of a batch of one picture.
func viewOf(source stream.Source, b *stream.Batch, at int) *augment.Image {
	of := source.Shape()
	return &augment.Image{
		H: of.H, W: of.W, C: of.C,
		Pix: tensors.MustCopyFlatData[float32](b.Tensors[at]), Mask: tensors.MustCopyFlatData[int32](b.Tensors[at+1]),
	}
}

// CheckSegments makes a pair of views of many images and counts how often segments are lost, and drawn with replacement
// because too few are common.
//
// Errors: o is wrong; there is no usable image; an image that cannot be read, with its file; ctx is done.
func (p *Project) CheckSegments(ctx context.Context, o SegmentOptions, progress Progress) (total segment.Report, err error) {
	if err := o.Check(); err != nil {
		return total, err
	}
	kind, err := o.kind(o.side(), o.side())
	if err != nil {
		return total, err
	}
	var broken error
	s, err := p.Stream(kind, o.side(), stream.Options{
		Batch: 1, Ahead: 2 * runtime.GOMAXPROCS(0), Last: stream.Keep, Seed: o.Seed, Broken: func(_ int, err error) { broken = err },
	})
	if err != nil {
		return total, err
	}
	most := min(cmp.Or(o.Images, 500), s.Len())
	step := progress.step("cutting images into segments")
	for b, err := range s.Epoch(ctx, 0, 0) {
		if err = errors.Join(err, broken); err != nil {
			return total, err
		}
		total.Join(b.Tally)
		b.Release()
		if step != nil {
			step(total.Images, most)
		}
		if total.Images == most {
			break
		}
	}
	return total, nil
}

// SegmentPairs shows the segments of images, by row, and two views of each, and tells for many images how often segments
// are lost and drawn with replacement. Without rows it shows the first two images that can be used.
func (n *Notebook) SegmentPairs(o SegmentOptions, rows ...int) segment.Report {
	if len(rows) == 0 {
		rows = firstUsable(n.Images(), 2)
	}
	ctx, stop := interruptible()
	defer stop()
	pictures, err := n.ReadPictures(ctx, o.Side, rows...)
	check(err)
	g, err := SegmentPairs(o, pictures...)
	check(err)
	progress, done := ShowProgress()
	report, err := n.Project.CheckSegments(ctx, o, progress)
	done()
	check(err)
	check(g.Show())
	fmt.Println(report)
	return report
}
