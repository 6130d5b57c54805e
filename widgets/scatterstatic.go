package widgets

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// The size of the picture of a map in a saved notebook, in pixels, and how much room is left at its edges.
const (
	stillWide, stillHigh = 720, 480
	stillRim             = 12
)

// StaticHTML is a picture of the map as it is coloured now, with what the colours mean below, for viewers that remove scripts
// and styles. What is highlighted has a ring.
func (s *Scatter) StaticHTML() string {
	s.mu.Lock()
	shades, by, highlight, selected := s.shades, s.o.Colorings[s.by].Name, s.highlight, len(s.selected)
	s.mu.Unlock()
	picture := pngAddress(s.still(shades, highlight))
	placed := 0
	for row := range s.rows() {
		if hasPlace(s.o.Points[2*row]) && hasPlace(s.o.Points[2*row+1]) {
			placed++
		}
	}
	said := fmt.Sprintf("%s: %d images, coloured by %s", s.title(), placed, by)
	if placed < s.rows() {
		said += fmt.Sprintf("; %d have no place", s.rows()-placed)
	}
	if selected > 0 {
		said += fmt.Sprintf("; %d selected", selected)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<p>%s</p><img src="%s" width="%d" alt="%s">`, html.EscapeString(said), picture, stillWide, html.EscapeString(said))
	b.WriteString("\n" + `<table cellpadding="3"><tr>`)
	entries := append(shades.Groups[:len(shades.Groups):len(shades.Groups)], Shade{orText(shades.None, "none"), UnknownColor})
	shown := 0
	for i, n := range shades.counts() {
		if n == 0 {
			continue
		}
		if shown > 0 && shown%4 == 0 {
			b.WriteString("</tr><tr>")
		}
		shown++
		fmt.Fprintf(&b, `<td><img src="%s" width="12" alt="">&nbsp;%s <small>%d</small></td>`, swatch(entries[i].Color), breakable(entries[i].Name), n)
	}
	b.WriteString("</tr></table>")
	return b.String()
}

// pngAddress is a picture as an address for src.
func pngAddress(m image.Image) string {
	var data bytes.Buffer
	png.Encode(&data, m) // to memory, and of a picture that has a size: it cannot fail
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data.Bytes())
}

// swatch is a picture of a colour alone: viewers remove colours of cells and text.
func swatch(c string) string {
	rgb := rgbOf(c)
	m := image.NewPaletted(image.Rect(0, 0, 12, 12), color.Palette{color.RGBA{rgb[0], rgb[1], rgb[2], 255}})
	return pngAddress(m)
}

func hasPlace(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// still draws the map on white, twice as fine as it is shown and made small, so that dots are round.
func (s *Scatter) still(shades Shades, highlight []int) *image.RGBA {
	const fine = 2
	wide, high := fine*stillWide, fine*stillHigh
	left, right, low, top := extentOf(s.o.Points)
	k := min(float64(wide-2*fine*stillRim)/max(right-left, 1e-9), float64(high-2*fine*stillRim)/max(top-low, 1e-9))
	sum := make([]float32, 3*wide*high)
	for i := range sum {
		sum[i] = 255
	}
	n := s.rows()
	radius := fine * max(1.1, min(4, 0.24*math.Sqrt(float64(stillWide*stillHigh)/float64(n))))
	alpha := float32(max(0.35, min(0.9, 40/math.Sqrt(float64(n)))))
	dot := func(row int, radius, hole float64, rgb [3]uint8, alpha float32) {
		x, y := s.o.Points[2*row], s.o.Points[2*row+1]
		if !hasPlace(x) || !hasPlace(y) {
			return
		}
		cx, cy := float64(wide)/2+k*(float64(x)-(left+right)/2), float64(high)/2-k*(float64(y)-(low+top)/2)
		for py := max(0, int(cy-radius)); py <= min(high-1, int(cy+radius)); py++ {
			for px := max(0, int(cx-radius)); px <= min(wide-1, int(cx+radius)); px++ {
				if d := math.Hypot(float64(px)+0.5-cx, float64(py)+0.5-cy); d > radius || d < hole {
					continue
				}
				at := 3 * (py*wide + px)
				for c := range 3 {
					sum[at+c] += alpha * (float32(rgb[c]) - sum[at+c])
				}
			}
		}
	}
	var palette [256][3]uint8
	for code := range palette {
		if shades.Scale || code == NoShade || code < len(shades.Groups) {
			palette[code] = rgbOf(shades.color(byte(code)))
		}
	}
	// In an order that has nothing to do with the rows, so that no folder lies on top of the others: steps of a prime that does
	// not divide their number visit each once.
	step := 7919
	for n%step == 0 {
		step += 2
	}
	for _, none := range []bool{true, false} { // what has no group or value lies below what has one
		for i := range n {
			if row := i * step % n; (shades.Of[row] == NoShade) == none {
				dot(row, radius, 0, palette[shades.Of[row]], alpha)
			}
		}
	}
	for _, row := range highlight {
		dot(row, radius+2*fine, radius+fine, [3]uint8{}, 1)
	}
	out := image.NewRGBA(image.Rect(0, 0, stillWide, stillHigh))
	for y := range stillHigh {
		for x := range stillWide {
			for c := range 3 {
				var v float32
				for dy := range fine {
					for dx := range fine {
						v += sum[3*((fine*y+dy)*wide+fine*x+dx)+c]
					}
				}
				out.Pix[out.PixOffset(x, y)+c] = uint8(v/(fine*fine) + 0.5)
			}
			out.Pix[out.PixOffset(x, y)+3] = 255
		}
	}
	return out
}

// extentOf is the box around the points that have a place, or that around the origin.
func extentOf(points []float32) (left, right, low, high float64) {
	left, right, low, high = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := 0; i+1 < len(points); i += 2 {
		if x, y := float64(points[i]), float64(points[i+1]); hasPlace(points[i]) && hasPlace(points[i+1]) {
			left, right, low, high = min(left, x), max(right, x), min(low, y), max(high, y)
		}
	}
	if left > right {
		return -1, 1, -1, 1
	}
	return left, right, low, high
}
