package patchwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/widgets"
)

// AugmentationPlot shows images beside what an augmentation makes of them. Images is needed; ReadPictures reads some.
type AugmentationPlot struct {
	Images []Picture
	Params augment.Params
	Views  int    // augmented pictures of each image; 0 means 15 for one image and 7 for several
	Seed   uint64 // of the draws
}

// Picture is an image with its name.
type Picture struct {
	Name  string
	Image *augment.Image
}

// plotSide is the side of the pictures of plots, in pixels.
const plotSide = 224

// ReadPictures reads rows of the project, each brought to side x side pixels as the settings under input say; 0 means 224.
//
// Errors: a row that does not exist or cannot be read, with its file; ctx is done.
func (p *Project) ReadPictures(ctx context.Context, side int, rows ...int) ([]Picture, error) {
	if side == 0 {
		side = plotSide
	}
	return p.Album(rows...).read(ctx, side, side)
}

func (a AugmentationPlot) views() int {
	switch {
	case a.Views > 0:
		return a.Views
	case len(a.Images) > 1:
		return 7
	}
	return 15
}

// Grid is the figure: of one image 4 pictures in a row, of several a row each, the original first.
//
// Errors: there are no images; a parameter out of its range.
func (a AugmentationPlot) Grid() (widgets.Grid, error) {
	images, err := a.pictures(0)
	g := widgets.Grid{Images: images, Columns: 4}
	if len(a.Images) > 1 {
		g.Columns = 1 + a.views()
	}
	return g, err
}

// pictures draws the figure. Epoch numbers the draws.
func (a AugmentationPlot) pictures(epoch int) ([]widgets.GridImage, error) {
	if len(a.Images) == 0 {
		return nil, errors.New("patchwork: there are no images to augment; give some rows")
	}
	var out []widgets.GridImage
	for i, p := range a.Images {
		if p.Image == nil {
			return nil, fmt.Errorf("patchwork: the picture %q has no image", p.Name)
		}
		pipeline, err := augment.New(a.Params, image.Pt(p.Image.W, p.Image.H))
		if err != nil {
			return nil, err
		}
		original, err := encoded(p.Image)
		if err != nil {
			return nil, err
		}
		out = append(out, widgets.GridImage{Src: original, Caption: "original", Title: p.Name})
		for v := range a.views() {
			var view augment.Image
			if err := pipeline.Apply(&view, p.Image, augment.Key{Seed: a.Seed, Epoch: uint64(epoch), Index: uint64(i), View: uint64(v)}); err != nil {
				return nil, fmt.Errorf("patchwork: %s: %w", p.Name, err)
			}
			src, err := encoded(&view)
			if err != nil {
				return nil, err
			}
			out = append(out, widgets.GridImage{Src: src, Caption: fmt.Sprintf("view %d", v+1), Title: p.Name})
		}
	}
	return out, nil
}

// Preview is the figure with a control for each parameter. Choice turns the values of its controls into parameters.
func (a AugmentationPlot) Preview() (p widgets.Preview, choice func(values []float64) augment.Params) {
	fields := augment.Fields()
	choice = func(values []float64) (params augment.Params) {
		for i, f := range fields {
			f.Set(&params, values[i])
		}
		return params
	}
	p = widgets.Preview{Title: "augmentation", Columns: 4}
	if len(a.Images) > 1 {
		p.Columns = 1 + a.views()
	}
	for _, f := range fields {
		p.Controls = append(p.Controls, widgets.Control{Name: f.Name, About: f.About, Switch: f.Flag, Max: f.Most, Step: 0.01, Value: f.Get(a.Params)})
	}
	for _, s := range augment.Sets() {
		preset := widgets.Preset{Name: s.Name, About: s.About}
		for _, f := range fields {
			preset.Values = append(preset.Values, f.Get(s.Params))
		}
		p.Presets = append(p.Presets, preset)
	}
	p.Draw = func(_ context.Context, values []float64, draws int) ([]widgets.GridImage, error) {
		now := a
		now.Params = choice(values)
		return now.pictures(draws)
	}
	p.Text = func(values []float64) string {
		text, err := yaml.Marshal(choice(values))
		if err != nil {
			return err.Error()
		}
		return strings.Replace(string(text), "{}\n", "# nothing changes\n", 1)
	}
	return p, choice
}

// encoded is what a person sees of a picture, as a JPEG.
func encoded(im *augment.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, im.RGBA(nil), &jpeg.Options{Quality: 88}); err != nil {
		return nil, fmt.Errorf("patchwork: a picture cannot be shown: %w", err)
	}
	return b.Bytes(), nil
}

// AugmentationPlot shows what an augmentation makes of images, by row: of one image 15 views, of several 7 each. Without
// rows it takes the first image that can be used.
func (n *Notebook) AugmentationPlot(params augment.Params, rows ...int) {
	g, err := n.plot(params, rows).Grid()
	check(err)
	check(g.Show())
}

// TuneAugmentation shows the same with a control for each parameter, holds the cell until Done is pressed, and returns
// the parameters. Where nobody can click it shows the pictures and returns what it was given.
func (n *Notebook) TuneAugmentation(params augment.Params, rows ...int) augment.Params {
	check(params.Validate())
	preview, choice := n.plot(params, rows).Preview()
	values, err := preview.Run(context.Background())
	check(err)
	return choice(values)
}

func (n *Notebook) plot(params augment.Params, rows []int) AugmentationPlot {
	if len(rows) == 0 {
		rows = firstUsable(n.Images(), 1)
	}
	ctx, stop := interruptible()
	defer stop()
	pictures, err := n.ReadPictures(ctx, 0, rows...)
	check(err)
	return AugmentationPlot{Images: pictures, Params: params, Seed: n.Settings().Seed}
}
