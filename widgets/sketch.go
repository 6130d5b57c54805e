package widgets

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Sketch draws the chart by hand as a small SVG picture: within a millisecond, so that it suits curves that change
// several times a second. The scale, the gaps and the colours are those of SVG. Errors: those of Option.
func (c Chart) Sketch() (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	width, height := c.size()
	b := &strings.Builder{}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="system-ui,'DejaVu Sans',sans-serif" font-size="12">`, width, height)
	fmt.Fprintf(b, `<rect width="%d" height="%d" fill="#fff"/>`, width, height)
	text(b, 13, 22, "start", `font-size="13" font-weight="bold"`, c.Title)
	box := frame{left: 54, top: 36, right: float64(width) - 20, bottom: float64(height) - 30}
	if c.Title == "" {
		box.top = 18
	}
	if len(c.Series) > 1 {
		c.legend(b, box.top+6)
		box.top += 22
	}
	if c.XName != "" {
		box.bottom -= 16
		text(b, (box.left+box.right)/2, box.bottom+34, "middle", "", c.XName)
	}
	if c.YName != "" {
		y := (box.top + box.bottom) / 2
		text(b, 16, y, "middle", fmt.Sprintf(`transform="rotate(-90 16 %.1f)"`, y), c.YName)
	}
	c.curves(b, box)
	b.WriteString("</svg>")
	return b.String(), nil
}

// frame is where the curves are, in pixels from the upper left.
type frame struct{ left, top, right, bottom float64 }

func text(b *strings.Builder, x, y float64, anchor, more, words string) {
	if words != "" {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="#6b7380" %s>%s</text>`, x, y, anchor, more, html.EscapeString(words))
	}
}

func (c Chart) legend(b *strings.Builder, y float64) {
	x := 13.0
	for i, s := range c.Series {
		fmt.Fprintf(b, `<path d="M%.0f %.0fh22" fill="none" stroke="%s" stroke-width="2"%s/>`, x, y, palette[i%len(palette)], dashes(s))
		text(b, x+28, y+4, "start", "", s.Name)
		x += 28 + 7.4*float64(len([]rune(s.Name))) + 22
	}
}

func dashes(s Series) string {
	if s.Dashed {
		return ` stroke-dasharray="6 4"`
	}
	return ""
}

func (c Chart) curves(b *strings.Builder, box frame) {
	x0, x1, ok := c.spanX()
	if !ok {
		text(b, box.left, box.top+16, "start", "", c.nothing())
		return
	}
	if c.Shares {
		x0, x1 = 0, 1
	}
	xs := ticks(x0, x1, 5)
	switch {
	case c.LogX && x0 == x1:
		x0, x1 = x0/2, x1*2
		fallthrough
	case c.LogX:
		xs = powers(x0, x1)
	case x0 == x1:
		x0, x1 = x0-1, x1+1
		xs = ticks(x0, x1, 5)
	}
	left, right := scaled(x0, c.LogX), scaled(x1, c.LogX)
	ys := c.ticksY()
	y0, y1 := scaled(ys[0], c.LogY), scaled(ys[len(ys)-1], c.LogY)
	atX := func(x float64) float64 { return box.left + (scaled(x, c.LogX)-left)/(right-left)*(box.right-box.left) }
	atY := func(y float64) float64 { return box.bottom - (scaled(y, c.LogY)-y0)/(y1-y0)*(box.bottom-box.top) }
	for _, y := range ys {
		fmt.Fprintf(b, `<path d="M%.0f %.1fH%.0f" stroke="#e3e6ea"/>`, box.left, atY(y), box.right)
		text(b, box.left-8, atY(y)+4, "end", "", number(y))
	}
	for _, x := range xs {
		if x >= x0 && x <= x1 {
			text(b, atX(x), box.bottom+17, "middle", "", number(x))
		}
	}
	fmt.Fprintf(b, `<path d="M%.0f %.0fV%.0fH%.0f" fill="none" stroke="#8a8f98"/>`, box.left, box.top, box.bottom, box.right)
	for i, s := range c.Series {
		c.sketchBands(b, s, palette[i%len(palette)], atX, atY)
	}
	for i, s := range c.Series {
		color := palette[i%len(palette)]
		if d := c.path(s, atX, atY); d != "" {
			fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"%s/>`, d, color, dashes(s))
		}
		if len(s.X) > fewPoints {
			continue
		}
		for j, x := range s.X {
			if c.across(x) && c.drawable(s.Y[j]) {
				fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>`, atX(x), atY(s.Y[j]), color)
			}
		}
	}
}

// path is the line of a curve, lifted at each gap.
func (c Chart) path(s Series, atX, atY func(float64) float64) string {
	var d strings.Builder
	pen := "M"
	for i, x := range s.X {
		if !c.across(x) || !c.drawable(s.Y[i]) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", pen, atX(x), atY(s.Y[i]))
		pen = "L"
	}
	return d.String()
}

func scaled(v float64, log bool) float64 {
	if log {
		return math.Log10(v)
	}
	return v
}

// ticksY are the marks of the y axis, at least two; the first and the last are its ends.
func (c Chart) ticksY() []float64 {
	if c.Shares {
		return ticks(0, 1, 4)
	}
	low, high := math.Inf(1), math.Inf(-1)
	if c.fixedY() {
		low, high = c.FromY, c.ToY
	}
	for _, s := range c.Series {
		for k, y := range s.Y {
			if c.drawable(y) {
				low, high = min(low, y), max(high, y)
			}
			if c.banded(s, k) {
				low, high = min(low, s.Low[k]), max(high, s.High[k])
			}
		}
	}
	if !c.LogY {
		return ticks(low, high, 4)
	}
	return powers(low, high)
}

// powers are powers of ten from at most low to at least high, two or more.
func powers(low, high float64) (marks []float64) {
	last := math.Ceil(math.Log10(high))
	for e := math.Floor(math.Log10(low)); e <= last || len(marks) < 2; e++ {
		marks = append(marks, math.Pow(10, e))
	}
	return marks
}

// ticks are round numbers from at most low to at least high, about n+1 of them, in steps of 1, 2 or 5 times a power of
// ten: the one nearest to the even step, as ratios go.
func ticks(low, high float64, n int) []float64 {
	if high <= low {
		pad := max(math.Abs(low)*0.1, 0.1)
		low, high = low-pad, high+pad
	}
	rough := (high - low) / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(rough)))
	switch ratio := rough / step; {
	case ratio >= math.Sqrt(50):
		step *= 10
	case ratio >= math.Sqrt(10):
		step *= 5
	case ratio >= math.Sqrt2:
		step *= 2
	}
	var marks []float64
	for i := math.Floor(low/step + 1e-9); ; i++ {
		marks = append(marks, i*step)
		if i*step >= high-1e-9*step {
			return marks
		}
	}
}

// number writes a tick without the noise of binary fractions.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
