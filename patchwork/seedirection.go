package patchwork

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// Baseline is what an image is compared with in an attribution.
type Baseline string

// The baselines.
const (
	BlackBaseline Baseline = "black"
	GreyBaseline  Baseline = "grey" // ½ everywhere
	MeanBaseline  Baseline = "mean" // the mean colour of the image
	BlurBaseline  Baseline = "blur" // the image blurred by a Gaussian of an eighth of its side
)

// of is the baseline for an image.
func (b Baseline) of(im *augment.Image) *augment.Image {
	out := augment.NewImage(im.H, im.W, im.C)
	switch b {
	case GreyBaseline:
		for i := range out.Pix {
			out.Pix[i] = 0.5
		}
	case MeanBaseline:
		sums := make([]float64, im.C)
		for i, v := range im.Pix {
			sums[i%im.C] += float64(v)
		}
		for i := range out.Pix {
			out.Pix[i] = float32(sums[i%im.C] / float64(im.H*im.W))
		}
	case BlurBaseline:
		return see.Blurred(im, float64(max(im.W, im.H))/8)
	}
	return out
}

// direction is what the score is made of if it is the same for all images, else nil, and its name.
func (a *attribution) direction(ctx context.Context) (direction []float32, name string, err error) {
	switch {
	case a.o.Class != "":
		direction = make([]float32, len(a.classes))
		direction[slices.Index(a.classes, a.o.Class)] = 1
		return direction, a.o.Class, nil
	case len(a.o.Like) > 0:
		direction, err = a.mean(ctx, a.o.Like)
		if err == nil {
			err = a.away(ctx, direction)
		}
		return direction, "likeness", err
	case len(a.o.Features) > 0:
		blank := augment.NewImage(a.net.H, a.net.W, a.net.Channels)
		answer, err := a.net.Answers(ctx, nil, blank)
		if err != nil {
			return nil, "", fmt.Errorf("patchwork: %w", err)
		}
		direction = make([]float32, len(answer[0]))
		for _, f := range a.o.Features {
			if f < 0 || f >= len(direction) {
				return nil, "", fmt.Errorf("patchwork: there is no feature %d; want 0 to %d", f, len(direction)-1)
			}
			direction[f] = 1
		}
		return direction, "feature " + strings.Trim(strings.ReplaceAll(fmt.Sprint(a.o.Features), " ", ", "), "[]"), nil
	}
	return nil, "", nil
}

// own is the direction of one image: its highest class, or its own views.
func (a *attribution) own(ctx context.Context, im *augment.Image, number int) (direction []float32, name string, err error) {
	if !a.o.Views {
		z, err := a.net.Answers(ctx, a.answers, im)
		if err != nil {
			return nil, "", fmt.Errorf("patchwork: %w", err)
		}
		best := 0
		for c, v := range z[0] {
			if v > z[0][best] {
				best = c
			}
		}
		direction = make([]float32, len(a.classes))
		direction[best] = 1
		return direction, a.classes[best], nil
	}
	views, err := a.views(im, number)
	if err != nil {
		return nil, "", err
	}
	if direction, err = a.meanOf(ctx, views); err == nil {
		err = a.away(ctx, direction)
	}
	return direction, "likeness to its views", err
}

// mean is the mean of the features of images.
func (a *attribution) mean(ctx context.Context, names []string) ([]float32, error) {
	album, err := a.others(names)
	if err != nil {
		return nil, err
	}
	pictures, err := album.read(ctx, a.net.W, a.net.H)
	if err != nil {
		return nil, err
	}
	return a.meanOf(ctx, imagesOf(pictures))
}

func (a *attribution) meanOf(ctx context.Context, images []*augment.Image) (mean []float32, err error) {
	all, err := a.net.Answers(ctx, nil, images...)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	mean = make([]float32, len(all[0]))
	for _, x := range all {
		for d, v := range x {
			mean[d] += v / float32(len(all))
		}
	}
	return mean, nil
}

// away takes the mean of the images of Unlike off.
func (a *attribution) away(ctx context.Context, direction []float32) error {
	if len(a.o.Unlike) == 0 {
		return nil
	}
	other, err := a.mean(ctx, a.o.Unlike)
	for d := range other {
		direction[d] -= other[d]
	}
	return err
}

// views are augmentations of an image.
func (a *attribution) views(im *augment.Image, number int) (list []*augment.Image, err error) {
	pipeline, err := augment.New(a.params, image.Pt(im.W, im.H))
	if err != nil {
		return nil, err
	}
	for v := range ownViews {
		var view augment.Image
		if err := pipeline.Apply(&view, im, augment.Key{Seed: a.o.Seed, Index: uint64(number), View: uint64(v)}); err != nil {
			return nil, err
		}
		list = append(list, &view)
	}
	return list, nil
}
