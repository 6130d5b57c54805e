package widgets

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// banded is a curve with an interval at four of its five points.
func bandedCurve() Chart {
	nan := math.NaN()
	return Chart{Series: []Series{
		{Name: "plain", X: []float64{0, 4}, Y: []float64{1, 2}},
		{Name: "measured", X: []float64{0, 1, 2, 3, 4}, Y: []float64{1, 2, 3, 4, 5}, Low: []float64{0, 1, nan, 3, 4}, High: []float64{2, 3, nan, 5, 9}},
	}}
}

// TestBandsLieBetweenTheEnds: each run of intervals is one outline, forth along the upper ends and back along the lower ones, behind the
// curves and not in the legend.
func TestBandsLieBetweenTheEnds(t *testing.T) {
	c := bandedCurve()
	data, err := c.Option()
	if err != nil {
		t.Fatal(err)
	}
	var option struct {
		Series []struct {
			Name      string
			Data      json.RawMessage
			AreaStyle struct {
				Color   string
				Opacity float64
			}
			Tooltip struct{ Show *bool }
		}
	}
	if err := json.Unmarshal(data, &option); err != nil {
		t.Fatal(err)
	}
	if len(option.Series) != 4 || option.Series[0].Name != "plain" || option.Series[1].Name != "measured" {
		t.Fatalf("%d series; want the two curves and then two bands", len(option.Series))
	}
	for i, want := range []string{"[[0,2],[1,3],[1,1],[0,0]]", "[[3,5],[4,9],[4,4],[3,3]]"} {
		band := option.Series[2+i]
		if string(band.Data) != want || band.Name != "" || band.AreaStyle.Color != palette[1] || !(band.AreaStyle.Opacity > 0) || band.Tooltip.Show == nil || *band.Tooltip.Show {
			t.Errorf("band %d is %+v with %s; want %s in the colour of its curve, without name and tooltip", i, band, band.Data, want)
		}
	}
	sketch, err := c.Sketch()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, sketch)
	if n := strings.Count(sketch, "fill-opacity"); n != 2 {
		t.Errorf("%d bands in the sketch, want 2", n)
	}
	if y := c.ticksY(); y[0] > 0 || y[len(y)-1] < 9 {
		t.Errorf("ticks %v; want room for intervals from 0 to 9", y)
	}
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, svg)
	if !strings.Contains(svg, "fill-opacity=\"0.14\"") {
		t.Error("ECharts drew no band")
	}
	c.Series[1].High = c.Series[1].High[1:]
	if _, err := c.Option(); err == nil || !strings.Contains(err.Error(), `Series[1] ("measured") has 5 Low and 4 High for 5 Y`) {
		t.Errorf("unequal ends: %v", err)
	}
}

// TestChartsOfOneScale: the ends of the y axis are what was asked for.
func TestChartsOfOneScale(t *testing.T) {
	c := Chart{FromY: 0.2, ToY: 1, Series: []Series{{X: []float64{0, 1}, Y: []float64{0.5, 0.6}}}}
	data, err := c.Option()
	if err != nil {
		t.Fatal(err)
	}
	var option struct {
		YAxis []struct{ Min, Max float64 }
	}
	if err := json.Unmarshal(data, &option); err != nil || option.YAxis[0].Min != 0.2 || option.YAxis[0].Max != 1 {
		t.Errorf("%+v, %v; want an axis from 0.2 to 1", option, err)
	}
	if y := c.ticksY(); !slices.Contains(y, 0.2) || y[len(y)-1] != 1 {
		t.Errorf("ticks %v; want those from 0.2 to 1", y)
	}
	c.FromY = 2
	if _, err := c.Option(); err == nil || !strings.Contains(err.Error(), "FromY is 2 and ToY 1") {
		t.Errorf("a low end above the high one: %v", err)
	}
}
