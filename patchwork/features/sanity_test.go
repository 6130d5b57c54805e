package features

import (
	"context"
	"image/color"
	"strings"
	"testing"
)

func TestCheckSanity(t *testing.T) {
	// Two classes that differ in how red they are, before random greens; channel means know, and so do raw pixels.
	var colours []color.RGBA
	for i := range 24 {
		colours = append(colours, color.RGBA{uint8(30 + 150*(i%2)), uint8(i * 3), 120, 255})
	}
	a := newAlbum(t, colours...)
	s, _ := a.run(&means{id: "means"}, RunOptions{})
	truth := func(row, c int) int8 {
		if row%2 == c {
			return 1
		}
		return 0
	}
	got, err := CheckSanity(context.Background(), s, a.reader(), 2, truth)
	if err != nil || got == nil {
		t.Fatal(got, err)
	}
	if got.Features.Accuracy != 1 || got.Pixels.Accuracy != 1 || got.Features.Rows != 24 || got.Better() {
		t.Errorf("got %+v, want both to know everything, so that features are no better", got)
	}
	if text := got.String(); !strings.HasPrefix(text, "leave-one-out 5-NN accuracy on 24 labelled images: 1.000 with channel means; raw 16×16 pixels 1.000 in colour, ") ||
		strings.Contains(text, "warning") {
		t.Errorf("got %q, want no warning where nothing could be better", text)
	}
	got.Features.Accuracy, got.Pixels.Accuracy = 0.9, 0.9
	if text := got.String(); !strings.Contains(text, "\nwarning: these features tell the classes apart no better than raw pixels") {
		t.Errorf("got %q", text)
	}
	got.Features.Accuracy = 1
	got.Pixels.Accuracy, got.Grey.Accuracy, got.Features.Single = 0.5, 0.4, false
	if text := got.String(); strings.Contains(text, "warning") || !strings.Contains(text, "balanced agreement (chance is 0.5)") {
		t.Errorf("better features: got %q", text)
	}

	for name, labels := range map[string]func(row, c int) int8{
		"nothing known":    func(int, int) int8 { return -1 },
		"one class only":   func(int, int) int8 { return 1 },
		"eleven rows only": func(row, c int) int8 { return min(truth(row, c), int8(max(-1, 10-row))) },
	} {
		if got, err := CheckSanity(context.Background(), s, a.reader(), 2, labels); got != nil || err != nil {
			t.Errorf("%s: got %v, %v; want nothing", name, got, err)
		}
	}
}
