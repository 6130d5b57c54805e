package patchwork

import "github.com/gopatchwork/patchwork/widgets"

// ShowProgress shows a bar for each step of a long call: in a cell's output, as a line on a terminal, or not at all where
// nobody looks. A step with nothing to do shows none. done ends the last bar.
func ShowProgress() (progress Progress, done func()) {
	var now string
	var bar *widgets.Progress
	end := func() {
		if bar != nil {
			bar.Done("")
			bar = nil
		}
	}
	return func(what string, done, total int) {
		if total == 0 {
			return
		}
		if bar == nil || what != now {
			end()
			now, bar = what, widgets.NewProgress(what, total)
		}
		bar.Set(done)
	}, end
}
