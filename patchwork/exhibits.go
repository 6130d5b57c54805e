package patchwork

import (
	"context"
	"image"

	"golang.org/x/image/draw"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// exhibits shows a pre-training to the sinks that take more than numbers: at each look weights, gradients and the pictures of PretrainOptions.Pictures, at the
// first what the method is shown of some pictures, and at the last the features.
type exhibits struct {
	to    runlog.Exhibits
	steps int // that the training has
	look  *look
	about func(picture int) string // the name of an image
	begun bool
}

// smallSide is that of the small pictures beside points.
const smallSide = 48

// show is called at each look, after it. What fails is of the look; a sink that fails is told nothing more and says so itself.
func (e *exhibits) show(ctx context.Context, now *pretrain.Trained) error {
	if err := now.Weights(func(name string, values []float32) error {
		return e.to.Histogram(now.Step(), "weights/"+name, values)
	}); err != nil {
		return err
	}
	if err := now.Gradients(func(name string, values []float32) error {
		return e.to.Histogram(now.Step(), "gradients/"+name, values)
	}); err != nil {
		return err
	}
	if !e.begun {
		e.begun = true
		if err := e.views(ctx, now); err != nil {
			return err
		}
	}
	seen := *e.look
	seen.pictures = func(p LookPicture) error {
		drawn, err := p.Draw(false)
		if err != nil {
			return err
		}
		return e.to.Picture(now.Step(), p.Name, drawn)
	}
	if err := seen.show(ctx, now, e.look.features); err != nil {
		return err
	}
	if now.Step() == e.steps {
		return e.cloud(ctx, now.Step())
	}
	return nil
}

// gap is between the pictures of a sheet, in pixels.
const gap = 2

// views shows a row for each of some pictures: itself, and what the method is shown of it.
func (e *exhibits) views(ctx context.Context, now *pretrain.Trained) error {
	few, err := stream.Subset(e.look.source, evenly(e.look.all, painted))
	if err != nil {
		return err
	}
	parts, err := now.Views(ctx, few)
	if err != nil {
		return err
	}
	var side image.Point
	for _, p := range parts {
		side = image.Pt(max(side.X, p.W), max(side.Y, p.H))
	}
	lines := make([][]image.Image, few.Shape().N)
	for row := range lines {
		picture, err := readPicture(ctx, few, row, side)
		if err != nil {
			return err
		}
		lines[row] = append(lines[row], picture)
		for _, p := range parts {
			size := p.H * p.W * p.C
			for i := row * p.Each; i < (row+1)*p.Each; i++ {
				view := augment.Image{Pix: p.Pix[i*size : (i+1)*size], W: p.W, H: p.H, C: p.C}
				lines[row] = append(lines[row], view.RGBA(nil))
			}
		}
	}
	sheet := image.NewRGBA(image.Rect(0, 0, len(lines[0])*(side.X+gap)-gap, len(lines)*(side.Y+gap)-gap))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	for row, line := range lines {
		for column, picture := range line {
			at := image.Pt(column*(side.X+gap), row*(side.Y+gap))
			draw.Draw(sheet, image.Rectangle{Min: at, Max: at.Add(picture.Bounds().Size())}, picture, picture.Bounds().Min, draw.Src)
		}
	}
	return e.to.Picture(now.Step(), "views", sheet)
}

// readPicture is a picture of a source, of a size.
func readPicture(ctx context.Context, source stream.Source, i int, size image.Point) (image.Image, error) {
	shape := source.Shape()
	whole := augment.Image{Pix: make([]float32, shape.H*shape.W*shape.C), W: shape.W, H: shape.H, C: shape.C}
	if err := source.Read(ctx, i, whole.Pix); err != nil {
		return nil, err
	}
	small := image.NewRGBA(image.Rectangle{Max: size})
	from := whole.RGBA(nil)
	draw.BiLinear.Scale(small, small.Bounds(), from, from.Bounds(), draw.Src, nil)
	return small, nil
}

// cloud shows the features that were looked at last, with names, labels and small pictures.
func (e *exhibits) cloud(ctx context.Context, step int) error {
	c := runlog.Cloud{Name: "features", Points: e.look.features, Columns: []string{"label", "image"}}
	labels := make([]string, len(c.Points))
	for i, place := range e.look.known {
		labels[place] = e.look.names[e.look.kinds[i]]
	}
	for i := range c.Points {
		c.Rows = append(c.Rows, []string{labels[i], e.about(e.look.at[i])})
		small, err := readPicture(ctx, e.look.source, i, image.Pt(smallSide, smallSide))
		if err != nil {
			return err
		}
		c.Pictures = append(c.Pictures, small)
	}
	return e.to.Cloud(step, c)
}
