package patchwork

import (
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/widgets"
)

// ShowProgress shows a bar for each step of a long call: in a cell's output, as a line on a terminal, or not at all where
// nobody looks. A step with nothing to do shows none. done ends the last bar.
func ShowProgress() (progress Progress, done func()) {
	var b steps
	return b.set, b.end
}

// ShowFineTuning is ShowProgress with a bar for what FineTune says of its training: images a second, the time that is left, and, where
// images without labels are guessed, the share of their unknown labels that teaches.
func ShowFineTuning() (onPoint func(finetune.Point), progress Progress, done func()) {
	var b steps
	return func(p finetune.Point) {
		b.begin("fine-tuning", p.Steps)
		b.bar.Report(p.Step, p.Left, tuningNote(p))
	}, b.set, b.end
}

// tuningNote is what stands behind the bar of a fine-tuning.
func tuningNote(p finetune.Point) string {
	var parts []string
	if p.Speed > 0 {
		parts = append(parts, fmt.Sprintf("%.3g images/s", p.Speed))
	}
	if p.Frozen {
		parts = append(parts, "network frozen")
	}
	if p.Sure > 0 {
		parts = append(parts, fmt.Sprintf("%.0f%% of the unknown labels teach", 100*p.Sure))
	}
	return strings.Join(parts, " · ")
}

// steps shows a bar for the step that a long call is at.
type steps struct {
	now   string
	total int // of the bar
	bar   *widgets.Progress
}

func (s *steps) begin(what string, total int) {
	if s.bar == nil || what != s.now {
		s.end()
		s.now, s.total, s.bar = what, total, widgets.NewProgress(what, total)
	}
}

func (s *steps) set(what string, done, total int) {
	if total > 0 {
		s.begin(what, total)
		s.bar.Set(done * s.total / total) // a head that is made at once ends with one step of one
	}
}

func (s *steps) end() {
	if s.bar != nil {
		s.bar.Done("")
		s.bar = nil
	}
}
