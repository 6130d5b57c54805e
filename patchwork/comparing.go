package patchwork

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/widgets"
)

// CompareRuns puts runs of the project side by side: by ID, by a part of an ID that no other has, or by the folder of a run or network elsewhere; see
// runlog.Find. Without any, the last runs of the kind of the last one, eight at most.
//
// Errors: there is no such run; there is none at all; what runlog.Compare says.
func (p *Project) CompareRuns(ids ...string) (runlog.Comparison, error) {
	if len(ids) == 0 {
		runs, err := p.Runs()
		if len(runs) == 0 {
			return runlog.Comparison{}, errors.Join(errors.New("patchwork: there is no run yet; train, pre-train or fine-tune first"), err)
		}
		for _, r := range runs {
			if r.Kind == runs[0].Kind && len(ids) < comparedAtMost {
				ids = append(ids, r.ID)
			}
		}
		slices.Reverse(ids)
	}
	return CompareRuns(p.dir, ids...)
}

// comparedAtMost is how many runs are compared when none is named: as many as there are colours.
const comparedAtMost = 8

// CompareRuns is Project.CompareRuns without a project: names are sought below a folder.
func CompareRuns(place string, names ...string) (runlog.Comparison, error) {
	folders, err := runlog.Find(place, names...)
	if err != nil {
		return runlog.Comparison{}, fmt.Errorf("patchwork: %w", err)
	}
	c, err := runlog.Compare(folders...)
	if err != nil {
		return c, fmt.Errorf("patchwork: %w", err)
	}
	return c, nil
}

// RunChartOptions says how the curves of runs are drawn. The zero value draws all that was measured more than once over the epochs.
type RunChartOptions struct {
	Over    runlog.Axis // "" means runlog.ByEpoch
	Smooth  float64     // weight of what was before, in [0, 1), see runlog.Smooth; 0 means not at all
	Metrics []string    // in this order; nil means all, the loss first
	Width   int         // pixels of a chart; 0 means 420
	Height  int         // 0 means 260
}

// drawnPoints is how many points a curve has in a chart at most: about one for each pixel.
const drawnPoints = 400

// RunCharts draws the curves of runs, a chart for each metric with a curve for each run, which has the same colour in all. Long curves are drawn by means, see
// runlog.Thin; smoothing comes before.
//
// Errors: Smooth is not in [0, 1); an axis that does not exist; a metric of which no run has a curve.
func RunCharts(c runlog.Comparison, o RunChartOptions) (widgets.ChartSheet, error) {
	var sheet widgets.ChartSheet
	if !(o.Smooth >= 0 && o.Smooth < 1) {
		return sheet, fmt.Errorf("patchwork.RunChartOptions: Smooth is %g; want 0 to less than 1, such as 0.6", o.Smooth)
	}
	longest := map[string]int{}
	for _, series := range c.Series {
		for name, s := range series {
			longest[name] = max(longest[name], len(s.Value))
		}
	}
	names := o.Metrics
	if names == nil {
		for _, name := range slices.Sorted(maps.Keys(longest)) {
			if longest[name] > 1 {
				names = append(names, name)
			}
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(order(a), order(b)) })
	}
	over := cmp.Or(o.Over, runlog.ByEpoch)
	var errs []error
	for _, name := range names {
		if longest[name] == 0 {
			errs = append(errs, fmt.Errorf("patchwork.RunChartOptions: Metrics has %q, of which no run has a curve; there are those of %q", name, slices.Sorted(maps.Keys(longest))))
			continue
		}
		chart := widgets.Chart{Title: name, XName: string(over), Width: cmp.Or(o.Width, 420), Height: cmp.Or(o.Height, 260)}
		if o.Smooth > 0 {
			chart.Title += fmt.Sprintf(", smoothed by %g", o.Smooth)
		}
		for i, series := range c.Series {
			x, y, err := series[name].Curve(over)
			if err != nil {
				return sheet, fmt.Errorf("patchwork.RunChartOptions: Over: %w", err)
			}
			x, y = runlog.Thin(x, runlog.Smooth(y, o.Smooth), drawnPoints)
			chart.Series = append(chart.Series, widgets.Series{Name: c.Labels[i], X: x, Y: y}) // an empty one keeps the colours of the others
		}
		sheet.Charts = append(sheet.Charts, chart)
	}
	return sheet, errors.Join(errs...)
}

// order puts the loss first, and what is set rather than measured last.
func order(metric string) int {
	switch metric {
	case "loss":
		return 0
	case "rate", "images_per_s":
		return 2
	}
	return 1
}

// comparisonTable is the runs as HTML that needs no style: what differs and the metrics, the best in bold.
func comparisonTable(c runlog.Comparison) string {
	var b strings.Builder
	b.WriteString("<table>\n")
	line := func(cell, name string, values []string) {
		fmt.Fprintf(&b, "<tr><th align=\"left\">%s</th>", html.EscapeString(name))
		for _, v := range values {
			fmt.Fprintf(&b, "<%s align=\"left\">%s</%[1]s>", cell, v)
		}
		b.WriteString("</tr>\n")
	}
	each := func(of func(i int, r runlog.Run) string) (values []string) {
		for i, r := range c.Runs {
			values = append(values, html.EscapeString(of(i, r)))
		}
		return values
	}
	line("th", "", each(func(i int, _ runlog.Run) string { return c.Labels[i] }))
	line("td", "run", each(func(_ int, r runlog.Run) string { return r.ID }))
	line("td", "state", each(func(_ int, r runlog.Run) string { return cmp.Or(string(r.State), "–") }))
	line("td", "took", each(func(_ int, r runlog.Run) string { return runlog.Took(r.Seconds) }))
	for _, s := range c.Settings {
		line("td", s.Name, each(func(i int, _ runlog.Run) string { return cmp.Or(s.Values[i], "–") }))
	}
	for _, m := range c.Metrics {
		values := make([]string, len(m.Values))
		for i, v := range m.Values {
			switch {
			case v == nil:
				values[i] = "–"
			case m.Best[i]:
				values[i] = fmt.Sprintf("<b>%.4g</b>", *v)
			default:
				values[i] = fmt.Sprintf("%.4g", *v)
			}
		}
		line("td", m.Name, values)
	}
	if slices.ContainsFunc(c.Runs, func(r runlog.Run) bool { return r.Note != "" }) {
		line("td", "note", each(func(_ int, r runlog.Run) string { return r.Note }))
	}
	b.WriteString("</table>\n")
	return b.String()
}

// ComparisonPage is a page of its own, without scripts, with the table of the runs and their curves.
//
// Errors: those of RunCharts; a chart that cannot be drawn.
func ComparisonPage(c runlog.Comparison, o RunChartOptions) (string, error) {
	sheet, err := RunCharts(c, o)
	if err != nil {
		return "", err
	}
	charts, err := sheet.StaticHTML()
	if err != nil {
		return "", err
	}
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Runs</title>\n" +
		"<style>body { font-family: system-ui, sans-serif; margin: 24px } th, td { padding: 2px 12px 2px 0; vertical-align: top } table { margin-bottom: 20px }</style>\n" +
		comparisonTable(c) + charts + "</html>\n", nil
}
