package widgets

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// shadeColors are the colours of classes (assets/classes.mjs): eight of Okabe and Ito's without black, followed by four of
// Paul Tol's muted ones, so that neighbours stay apart for people who see red and green alike.
var shadeColors = []string{
	"#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#5b4fc0", "#a33d6b", "#999933", "#44aa99", "#8a8f98",
}

// ShadeColor is the colour of the i-th of many groups, from 0; after the twelfth they begin again.
func ShadeColor(i int) string { return shadeColors[i%len(shadeColors)] }

// What labels look like: present, absent, and grey for what is not known.
const (
	PresentColor = "#009e73"
	AbsentColor  = "#d55e00"
	UnknownColor = "#9aa0a8"
)

// viridis are ten of its 256 colours (Smith and van der Walt 2015), without the two darkest, which a dark ground hides, as
// assets/scatterstate.mjs has them.
var viridis = []string{"#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"}

// scaleParts is how many parts of a scale the legend has.
const scaleParts = 5

// ScaleOf are the shades of numbers between low and high, from dark to light; those beyond count as the end, and NaN has none.
// text writes a number in the legend, nil with two digits behind the point.
func ScaleOf(values []float64, low, high float64, none string, text func(float64) string) Shades {
	if text == nil {
		text = func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	}
	if !(high > low) {
		high = low + 1
	}
	s := Shades{Scale: true, None: none, Of: make([]byte, len(values))}
	for part := range scaleParts {
		from, to := low+(high-low)*float64(part)/scaleParts, low+(high-low)*float64(part+1)/scaleParts
		s.Groups = append(s.Groups, Shade{fmt.Sprintf("%s to %s", text(from), text(to)), scaleColor(255 * (2*part + 1) / (2 * scaleParts))})
	}
	for i, v := range values {
		s.Of[i] = NoShade
		if !math.IsNaN(v) {
			s.Of[i] = byte(math.Round(254 * max(0, min(1, (v-low)/(high-low)))))
		}
	}
	return s
}

// color is that of a row's byte.
func (s Shades) color(code byte) string {
	switch {
	case code == NoShade:
		return UnknownColor
	case s.Scale:
		return scaleColor(int(code))
	}
	return s.Groups[code].Color
}

// scaleColor is the colour at code of 0 to 254.
func scaleColor(code int) string {
	at := float64(min(code, 254)) / 254 * float64(len(viridis)-1)
	low := int(at)
	a, b := rgbOf(viridis[low]), rgbOf(viridis[min(len(viridis)-1, low+1)])
	var mix [3]int
	for i := range mix {
		mix[i] = int(math.Floor(float64(a[i])*(1-at+float64(low)) + float64(b[i])*(at-float64(low)) + 0.5))
	}
	return fmt.Sprintf("#%02x%02x%02x", mix[0], mix[1], mix[2])
}

// rgbOf reads #rrggbb.
func rgbOf(color string) (rgb [3]uint8) {
	n, _ := strconv.ParseUint(color[1:], 16, 32)
	return [3]uint8{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

// group is the place in the legend of a row's byte; len(s.Groups) is what has none.
func (s Shades) group(code byte) int {
	switch {
	case code == NoShade:
		return len(s.Groups)
	case s.Scale:
		return min(scaleParts-1, int(code)*scaleParts/255)
	}
	return int(code)
}

// counts is how many rows each group has, and last how many have none.
func (s Shades) counts() []int {
	n := make([]int, len(s.Groups)+1)
	for _, code := range s.Of {
		n[s.group(code)]++
	}
	return n
}

// PointBytes is how points go to a page: left, low and step as float32, and for each number of points, x and y in turn, a uint16
// that counts steps from left or low, so that the longer side has 65,535 places; the highest of these stands for no place. All
// with the lowest byte first.
func PointBytes(points []float32) []byte {
	low := [2]float64{math.Inf(1), math.Inf(1)}
	high := [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, v := range points {
		if hasPlace(v) && hasPlace(points[i^1]) {
			low[i%2], high[i%2] = min(low[i%2], float64(v)), max(high[i%2], float64(v))
		}
	}
	if low[0] > high[0] {
		low, high = [2]float64{}, [2]float64{}
	}
	from := [2]float32{float32(low[0]), float32(low[1])}
	step := float32(max(high[0]-low[0], high[1]-low[1]) / (nowhere - 1))
	out := make([]byte, 0, 12+2*len(points))
	for _, v := range []float32{from[0], from[1], step} {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	for i, v := range points {
		at := uint16(nowhere)
		if hasPlace(v) && hasPlace(points[i^1]) {
			at = 0
			if step > 0 {
				at = uint16(max(0, min(nowhere-1, math.Round((float64(v)-float64(from[i%2]))/float64(step)))))
			}
		}
		out = binary.LittleEndian.AppendUint16(out, at)
	}
	return out
}

// nowhere is the number of steps that stands for no place.
const nowhere = 65535

// RowsOfBits reads a set of rows as a page sends it: base64 of a bit for each row, where row r is bit r%8 of byte r/8. Rows
// from n on are passed over. Errors: it is no base64.
func RowsOfBits(text string, n int) ([]int, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("widgets: a selection cannot be read: %w", err)
	}
	var rows []int
	for i, b := range data {
		for ; b != 0; b &= b - 1 {
			bit := 0
			for b>>bit&1 == 0 {
				bit++
			}
			if row := 8*i + bit; row < n {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// BitsOfRows writes a set of rows as RowsOfBits reads it, without the base64; rows that are not of the n are passed over.
func BitsOfRows(rows []int, n int) []byte {
	bits := make([]byte, (n+7)/8)
	for _, row := range rows {
		if row >= 0 && row < n {
			bits[row/8] |= 1 << (row % 8)
		}
	}
	return bits
}
