package tensorboard

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"slices"
	"strings"
)

// summary adds an event with values of tags, each made by one function that gets the message Summary.Value, with its tag.
func (w *Writer) summary(step int, values ...func(m *message)) error {
	var all message
	for _, fill := range values {
		var value message
		fill(&value)
		all.message(1, value)
	}
	return w.write(step, func(m *message) { m.message(5, all) })
}

// Scalars writes numbers by their tags, as float32; "validation/loss" is shown with the other tags of validation. Numbers that
// are not finite are written too: TensorBoard marks them in the curve.
func (w *Writer) Scalars(step int, values map[string]float64) error {
	if len(values) == 0 {
		return nil
	}
	var all []func(*message)
	for _, tag := range slices.Sorted(maps.Keys(values)) {
		all = append(all, func(m *message) {
			m.text(1, tag)
			m.oneFloat(2, float32(values[tag]))
		})
	}
	return w.summary(step, all...)
}

// Text writes Markdown.
func (w *Writer) Text(step int, tag, markdown string) error {
	return w.summary(step, func(m *message) {
		t := tensor(texts)
		t.oneText(8, markdown)
		m.text(1, tag)
		m.message(8, t)
		m.message(9, plugin("text", nil))
	})
}

// Table is a Markdown table of names and their values, by names, to be written by Text.
func Table(values map[string]string) string {
	cell := strings.NewReplacer("|", `\|`, "\r\n", " ", "\n", " ", "\r", " ")
	var b strings.Builder
	b.WriteString("| name | value |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, "| %s | %s |\n", cell.Replace(name), cell.Replace(values[name]))
	}
	return b.String()
}

// Image writes a picture, as PNG.
func (w *Writer) Image(step int, tag string, picture image.Image) error {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return fmt.Errorf("tensorboard: the picture %s: %w", tag, err)
	}
	space := uint64(4) // red, green, blue, alpha
	switch picture.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		space = 1
	}
	return w.image(step, tag, picture.Bounds().Size(), space, file.Bytes())
}

func (w *Writer) image(step int, tag string, size image.Point, space uint64, file []byte) error {
	return w.summary(step, func(m *message) {
		var i message
		i.varint(1, uint64(size.Y))
		i.varint(2, uint64(size.X))
		i.varint(3, space)
		i.bytes(4, file)
		m.text(1, tag)
		m.message(4, i)
	})
}

// buckets is how many bars a histogram has.
const buckets = 30

// Histogram writes how values are spread: over 30 bars of one width from the least to the largest, as tensorboard.plugins.histogram
// counts them, the last with its right end. Values that are not finite are left out; without any other nothing is written.
func (w *Writer) Histogram(step int, tag string, values []float32) error {
	bars := count(values)
	if bars == nil {
		return nil
	}
	return w.summary(step, func(m *message) {
		var flat message
		for _, b := range bars {
			for _, v := range b {
				flat = appendDouble(flat, v)
			}
		}
		t := tensor(doubles, len(bars), 3)
		t.bytes(4, flat)
		m.text(1, tag)
		m.message(8, t)
		m.message(9, plugin("histograms", nil))
	})
}

// count is left end, right end and number of values of each bar. Where all values are the same, the last bar has them.
func count(values []float32) [][3]float64 {
	low, high := math.Inf(1), math.Inf(-1)
	finite := func(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }
	for _, v := range values {
		if finite(v) {
			low, high = min(low, float64(v)), max(high, float64(v))
		}
	}
	if low > high {
		return nil
	}
	bars := make([][3]float64, buckets)
	width := (high - low) / buckets
	for i := range bars {
		bars[i] = [3]float64{low + float64(float64(i)*width), low + float64(float64(i+1)*width), 0}
	}
	bars[buckets-1][1] = high
	for _, v := range values {
		if finite(v) {
			at := buckets - 1
			if width > 0 {
				at = min(int((float64(v)-low)/width), at)
			}
			bars[at][2]++
		}
	}
	return bars
}
