package widgets

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Chart is a line chart of a few curves over one axis. The zero value is an empty chart.
type Chart struct {
	Title, XName, YName string
	Series              []Series
	LogX, LogY          bool    // logarithmic axes; values of 0 and less are then gaps
	Shares              bool    // X and Y are shares: both axes go from 0 to 1, whatever the values
	FromY, ToY          float64 // ends of the y axis, as of charts that are to be compared; both 0 means those of the values
	Width, Height       int     // pixels of the picture; 0 means 600 and 300
}

// Series is one curve. A NaN or infinite value is a gap in the line, never a zero.
type Series struct {
	Name      string
	X, Y      []float64 // same length, X ascending
	Low, High []float64 // ends of the interval of each Y, drawn as a pale band; nil draws none
	Dashed    bool
}

// palette is the page's palette (assets/classes.mjs) without the yellow, which is too pale for a thin line on white.
var palette = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#5b4fc0", "#a33d6b"}

// fewPoints is up to how many points a curve shows each of them; without its dot a single point would be invisible.
const fewPoints = 12

// check reports every bad field at once.
func (c Chart) check() error {
	errs := []error{
		need(c.Width >= 0, "Width is %d; want pixels, or 0 for the default", c.Width),
		need(c.Height >= 0, "Height is %d; want pixels, or 0 for the default", c.Height),
		need(!c.fixedY() || c.FromY < c.ToY && (!c.LogY || c.FromY > 0), "FromY is %g and ToY %g; want a lower and a higher end, above 0 on a logarithmic axis, or 0 and 0", c.FromY, c.ToY),
	}
	for i, s := range c.Series {
		errs = append(errs, need(len(s.X) == len(s.Y), "Series[%d] (%q) has %d X and %d Y; want one Y for each X",
			i, s.Name, len(s.X), len(s.Y)),
			need(len(s.Low) == len(s.High) && (s.Low == nil || len(s.Low) == len(s.Y)), "Series[%d] (%q) has %d Low and %d High for %d Y; want one of each for each Y, or none",
				i, s.Name, len(s.Low), len(s.High), len(s.Y)))
	}
	return errors.Join(errs...)
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("widgets.Chart: "+format, args...)
}

// size is the picture's width and height in pixels.
func (c Chart) size() (width, height int) {
	return orElse(c.Width, 600), orElse(c.Height, 300)
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Option is the chart as an ECharts option in JSON, for curves.mjs and for the picture. Errors: a series with unequal
// X and Y, a negative size.
func (c Chart) Option() (json.RawMessage, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	line := charts.NewLine()
	scale := func(log bool) string {
		if log {
			return "log"
		}
		return "value"
	}
	axisLine := &opts.AxisLine{LineStyle: &opts.LineStyle{Color: "#8a8f98"}}
	split := &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: "rgba(128,136,148,0.22)"}}
	parts := 4
	if c.Shares {
		parts = 5
	}
	label := &opts.AxisLabel{Color: "#7a828e", HideOverlap: opts.Bool(true), ShowMinLabel: opts.Bool(true), ShowMaxLabel: opts.Bool(true)}
	place := c.places()
	line.SetGlobalOptions(
		charts.WithTitleOpts(opts.Title{Title: c.Title, Left: "8", Top: "6", Subtitle: c.nothing(),
			TitleStyle: &opts.TextStyle{FontSize: 13, FontWeight: "bold", Color: "#7a828e"}}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(len(c.Series) > 1), Left: "10", Top: place.legend, Type: "plain",
			ItemWidth: 22, ItemHeight: 8, TextStyle: &opts.TextStyle{Color: "#7a828e"}}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis"}),
		charts.WithGridOpts(opts.Grid{Left: "54", Right: "20", Top: place.top, Bottom: place.bottom}),
		charts.WithXAxisOpts(opts.XAxis{Type: scale(c.LogX), Name: c.XName, NameLocation: "middle", NameGap: 26,
			Min: place.from, Max: place.to, MinInterval: place.step, AxisLine: axisLine, AxisLabel: label,
			SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: scale(c.LogY), Name: c.YName, NameLocation: "middle", NameGap: 36,
			Scale: opts.Bool(true), Min: place.low, Max: place.high, AxisLabel: label, SplitLine: split, SplitNumber: parts}),
		charts.WithColorsOpts(opts.Colors(palette)),
	)
	for _, s := range c.Series {
		style := opts.LineStyle{Width: 2}
		if s.Dashed {
			style.Type = "dashed"
		}
		line.AddSeries(s.Name, c.points(s),
			charts.WithLineChartOpts(opts.LineChart{Symbol: "circle", SymbolSize: 5, ShowSymbol: opts.Bool(len(s.X) <= fewPoints)}),
			charts.WithLineStyleOpts(style))
	}
	line.Validate()
	option := line.JSON()
	option["textStyle"] = map[string]any{"fontFamily": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"}
	option["animation"] = false
	if bands := c.bands(); len(bands) > 0 {
		series := make([]any, len(line.MultiSeries))
		for i, s := range line.MultiSeries {
			series[i] = s
		}
		option["series"] = append(series, bands...) // behind the curves, which go by their places
	}
	if legend, ok := option["legend"].(opts.Legend); ok { // go-echarts has no itemGap; names are wider than ECharts guesses
		option["legend"] = struct {
			opts.Legend
			ItemGap int `json:"itemGap"`
		}{legend, 20}
	}
	data, err := json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("widgets: chart %q cannot be written as an ECharts option: %w", c.Title, err)
	}
	return data, nil
}

// places says where the parts of the chart go: distances in pixels from the edges, and the ends of the x axis.
type places struct {
	legend, top, bottom string
	from, to            any
	low, high           any     // of the y axis; nil means those of the values
	step                float64 // least distance of ticks; 0 means any
}

func (c Chart) places() places {
	p := places{legend: "6", top: "18", bottom: "30", from: "dataMin", to: "dataMax"}
	switch several := len(c.Series) > 1; {
	case c.Title != "" && several:
		p.legend, p.top = "28", "58"
	case c.Title != "" || several:
		p.top = "36"
	}
	if c.XName != "" {
		p.bottom = "46"
	}
	switch {
	case c.Shares:
		p.low, p.high = 0, 1
	case c.fixedY():
		p.low, p.high = c.FromY, c.ToY
	}
	switch from, to, ok := c.spanX(); {
	case !ok:
		p.top = "60" // room for the line that says so
	case c.Shares:
		p.from, p.to = 0, 1
	case c.LogX && from == to:
		p.from, p.to = from/2, to*2
	case c.LogX:
		p.from, p.to = from, to
	case from == to:
		p.from, p.to = from-1, to+1
	case to-from >= 2:
		p.step = 1 // no ticks between epochs
		p.from, p.to = math.Floor(from), math.Ceil(to)
	}
	return p
}

// spanX is the least and the greatest x of a value that is drawn.
func (c Chart) spanX() (from, to float64, ok bool) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for i, x := range s.X {
			if c.across(x) && c.drawable(s.Y[i]) {
				from, to, ok = min(from, x), max(to, x), true
			}
		}
	}
	return from, to, ok
}

// nothing says that there is no curve where there is none.
func (c Chart) nothing() string {
	if _, _, ok := c.spanX(); ok {
		return ""
	}
	return "no values yet"
}

// points pairs X and Y; what cannot be drawn becomes null, which ECharts shows as a gap.
func (c Chart) points(s Series) []opts.LineData {
	data := make([]opts.LineData, len(s.X))
	for i, x := range s.X {
		data[i].Value = []any{x, s.Y[i]}
		if !c.drawable(s.Y[i]) {
			data[i].Value = []any{x, nil}
		}
		if !c.across(x) {
			data[i].Value = nil
		}
	}
	return data
}

func (c Chart) fixedY() bool { return c.FromY != 0 || c.ToY != 0 }

func (c Chart) drawable(y float64) bool { return finite(y) && (!c.LogY || y > 0) }

func (c Chart) across(x float64) bool { return finite(x) && (!c.LogX || x > 0) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// DataURI is the picture of SVG as an address for src.
func (c Chart) DataURI() (string, error) {
	svg, err := c.SVG()
	if err != nil {
		return "", err
	}
	return svgURI(svg), nil
}

func svgURI(svg string) string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

// StaticHTML is the chart as one image that viewers keep which remove scripts, styles and inline SVG. Its alternative
// text says what the curves show at their end.
func (c Chart) StaticHTML() (string, error) {
	uri, err := c.DataURI()
	if err != nil {
		return "", err
	}
	return c.image(uri), nil
}

func (c Chart) image(uri string) string {
	width, height := c.size()
	return fmt.Sprintf(`<img src="%s" width="%d" height="%d" alt="%s">`, uri, width, height, html.EscapeString(c.Alt()))
}

// Alt describes the chart in words: its title and the last value of each curve, such as
// "Loss: training 0.21, validation 0.34 at epoch 12".
func (c Chart) Alt() string {
	var ends []string
	x := math.NaN()
	for _, s := range c.Series {
		for i := min(len(s.X), len(s.Y)) - 1; i >= 0; i-- {
			if finite(s.Y[i]) {
				ends = append(ends, fmt.Sprintf("%s %.3g", s.Name, s.Y[i]))
				x = max(x, s.X[i])
				if math.IsNaN(x) {
					x = s.X[i]
				}
				break
			}
		}
	}
	what := orText(c.Title, orText(c.YName, "curves"))
	if len(ends) == 0 {
		return what + ": no values yet"
	}
	return fmt.Sprintf("%s: %s at %s %.4g", what, strings.Join(ends, ", "), orText(c.XName, "x"), x)
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
