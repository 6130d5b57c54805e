package patchwork

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/widgets"
)

// ShowProgress shows a bar for each step of a long call: in a cell's output, as a line on a terminal, or not at all where
// nobody looks. A step with nothing to do, or that is done in a moment, shows none. done ends the last bar.
func ShowProgress() (progress Progress, done func()) {
	b := steps{lasting: lasting}
	return b.set, b.end
}

// ShowFineTuning is ShowProgress with a bar for what FineTune says of its training: images a second, the time that is left, and, where
// images without labels are guessed, the share of their unknown labels that teaches.
func ShowFineTuning() (onPoint func(finetune.Point), progress Progress, done func()) {
	b := steps{lasting: lasting}
	return func(p finetune.Point) {
		b.say("fine-tuning", p.Steps, func() { b.bar.Report(p.Step, p.Left, tuningNote(p)) })
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

// lasting is how long a step takes before it gets a bar: the context of a few hundred images is there before anybody could read one.
const lasting = 200 * time.Millisecond

// steps shows a bar for the step that a long call is at, if it lasts so long.
type steps struct {
	lasting time.Duration

	mu    sync.Mutex
	now   string
	total int               // of the bar
	show  func()            // brings the bar to what was said last
	bar   *widgets.Progress // nil while the step is short
	soon  *time.Timer       // nil between steps
}

func (s *steps) set(what string, done, total int) {
	if total > 0 { // a head that is made at once ends with one step of one
		s.say(what, total, func() { s.bar.Set(done * s.total / total) })
	}
}

// say goes on with a step, or begins the next one, and shows how far it is.
func (s *steps) say(what string, total int, show func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.soon == nil || what != s.now {
		s.close()
		s.now, s.total = what, total
		var soon *time.Timer
		soon = time.AfterFunc(s.lasting, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.soon == soon {
				s.bar = widgets.NewProgress(s.now, s.total)
				s.show()
			}
		})
		s.soon = soon
	}
	if s.show = show; s.bar != nil {
		show()
	}
}

func (s *steps) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
}

func (s *steps) close() {
	if s.soon != nil {
		s.soon.Stop()
		s.soon = nil
	}
	if s.bar != nil {
		s.bar.Done("")
		s.bar = nil
	}
}
