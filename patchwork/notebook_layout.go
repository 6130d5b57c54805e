package patchwork

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// Layout shows the images on a plane, like beside like, and holds the cell until Done: colours by label, score, mistake, time,
// subset or side; a lasso or brush selects, and the selection can be looked at and labelled in one step that can be taken back. It returns the rows
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
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	scores, err := p.Scores()
	if err != nil && !errors.Is(err, ErrNoModel) {
		return nil, err
	}
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
		Title: fmt.Sprintf("%d images by %s", m.Images, m.Kind), Points: m.flat(), Colorings: n.colorings(t, scores), Classes: t.Classes(),
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

// colorings are what the colours of a map can mean; each is made of the labels as they are then.
func (n *Notebook) colorings(t *labels.Table, scores *Scores) (list []widgets.Coloring) {
	for _, c := range studio.Colorings(t.Classes(), scores != nil) {
		list = append(list, widgets.Coloring{Key: c.Key, Name: c.Name, Make: func() widgets.Shades {
			now, err := n.Labels()
			if err != nil {
				now = t
			}
			shown := studio.Shown{Table: now, Images: n.Images()}
			if scores != nil {
				shown.Scores = scores.For(now)
			}
			return c.Make(shown)
		}})
	}
	return list
}
