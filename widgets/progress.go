package widgets

import (
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// Progress shows how far a long task is: a bar below a notebook cell, which stays as one line when the task is done; one
// line on a terminal's standard error; nothing where neither is. Its methods are quick, may be called from any
// goroutine, and do nothing on nil.
type Progress struct {
	title string
	total int
	began time.Time
	cell  *output   // in a notebook
	line  io.Writer // on a terminal

	mu     sync.Mutex
	done   int
	left   time.Duration // that the rest will take; 0 is guessed from the time so far
	note   string
	drawn  time.Time // when the line was last written
	width  int       // of that line, in characters
	closed bool
}

// NewProgress begins to show a task of total steps; total 0 means that nobody knows how many.
func NewProgress(title string, total int) *Progress {
	p := &Progress{title: title, total: total, began: time.Now()}
	switch {
	case host.InNotebook():
		p.cell = newOutput()
	case isTerminal(os.Stderr):
		p.line = os.Stderr
	}
	p.Set(0)
	return p
}

// isTerminal says whether a person may read what is written to f.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// Set says that done steps of the task are done. The screen follows four times a second at most.
func (p *Progress) Set(done int) { p.Report(done, 0, "") }

// Report is Set with a note behind the numbers, and the time that the rest will take, where the caller knows better than what the
// time so far lets guess; 0 leaves it at that.
func (p *Progress) Report(done int, left time.Duration, note string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.done, p.left, p.note = done, left, note
	if now := time.Now(); p.line != nil && now.Sub(p.drawn) >= refresh {
		p.drawn = now
		p.write("\r", p.bar(now).text(), "")
	}
	if p.cell != nil {
		p.cell.show(func() string {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.bar(time.Now()).html()
		})
	}
}

// Step is Set with the number of steps as it may have become known, in the shape of a callback.
func (p *Progress) Step(done, total int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	p.total = total
	p.mu.Unlock()
	p.Set(done)
}

// Done ends the task and leaves one line: the title, the steps, the time taken and the note. Only the first call counts.
func (p *Progress) Done(note string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	b := p.bar(time.Now())
	b.note, b.ended = note, true
	if p.line != nil {
		p.write("\r", b.text(), "\n")
	}
	p.mu.Unlock()
	if p.cell != nil {
		p.cell.end(b.html)
	}
}

// write puts a line over the one before it.
func (p *Progress) write(before, text, after string) {
	n := len([]rune(text))
	fmt.Fprint(p.line, before, text, strings.Repeat(" ", max(0, p.width-n)), after)
	p.width = n
}

func (p *Progress) bar(now time.Time) bar {
	return bar{title: p.title, done: p.done, total: p.total, elapsed: now.Sub(p.began), left: p.left, note: p.note}
}

// bar is one state of a task.
type bar struct {
	title, note string
	done, total int
	elapsed     time.Duration
	left        time.Duration // 0 is guessed
	ended       bool
}

// share is how much is done, in [0, 1]; ok is false when nobody knows.
func (b bar) share() (share float64, ok bool) {
	if b.total <= 0 {
		return 0, false
	}
	return min(1, max(0, float64(b.done)/float64(b.total))), true
}

// words is what stands beside the bar, such as "62% · 620/1,000 · 0:12 · about 0:08 left".
func (b bar) words() string {
	var parts []string
	share, known := b.share()
	if known && !b.ended {
		parts = append(parts, fmt.Sprintf("%.0f%%", 100*share))
	}
	switch {
	case known && b.done != b.total:
		parts = append(parts, thousands(b.done)+"/"+thousands(b.total))
	case b.done > 0:
		parts = append(parts, thousands(b.done))
	}
	parts = append(parts, clock(b.elapsed))
	left := b.left
	if left == 0 && share >= 0.02 && b.elapsed >= time.Second {
		left = time.Duration(float64(b.elapsed) * (1 - share) / share)
	}
	if known && !b.ended && share < 1 && left > 0 {
		parts = append(parts, "about "+clock(left)+" left")
	}
	if b.note != "" {
		parts = append(parts, b.note)
	}
	return strings.Join(parts, " · ")
}

func (b bar) text() string { return b.title + ": " + b.words() }

// html is the state as one paragraph; the bar is an image, because notebooks keep images.
func (b bar) html() string {
	share, known := b.share()
	width, color, alt := 240*share, palette[0], fmt.Sprintf("%.0f%%", 100*share)
	if b.ended {
		color = palette[2]
	}
	if !known {
		width, alt = 240, "at work"
		if b.ended {
			alt = "done"
		}
	}
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="240" height="8"><rect width="240" height="8" rx="4" fill="#8a8f98" fill-opacity="0.3"/>`+
		`<rect width="%.1f" height="8" rx="4" fill="%s"/></svg>`, width, color)
	return fmt.Sprintf(`<p><b>%s</b> <img src="%s" width="240" height="8" alt="%s"> %s</p>`,
		html.EscapeString(b.title), svgURI(svg), alt, html.EscapeString(b.words()))
}

// clock writes a time as 0:07, 12:30 or 1:02:05.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// thousands writes a number with a comma between groups of three digits.
func thousands(n int) string {
	if n < 0 {
		return "-" + thousands(-n)
	}
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
