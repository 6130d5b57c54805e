package studio

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// batch is what is on screen: a handful of images, or, in pages, as many as there are. It never changes: other images are
// another batch.
type batch struct {
	id       string // names these images in this order, also in a studio that is opened again
	strategy string
	picks    []Pick
	pages    bool // a page shows a window of them
	listed   bool // they are of a list that was opened, and not what the strategy chose
}

// blind says that the labels of the images are hidden until somebody gives them anew.
func (b batch) blind() bool { return b.strategy == agreement.BlindRepeat }

// show puts other images on screen.
func (s *Session) show(b batch) {
	b.id = rand.Text()
	s.number++
	if len(s.batch.picks) > 0 {
		s.earlier = append(s.earlier[max(0, len(s.earlier)-keepEarlier+1):], s.batch)
	}
	s.batch = b
	if s.said = nil; s.doubles.shown() { // the images are to be seen
		s.doubles.on = false
	}
	s.windows, s.place = map[string]window{}, 0
	s.lookAhead()
}

// keepEarlier is how many batches are kept beside the one on screen, for events about them that come late.
const keepEarlier = 4

// shownBy records why the row was on screen.
func (s *Session) shownBy(row int) *labels.Shown {
	for _, p := range s.batch.picks {
		if p.Row == row {
			_, stamp := s.project.Scores()
			return &labels.Shown{Strategy: s.batch.strategy, Model: stamp, Score: p.Score, Reason: p.Reason}
		}
	}
	return nil
}

// audit says that a uniform draw put the row on screen. Where all images are shown, a person labels those that she likes.
func (b batch) audit(row int) bool {
	return !b.pages && !b.listed && slices.ContainsFunc(b.picks, func(p Pick) bool { return p.Row == row && p.Audit })
}

// next replaces the batch on screen. Images that were shown and left alone come back when the others are used up. In
// pages, all that fit are shown anew.
func (s *Session) next(ctx context.Context) error {
	begun := time.Now()
	if !s.pages && !s.batch.pages {
		for _, p := range s.batch.picks {
			s.shown[p.Row] = true
		}
	}
	picks, err := s.choose(ctx)
	if err != nil {
		return err
	}
	if len(picks) == 0 && s.filter == (labels.Filter{}) && !s.done {
		return wish("Nothing is left to label: every usable image is fully labelled or excluded.")
	}
	if len(picks) == 0 {
		return wish("No image fits what is chosen: %s.", s.describeChoice())
	}
	s.show(batch{strategy: s.strategy, picks: picks, pages: s.pages})
	s.message = fmt.Sprintf("%s by %s in %d ms.", count(len(picks), "image"), s.strategy, time.Since(begun).Milliseconds())
	return nil
}

// query asks for n images by the strategy and among those that are chosen.
func (s *Session) query(n int, skip func(row int) bool) Query {
	return Query{Strategy: s.strategy, Filter: s.filter, Labelled: s.done, N: n, Batch: s.number + s.o.Seed, Skip: skip}
}

// choose asks the project for what comes next.
func (s *Session) choose(ctx context.Context) ([]Pick, error) {
	if s.pages && s.draws() {
		return nil, wish("%s chooses a few images that go together and puts no others in order: choose another order for pages.", s.strategy)
	}
	if s.pages {
		picks, err := s.project.Suggest(ctx, s.query(s.project.Images().Len(), func(int) bool { return false }))
		if err != nil {
			return nil, wish("%v", err)
		}
		return picks, nil
	}
	n := s.o.Columns * s.o.Rows
	picks, err := s.project.Suggest(ctx, s.query(n, func(row int) bool { return s.shown[row] }))
	if err != nil {
		return nil, wish("%v", err)
	}
	if len(picks) < n && len(s.shown) > 0 {
		already := map[int]bool{}
		for _, p := range picks {
			already[p.Row] = true
		}
		s.shown = already
		more, err := s.project.Suggest(ctx, s.query(n-len(picks), func(row int) bool { return s.shown[row] }))
		if err != nil {
			return nil, wish("%v", err)
		}
		picks = append(picks, more...)
	}
	return picks, nil
}

// draws says that the strategy chooses a few that go together.
func (s *Session) draws() bool {
	return slices.ContainsFunc(s.project.Strategies(), func(k Strategy) bool { return k.Name == s.strategy && k.Draws })
}

// maxSide is the most columns and rows of the grid.
const maxSide = 16

// size changes how many images are shown at a time, and shows the same ones in the new size: those on screen first, so
// that nothing a person looks at is taken away.
func (s *Session) size(ctx context.Context, e host.Event) error {
	var data struct {
		Columns int `json:"columns"`
		Rows    int `json:"rows"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if data.Columns < 1 || data.Columns > maxSide || data.Rows < 1 || data.Rows > maxSide {
		return wish("%d x %d images do not fit on the page; want 1 to %d of each.", data.Columns, data.Rows, maxSide)
	}
	before := s.o.Columns * s.o.Rows
	s.o.Columns, s.o.Rows = data.Columns, data.Rows
	b, said := s.batch, s.said
	switch n := data.Columns * data.Rows; {
	case b.pages:
		return nil
	case n < len(b.picks):
		if b.listed {
			s.list.at -= len(b.picks) - n
		}
		b.picks = b.picks[:n:n]
	case n > before && b.listed:
		more := min(n-len(b.picks), len(s.list.picks)-s.list.at)
		b.picks = append(slices.Clone(b.picks), s.list.picks[s.list.at:s.list.at+more]...)
		s.list.at += more
	case n > before:
		onScreen := map[int]bool{}
		for _, p := range b.picks {
			onScreen[p.Row] = true
		}
		picks, err := s.project.Suggest(ctx, s.query(n-len(b.picks), func(row int) bool { return s.shown[row] || onScreen[row] }))
		if err != nil {
			return wish("%v", err)
		}
		b.picks = append(slices.Clone(b.picks), picks...)
	default:
		return nil
	}
	s.show(b)
	s.said = said
	return nil
}

// list is a set of images that a person asked to see, batch after batch or in pages.
type list struct {
	name  string
	picks []Pick
	at    int // how many have been shown

	strategy string // what the journal says of labels that are given here
}

// open shows picks in place of what the strategy would choose.
func (s *Session) open(name string, picks []Pick) error {
	s.openAs(name, "opened: "+name, picks)
	return nil
}

func (s *Session) openAs(name, strategy string, picks []Pick) {
	s.list = list{name: name, picks: picks, strategy: strategy}
	s.fromList()
}

// fromList shows the next batch of the list, or all of it.
func (s *Session) fromList() {
	l := &s.list
	n := min(s.o.Columns*s.o.Rows, len(l.picks)-l.at)
	if s.pages {
		l.at, n = 0, len(l.picks)
	}
	s.show(batch{strategy: l.strategy, picks: l.picks[l.at : l.at+n : l.at+n], pages: s.pages, listed: true})
	s.message = fmt.Sprintf("%s: %d to %d of %d.", l.name, l.at+1, l.at+n, len(l.picks))
	l.at += n
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
