package widgets

import (
	"context"
	"fmt"
	"html"
	"strings"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// notLabels are the actions of the page that a cell has no place for: it gives back labels and nothing else.
var notLabels = []string{"exclude", "excludeWhy", "validation", "note", "unsure", "alike", "flip"}

// Run lets a person label the images of the grid in the output of the cell, which it holds until Done is pressed or the
// cell is interrupted. It returns the labels, [image][class], and leaves the labelled grid in the notebook. Where nobody
// can click (nbconvert, a terminal) it shows the static form and returns the labels that the images came with.
//
// Nothing is written to disk: the caller keeps what is returned.
//
// Errors: there are no images or no classes; a class is named twice; Quick is none of them; Values or Scores have another length than Classes;
// the page cannot be served.
func (g Grid) Run(ctx context.Context) ([][]int8, error) {
	s := &session{mode: "grid", title: "label images", images: g.Images, classes: g.Classes, columns: g.columns(), quick: g.Quick, keys: g.Keys, without: notLabels}
	err := s.run(ctx, func() string {
		marked := Grid{Columns: g.columns(), Images: append([]GridImage(nil), g.Images...)}
		for i := range marked.Images {
			marked.Images[i].Badge = strings.TrimSpace(marked.Images[i].Badge + " " + summary(g.Classes, s.values[i]))
		}
		return marked.StaticHTML()
	})
	return s.values, err
}

// LabelButtons asks for the labels of one image, or, with an empty Image, just for a choice in each class.
type LabelButtons struct {
	Image   GridImage // its Values and Scores are what the buttons begin with
	Classes []Class
}

// StaticHTML is the image beside the table of its labels.
func (b LabelButtons) StaticHTML() string { return b.static(b.Image.Values) }

// Run asks in the output of the cell, as Grid.Run does, and returns one label for each class.
func (b LabelButtons) Run(ctx context.Context) ([]int8, error) {
	s := &session{mode: "buttons", title: "label", images: []GridImage{b.Image}, classes: b.Classes, columns: 1, without: notLabels}
	if len(b.Image.Src) == 0 && b.Image.File == "" {
		s.mode = "choice"
	}
	err := s.run(ctx, func() string { return b.static(s.values[0]) })
	if len(s.values) == 0 {
		return nil, err
	}
	return s.values[0], err
}

// run shows the session and waits for its end. static is called without the session's lock being held.
func (s *session) run(ctx context.Context, static func() string) error {
	if err := s.check(); err != nil {
		return err
	}
	s.begin()
	locked := func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return static()
	}
	return host.Run(ctx, s, host.RunOptions{Title: s.title, Static: locked, Assets: Assets, Page: s.shell().HTML})
}

// shell is the page around assets/cell.mjs.
func (s *session) shell() host.Shell {
	return host.Shell{Title: s.title, Module: "assets/cell.mjs", Styles: []string{"assets/widgets.css", "assets/grid.css", "assets/sheets.css", "assets/cell.css"}}
}

func (b LabelButtons) static(values []int8) string {
	var t strings.Builder
	t.WriteString("<table><tr>")
	if len(b.Image.Src) > 0 || b.Image.File != "" {
		fmt.Fprintf(&t, `<td valign="top"><div align="center">%s%s</div></td>`, b.Image.static(200), b.Image.below())
	}
	t.WriteString(`<td valign="top"><div align="left">`)
	for i, class := range b.Classes {
		if i > 0 {
			t.WriteString("<br>")
		}
		fmt.Fprintf(&t, "%s: <b>%s</b>", html.EscapeString(class.Name), wordAt(values, i))
	}
	t.WriteString("</div></td></tr></table>")
	return t.String()
}

// wordAt is the label of a class with its mark.
func wordAt(values []int8, class int) string {
	if class >= len(values) {
		return "? unknown"
	}
	switch tri(values[class]) {
	case present:
		return "✓ present"
	case absent:
		return "✗ absent"
	}
	return "? unknown"
}

// summary names what is present, then how many classes are open.
func summary(classes []Class, values []int8) string {
	var names []string
	open := 0
	for c, v := range values {
		switch v {
		case present:
			names = append(names, classes[c].Name)
		case unknown:
			open++
		}
	}
	switch {
	case open == len(values):
		return "not labelled"
	case len(names) == 0 && open == 0:
		return "none"
	case open > 0:
		return strings.TrimSpace(fmt.Sprintf("%s (%d open)", strings.Join(names, ", "), open))
	}
	return strings.Join(names, ", ")
}
