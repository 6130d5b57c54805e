package patchwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
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

func (o SegmentOptions) k() int {
	if o.K == 0 {
		return 16
	}
	return o.K
}

func (o SegmentOptions) side() int {
	if o.Side == 0 {
		return plotSide
	}
	return o.Side
}

// segmentPair is a picture cut into segments and two views of it.
type segmentPair struct {
	cut   segment.Map
	views [2]augment.Image
	maps  [2]segment.Map
}

// pair cuts im, whose mask it replaces, and makes two views of it. Index tells its draws from those of other images.
func (o SegmentOptions) pair(im *augment.Image, index int) (p segmentPair, err error) {
	if o.Grid > 0 {
		p.cut, err = segment.Grid(im.W, im.H, o.Grid, o.Grid)
	} else {
		scale := o.Scale
		if scale == 0 {
			scale = 1000
		}
		p.cut, err = segment.Felzenszwalb(rgbaOf(im), segment.Around(scale, rand.New(rand.NewPCG(o.Seed, uint64(index)))))
	}
	if err != nil {
		return p, err
	}
	im.Mask = p.cut.Labels
	pipeline, err := augment.New(o.Params, image.Pt(im.W, im.H))
	if err != nil {
		return p, err
	}
	for v := range p.views {
		if err := pipeline.Apply(&p.views[v], im, augment.Key{Seed: o.Seed, Index: uint64(index), View: uint64(v)}); err != nil {
			return p, err
		}
		p.maps[v] = segment.Map{W: im.W, H: im.H, N: p.cut.N, Labels: p.views[v].Mask}
	}
	return p, nil
}

// SegmentPairs shows for each image its segments and two views of it with the segments that were drawn from them, and
// what they have in common.
//
// Errors: o is wrong; there are no images.
func SegmentPairs(o SegmentOptions, images ...Picture) (widgets.Grid, error) {
	if err := o.Check(); err != nil {
		return widgets.Grid{}, err
	}
	if len(images) == 0 {
		return widgets.Grid{}, errors.New("patchwork: there are no images to cut into segments; give some rows")
	}
	g := widgets.Grid{Columns: 3}
	for i, picture := range images {
		p, err := o.pair(picture.Image, i)
		if err != nil {
			return g, fmt.Errorf("patchwork: %s: %w", picture.Name, err)
		}
		drawn, err := segment.Draw(p.maps[0], p.maps[1], o.k(), rand.New(rand.NewPCG(o.Seed, uint64(i))))
		if err != nil {
			return g, fmt.Errorf("patchwork: %s: %w", picture.Name, err)
		}
		how := fmt.Sprintf("%d drawn", o.k())
		if drawn.Replaced {
			how += " with replacement"
		}
		shared := fmt.Sprintf("%d in both, %d lost", drawn.Common, drawn.Lost)
		for _, tile := range []struct {
			of      *augment.Image
			cut     segment.Map
			drawn   []int32
			caption string
		}{
			{picture.Image, p.cut, nil, fmt.Sprintf("%d segments", p.cut.N)}, {&p.views[0], p.maps[0], drawn.Labels, "view 1: " + shared},
			{&p.views[1], p.maps[1], drawn.Labels, "view 2: " + how},
		} {
			painted, err := tile.cut.Paint(rgbaOf(tile.of), tile.drawn)
			if err != nil {
				return g, err
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, painted, &jpeg.Options{Quality: 90}); err != nil {
				return g, fmt.Errorf("patchwork: a picture cannot be shown: %w", err)
			}
			g.Images = append(g.Images, widgets.GridImage{Src: b.Bytes(), Caption: tile.caption, Title: picture.Name})
		}
	}
	return g, nil
}

// CheckSegments makes a pair of views of many images and counts how often segments are lost, and drawn with replacement
// because too few are common.
//
// Errors: o is wrong; there is no usable image; an image that cannot be read, with its file; ctx is done.
func (p *Project) CheckSegments(ctx context.Context, o SegmentOptions, progress Progress) (segment.Report, error) {
	if err := o.Check(); err != nil {
		return segment.Report{}, err
	}
	most := o.Images
	if most == 0 {
		most = 500
	}
	index := p.Images()
	rows := firstUsable(index, index.Len())
	if len(rows) == 0 {
		return segment.Report{}, errors.New("patchwork: the project has no usable image")
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0))
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	rows = rows[:min(most, len(rows))]
	step := progress.step("cutting images into segments")
	var done atomic.Int64
	return segment.Check(ctx, len(rows), o.k(), o.Seed, func(i int) (a, b segment.Map, err error) {
		pictures, err := p.ReadPictures(ctx, o.Side, rows[i])
		if err != nil {
			return a, b, err
		}
		pair, err := o.pair(pictures[0].Image, i)
		if n := done.Add(1); step != nil {
			step(int(n), len(rows))
		}
		return pair.maps[0], pair.maps[1], err
	})
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
