package widgets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// ScatterOptions describe a map of images: a dot for each at its place on a plane. Points and Colorings are needed.
type ScatterOptions struct {
	Title     string
	Points    []float32  // x and y of each row, one after the other; NaN for an image that has no place
	Colorings []Coloring // what colours can mean, the first to begin with
	// Image is what is shown of a row: its picture, Caption, Title, Badge and Why. nil shows no pictures.
	Image func(row int) GridImage

	// OnSelect is told each time which rows are selected, in order. It may call Highlight.
	OnSelect func(rows []int)
	// Classes can be labelled in a selection where there is a Label, which labels rows in one step that Undo takes back, and
	// says what it did. Only says to leave what is labelled already. Counts are the labels that rows have now.
	Classes []string
	Label   func(ctx context.Context, rows []int, class string, value int8, only bool) (said string, err error)
	Undo    func(ctx context.Context) (said string, err error)
	Counts  func(rows []int) []ClassCount
}

// Coloring is one thing that colours can mean.
type Coloring struct {
	Key  string // names it for the page
	Name string // what a person reads
	Make func() Shades
}

// Shades are the colours of all rows. Of holds for each row the index of its group, or, of a scale, how far it is from one
// end to the other, 0 to 254; NoShade stands for a row that has none, as do rows beyond its length.
type Shades struct {
	Groups []Shade `json:"groups"` // of a scale the five parts of it, as ScaleOf makes them
	Scale  bool    `json:"scale,omitempty"`
	None   string  `json:"none"` // what rows without are called
	Of     []byte  `json:"-"`
}

// Shade is a group that has a colour.
type Shade struct {
	Name  string `json:"name"`
	Color string `json:"color"` // #rrggbb
}

// NoShade is the byte of a row that has no group or no value. So there are at most MostShades groups.
const (
	NoShade    = 255
	MostShades = 255
)

// ClassCount is how many of some images show a class.
type ClassCount struct {
	Name    string `json:"name"`
	Present int    `json:"present"`
	Absent  int    `json:"absent"`
	Unknown int    `json:"unknown"`
}

// Scatter is a map of images that a cell shows. Its methods may be called from any goroutine.
type Scatter struct {
	o ScatterOptions

	mu        sync.Mutex
	by        int    // index in Colorings
	shades    Shades // of it
	stamp     int    // grows when they do change
	selected  []int
	highlight []int
	message   string
	changes   int // that Undo may take back
	server    *host.Server
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// NewScatter checks the options and makes the map.
//
// Errors: Points has an odd length or is empty; there are no Colorings, or two of one key, or one without a Make; there is a
// Label without Undo or Counts.
func NewScatter(o ScatterOptions) (*Scatter, error) {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("widgets.ScatterOptions: "+format, args...))
	}
	if len(o.Points) == 0 || len(o.Points)%2 != 0 {
		bad("Points has %d numbers; want x and y of each image", len(o.Points))
	}
	if len(o.Colorings) == 0 {
		bad("there are no Colorings; want at least one")
	}
	seen := map[string]bool{}
	for i, c := range o.Colorings {
		if c.Key == "" || seen[c.Key] || c.Make == nil {
			bad("Colorings[%d] has the key %q, and a Make: %v; want a key of its own and a Make", i, c.Key, c.Make != nil)
		}
		seen[c.Key] = true
	}
	if o.Label != nil && (o.Undo == nil || o.Counts == nil) {
		bad("there is a Label without Undo or Counts; want all three")
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	s := &Scatter{o: o}
	s.recolor()
	return s, nil
}

// rows is how many images there are.
func (s *Scatter) rows() int { return len(s.o.Points) / 2 }

// recolor makes the colours anew; s.mu is held, or s is not shared yet.
func (s *Scatter) recolor() {
	s.shades = s.o.Colorings[s.by].Make().clean(s.rows())
	s.stamp++
}

// clean has a byte for each row and no more groups than bytes, in colours that a page takes.
func (s Shades) clean(rows int) Shades {
	s.Groups = slices.Clone(s.Groups[:min(len(s.Groups), MostShades)])
	if s.Groups == nil {
		s.Groups = []Shade{} // the page takes no null
	}
	for i := range s.Groups {
		if !hexColor.MatchString(s.Groups[i].Color) {
			s.Groups[i].Color = ShadeColor(i)
		}
	}
	of := slices.Repeat([]byte{NoShade}, rows)
	copy(of, s.Of)
	for i, code := range of {
		if !s.Scale && int(code) >= len(s.Groups) {
			of[i] = NoShade
		}
	}
	s.Of = of
	return s
}

// Highlight rings the dots of rows, in place of those before; rows that are not there are passed over.
func (s *Scatter) Highlight(rows []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.highlight = nil
	for _, row := range rows {
		if row >= 0 && row < s.rows() {
			s.highlight = append(s.highlight, row)
		}
	}
	s.push()
}

// Recolor asks the coloring that is shown for its colours again, as after labels have changed.
func (s *Scatter) Recolor() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recolor()
	s.push()
}

// Selected are the rows that are selected, in order.
func (s *Scatter) Selected() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.selected)
}

// Run shows the map in the output of the cell, which it holds until Done is pressed or the cell is interrupted, and returns
// the rows that are selected then. The notebook keeps the static form. Where nobody can click (nbconvert, a terminal) it shows
// that and returns nothing selected.
//
// Errors: the page cannot be served. What Label says is shown on the page.
func (s *Scatter) Run(ctx context.Context) ([]int, error) {
	err := host.Run(ctx, s, host.RunOptions{Title: s.title(), Static: s.StaticHTML, Assets: Assets, Page: s.shell().HTML, Height: 640})
	return s.Selected(), err
}

func (s *Scatter) title() string { return orText(s.o.Title, "map of images") }

// shell is the page around assets/scattercell.mjs.
func (s *Scatter) shell() host.Shell {
	return host.Shell{Title: s.title(), Module: "assets/scattercell.mjs", Styles: []string{"assets/widgets.css", "assets/scatter.css", "assets/cell.css"}}
}
