package widgets

import (
	"os"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// LiveCurves is a chart below a notebook cell that grows while the cell works. It is redrawn four times a second at most
// and stays as a picture. Outside a notebook nothing is shown. Its methods may be called from any goroutine and do
// nothing on nil.
type LiveCurves struct {
	cell *output

	mu    sync.Mutex
	chart Chart
	ended bool
}

// NewLiveCurves shows a chart, which may be empty, below the cell. Errors: those of Chart.Option.
func NewLiveCurves(c Chart) (*LiveCurves, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	l := &LiveCurves{}
	if host.InNotebook() {
		l.cell = newOutput()
	}
	l.begin(c)
	return l, nil
}

// begin takes over a copy of the chart.
func (l *LiveCurves) begin(c Chart) {
	l.chart = c.clone()
	l.redraw()
}

func (c Chart) clone() Chart {
	c.Series = append([]Series(nil), c.Series...)
	for i, s := range c.Series {
		c.Series[i].X, c.Series[i].Y = append([]float64(nil), s.X...), append([]float64(nil), s.Y...)
	}
	return c
}

// Add puts a point at the end of the curve with this name, which is made if it is new.
func (l *LiveCurves) Add(series string, x, y float64) { l.add(series, false, x, y) }

// AddDashed is Add, and a new curve is dashed.
func (l *LiveCurves) AddDashed(series string, x, y float64) { l.add(series, true, x, y) }

func (l *LiveCurves) add(series string, dashed bool, x, y float64) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	at := -1
	for i, s := range l.chart.Series {
		if s.Name == series {
			at = i
		}
	}
	if at < 0 {
		l.chart.Series = append(l.chart.Series, Series{Name: series, Dashed: dashed})
		at = len(l.chart.Series) - 1
	}
	s := &l.chart.Series[at]
	s.X, s.Y = append(s.X, x), append(s.Y, y)
	l.redraw()
}

// redraw asks for a new picture; the chart is drawn only if it is going to be shown.
func (l *LiveCurves) redraw() {
	if l.cell != nil {
		l.cell.show(func() string { return l.picture(Chart.Sketch) })
	}
}

// picture draws the chart as it is now.
func (l *LiveCurves) picture(draw func(Chart) (string, error)) string {
	chart := l.Chart()
	svg, err := draw(chart)
	if err != nil {
		return ""
	}
	return chart.image(svgURI(svg))
}

// Chart is a copy of the chart as it is now.
func (l *LiveCurves) Chart() Chart {
	if l == nil {
		return Chart{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chart.clone()
}

// Close draws the chart a last time by ECharts, which the notebook keeps, and waits until it is there. Only the first
// call counts.
func (l *LiveCurves) Close() {
	if l == nil {
		return
	}
	l.mu.Lock()
	ended := l.ended
	l.ended = true
	l.mu.Unlock()
	if !ended && l.cell != nil {
		l.cell.end(func() string { return l.picture(Chart.SVG) })
	}
}

// Show puts the chart below the cell as a picture; outside a notebook it prints what the curves show in words. Errors:
// those of Chart.SVG.
func (c Chart) Show() error {
	html, err := c.StaticHTML()
	if err != nil {
		return err
	}
	if host.InNotebook() {
		return host.DisplayOnce(html)
	}
	_, err = os.Stdout.WriteString(c.Alt() + "\n")
	return err
}
