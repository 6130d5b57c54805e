package agreement

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// project is a project folder with journals of several people.
type project struct {
	t       testing.TB
	dir     string
	images  *imageset.Index
	classes []string
	now     time.Time
}

func newProject(t testing.TB, images int, classes ...string) *project {
	t.Helper()
	list := make([]imageset.Image, images)
	for i := range list {
		list[i] = imageset.Image{ID: fmt.Sprintf("img/%04d.jpg", i), Hash: fmt.Sprintf("%016x", 0xabcd<<40+i*0x10001)}
	}
	index, err := imageset.NewIndex(list)
	if err != nil {
		t.Fatal(err)
	}
	return &project{t, t.TempDir(), index, classes, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func (p *project) open(annotator string) *labels.Store {
	p.t.Helper()
	s, err := labels.Open(labels.Options{Dir: p.dir, Annotator: annotator, Classes: p.classes, Images: p.images})
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// do applies events by one person, a minute apart, and returns their ids.
func (p *project) do(annotator string, events ...labels.Event) (ids []string) {
	p.t.Helper()
	s := p.open(annotator)
	defer s.Close()
	for _, e := range events {
		p.now = p.now.Add(time.Minute)
		e.Time = p.now
		done, err := s.Apply(e)
		if err != nil {
			p.t.Fatal(err)
		}
		ids = append(ids, done.Event.ID)
	}
	return ids
}

// says is the event that gives a class a value on rows.
func (p *project) says(class string, value labels.Tri, rows ...int) labels.Event {
	c := labels.Change{Class: class, Value: int8(value)}
	for _, row := range rows {
		c.Images = append(c.Images, labels.Ref(p.images, row))
	}
	return labels.Event{Kind: labels.KindLabel, Set: []labels.Change{c}}
}

func (p *project) excludes(rows ...int) labels.Event {
	e := p.says("", labels.Present, rows...)
	e.Kind = labels.KindExclude
	return e
}

// shown marks an event with what put the image before the person.
func shown(strategy string, e labels.Event) labels.Event {
	e.Shown = &labels.Shown{Strategy: strategy}
	return e
}

// view reads what all have said, without being the writer of anything.
func (p *project) view() *View {
	p.t.Helper()
	s, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "reader", Classes: p.classes, Images: p.images, ReadOnly: true})
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	v, err := Read(s)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

func (p *project) measure(o Options) Report {
	p.t.Helper()
	r, err := p.view().Measure(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// rate writes ratings[person][row] of one class, -1 for none, as people a, b, c and so on.
func (p *project) rate(class string, ratings [][]int) {
	p.t.Helper()
	for i, values := range ratings {
		var events []labels.Event
		for _, value := range []labels.Tri{labels.Absent, labels.Present} {
			var rows []int
			for row, got := range values {
				if got == int(value) {
					rows = append(rows, row)
				}
			}
			if len(rows) > 0 {
				events = append(events, p.says(class, value, rows...))
			}
		}
		p.do(string(rune('a'+i)), events...)
	}
}

// near compares numbers of which NaN equals NaN.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > tolerance {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}
