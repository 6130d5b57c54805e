package patchwork

import (
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/acquire/replay"
	"github.com/gopatchwork/patchwork/widgets"
)

// inOneChart is up to how many strategies one chart shows; bands of more cover each other.
const inOneChart = 5

// Chart draws the mean accuracy of each strategy against the number of labelled images, with bands for its interval; what random
// would have given is dashed.
func (r *Replay) Chart() widgets.Chart {
	c := widgets.Chart{Title: "What strategies are worth", XName: "labelled images", YName: "accuracy", Width: 640, Height: 360}
	for _, name := range r.Strategies {
		c.Series = append(c.Series, r.series(name))
	}
	return c
}

// Sheet is Chart for many strategies: up to five in one chart, of more a chart for each beside random, all of one scale.
func (r *Replay) Sheet() widgets.ChartSheet {
	if len(r.Strategies) <= inOneChart {
		return widgets.ChartSheet{Charts: []widgets.Chart{r.Chart()}, Columns: 1}
	}
	sheet := widgets.ChartSheet{Columns: 3}
	for _, name := range r.Strategies {
		if name == replay.Baseline {
			continue
		}
		c := widgets.Chart{Title: name, XName: "labelled images", YName: "accuracy", Width: 340, Height: 250, Series: []widgets.Series{r.series(name)}}
		if slices.Contains(r.Strategies, replay.Baseline) {
			c.Series = append(c.Series, r.series(replay.Baseline))
		}
		sheet.Charts = append(sheet.Charts, c)
	}
	low, high := 1.0, 0.0
	for _, c := range sheet.Charts {
		for _, s := range c.Series {
			for i, y := range s.Y {
				for _, end := range []float64{y, s.Low[i], s.High[i]} {
					if end == end {
						low, high = min(low, end), max(high, end)
					}
				}
			}
		}
	}
	if low < high {
		for i := range sheet.Charts {
			sheet.Charts[i].FromY, sheet.Charts[i].ToY = math.Floor(10*low)/10, math.Ceil(10*high)/10
		}
	}
	return sheet
}

// series is the accuracy of a strategy.
func (r *Replay) series(name string) widgets.Series {
	s := widgets.Series{Name: name, Dashed: name == replay.Baseline}
	for _, p := range r.Curve(name, replay.Accuracy) {
		s.X, s.Y = append(s.X, float64(p.Images)), append(s.Y, float64(p.Figure.Value))
		s.Low, s.High = append(s.Low, float64(p.Figure.Low)), append(s.High, float64(p.Figure.High))
	}
	return s
}
