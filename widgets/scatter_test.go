package widgets

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// clusters are n points in so many round heaps, and the heap of each.
func clusters(n, heaps int) (points []float32, of []byte) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		heap := i * heaps / n
		angle := 2 * math.Pi * float64(heap) / float64(heaps)
		points = append(points, float32(math.Cos(angle)+0.18*random.NormFloat64()), float32(math.Sin(angle)+0.18*random.NormFloat64()))
		of = append(of, byte(heap))
	}
	return points, of
}

// labelledMap is a map whose labels of two classes are kept in memory.
type labelledMap struct {
	values [][]int8 // by class and row
	past   [][][]int8
	told   [][]int
}

func (l *labelledMap) options(n, heaps int) ScatterOptions {
	points, of := clusters(n, heaps)
	var groups []Shade
	for i := range heaps {
		groups = append(groups, Shade{Name: fmt.Sprintf("heap %d", i), Color: ShadeColor(i)})
	}
	classes := []string{"forest", "water"}
	for range classes {
		l.values = append(l.values, slices.Repeat([]int8{-1}, n))
	}
	return ScatterOptions{
		Title: "heaps", Points: points, Classes: classes,
		Colorings: []Coloring{
			{"heap", "heap", func() Shades { return Shades{Groups: groups, Of: of, None: "in no heap"} }},
			{"water", "water as labelled", func() Shades {
				s := Shades{Groups: []Shade{{"present", PresentColor}, {"absent", AbsentColor}}, None: "not labelled", Of: make([]byte, n)}
				for row, v := range l.values[1] {
					s.Of[row] = map[int8]byte{1: 0, 0: 1, -1: NoShade}[v]
				}
				return s
			}},
			{"row", "row", func() Shades {
				values := make([]float64, n)
				for i := range values {
					values[i] = float64(i)
				}
				return ScaleOf(values, 0, float64(n), "none", func(v float64) string { return fmt.Sprintf("%.0f", v) })
			}},
		},
		OnSelect: func(rows []int) { l.told = append(l.told, rows) },
		Label: func(_ context.Context, rows []int, class string, value int8, only bool) (string, error) {
			c := slices.Index(classes, class)
			l.past = append(l.past, [][]int8{slices.Clone(l.values[0]), slices.Clone(l.values[1])})
			done := 0
			for _, row := range rows {
				if !only || l.values[c][row] == unknown {
					l.values[c][row] = value
					done++
				}
			}
			return fmt.Sprintf("labelled %d images", done), nil
		},
		Undo: func(context.Context) (string, error) {
			l.values, l.past = l.past[len(l.past)-1], l.past[:len(l.past)-1]
			return "undone", nil
		},
		Counts: func(rows []int) (counts []ClassCount) {
			for c, name := range classes {
				count := ClassCount{Name: name}
				for _, row := range rows {
					*map[int8]*int{1: &count.Present, 0: &count.Absent, -1: &count.Unknown}[l.values[c][row]]++
				}
				counts = append(counts, count)
			}
			return counts
		},
	}
}

func TestScatterComplainsAboutAllAtOnce(t *testing.T) {
	_, err := NewScatter(ScatterOptions{Points: []float32{1}, Colorings: []Coloring{{Key: "a"}, {Key: "a"}},
		Label: func(context.Context, []int, string, int8, bool) (string, error) { return "", nil }})
	for _, want := range []string{"Points has 1 numbers", `Colorings[0] has the key "a", and a Make: false`, "Colorings[1]", "Label without Undo"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if _, err := NewScatter(ScatterOptions{}); err == nil || !strings.Contains(err.Error(), "there are no Colorings") {
		t.Errorf("nothing at all: %v", err)
	}
}

// TestScatterWire reads testdata/scatter.json, which testdata/scatter.test.mjs reads from the page's side.
func TestScatterWire(t *testing.T) {
	text, err := os.ReadFile("testdata/scatter.json")
	if err != nil {
		t.Fatal(err)
	}
	var wire struct {
		Points struct {
			Values []*float32
			Base64 string
		}
		Rows []struct {
			Rows []int
			Of   int
			Bits string
		}
		Scale struct {
			Values []*float64
			Codes  []int
			Groups []int
			Colors []string
		}
	}
	if err := json.Unmarshal(text, &wire); err != nil {
		t.Fatal(err)
	}
	var points []float32
	for _, v := range wire.Points.Values {
		if v == nil {
			points = append(points, float32(math.NaN()))
		} else {
			points = append(points, *v)
		}
	}
	if got := base64.StdEncoding.EncodeToString(PointBytes(points)); got != wire.Points.Base64 {
		t.Errorf("points are %s; want %s", got, wire.Points.Base64)
	}
	for _, tt := range wire.Rows {
		rows, err := RowsOfBits(tt.Bits, tt.Of)
		if err != nil || !slices.Equal(rows, tt.Rows) {
			t.Errorf("%s is %v, %v; want %v", tt.Bits, rows, err, tt.Rows)
		}
	}
	var values []float64
	for _, v := range wire.Scale.Values {
		if v == nil {
			values = append(values, math.NaN())
		} else {
			values = append(values, *v)
		}
	}
	s := ScaleOf(values, 0, 1, "", nil)
	for i, code := range s.Of {
		if int(code) != wire.Scale.Codes[i] || s.group(code) != wire.Scale.Groups[i] || s.color(code) != wire.Scale.Colors[i] {
			t.Errorf("%v has code %d, group %d, colour %s; want %d, %d, %s", values[i], code, s.group(code), s.color(code), wire.Scale.Codes[i], wire.Scale.Groups[i], wire.Scale.Colors[i])
		}
	}
	if s.Groups[4].Name != "0.80 to 1.00" {
		t.Errorf("the last part of the scale is called %q", s.Groups[4].Name)
	}
	if _, err := RowsOfBits("!", 3); err == nil {
		t.Error("what is no base64 is read")
	}
}

func TestShadesAreMadeClean(t *testing.T) {
	s := Shades{Groups: []Shade{{"a", "red;}"}, {"b", "#123456"}}, Of: []byte{1, 2, 0}}.clean(5)
	if want := []byte{1, NoShade, 0, NoShade, NoShade}; !slices.Equal(s.Of, want) || s.Groups[0].Color != ShadeColor(0) || s.Groups[1].Color != "#123456" {
		t.Errorf("clean shades are %+v; want %v", s, want)
	}
	if got := s.counts(); !slices.Equal(got, []int{1, 1, 3}) {
		t.Errorf("counts are %v", got)
	}
	if s := ScaleOf([]float64{5, 5}, 5, 5, "", nil); s.Of[0] != 0 {
		t.Errorf("a scale without a range is %v", s.Of)
	}
}

func TestScatterSession(t *testing.T) {
	var l labelledMap
	m, err := NewScatter(l.options(40, 4))
	if err != nil {
		t.Fatal(err)
	}
	server, err := host.New(m, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.End("test is over") })
	tell := func(kind, data string) map[string]any {
		t.Helper()
		reply, err := m.Receive(t.Context(), "page", host.Event{Kind: kind, Data: json.RawMessage(data)})
		if err != nil {
			t.Fatalf("%s %s: %v", kind, data, err)
		}
		return reply.(map[string]any)
	}
	bits := base64.StdEncoding.EncodeToString([]byte{0b101, 0, 0, 0, 0b10000000}) // rows 0, 2, 39
	sum := tell("select", `{"bits":"`+bits+`"}`)["summary"].(ScatterSummary)
	if len(sum.Tiles) != 3 || sum.Tiles[2].Row != 39 || sum.Classes[1] != (ClassCount{"water", 0, 0, 3}) {
		t.Errorf("the selection is %+v", sum)
	}
	if len(l.told) != 1 || !slices.Equal(l.told[0], []int{0, 2, 39}) || !slices.Equal(m.Selected(), []int{0, 2, 39}) {
		t.Errorf("Go was told %v", l.told)
	}
	first := tell("color", `{"by":"water"}`)["view"].(scatterView)
	v := tell("label", `{"bits":"`+bits+`","class":"water","value":1}`)["view"].(scatterView)
	if v.Points != first.Points || v.Codes == first.Codes || v.Message != "labelled 3 images" || !*v.CanUndo {
		t.Errorf("after labelling %+v; want other colours, and the same places", v)
	}
	if m.shades.Of[39] != 0 || m.shades.Of[1] != NoShade {
		t.Errorf("colours are %v", m.shades.Of)
	}
	if v := tell("label", `{"bits":"/////w==","class":"water","value":0,"only":true}`)["view"].(scatterView); v.Message != "labelled 30 images" || m.shades.Of[0] != 0 {
		t.Errorf("only what was not labelled: %s, %v", v.Message, m.shades.Of)
	}
	if v := tell("undo", ``)["view"].(scatterView); v.Message != "undone" || m.shades.Of[1] != NoShade || !*v.CanUndo {
		t.Errorf("after an undo %+v, %v", v, m.shades.Of)
	}
	m.Highlight([]int{3, -1, 40, 39})
	if view, _ := m.Hello(t.Context(), "page"); !slices.Equal(view.(scatterView).Highlight, []int{3, 39}) {
		t.Errorf("highlighted are %v", view.(scatterView).Highlight)
	}
	for kind, data := range map[string]string{"color": `{"by":"x"}`, "label": `{"class":"x"}`, "select": `{"bits":"!"}`, "dance": `{}`} {
		if _, err := m.Receive(t.Context(), "page", host.Event{Kind: kind, Data: json.RawMessage(data)}); err == nil {
			t.Errorf("%s %s was accepted", kind, data)
		}
	}
}

func TestTileRowsAndSpread(t *testing.T) {
	if rows, err := TileRows("1,0", 2); err != nil || !slices.Equal(rows, []int{1, 0}) {
		t.Errorf("rows are %v, %v", rows, err)
	}
	for _, text := range []string{"", "2", "-1", "0,x", strings.Repeat("0,", 500) + "0"} {
		if _, err := TileRows(text, 2); err == nil {
			t.Errorf("%.20q was accepted", text)
		}
	}
	if got := Spread([]int{1, 2, 3, 4, 5, 6}, 3); !slices.Equal(got, []int{1, 3, 5}) {
		t.Errorf("spread is %v", got)
	}
}

// One image that is labelled lies among three that are not, at the same place: it is seen, whichever row it is.
func TestWhatIsKnownLiesOnTop(t *testing.T) {
	for labelled := range 4 {
		of := []byte{NoShade, NoShade, NoShade, NoShade}
		of[labelled] = 0
		shades := Shades{Groups: []Shade{{"water", "#0072b2"}}, Of: of}
		m, err := NewScatter(ScatterOptions{Points: make([]float32, 8), Colorings: []Coloring{{"label", "label", func() Shades { return shades }}}})
		if err != nil {
			t.Fatal(err)
		}
		if c := m.still(shades, nil).RGBAAt(stillWide/2, stillHigh/2); c.B < 150 || c.R > 40 {
			t.Errorf("with row %d labelled the dot is %v; want the blue of its label", labelled, c)
		}
	}
}

func TestScatterStatic(t *testing.T) {
	var l labelledMap
	o := l.options(4000, 5)
	o.Title = "<b>heaps</b>"
	o.Points[0] = float32(math.NaN())
	m, err := NewScatter(o)
	if err != nil {
		t.Fatal(err)
	}
	m.Highlight([]int{7})
	page := m.StaticHTML()
	survives(t, page)
	for _, want := range []string{"3999 images, coloured by heap; 1 have no place", "heap 4 <small>800</small>", "&lt;b&gt;heaps", swatch("#0072b2")} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the static form", want)
		}
	}
	if strings.Contains(page, "in no heap") {
		t.Error("a group without images is in the legend")
	}
	if len(page) > 400<<10 {
		t.Errorf("the static form has %d bytes", len(page))
	}
	// The middle of each heap has its colour, more or less, and what lies between the heaps is white.
	picture := m.still(m.shades, nil)
	c := picture.RGBAAt(stillWide/2, stillHigh/2)
	if c.R != 255 || c.G != 255 || c.B != 255 {
		t.Errorf("between the heaps is %v", c)
	}
	counts := map[[3]bool]int{}
	for i := 0; i < len(picture.Pix); i += 4 {
		p := picture.Pix[i:]
		counts[[3]bool{p[0] > 140, p[1] > 140, p[2] > 140}]++
	}
	if blue := counts[[3]bool{false, false, true}]; blue < 200 {
		t.Errorf("%d pixels are of the first heap's blue", blue)
	}
}
