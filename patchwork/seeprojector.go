package patchwork

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/image/draw"

	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/patchwork/runlog/tensorboard"
)

// ProjectorOptions says what ExportProjector writes. The zero value is a good default.
type ProjectorOptions struct {
	Images     int // at most, evenly from all; 0 means 2,000
	Components int // in place of the features so many of their principal components; 0 means the features
	Sprite     int // pixels of the side of a picture; 0 means 50
}

// ProjectorReport says what was written.
type ProjectorReport struct {
	Folder   string `json:"folder"`
	Features string `json:"features"` // id
	Images   int    `json:"images"`
	Numbers  int    `json:"numbers"` // of an image
	Sprite   int    `json:"sprite"`  // pixels of the side of a picture
}

// String is one line.
func (r ProjectorReport) String() string {
	return fmt.Sprintf("%d images with %d numbers each are in %s; look at them with `tensorboard --logdir %[3]s`, or load vectors.tsv and metadata.tsv into the Embedding Projector", r.Images, r.Numbers, r.Folder)
}

// ExportProjector writes the features in use for TensorBoard's Embedding Projector, into a folder that is new or empty: vectors.tsv; metadata.tsv with image, folder, subset, side of the
// split and each class (1, 0, or empty where it is not known); sprites.png, small pictures in rows; and projector_config.pbtxt.
//
// Errors: ErrNoFeatures; the folder holds files; it cannot be written; ctx is done.
func (p *Project) ExportProjector(ctx context.Context, folder string, o ProjectorOptions) (r ProjectorReport, err error) {
	if o.Images < 0 || o.Components < 0 || o.Sprite < 0 {
		return r, fmt.Errorf("patchwork.ProjectorOptions: Images is %d, Components %d and Sprite %d; want 1 or more, or 0 for the defaults", o.Images, o.Components, o.Sprite)
	}
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return r, fmt.Errorf("patchwork: %s holds files; name a new folder", folder)
	}
	r = ProjectorReport{Folder: folder, Sprite: cmp.Or(o.Sprite, 50)}
	err = p.lookOnce(ctx, func(l *looks) error {
		var rows []int
		for row := range l.index.Len() {
			if l.vectors.Has(row) {
				rows = append(rows, row)
			}
		}
		rows = evenly(rows, cmp.Or(o.Images, 2000))
		if len(rows) == 0 {
			return fmt.Errorf("%w of any image as it is now; run p.Embed() or `patchwork embed %s`", ErrNoFeatures, typed(p.dir))
		}
		r.Sprite = tensorboard.SpriteSide(len(rows), r.Sprite)
		r.Features, r.Images = l.store.Spec().ID, len(rows)
		c := runlog.Cloud{Name: r.Features}
		if c.Points, err = projected(ctx, l, rows, o.Components); err != nil {
			return err
		}
		r.Numbers = len(c.Points[0])
		if c.Pictures, err = p.sprites(ctx, rows, r.Sprite); err != nil {
			return err
		}
		if c.Columns, c.Rows, err = p.projectorMetadata(rows); err != nil {
			return err
		}
		return tensorboard.WriteEmbedding(folder, c)
	})
	return r, err
}

// projected are the features of rows, or components of them.
func projected(ctx context.Context, l *looks, rows []int, components int) (points [][]float32, err error) {
	of := func(i int) []float32 { return slices.Clone(l.row(rows[i])) }
	if components > 0 {
		c, err := layout.PCA(ctx, layout.Vectors{N: len(rows), Dim: l.store.Dim(), At: func(i int) []float32 { return l.row(rows[i]) }}, components)
		if err != nil {
			return nil, fmt.Errorf("patchwork: %w", err)
		}
		of = func(i int) (out []float32) {
			for _, axis := range c.Axes {
				sum := 0.0
				for d, v := range l.row(rows[i]) {
					sum += axis[d] * (float64(v) - c.Mean[d])
				}
				out = append(out, float32(sum))
			}
			return out
		}
	}
	for i := range rows {
		points = append(points, of(i))
	}
	return points, nil
}

// projectorMetadata is what is known of each row.
func (p *Project) projectorMetadata(rows []int) (columns []string, all [][]string, err error) {
	t, err := p.Labels()
	if err != nil {
		return nil, nil, err
	}
	columns = append([]string{"image", "folder", "subset", "side"}, t.Classes()...)
	index := p.Images()
	for _, row := range rows {
		im, side := index.At(row), "train"
		if t.Validation(row) {
			side = "validation"
		}
		line := []string{im.ID, filepath.Base(filepath.Dir(im.ID)), im.Subset, side}
		for c := range t.Classes() {
			text := ""
			if v := t.Value(row, c); v >= 0 {
				text = strconv.Itoa(int(v))
			}
			line = append(line, text)
		}
		all = append(all, line)
	}
	return columns, all, nil
}

// sprites are the pictures of rows as squares.
func (p *Project) sprites(ctx context.Context, rows []int, side int) (all []image.Image, err error) {
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("patchwork: stopped at picture %d of %d: %w", i, len(rows), err)
		}
		m, err := p.thumbImage(row)
		if err != nil {
			return nil, err
		}
		square := image.NewRGBA(image.Rect(0, 0, side, side))
		draw.ApproxBiLinear.Scale(square, square.Rect, m, m.Bounds(), draw.Src, nil)
		all = append(all, square)
	}
	return all, nil
}
