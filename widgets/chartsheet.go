package widgets

import (
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// ChartSheet is several charts side by side.
type ChartSheet struct {
	Charts  []Chart
	Columns int // 0 means 2
}

// StaticHTML is the charts as images in a table, for viewers that remove scripts and styles; "" without any.
//
// Errors: those of Chart.SVG.
func (s ChartSheet) StaticHTML() (string, error) {
	if len(s.Charts) == 0 {
		return "", nil
	}
	var b strings.Builder
	for i, c := range s.Charts {
		text, err := c.StaticHTML()
		if err != nil {
			return "", err
		}
		if i > 0 && i%orElse(s.Columns, 2) == 0 {
			b.WriteString("</tr>\n<tr>")
		}
		b.WriteString("<td>" + text + "</td>\n")
	}
	return "<table><tr>" + b.String() + "</tr></table>\n", nil
}

// SVG is one picture of all charts, row by row. A row is as high as its highest chart.
//
// Errors: those of Chart.SVG.
func (s ChartSheet) SVG() (string, error) {
	var b strings.Builder
	columns := orElse(s.Columns, 2)
	var x, y, width, high int // of the next chart, and so far
	for i, c := range s.Charts {
		if i > 0 && i%columns == 0 {
			x, y, high = 0, y+high, 0
		}
		svg, err := c.SVG()
		if err != nil {
			return "", err
		}
		// Parts that a chart refers to have the same names in each.
		own := strings.NewReplacer(`id="zr0-`, fmt.Sprintf(`id="c%d-`, i), `url(#zr0-`, fmt.Sprintf(`url(#c%d-`, i)).Replace(svg)
		fmt.Fprintf(&b, "<svg x=\"%d\" y=\"%d\"%s\n", x, y, strings.TrimPrefix(own, "<svg"))
		w, h := c.size()
		x, high = x+w, max(high, h)
		width = max(width, x)
	}
	height := y + high
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n%s</svg>\n",
		width, height, width, height, width, height, b.String()), nil
}

// Show puts the charts below the cell as pictures; outside a notebook it prints what they show in words.
//
// Errors: those of Chart.SVG.
func (s ChartSheet) Show() error {
	if !host.InNotebook() {
		for _, c := range s.Charts {
			fmt.Println(c.Alt())
		}
		return nil
	}
	html, err := s.StaticHTML()
	if err != nil {
		return err
	}
	return host.DisplayOnce(html)
}
