package widgets

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// lossChart is the learning curve that the tests draw: n epochs, validation dashed.
func lossChart(n int) Chart {
	training, validation := Series{Name: "training"}, Series{Name: "validation", Dashed: true}
	for i := range n {
		x := float64(i)
		training.X, training.Y = append(training.X, x), append(training.Y, 0.69*math.Exp(-x/9)+0.05)
		validation.X, validation.Y = append(validation.X, x), append(validation.Y, 0.69*math.Exp(-x/11)+0.12)
	}
	return Chart{Title: "Loss", XName: "epoch", YName: "loss", Width: 420, Height: 240, Series: []Series{training, validation}}
}

type option struct {
	Series []struct {
		Name      string
		Data      []struct{ Value []*float64 }
		LineStyle struct{ Type string }
	}
	XAxis, YAxis []struct {
		Name, Type string
		Min, Max   any
	}
}

func optionOf(t *testing.T, c Chart) option {
	t.Helper()
	data, err := c.Option()
	if err != nil {
		t.Fatal(err)
	}
	var o option
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOptionHasGapsWhereThereIsNothingToDraw(t *testing.T) {
	c := Chart{XName: "epoch", YName: "loss", Series: []Series{{
		Name: "a", Dashed: true,
		X: []float64{0, 1, 2, 3, 4}, Y: []float64{0.5, math.NaN(), math.Inf(1), 0, -1},
	}}}
	got := func(c Chart) (drawn string) {
		for _, p := range optionOf(t, c).Series[0].Data {
			if p.Value[1] == nil {
				drawn += "-"
			} else {
				drawn += "x"
			}
		}
		return drawn
	}
	if g := got(c); g != "x--xx" {
		t.Errorf("drawn %s; want x--xx: NaN and infinity are gaps", g)
	}
	c.LogY = true
	if g := got(c); g != "x----" {
		t.Errorf("drawn %s; want x----: a logarithmic axis has no 0 and less", g)
	}
	o := optionOf(t, c)
	if o.YAxis[0].Type != "log" || o.YAxis[0].Name != "loss" || o.XAxis[0].Name != "epoch" || o.Series[0].LineStyle.Type != "dashed" {
		t.Errorf("axes or line are not as asked: %+v", o)
	}
}

// Shares have the whole of 0 to 1, however few of it the curve covers.
func TestSharesGoFromZeroToOne(t *testing.T) {
	c := Chart{Shares: true, Series: []Series{{X: []float64{0.2, 0.3}, Y: []float64{0.9, 1}}}}
	o := optionOf(t, c)
	if x, y := o.XAxis[0], o.YAxis[0]; x.Min != 0. || x.Max != 1. || y.Min != 0. || y.Max != 1. {
		t.Errorf("axes %+v and %+v; want 0 to 1", x, y)
	}
	svg, err := c.SVG()
	if err != nil || strings.Contains(svg, ">1.2<") || strings.Count(svg, ">0.4<") != 2 {
		t.Errorf("%v: the picture has other marks:\n%s", err, svg)
	}
	if sketch, err := c.Sketch(); err != nil || !strings.Contains(sketch, ">0<") || !strings.Contains(sketch, ">1<") || strings.Contains(sketch, ">1.2<") {
		t.Errorf("%v: the sketch has other marks:\n%s", err, sketch)
	}
}

func TestLogarithmicX(t *testing.T) {
	c := Chart{LogX: true, Series: []Series{{X: []float64{0, 1, 10, 100}, Y: []float64{1, 2, 3, 4}}}}
	o := optionOf(t, c)
	if o.XAxis[0].Type != "log" || o.Series[0].Data[0].Value != nil {
		t.Errorf("the axis is %+v and 0 is drawn at %v; want log, and a gap", o.XAxis[0], o.Series[0].Data[0].Value)
	}
	svg, err := c.Sketch()
	if err != nil {
		t.Fatal(err)
	}
	// 600 pixels wide, the curve from 54 to 580: 10 lies half way from 1 to 100.
	for _, x := range []string{`cx="54.0"`, `cx="317.0"`, `cx="580.0"`} {
		if !strings.Contains(svg, x) {
			t.Errorf("the sketch has no point at %s", x)
		}
	}
}

func TestOptionComplainsOnceAboutAll(t *testing.T) {
	c := Chart{Width: -1, Series: []Series{{Name: "a", X: []float64{1}}, {Name: "b", Y: []float64{1, 2}}}}
	_, err := c.Option()
	for _, want := range []string{"Width is -1", `Series[0] ("a") has 1 X and 0 Y`, `Series[1] ("b") has 0 X and 2 Y`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if _, err := c.SVG(); err == nil {
		t.Error("SVG drew a chart that Option refuses")
	}
	if _, err := c.Sketch(); err == nil {
		t.Error("Sketch drew a chart that Option refuses")
	}
}

// wellFormed fails the test if an SVG cannot be parsed.
func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the SVG is not well formed: %v\n%s", err, svg)
		}
	}
}

var oddCharts = map[string]Chart{
	"empty":        {},
	"one point":    {Series: []Series{{Name: "a", X: []float64{3}, Y: []float64{0.4}}}},
	"flat":         {Series: []Series{{X: []float64{0, 1}, Y: []float64{2, 2}}}},
	"only gaps":    {Title: "t", Series: []Series{{X: []float64{0}, Y: []float64{math.NaN()}}}},
	"log":          {LogY: true, Series: []Series{{X: []float64{0, 1}, Y: []float64{1e-4, 0.5}}}},
	"log, one":     {LogY: true, Series: []Series{{X: []float64{0}, Y: []float64{1}}}},
	"log x":        {LogX: true, Series: []Series{{X: []float64{0, 1, 5, 100}, Y: []float64{1, 2, 3, 4}}}},
	"log x, one":   {LogX: true, Series: []Series{{X: []float64{7}, Y: []float64{1}}}},
	"huge":         {Series: []Series{{X: []float64{0, 1e9}, Y: []float64{-1e12, 1e12}}}},
	"tiny":         {Series: []Series{{X: []float64{0, 1e-9}, Y: []float64{1e-12, 2e-12}}}},
	"names to pay": {Title: "a<b>&\"", XName: "<x>", Series: []Series{{Name: "&", X: []float64{0, 1}, Y: []float64{1, 2}}, {Name: "</svg>"}}},
}

func TestEveryChartIsDrawnBothWays(t *testing.T) {
	for name, c := range oddCharts {
		t.Run(name, func(t *testing.T) {
			for way, draw := range map[string]func() (string, error){"SVG": c.SVG, "Sketch": c.Sketch} {
				svg, err := draw()
				if err != nil {
					t.Fatalf("%s: %v", way, err)
				}
				wellFormed(t, svg)
				if strings.Contains(svg, "NaN") || strings.Contains(svg, "Infinity") || strings.Contains(svg, "Inf") {
					t.Errorf("%s holds a number that is none:\n%s", way, svg)
				}
			}
		})
	}
}

func TestPicturesSayWhatTheyShow(t *testing.T) {
	c := lossChart(20)
	for way, draw := range map[string]func() (string, error){"SVG": c.SVG, "Sketch": c.Sketch} {
		svg, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{">Loss<", ">epoch<", ">loss<", ">training<", ">validation<", palette[0], palette[1], "dasharray"} {
			if !strings.Contains(svg, want) {
				t.Errorf("%s lacks %s", way, want)
			}
		}
	}
}

func TestStaticHTMLIsOneImage(t *testing.T) {
	html, err := lossChart(20).StaticHTML()
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(html, `<img src="data:image/svg+xml;base64,`)
	if !ok || strings.Count(html, "<") != 1 {
		t.Fatalf("it begins %.80q; want one image inside the page", html)
	}
	code, tail, _ := strings.Cut(rest, `"`)
	svg, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, string(svg))
	if !strings.Contains(string(svg), "#ffffff") {
		t.Error("the picture has no ground of its own, so a dark page would swallow it")
	}
	want := ` width="420" height="240" alt="Loss: training 0.134, validation 0.243 at epoch 19">`
	if tail != want {
		t.Errorf("after the address: %s; want %s", tail, want)
	}
}

func TestAlt(t *testing.T) {
	for _, tt := range []struct{ chart, want string }{
		{"empty", "curves: no values yet"}, {"only gaps", "t: no values yet"}, {"one point", "curves: a 0.4 at x 3"},
	} {
		if got := oddCharts[tt.chart].Alt(); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.chart, got, tt.want)
		}
	}
}

func TestTicksAreRoundAndCoverTheRange(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		want      []float64
	}{
		{0, 1, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{0.05, 0.74, []float64{0, 0.2, 0.4, 0.6, 0.8}},
		{3, 3, []float64{2.6, 2.8, 3, 3.2, 3.4}},
		{-10, 10, []float64{-10, -5, 0, 5, 10}},
	} {
		got := ticks(tt.low, tt.high, 4)
		same := len(got) == len(tt.want)
		for i := range got {
			same = same && math.Abs(got[i]-tt.want[i]) < 1e-9
		}
		if !same {
			t.Errorf("ticks(%g, %g) = %v; want %v", tt.low, tt.high, got, tt.want)
		}
	}
}

func TestEChartsJSIsFoundOrAbsent(t *testing.T) {
	if js, ok := EChartsJS(); ok && !strings.Contains(string(js), "echarts") {
		t.Errorf("found a file of %d bytes that is not ECharts", len(js))
	}
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOPATH", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	if _, ok := EChartsJS(); ok {
		t.Error("found ECharts where there is no module cache")
	}
}

func BenchmarkSVG(b *testing.B) {
	c := lossChart(100)
	for b.Loop() {
		if _, err := c.SVG(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSketch(b *testing.B) {
	c := lossChart(100)
	for b.Loop() {
		if _, err := c.Sketch(); err != nil {
			b.Fatal(err)
		}
	}
}
