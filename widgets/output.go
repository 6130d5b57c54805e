package widgets

import (
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/widgets/host"
	"github.com/janpfeifer/gonb/gonbui"
)

// refresh is the least time between two states of one output: Jupyter's servers lose messages far above this rate.
const refresh = 250 * time.Millisecond

// output is a place below a cell that shows the latest of many states. Showing never waits for the notebook.
type output struct {
	display func(html string) error // how a state reaches the notebook
	every   time.Duration

	mu     sync.Mutex
	latest func() string // makes the HTML, only when it is going to be shown; nil when all is shown
	ended  bool
	wake   chan struct{}
	done   chan struct{}
}

// newOutput begins an output in the notebook.
func newOutput() *output {
	id := "widgets-" + gonbui.UniqueId()
	return startOutput(func(html string) error { return host.Display(id, html) }, refresh)
}

func startOutput(display func(string) error, every time.Duration) *output {
	o := &output{display: display, every: every, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go o.run()
	return o
}

// show puts a state up soon; a newer one may take its place before.
func (o *output) show(html func() string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	o.latest = html
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// end puts the last state up, which the notebook keeps, and waits until it is there or cannot get there.
func (o *output) end(html func() string) {
	o.show(html)
	o.mu.Lock()
	if !o.ended {
		o.ended = true
		close(o.wake)
	}
	o.mu.Unlock()
	<-o.done
}

func (o *output) run() {
	defer close(o.done)
	for range o.wake {
		o.mu.Lock()
		html := o.latest
		o.latest = nil
		ended := o.ended
		o.mu.Unlock()
		if html == nil {
			continue
		}
		if o.display(html()) != nil { // the kernel is gone or hangs; the work that is shown must not
			o.mu.Lock()
			o.ended = true
			o.mu.Unlock()
			return
		}
		if !ended {
			time.Sleep(o.every)
		}
	}
}
