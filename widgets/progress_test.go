package widgets

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestBarWords(t *testing.T) {
	for _, tt := range []struct {
		b    bar
		want string
	}{
		{bar{done: 620, total: 1000, elapsed: 12 * time.Second}, "62% · 620/1,000 · 0:12 · about 0:07 left"},
		{bar{done: 1, total: 1000, elapsed: 12 * time.Second}, "0% · 1/1,000 · 0:12"},
		{bar{done: 500, total: 1000, elapsed: 500 * time.Millisecond}, "50% · 500/1,000 · 0:01"},
		{bar{done: 1234567, elapsed: 4000 * time.Second}, "1,234,567 · 1:06:40"},
		{bar{done: 2000, total: 1000, elapsed: time.Second}, "100% · 2,000/1,000 · 0:01"},
		{bar{done: 1000, total: 1000, elapsed: 20 * time.Second, ended: true, note: "3 skipped"}, "1,000 · 0:20 · 3 skipped"},
		{bar{done: 7, total: 1000, elapsed: time.Second, ended: true, note: "cancelled"}, "7/1,000 · 0:01 · cancelled"},
		{bar{elapsed: 0}, "0:00"},
		{bar{done: 5, total: 1000, elapsed: 200 * time.Millisecond, left: 90 * time.Second, note: "80 images/s"}, "0% · 5/1,000 · 0:00 · about 1:30 left · 80 images/s"},
		{bar{done: 1000, total: 1000, elapsed: 20 * time.Second, left: time.Second}, "100% · 1,000 · 0:20"},
	} {
		if got := tt.b.words(); got != tt.want {
			t.Errorf("%+v: %q; want %q", tt.b, got, tt.want)
		}
	}
}

func TestBarHTMLSurvives(t *testing.T) {
	for _, b := range []bar{{title: "a <b>", done: 1, total: 2}, {title: "x"}, {title: "x", ended: true, note: "<i>"}} {
		html := b.html()
		survives(t, html)
		if strings.Contains(html, "<i>") || strings.Count(html, "<img") != 1 {
			t.Errorf("%+v: %s", b, html)
		}
	}
	if html := (bar{done: 1, total: 4}).html(); !strings.Contains(html, `alt="25%"`) {
		t.Errorf("the bar does not say how far it is: %s", html)
	}
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	var out strings.Builder
	p := &Progress{title: "read", total: 1000, line: &out, began: time.Now()}
	for i := range 1001 {
		p.Report(i, time.Minute, "fast")
	}
	if !strings.Contains(out.String(), "about 1:00 left · fast") {
		t.Errorf("the terminal shows %q", out.String())
	}
	p.Done("ok")
	p.Done("again")
	p.Set(5)
	text := out.String()
	if n := strings.Count(text, "\r"); n > 3 {
		t.Errorf("1,001 quick steps wrote the line %d times; want at most 4 a second", n)
	}
	if !strings.HasSuffix(text, "\n") || strings.Count(text, "\n") != 1 || !strings.Contains(text, "read: 1,000 · 0:00 · ok") {
		t.Errorf("the terminal shows %q", text)
	}
}

func TestProgressIsSilentWhereNobodyLooks(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	p := NewProgress("read", 3) // the standard error of a test is no terminal
	p.Step(2, 4)
	p.Done("")
	if p.line != nil || p.cell != nil {
		t.Error("it would write somewhere")
	}
	var none *Progress
	none.Set(1)
	none.Step(1, 2)
	none.Done("")
}

// screen remembers what an output displayed.
type screen struct {
	mu    sync.Mutex
	shown []string
	fail  error
}

func (s *screen) display(html string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, html)
	return s.fail
}

func TestOutputShowsTheLatestAndAlwaysTheLast(t *testing.T) {
	s := &screen{}
	o := startOutput(s.display, 20*time.Millisecond)
	made, begun := 0, time.Now()
	for i := range 500 {
		o.show(func() string { made++; return fmt.Sprint(i) })
		time.Sleep(100 * time.Microsecond)
	}
	o.end(func() string { return "last" })
	took := time.Since(begun)
	o.show(func() string { return "too late" })
	if n := len(s.shown); n < 2 || n > 3+int(took/(20*time.Millisecond)) {
		t.Errorf("%d of 500 states were shown in %v; want some, but one in 20 ms at most, and the last", n, took)
	}
	if s.shown[len(s.shown)-1] != "last" {
		t.Errorf("the last state is %q", s.shown[len(s.shown)-1])
	}
	if made != len(s.shown)-1 {
		t.Errorf("%d states were made for %d shown; want none in vain", made, len(s.shown)-1)
	}
}

func TestOutputGivesUpOnABrokenNotebook(t *testing.T) {
	s := &screen{fail: errors.New("kernel gone")}
	o := startOutput(s.display, time.Millisecond)
	for range 50 {
		o.show(func() string { return "x" })
		time.Sleep(time.Millisecond)
	}
	done := make(chan struct{})
	go func() { o.end(func() string { return "last" }); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("end waits for ever for a kernel that is gone")
	}
	if len(s.shown) != 1 {
		t.Errorf("tried %d times; want once", len(s.shown))
	}
}

func TestLiveCurvesGrowAndEndAsAPicture(t *testing.T) {
	s := &screen{}
	l := &LiveCurves{cell: startOutput(s.display, time.Millisecond)}
	l.begin(Chart{Title: "Loss", Series: []Series{{Name: "training"}}})
	var wait sync.WaitGroup
	for _, name := range []string{"training", "validation"} {
		wait.Go(func() {
			for i := range 50 {
				l.Add(name, float64(i), 1/float64(i+1))
			}
		})
	}
	wait.Wait()
	l.Close()
	l.Close()
	l.Add("training", 51, 0)
	c := l.Chart()
	if len(c.Series) != 2 || len(c.Series[0].X) != 50 || len(c.Series[1].Y) != 50 {
		t.Errorf("the chart has %d series; want two of 50 points", len(c.Series))
	}
	last := s.shown[len(s.shown)-1]
	survives(t, last)
	if !strings.Contains(last, "training 0.02, validation 0.02 at x 49") {
		t.Errorf("the last picture is described as %s", last[max(0, len(last)-120):])
	}
	l = &LiveCurves{}
	l.Add("solid", 1, 2)
	l.AddDashed("dashed", 1, 2)
	if c := l.Chart(); len(c.Series) != 2 || c.Series[0].Dashed || !c.Series[1].Dashed {
		t.Errorf("curves %+v", c.Series)
	}
	var none *LiveCurves
	none.Add("a", 1, 2)
	none.Close()
	if _, err := NewLiveCurves(Chart{Width: -1}); err == nil {
		t.Error("a bad chart is taken")
	}
}

func TestLiveCurvesDoNotKeepTheCallersSlices(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	x, y := make([]float64, 1, 10), make([]float64, 1, 10)
	l, err := NewLiveCurves(Chart{Series: []Series{{Name: "a", X: x, Y: y}}})
	if err != nil {
		t.Fatal(err)
	}
	l.Add("a", 5, 5)
	if y = y[:2]; y[1] != 0 {
		t.Error("Add wrote into the caller's array")
	}
}
