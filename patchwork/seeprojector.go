package patchwork

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	xdraw "golang.org/x/image/draw"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
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

// sheetSide is the most pixels that TensorBoard takes of a sprite each way.
const sheetSide = 8192

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
		columns := int(math.Ceil(math.Sqrt(float64(len(rows)))))
		if columns == 0 {
			return fmt.Errorf("%w of any image as it is now; run p.Embed() or `patchwork embed %s`", ErrNoFeatures, typed(p.dir))
		}
		r.Sprite = min(r.Sprite, sheetSide/columns)
		r.Features, r.Images = l.store.Spec().ID, len(rows)
		vectors, err := r.vectors(ctx, l, rows, o.Components)
		if err != nil {
			return err
		}
		sprites, err := p.sprites(ctx, rows, columns, r.Sprite)
		if err != nil {
			return err
		}
		metadata, err := p.projectorMetadata(rows)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("patchwork: %w", err)
		}
		config := fmt.Sprintf("embeddings {\n  tensor_name: %q\n  tensor_path: \"vectors.tsv\"\n  metadata_path: \"metadata.tsv\"\n"+
			"  sprite {\n    image_path: \"sprites.png\"\n    single_image_dim: %d\n    single_image_dim: %[2]d\n  }\n}\n", r.Features, r.Sprite)
		for name, data := range map[string][]byte{"vectors.tsv": vectors, "metadata.tsv": metadata, "sprites.png": sprites, "projector_config.pbtxt": []byte(config)} {
			if err := atomicfile.Write(filepath.Join(folder, name), data, 0o644, atomicfile.Cached); err != nil {
				return fmt.Errorf("patchwork: %s cannot be written: %w", filepath.Join(folder, name), err)
			}
		}
		return nil
	})
	return r, err
}

// vectors is a line for each row: the numbers of its features, or of components of them.
func (r *ProjectorReport) vectors(ctx context.Context, l *looks, rows []int, components int) ([]byte, error) {
	of := func(i int) []float32 { return l.row(rows[i]) }
	if components > 0 {
		c, err := layout.PCA(ctx, layout.Vectors{N: len(rows), Dim: l.store.Dim(), At: of}, components)
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
	var b []byte
	for i := range rows {
		x := of(i)
		r.Numbers = len(x)
		for d, v := range x {
			if d > 0 {
				b = append(b, '\t')
			}
			b = strconv.AppendFloat(b, float64(v), 'g', 7, 32)
		}
		b = append(b, '\n')
	}
	return b, nil
}

// projectorMetadata is a line for each row below a line of names.
func (p *Project) projectorMetadata(rows []int) ([]byte, error) {
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	clean := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace
	var b bytes.Buffer
	b.WriteString("image\tfolder\tsubset\tside")
	for _, name := range t.Classes() {
		b.WriteString("\t" + clean(name))
	}
	b.WriteByte('\n')
	index := p.Images()
	for _, row := range rows {
		im, side := index.At(row), "train"
		if t.Validation(row) {
			side = "validation"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s", clean(im.ID), clean(filepath.Base(filepath.Dir(im.ID))), clean(im.Subset), side)
		for c := range t.Classes() {
			b.WriteByte('\t')
			if v := t.Value(row, c); v >= 0 {
				b.WriteString(strconv.Itoa(int(v)))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// sprites is the pictures of rows as squares, in rows of columns, in a PNG file.
func (p *Project) sprites(ctx context.Context, rows []int, columns, side int) ([]byte, error) {
	lines := (len(rows) + columns - 1) / columns
	out := image.NewRGBA(image.Rect(0, 0, columns*side, lines*side))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("patchwork: stopped at picture %d of %d: %w", i, len(rows), err)
		}
		m, err := p.thumbImage(row)
		if err != nil {
			return nil, err
		}
		at := image.Rect(0, 0, side, side).Add(image.Pt(i%columns*side, i/columns*side))
		xdraw.ApproxBiLinear.Scale(out, at, m, m.Bounds(), draw.Src, nil)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	return b.Bytes(), nil
}
