package patchwork

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
)

// LayoutKinds lists how a map of the images can be laid out, the default first.
var LayoutKinds = []string{"umap", "t-sne", "pca", "som"}

// LayoutOptions says how to lay images out. The zero value is a good default.
type LayoutOptions struct {
	Kind       string  `yaml:"kind"`                 // one of LayoutKinds; "" means umap
	Neighbours int     `yaml:"neighbours,omitempty"` // umap: of each image that it is kept near; 0 means 15
	MinDist    float64 `yaml:"min_dist,omitempty"`   // umap: how near images may come, up to 1; 0 means 0.1
	Perplexity float64 `yaml:"perplexity,omitempty"` // t-sne: about how many neighbours count; 0 means 30
	Width      int     `yaml:"width,omitempty"`      // som: cells; 0 means as many as are square and hold 10 images each
	Height     int     `yaml:"height,omitempty"`     // som
	Seed       uint64  `yaml:"seed,omitempty"`       // added to the project's seed

	Fresh bool `yaml:"-"` // begin anew, not from where images were on the map before
}

func (o LayoutOptions) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("patchwork.LayoutOptions: "+format, args...))
		}
	}
	bad(o.Kind == "" || slices.Contains(LayoutKinds, o.Kind), "Kind is %q; want one of %s", o.Kind, strings.Join(LayoutKinds, ", "))
	bad(o.Neighbours == 0 || o.Neighbours >= 2 && o.Neighbours <= 1000, "Neighbours is %d; want 2 to 1000, or 0 for the default", o.Neighbours)
	bad(o.MinDist >= 0 && o.MinDist <= 1, "MinDist is %g; want 0 to 1, 0 for the default", o.MinDist)
	bad(o.Perplexity == 0 || o.Perplexity >= 1 && o.Perplexity <= 300, "Perplexity is %g; want 1 to 300, or 0 for the default", o.Perplexity)
	bad(o.Width >= 0 && o.Height >= 0 && o.Width <= 100 && o.Height <= 100, "Width is %d and Height %d; want up to 100 cells each way, or 0 for the default", o.Width, o.Height)
	return errors.Join(errs...)
}

// Layout is the places of images on a plane on which like lies beside like.
type Layout struct {
	Kind   string         `json:"kind"`
	Images int            `json:"images"` // that have a place
	Moved  bool           `json:"moved"`  // laid out by this call, and not read
	Points []layout.Point `json:"-"`      // by row, the longer side from -1 to 1; layout.Nowhere for an image without features
}

// String says what there is.
func (m *Layout) String() string {
	what := "as before"
	if m.Moved {
		what = "laid out anew"
	}
	return fmt.Sprintf("%d images placed by %s, %s", m.Images, m.Kind, what)
}

// flat are x and y of each row.
func (m *Layout) flat() []float32 {
	xy := make([]float32, 0, 2*len(m.Points))
	for _, at := range m.Points {
		xy = append(xy, at.X, at.Y)
	}
	return xy
}

// Layout lays the images out by their features and keeps the result in the folder layouts/ of the project, one for each kind. As
// long as features and options stay the same it is read from there. When images have come or changed, it starts from where
// the others were, and is turned and scaled so that these stay about there; Fresh begins anew.
//
// Copies of an image, of the same features to the last bit, lie where it lies.
//
// Errors: ErrNoFeatures; an option out of range; ctx is done; layouts/ cannot be written.
func (p *Project) Layout(ctx context.Context, o LayoutOptions, progress Progress) (*Layout, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Kind == "" {
		o.Kind = LayoutKinds[0]
	}
	var m *Layout
	err := p.lookOnce(ctx, func(l *looks) (err error) {
		m, err = p.layoutOf(ctx, l, o, progress)
		return err
	})
	return m, err
}

// layoutOf is Layout on features at hand; o.Kind is set.
func (p *Project) layoutOf(ctx context.Context, l *looks, o LayoutOptions, progress Progress) (*Layout, error) {
	now := keptLayout{Options: o, Features: l.store.Spec().ID, Images: l.digest(), Time: time.Now().UTC().Truncate(time.Second)}
	now.Options.Fresh = false
	was, old := p.keptLayout(o.Kind, l.index.Len())
	moved := o.Fresh || was.Options != now.Options || was.Features != now.Features || was.Images != now.Images
	points := old
	if moved {
		if err := checkWritable(p.dir); err != nil {
			return nil, err
		}
		if o.Fresh || was.Features != now.Features {
			old = nil
		}
		var err error
		if points, err = p.layOut(ctx, l, o, old, progress); err != nil {
			return nil, err
		}
		if err := p.keepLayout(now, points); err != nil {
			return nil, err
		}
	}
	m := &Layout{Kind: o.Kind, Points: points, Moved: moved}
	for row, at := range points {
		if !l.vectors.Has(row) {
			m.Points[row] = layout.Nowhere
		} else if at.Placed() {
			m.Images++
		}
	}
	layout.Fit(m.Points)
	return m, nil
}

// digest says which images have features, and of what.
func (l *looks) digest() string {
	h := sha256.New()
	for row := range l.index.Len() {
		if l.vectors.Has(row) {
			fmt.Fprintln(h, row, l.store.Hash(row))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// layOut places the images; old is where they were, nil for nowhere.
func (p *Project) layOut(ctx context.Context, l *looks, o LayoutOptions, old []layout.Point, progress Progress) ([]layout.Point, error) {
	same, err := l.vectors.Copies(ctx)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	var rows []int // that are laid out; the others are copies of these
	at := make([]int, len(same))
	for row, first := range same {
		if int(first) == row {
			at[row], rows = len(rows), append(rows, row)
		}
	}
	all := make([]layout.Point, l.index.Len())
	for row := range all {
		all[row] = layout.Nowhere
	}
	if len(rows) == 0 {
		return all, nil
	}
	v := layout.Vectors{N: len(rows), Dim: l.store.Dim(), At: func(i int) []float32 { return l.row(rows[i]) }}
	places := placer{l: l, rows: rows, at: at, v: v, o: o, seed: p.random("explore/layout", o.Seed).Uint64(), progress: progress}
	if old != nil {
		places.old = make([]layout.Point, len(rows))
		for i, row := range rows {
			places.old[i] = layout.Nowhere
			if row < len(old) {
				places.old[i] = old[row]
			}
		}
	}
	points, err := places.run(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("patchwork: cannot lay out the images: %w", err)
	}
	for row, first := range same {
		if first >= 0 {
			all[row] = points[at[first]]
		}
	}
	return all, nil
}
