package patchwork

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// Layout shows the images on a plane, like beside like, and holds the cell until Done: colours by label, score, mistake, subset or
// side; a lasso selects, and the selection can be looked at and labelled in one step that can be taken back. It returns the rows
// that are selected then. It takes the first of the options, if any.
func (n *Notebook) Layout(options ...LayoutOptions) []int {
	var o LayoutOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	m, err := n.Project.Layout(ctx, o, progress)
	done()
	check(err)
	view, err := n.scatter(ctx, m)
	check(err)
	rows, err := view.Run(ctx)
	if ctx.Err() == nil { // an interrupt ends the map as Done does
		check(err)
	}
	return rows
}

// scatter is the widget of a layout.
func (n *Notebook) scatter(ctx context.Context, m *Layout) (*widgets.Scatter, error) {
	p := n.Project
	points := make([]float32, 0, 2*len(m.Points))
	for _, at := range m.Points {
		points = append(points, at.X, at.Y)
	}
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	scores, err := p.Scores()
	if err != nil && !errors.Is(err, ErrNoModel) {
		return nil, err
	}
	c := colorings{p: p, rows: len(m.Points), scores: scores}
	var steps []string // that can be taken back
	apply := func(ctx context.Context, e labels.Event) error {
		e.ID = rand.Text()
		if err := p.Apply(ctx, e); err != nil {
			return err
		}
		steps = append(steps, e.ID)
		return nil
	}
	return widgets.NewScatter(widgets.ScatterOptions{
		Title: fmt.Sprintf("%d images by %s", m.Images, m.Kind), Points: points, Colorings: c.all(t), Classes: t.Classes(),
		Image: func(row int) widgets.GridImage { return n.tile(row) },
		Label: func(ctx context.Context, rows []int, class string, value int8, only bool) (string, error) {
			t, err := p.Labels()
			if err != nil {
				return "", err
			}
			at, ok := t.Class(class)
			if !ok {
				return "", fmt.Errorf("there is no class %q any more", class)
			}
			index := p.Images()
			change := labels.Change{Class: class, Value: value}
			for _, row := range rows {
				if now := t.Value(row, at); int8(now) != value && (!only || now == labels.Unknown) {
					change.Images = append(change.Images, index.At(row).ID)
				}
			}
			if len(change.Images) == 0 {
				return "nothing to change", nil
			}
			if err := apply(ctx, labels.Event{Kind: labels.KindLabel, Set: []labels.Change{change}}); err != nil {
				return "", err
			}
			return fmt.Sprintf("%d images labelled: %s %v", len(change.Images), class, labels.Tri(value)), nil
		},
		Undo: func(ctx context.Context) (string, error) {
			if len(steps) == 0 {
				return "nothing to take back", nil
			}
			last := steps[len(steps)-1]
			if err := p.Apply(ctx, labels.Event{Kind: labels.KindUndo, Target: last}); err != nil {
				return "", err
			}
			steps = steps[:len(steps)-1]
			return "taken back", nil
		},
		Counts: func(rows []int) (out []widgets.ClassCount) {
			t, err := p.Labels()
			if err != nil {
				return nil
			}
			for class, name := range t.Classes() {
				count := widgets.ClassCount{Name: name}
				for _, row := range rows {
					switch t.Value(row, class) {
					case labels.Present:
						count.Present++
					case labels.Absent:
						count.Absent++
					default:
						count.Unknown++
					}
				}
				out = append(out, count)
			}
			return out
		},
	})
}

// tile is an image with what is known of it.
func (n *Notebook) tile(row int) widgets.GridImage {
	image := widgets.GridImage{Title: n.Images().At(row).ID}
	if t, err := n.Labels(); err == nil {
		image.Caption = studio.Caption(t, row)
	}
	if file, err := n.Thumb(row); err == nil {
		image.Src, _ = os.ReadFile(file) // without, the widget says that there is no picture
	}
	return image
}

// colorings are what colours of a map can mean.
type colorings struct {
	p      *Project
	rows   int
	scores *Scores // nil without a model
}

func (c colorings) all(t *labels.Table) (list []widgets.Coloring) {
	for _, name := range t.Classes() {
		list = append(list, widgets.Coloring{Key: "label: " + name, Name: name + ": label", Make: func() widgets.Shades { return c.labels(name) }})
	}
	if c.scores != nil {
		for _, name := range t.Classes() {
			list = append(list,
				widgets.Coloring{Key: "score: " + name, Name: name + ": score", Make: func() widgets.Shades { return c.scored(name, false) }},
				widgets.Coloring{Key: "mistake: " + name, Name: name + ": mistake", Make: func() widgets.Shades { return c.scored(name, true) }})
		}
	}
	return append(list,
		widgets.Coloring{Key: "subset", Name: "subset", Make: c.subsets},
		widgets.Coloring{Key: "side", Name: "training or held out", Make: c.sides})
}

// labels colours by the label of a class, as it is now.
func (c colorings) labels(name string) widgets.Shades {
	s := widgets.Shades{None: "unknown", Groups: []widgets.Shade{{Name: "present", Color: widgets.PresentColor}, {Name: "absent", Color: widgets.AbsentColor}}}
	t, err := c.p.Labels()
	if err != nil {
		return s
	}
	s.Of = slices.Repeat([]byte{widgets.NoShade}, c.rows)
	if class, ok := t.Class(name); ok {
		for row := range min(c.rows, t.Len()) {
			switch t.Value(row, class) {
			case labels.Present:
				s.Of[row] = 0
			case labels.Absent:
				s.Of[row] = 1
			}
		}
	}
	return s
}

// scored colours by the score of a class, or by how far it is from the label.
func (c colorings) scored(name string, mistake bool) widgets.Shades {
	values := slices.Repeat([]float64{math.NaN()}, c.rows)
	none := "no score"
	if mistake {
		none = "no score or no label"
	}
	if t, err := c.p.Labels(); err == nil {
		of := c.scores.For(t)
		class, ok := t.Class(name)
		for row := 0; ok && row < min(c.rows, t.Len()); row++ {
			p := of(row)
			if p == nil {
				continue
			}
			values[row] = float64(p[class])
			if label := t.Value(row, class); mistake && label == labels.Unknown {
				values[row] = math.NaN()
			} else if mistake {
				values[row] = math.Abs(values[row] - float64(label))
			}
		}
	}
	return widgets.ScaleOf(values, 0, 1, none, nil)
}

func (c colorings) subsets() widgets.Shades {
	s := widgets.Shades{None: "other", Of: slices.Repeat([]byte{widgets.NoShade}, c.rows)}
	at := map[string]int{}
	index := c.p.Images()
	for row := range min(c.rows, index.Len()) {
		name := index.At(row).Subset
		k, ok := at[name]
		if !ok {
			k = len(at)
			at[name] = k
			if k < widgets.MostShades {
				s.Groups = append(s.Groups, widgets.Shade{Name: name, Color: widgets.ShadeColor(k)})
			}
		}
		if k < widgets.MostShades {
			s.Of[row] = byte(k)
		}
	}
	return s
}

func (c colorings) sides() widgets.Shades {
	s := widgets.Shades{None: "excluded", Of: slices.Repeat([]byte{widgets.NoShade}, c.rows),
		Groups: []widgets.Shade{{Name: "training", Color: widgets.ShadeColor(0)}, {Name: "held out", Color: widgets.ShadeColor(1)}}}
	t, err := c.p.Labels()
	if err != nil {
		return s
	}
	for row := range min(c.rows, t.Len()) {
		switch {
		case t.Excluded(row):
		case t.Validation(row):
			s.Of[row] = 1
		default:
			s.Of[row] = 0
		}
	}
	return s
}
