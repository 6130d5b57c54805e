package patchwork

import (
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/widgets"
)

func TestTuningNote(t *testing.T) {
	for _, tt := range []struct {
		p    finetune.Point
		want string
	}{
		{finetune.Point{}, ""},
		{finetune.Point{Speed: 81.26, Frozen: true}, "81.3 images/s · network frozen"},
		{finetune.Point{Speed: 1204, Point: classify.Point{Sure: 0.417}}, "1.2e+03 images/s · 42% of the unknown labels teach"},
	} {
		if got := tuningNote(tt.p); got != tt.want {
			t.Errorf("%q; want %q", got, tt.want)
		}
	}
}

// A step that is done in a moment shows no bar, one that lasts does, and the next step ends it.
func TestBarsOfStepsThatLast(t *testing.T) {
	short := steps{lasting: time.Hour}
	short.set("short", 1, 2)
	short.set("next", 1, 2)
	short.end()
	if short.bar != nil || short.soon != nil {
		t.Error("a step that is done in a moment has a bar, or will have one")
	}
	s := steps{lasting: time.Millisecond}
	s.set("long", 1, 4)
	bar := func() *widgets.Progress {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.bar
	}
	for end := time.Now().Add(10 * time.Second); bar() == nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if bar() == nil {
		t.Fatal("no bar of the step that lasts")
	}
	s.lasting = time.Hour
	s.set("next", 0, 2)
	if bar() != nil {
		t.Error("the bar of the step before stays")
	}
	s.end()
}
