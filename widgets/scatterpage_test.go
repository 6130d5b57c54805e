package widgets

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// square is a picture of one colour.
func square(c color.RGBA) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 48, 48))
	for i := range 48 * 48 {
		m.SetRGBA(i%48, i/48, c)
	}
	return m
}

// A lasso around one of four heaps selects it, a press labels it in one step, and Undo takes it back.
func TestScatterPage(t *testing.T) {
	const heaps, each = 4, 250
	r := rand.New(rand.NewPCG(1, 2))
	var points []float32
	for i := range heaps * each {
		x, y := float64(i/each%2)*2-1, float64(i/each/2)*2-1
		points = append(points, float32(0.6*x+0.1*r.NormFloat64()), float32(0.6*y+0.1*r.NormFloat64()))
	}
	var mu sync.Mutex
	values := slices.Repeat([]int8{-1}, heaps*each)
	var before [][]int8
	pictures := make([][]byte, heaps)
	for i := range pictures {
		pictures[i] = pngOf(t, square(color.RGBA{uint8(60 * i), 120, uint8(200 - 40*i), 255}))
	}
	s, err := NewScatter(ScatterOptions{
		Title: "four heaps", Points: points, Classes: []string{"water"},
		Colorings: []Coloring{
			{Key: "label", Name: "water: label", Make: func() Shades {
				mu.Lock()
				defer mu.Unlock()
				sh := Shades{None: "unknown", Groups: []Shade{{"present", PresentColor}, {"absent", AbsentColor}}}
				for _, v := range values {
					sh.Of = append(sh.Of, map[int8]byte{-1: NoShade, 0: 1, 1: 0}[v])
				}
				return sh
			}},
			{Key: "heap", Name: "heap", Make: func() Shades {
				sh := Shades{None: "none"}
				for i := range heaps {
					sh.Groups = append(sh.Groups, Shade{fmt.Sprint("heap ", i), ShadeColor(i)})
				}
				for i := range values {
					sh.Of = append(sh.Of, byte(i/each))
				}
				return sh
			}},
		},
		Image: func(row int) GridImage {
			return GridImage{Src: pictures[row/each], Caption: fmt.Sprintf("image %d", row), Title: fmt.Sprintf("photos/%d.png", row)}
		},
		Label: func(_ context.Context, rows []int, _ string, value int8, only bool) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			before = append(before, slices.Clone(values))
			for _, row := range rows {
				values[row] = value
			}
			return fmt.Sprintf("%d images labelled", len(rows)), nil
		},
		Undo: func(context.Context) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			values, before = before[len(before)-1], before[:len(before)-1]
			return "taken back", nil
		},
		Counts: func(rows []int) []ClassCount {
			mu.Lock()
			defer mu.Unlock()
			c := ClassCount{Name: "water"}
			for _, row := range rows {
				*map[int8]*int{-1: &c.Unknown, 0: &c.Absent, 1: &c.Present}[values[row]]++
			}
			return []ClassCount{c}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	page, _, _ := servedPage(t, s, s.shell())
	page.MustElement(".pw-groups button")
	soon(t, page, "document.querySelectorAll('canvas').length > 0", "true", "there is a map")
	page.MustElement("select[aria-label='what colours mean']").MustSelect("heap")
	soon(t, page, "document.querySelectorAll('.pw-groups button').length", "4", "the legend has four heaps")
	shot(t, page, "map")

	stage := page.MustElement(".pw-stage").MustShape().Box()
	at := func(x, y float64) proto.Point { return proto.NewPoint(stage.X+x*stage.Width, stage.Y+y*stage.Height) }
	page.MustElement("button[title^='draw around dots']").MustClick()
	for i, p := range []proto.Point{at(0.02, 0.02), at(0.49, 0.02), at(0.49, 0.49), at(0.02, 0.49), at(0.02, 0.02)} {
		page.Mouse.MustMoveTo(p.X, p.Y)
		if i == 0 {
			page.Mouse.MustDown(proto.InputMouseButtonLeft)
		}
	}
	page.Mouse.MustUp(proto.InputMouseButtonLeft)
	soon(t, page, "/^2[0-9][0-9] images selected$/.test(document.querySelector('.pw-count').textContent)", "true", "a lasso selects a heap")
	soon(t, page, "document.querySelectorAll('.pw-strip img').length > 0", "true", "some of them are shown")
	rows := s.Selected()
	if len(rows) < 240 || len(rows) > each {
		t.Errorf("%d rows are selected in Go", len(rows))
	}
	for _, row := range rows {
		if row/each != rows[0]/each {
			t.Errorf("row %d is of another heap than row %d", row, rows[0])
		}
	}
	shot(t, page, "map-selected")

	page.MustElement("button[data-value='present']").MustClick()
	soon(t, page, "document.querySelector('button[data-value=present]').disabled", "true", "all of them are labelled")
	count := func() (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range values {
			if v == 1 {
				n++
			}
		}
		return n
	}
	if n := count(); n != len(rows) {
		t.Errorf("%d images are labelled, want the %d selected", n, len(rows))
	}
	page.MustElement("button[title^='undo the last']").MustClick()
	soon(t, page, "document.querySelector('button[data-value=present]').disabled", "false", "undo takes them back")
	if n := count(); n != 0 {
		t.Errorf("%d images are labelled after undo", n)
	}

	// The brush paints over dots; Shift adds, Alt takes away, and keys do without a hand.
	count = func() (n int) { return len(s.Selected()) }
	heap := func(i int) proto.Point { // the height of the stage is what the map fills
		middle := at(0.5, 0.5)
		return proto.NewPoint(middle.X+0.29*stage.Height*float64(i%2*2-1), middle.Y-0.29*stage.Height*float64(i/2*2-1))
	}
	stroke := func(key input.Key, from, to proto.Point) {
		t.Helper()
		if key != 0 {
			if err := page.Keyboard.Press(key); err != nil {
				t.Fatal(err)
			}
			defer page.Keyboard.Release(key)
		}
		page.Mouse.MustMoveTo(from.X, from.Y)
		page.Mouse.MustDown(proto.InputMouseButtonLeft)
		page.Mouse.MustMoveTo((from.X+to.X)/2, (from.Y+to.Y)/2)
		page.Mouse.MustMoveTo(to.X, to.Y)
		page.Mouse.MustUp(proto.InputMouseButtonLeft)
	}
	byHeap := func() (in [heaps]int) {
		for _, row := range s.Selected() {
			in[row/each]++
		}
		return in
	}
	page.MustElement("button[title^='paint over dots']").MustClick()
	stroke(0, heap(0), heap(0))
	soonGo(t, "a dab selects some of a heap, and nothing else any more", func() bool { in := byHeap(); return in[0] > 5 && in[0] == count() })
	stroke(input.ShiftLeft, heap(1), heap(3))
	soonGo(t, "with Shift a stroke adds", func() bool { in := byHeap(); return in[0] > 5 && in[1] > 5 && in[3] > 5 && in[2] == 0 })
	shot(t, page, "map-brush")
	added := byHeap()
	stroke(input.AltLeft, heap(3), heap(3))
	soonGo(t, "with Alt it takes away", func() bool { in := byHeap(); return in[0] == added[0] && in[1] == added[1] && in[3] < added[3]*2/3 })
	press(page, input.Escape)
	soonGo(t, "Escape selects nothing", func() bool { return count() == 0 })
	for range 8 {
		press(page, input.BracketRight)
	}
	press(page, input.ArrowRight, input.ArrowRight, input.ArrowUp, input.ArrowUp, input.Space)
	soonGo(t, "keys paint where they look", func() bool { return count() > 20 })
	press(page, input.Space)
	soonGo(t, "and take it back", func() bool { return count() == 0 })
	press(page, input.Digit0)

	page.MustElement("button[title^='show images']").MustClick()
	soon(t, page, "document.querySelector(\"button[title^='show images']\").ariaPressed", `"true"`, "images take the place of dots")
	shot(t, page, "map-images")
}

// soonGo waits until something holds on this side.
func soonGo(t *testing.T, why string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Errorf("it is not so that %s", why)
}
