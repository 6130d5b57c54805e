package widgets

import (
	"fmt"
	"strings"
)

// bandOpacity is how far a band covers what is below it.
const bandOpacity = 0.14

// bandSeries is a band as a series of ECharts: a line that is not seen, forth along the upper ends and back along the lower ones. What
// ECharts fills, from the line to the axis, is what lies between. Without a name it is not in the legend.
type bandSeries struct {
	Type       string         `json:"type"`
	Data       [][2]float64   `json:"data"`
	ShowSymbol bool           `json:"showSymbol"`
	Silent     bool           `json:"silent"`
	Z          int            `json:"z"`
	LineStyle  map[string]any `json:"lineStyle"`
	AreaStyle  map[string]any `json:"areaStyle"`
	Tooltip    map[string]any `json:"tooltip"`
}

// bands are the intervals of all series.
func (c Chart) bands() (list []any) {
	for i, s := range c.Series {
		for _, outline := range c.outlines(s) {
			list = append(list, bandSeries{Type: "line", Data: outline, Silent: true, Z: 1, LineStyle: map[string]any{"opacity": 0},
				AreaStyle: map[string]any{"color": palette[i%len(palette)], "opacity": bandOpacity}, Tooltip: map[string]any{"show": false}})
		}
	}
	return list
}

// outlines are the points around the intervals of a series, one list for each run of two or more points that have one.
func (c Chart) outlines(s Series) (list [][][2]float64) {
	for from := 0; from < len(s.X); from++ {
		to := from
		for to < len(s.X) && c.banded(s, to) {
			to++
		}
		if to-from > 1 {
			var outline [][2]float64
			for k := from; k < to; k++ {
				outline = append(outline, [2]float64{s.X[k], s.High[k]})
			}
			for k := to - 1; k >= from; k-- {
				outline = append(outline, [2]float64{s.X[k], s.Low[k]})
			}
			list = append(list, outline)
		}
		from = to
	}
	return list
}

// banded says whether a series has an interval to draw at a point.
func (c Chart) banded(s Series, k int) bool {
	return s.Low != nil && c.across(s.X[k]) && c.drawable(s.Low[k]) && c.drawable(s.High[k])
}

// sketchBands draws the intervals of a series.
func (c Chart) sketchBands(b *strings.Builder, s Series, color string, atX, atY func(float64) float64) {
	for _, outline := range c.outlines(s) {
		pen := "M"
		fmt.Fprint(b, `<path d="`)
		for _, p := range outline {
			fmt.Fprintf(b, "%s%.1f %.1f", pen, atX(p[0]), atY(p[1]))
			pen = "L"
		}
		fmt.Fprintf(b, `Z" fill="%s" fill-opacity="%g"/>`, color, bandOpacity)
	}
}
