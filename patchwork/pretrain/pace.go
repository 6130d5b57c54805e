package pretrain

import (
	"fmt"
	"time"
)

// pace measures how fast it goes, without the first step, which compiles.
func (t *trainer) pace(p *Point) {
	if t.first.IsZero() {
		t.first, t.from = time.Now(), p.Step
		return
	}
	if took := (time.Since(t.first) - t.looking).Seconds(); took > 0 {
		perStep := took / float64(p.Step-t.from)
		p.Speed = float64(t.o.Batch) / perStep
		p.Left = time.Duration(float64(p.Steps-p.Step) * perStep * float64(time.Second))
	}
}

// diverged says what is known of a loss that is no number.
func (t *trainer) diverged(p Point) error {
	kept := "there is no checkpoint of before"
	if t.saved > 0 {
		kept = fmt.Sprintf("the checkpoint of step %d is in %s", t.saved, t.states().Dir(t.saved))
	}
	return fmt.Errorf("the loss is %g at step %d of %d (%s, %s, rate %.3g, batch %d); %s. Lower Rate (now %g), or set Clip to 1",
		p.Loss, p.Step, p.Steps, t.Method.Card().Name, t.o.Optimiser, p.Rate, t.o.Batch, kept, t.o.Rate)
}

// alarm hears of collapse: all images have about the same features. It goes by the metric spread, see the function.
type alarm struct {
	low  int // steps in a row
	told bool
}

const (
	spreadLeast = 0.1 // below which outputs are about the same
	spreadSteps = 50  // in a row that make an alarm
)

// hear is what to say after a point; "" if nothing, or if it was said before.
func (a *alarm) hear(p Point) string {
	v, ok := p.Metrics["spread"]
	if !ok || v >= spreadLeast {
		a.low, a.told = 0, false
		return ""
	}
	if a.low++; a.low < spreadSteps || a.told {
		return ""
	}
	a.told = true
	return fmt.Sprintf("outputs have hardly differed between images for %d steps (spread %.3f, healthy is near 1): they collapse. Stop; lower the rate (now %.3g), use a larger batch or stronger augmentation, or a method that cannot collapse, such as vicreg or simclr",
		a.low, v, p.Rate)
}
