package patchwork

import (
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
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
