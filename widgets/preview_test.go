package widgets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"github.com/gopatchwork/patchwork/internal/browsertest"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// shades is a preview of n pictures of one grey, the first control's value, and with the switch on its negative.
func shades(t *testing.T, n int) Preview {
	return Preview{
		Title: "shades", Columns: 2,
		Controls: []Control{{Name: "brightness", Max: 1, Step: 0.1, Value: 0.5, About: "how bright"}, {Name: "negative", Switch: true}},
		Presets:  []Preset{{Name: "dark", Values: []float64{0.1, 0}}, {Name: "light", Values: []float64{0.9, 0}}},
		Draw: func(_ context.Context, values []float64, draws int) ([]GridImage, error) {
			switch {
			case values[0] == 0:
				return nil, errors.New("it is too dark")
			case values[0] == 1:
				panic("blinded")
			}
			v := values[0]
			if values[1] == 1 {
				v = 1 - v
			}
			m := image.NewRGBA(image.Rect(0, 0, 30, 20))
			for i := range 30 * 20 {
				m.SetRGBA(i%30, i/30, color.RGBA{uint8(255 * v), uint8(255 * v), uint8(min(255, 20*draws)), 255})
			}
			return slices.Repeat([]GridImage{{Src: pngOf(t, m), Caption: fmt.Sprintf("%.1f, draw %d", v, draws)}}, n), nil
		},
		Text: func(values []float64) string {
			return fmt.Sprintf("brightness: %g\nnegative: %g", values[0], values[1])
		},
	}
}

func TestPreviewStatic(t *testing.T) {
	p := shades(t, 3)
	html := p.StaticHTML(t.Context(), []float64{0.2, 1}, 4)
	survives(t, html)
	for _, want := range []string{"0.8, draw 4", "brightness: 0.2<br>negative: 1"} {
		if strings.Count(html, want) == 0 {
			t.Errorf("%q is not in\n%s", want, html)
		}
	}
	if n := strings.Count(html, "<img"); n != 3 {
		t.Errorf("%d pictures, want 3", n)
	}
	if html := p.StaticHTML(t.Context(), []float64{1, 0}, 0); !strings.Contains(html, "the pictures cannot be drawn: blinded") {
		t.Errorf("a panic is shown as\n%s", html)
	}
}

func TestPreviewComplainsAboutAllAtOnce(t *testing.T) {
	_, err := Preview{Controls: []Control{{Name: "a", Max: 1, Value: 2}, {Name: "a", Min: 3, Max: 3}, {Name: "b", Max: math.Inf(1)}, {Switch: true, Value: 1}},
		Presets: []Preset{{Name: "short", Values: []float64{1}}}}.Run(t.Context())
	for _, want := range []string{"Draw is nil", "a is 2; want 0 to 1", `Controls[1] is named "a"`, "a goes from 3 to 3", "b goes from 0 to +Inf", `Controls[3] is named ""`,
		`the preset "short" has 1 values and there are 4 controls`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

func TestPreviewWhereNobodyCanClick(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	values, err := shades(t, 1).Run(t.Context())
	if err != nil || !slices.Equal(values, []float64{0.5, 0}) {
		t.Errorf("values %v, %v; want those to begin with", values, err)
	}
}

func TestPreviewSession(t *testing.T) {
	s := newPreviewSession(t.Context(), shades(t, 2))
	server, err := host.New(s, host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.End("test is over") })
	tell := func(kind, data string) previewView {
		t.Helper()
		reply, err := s.Receive(t.Context(), "page", host.Event{Kind: kind, Data: json.RawMessage(data)})
		if err != nil {
			t.Fatalf("%s %s: %v", kind, data, err)
		}
		return reply.(previewView)
	}
	first, err := s.Hello(t.Context(), "page")
	if err != nil || len(first.(previewView).Tiles) != 2 || first.(previewView).Text != "brightness: 0.5\nnegative: 0" {
		t.Fatalf("the first view is %+v, %v", first, err)
	}
	v := tell("set", `{"values":[7,0.3]}`) // beyond the range, where Draw panics
	if v.Values[0] != 1 || v.Values[1] != 1 || !strings.Contains(v.Fault, "blinded") || v.Tiles[0].Caption != "0.5, draw 0" {
		t.Errorf("after a panic: %+v", v)
	}
	v = tell("set", `{"values":[0,0]}`)
	if v.Fault != "it is too dark" {
		t.Errorf("after an error: %+v", v)
	}
	before := tell("set", `{"values":[0.2,1]}`)
	v = tell("again", `{}`)
	if v.Fault != "" || v.Tiles[0].Caption != "0.8, draw 1" || v.Tiles[0].Src == before.Tiles[0].Src {
		t.Errorf("after other draws: %+v", v)
	}
	for data, want := range map[string]string{`{"values":[1]}`: "1 values came and there are 2 controls", `{`: "not understood"} {
		if _, err := s.Receive(t.Context(), "page", host.Event{Kind: "set", Data: json.RawMessage(data)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
	if values, draws := s.chosen(); !slices.Equal(values, []float64{0.2, 1}) || draws != 1 {
		t.Errorf("what was refused changed the values: %v, %d", values, draws)
	}
}

func TestPreviewInABrowser(t *testing.T) {
	p := shades(t, 6)
	s := newPreviewSession(t.Context(), p)
	page, _, _ := servedPage(t, s, p.shell())
	page.MustElement(".pw-pictures figure img")
	soon(t, page, "document.querySelectorAll('.pw-pictures figure').length", "6", "the pictures are there")
	soon(t, page, "document.querySelector('.pw-tools select').selectedOptions[0].textContent", `"own settings"`, "no preset has these values")

	page.MustElement("#pw-control-0").MustFocus()
	press(page, input.ArrowRight, input.ArrowRight)
	soon(t, page, "document.querySelector('.pw-text').textContent", `"brightness: 0.7\nnegative: 0"`, "arrow keys move the slider, and the text follows")
	soon(t, page, "document.querySelector('figcaption').textContent", `"0.7, draw 0"`, "and the pictures")
	page.MustElement("#pw-control-1").MustClick()
	soon(t, page, "document.querySelector('figcaption').textContent", `"0.3, draw 0"`, "the switch is on")
	page.MustElementR("button", "Draw again").MustClick()
	soon(t, page, "document.querySelector('figcaption').textContent", `"0.3, draw 1"`, "other draws")
	page.MustElement(".pw-tools select").MustSelect("light")
	soon(t, page, "document.querySelector('.pw-text').textContent", `"brightness: 0.9\nnegative: 0"`, "a preset sets all")
	soon(t, page, "document.querySelector('#pw-control-1').checked", "false", "the controls too")
	soon(t, page, "[...document.images].every((m) => m.complete && m.naturalWidth === 30)", "true", "every picture loads")
	shot(t, page, "preview")
	t.Run("accessible", func(t *testing.T) { browsertest.Axe(t, page) })
	page.MustElement("#pw-control-0").MustFocus()
	press(page, input.Home)
	soon(t, page, "document.querySelector('.pw-fault').textContent", `"it is too dark"`, "what Draw says is shown")
	page.MustElementR("button", "Done").MustClick()
	soon(t, page, "document.querySelector('.pw-cellstate').textContent", `"ended: done"`, "the page says that it has ended")
	if values, _ := s.chosen(); !slices.Equal(values, []float64{0, 0}) {
		t.Errorf("the values are %v", values)
	}
}
