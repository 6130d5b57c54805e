package patchwork

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore"
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

// keptLayout is layouts/KIND.yaml, beside the places in layouts/KIND.npy.
type keptLayout struct {
	Options  LayoutOptions `yaml:"options"`
	Features string        `yaml:"features"` // id
	Images   string        `yaml:"images"`   // digest of which images had features, and of what they were computed from
	Time     time.Time     `yaml:"time"`
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

// placer lays out the images of rows.
type placer struct {
	l        *looks
	rows, at []int // at is where a row stands in rows
	v        layout.Vectors
	o        LayoutOptions
	old      []layout.Point // nil where there is none
	seed     uint64
	progress Progress
}

func (s placer) run(ctx context.Context) ([]layout.Point, error) {
	switch s.o.Kind {
	case "som":
		return s.cells(ctx)
	case "pca":
		points, err := s.plane(ctx)
		if err == nil && s.old != nil {
			layout.Align(points, s.old)
		}
		return points, err
	}
	k := 15
	if s.o.Kind == "t-sne" {
		k = 90
		if s.o.Perplexity > 0 {
			k = int(math.Ceil(3 * s.o.Perplexity))
		}
	} else if s.o.Neighbours > 0 {
		k = s.o.Neighbours
	}
	g, err := s.graph(ctx, min(k, len(s.rows)-1))
	if err != nil {
		return nil, err
	}
	warm := false
	var start []layout.Point
	if s.old != nil {
		start, warm = layout.Carry(g, s.old)
	}
	if !warm {
		if start, err = s.plane(ctx); err != nil {
			return nil, err
		}
	}
	var points []layout.Point
	if s.o.Kind == "t-sne" {
		points, err = layout.TSNE(ctx, g, start, layout.TSNEOptions{Perplexity: s.o.Perplexity, Warm: warm, Progress: s.progress.step("placing images")})
	} else {
		points, err = layout.UMAP(ctx, g, start, layout.UMAPOptions{MinDist: s.o.MinDist, Warm: warm, Seed: s.seed, Progress: s.progress.step("placing images")})
	}
	if err == nil && warm {
		layout.Align(points, s.old)
	}
	return points, err
}

func (s placer) plane(ctx context.Context) ([]layout.Point, error) {
	c, err := layout.PCA(ctx, s.v, 2)
	if err != nil {
		return nil, err
	}
	return c.Plane(ctx, s.v)
}

// graph is the k nearest of each of rows, with the distance that the kind of map wants: 1 less the cosine for umap, that
// between vectors of length one for t-sne.
func (s placer) graph(ctx context.Context, k int) (layout.Graph, error) {
	g := layout.Graph{N: len(s.rows), K: max(0, k)}
	if k < 1 {
		return g, nil
	}
	found, err := s.l.vectors.Graph(ctx, explore.GraphOptions{K: k, Among: s.rows, Progress: s.progress.step("finding neighbours")})
	if err != nil {
		return g, err
	}
	g.Index, g.Distance = make([]int32, g.N*k), make([]float32, g.N*k)
	for i, row := range s.rows {
		index, cosine := found.Of(row)
		for a := range k {
			g.Index[i*k+a] = -1
			if a < len(index) {
				d := 1 - cosine[a]
				if s.o.Kind == "t-sne" {
					d = float32(math.Sqrt(2 * float64(d)))
				}
				g.Index[i*k+a], g.Distance[i*k+a] = int32(s.at[index[a]]), max(0, d)
			}
		}
	}
	return g, nil
}

// cells places images around the middle of their cell of a self-organising map, those most like it nearest, in a spiral.
func (s placer) cells(ctx context.Context) ([]layout.Point, error) {
	side := int(min(40, max(2, math.Round(math.Sqrt(float64(len(s.rows))/10)))))
	o := layout.SOMOptions{Width: s.o.Width, Height: s.o.Height, Progress: s.progress.step("sorting images")}
	if o.Width == 0 {
		o.Width = side
	}
	if o.Height == 0 {
		o.Height = side
	}
	m, err := layout.SOM(ctx, s.v, o)
	if err != nil {
		return nil, err
	}
	cell, distance, err := m.Place(ctx, s.v)
	if err != nil {
		return nil, err
	}
	byCell := make([][]int, m.Width*m.Height)
	for i, u := range cell {
		byCell[u] = append(byCell[u], i)
	}
	points := make([]layout.Point, len(cell))
	const golden = math.Pi * 0.7639320225 // 2π / φ²: the turn between seeds of a sunflower
	for u, members := range byCell {
		slices.SortStableFunc(members, func(a, b int) int {
			switch {
			case distance[a] < distance[b]:
				return -1
			case distance[a] > distance[b]:
				return 1
			}
			return 0
		})
		for i, point := range members {
			sin, cos := math.Sincos(golden * float64(i))
			r := 0.42 * math.Sqrt(float64(i)/float64(len(members)))
			points[point] = layout.Point{X: float32(float64(u%m.Width) + r*cos), Y: float32(-float64(u/m.Width) + r*sin)}
		}
	}
	return points, nil
}

// keptLayout reads the map of a kind; what cannot be read, or has another number of images, is as none: it is made again.
func (p *Project) keptLayout(kind string, rows int) (keptLayout, []layout.Point) {
	var kept keptLayout
	text, err := os.ReadFile(p.path("layouts", kind+".yaml"))
	if err != nil || yaml.Unmarshal(text, &kept) != nil {
		return keptLayout{}, nil
	}
	xy, n, c, err := classify.ReadScores(p.path("layouts", kind+".npy"))
	if err != nil || c != 2 {
		return keptLayout{}, nil
	}
	points := make([]layout.Point, n)
	for i := range points {
		points[i] = layout.Point{X: xy[2*i], Y: xy[2*i+1]}
	}
	if n != rows {
		kept.Images = "" // rows have come
	}
	return kept, points
}

func (p *Project) keepLayout(m keptLayout, points []layout.Point) error {
	if err := os.MkdirAll(p.path("layouts"), 0o755); err != nil {
		return fmt.Errorf("patchwork: cannot keep the layout: %w", err)
	}
	xy := make([]float32, 0, 2*len(points))
	for _, at := range points {
		xy = append(xy, at.X, at.Y)
	}
	// Without its description a map is none, so a process killed in between leaves nothing that is believed.
	file := p.path("layouts", m.Options.Kind+".yaml")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("patchwork: cannot keep the layout: %w", err)
	}
	if err := classify.WriteScores(p.path("layouts", m.Options.Kind+".npy"), xy, len(points), 2); err != nil {
		return err
	}
	text, err := yaml.Marshal(m)
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	return atomicfile.Write(file, text, 0o644, atomicfile.Durable)
}

// WriteLayout writes a map as CSV: filepath, x and y, one line for each image that has a place.
func (p *Project) WriteLayout(w io.Writer, m *Layout) error {
	index := p.Images()
	out := csv.NewWriter(w)
	out.Write([]string{"filepath", "x", "y"})
	for row, at := range m.Points {
		if at.Placed() && row < index.Len() {
			out.Write([]string{index.At(row).ID, number(at.X), number(at.Y)})
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("patchwork: cannot write the layout: %w", err)
	}
	return nil
}

func number(v float32) string { return strconv.FormatFloat(float64(v), 'g', 6, 32) }
