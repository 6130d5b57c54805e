package widgets

import (
	"context"
	"errors"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// Preview shows pictures that depend on some settings, with a control for each setting: whoever moves a control sees at
// once what it does. Controls and Draw are needed.
type Preview struct {
	Title    string
	Controls []Control
	Presets  []Preset // named settings, offered in a list
	Columns  int      // pictures in a row; 0 means 4

	// Draw makes the pictures for one value of each control. Draws counts how often the person asked for others with the
	// same settings, from 0. It is not called twice at a time, and gets the context of Run.
	Draw func(ctx context.Context, values []float64, draws int) ([]GridImage, error)
	// Text, if it is not nil, is shown below the controls for copying, as the settings in YAML.
	Text func(values []float64) string
}

// Control is one setting: a number between Min and Max, or with Switch on (1) or off (0).
type Control struct {
	Name   string  `json:"name"`
	About  string  `json:"about,omitempty"` // shown while the pointer rests on it
	Switch bool    `json:"switch,omitempty"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Step   float64 `json:"step"`  // 0 means a hundredth of the range
	Value  float64 `json:"value"` // to begin with
}

// Preset is one value of each control under a name.
type Preset struct {
	Name   string    `json:"name"`
	About  string    `json:"about,omitempty"`
	Values []float64 `json:"values"`
}

// Values are what the controls begin with.
func (p Preview) Values() []float64 {
	values := make([]float64, len(p.Controls))
	for i, c := range p.Controls {
		values[i] = c.Value
	}
	return values
}

// StaticHTML is the pictures for these values and the text, for viewers that remove scripts. What cannot be drawn is
// said in their place.
func (p Preview) StaticHTML(ctx context.Context, values []float64, draws int) string {
	images, err := p.draw(ctx, values, draws)
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "<p><i>%s</i></p>", html.EscapeString(err.Error()))
	} else {
		b.WriteString(Grid{Images: images, Columns: p.Columns}.StaticHTML())
	}
	if p.Text != nil {
		fmt.Fprintf(&b, "\n<p><small>%s</small></p>", strings.ReplaceAll(html.EscapeString(strings.TrimSpace(p.Text(values))), "\n", "<br>"))
	}
	return b.String()
}

// Run shows the preview in the output of the cell, which it holds until Done is pressed or the cell is interrupted, and
// returns the values of the controls. The pictures for them stay in the notebook. Where nobody can click it shows the
// pictures and returns the values to begin with.
//
// Errors: Draw is missing; there are no controls; a control has no name, no range, or a value outside of it; a preset has
// another number of values; the page cannot be served. What Draw says is shown on the page.
func (p Preview) Run(ctx context.Context) ([]float64, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	s := newPreviewSession(ctx, p)
	err := host.Run(ctx, s, host.RunOptions{
		Title: orText(p.Title, "preview"), Assets: Assets, Height: 640,
		Static: func() string {
			values, draws := s.chosen()
			return p.StaticHTML(context.WithoutCancel(ctx), values, draws)
		},
		Page: p.shell().HTML,
	})
	values, _ := s.chosen()
	return values, err
}

// shell is the page around assets/previewcell.mjs.
func (p Preview) shell() host.Shell {
	return host.Shell{Title: orText(p.Title, "preview"), Module: "assets/previewcell.mjs",
		Styles: []string{"assets/widgets.css", "assets/preview.css", "assets/cell.css"}}
}

func (p Preview) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("widgets.Preview: "+format, args...)) }
	if p.Draw == nil {
		bad("Draw is nil; want a function that makes pictures")
	}
	if len(p.Controls) == 0 {
		bad("there are no Controls; want at least one setting")
	}
	seen := map[string]bool{}
	for i, c := range p.Controls {
		if c.Name == "" || seen[c.Name] {
			bad("Controls[%d] is named %q; want a name of its own", i, c.Name)
		}
		seen[c.Name] = true
		low, high := c.span()
		if !(low < high) || math.IsInf(high-low, 0) || c.Step < 0 {
			bad("%s goes from %g to %g in steps of %g; want a range", c.Name, c.Min, c.Max, c.Step)
		} else if !(c.Value >= low && c.Value <= high) {
			bad("%s is %g; want %g to %g", c.Name, c.Value, low, high)
		}
	}
	for _, preset := range p.Presets {
		if len(preset.Values) != len(p.Controls) {
			bad("the preset %q has %d values and there are %d controls", preset.Name, len(preset.Values), len(p.Controls))
		}
	}
	return errors.Join(errs...)
}

// span is the range of a control.
func (c Control) span() (low, high float64) {
	if c.Switch {
		return 0, 1
	}
	return c.Min, c.Max
}

// fit brings a value that a page sent into the range of the control.
func (c Control) fit(v float64) float64 {
	low, high := c.span()
	if !(v >= low) { // NaN too
		return low
	}
	if c.Switch && v > 0 {
		return 1
	}
	return min(v, high)
}

// draw calls Draw and turns a panic into an error, because what it does is not ours.
func (p Preview) draw(ctx context.Context, values []float64, draws int) (images []GridImage, err error) {
	defer func() {
		if r := recover(); r != nil {
			images, err = nil, fmt.Errorf("widgets: the pictures cannot be drawn: %v", r)
		}
	}()
	return p.Draw(ctx, slices.Clone(values), draws)
}
