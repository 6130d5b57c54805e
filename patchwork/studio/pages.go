package studio

import (
	"context"
	"slices"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// window is a stretch of the images that are shown in pages.
type window struct {
	Start int `json:"start"`
	Count int `json:"count"`
}

// A page gets firstWindow images to begin with and asks for at most mostAtOnce.
const (
	firstWindow = 60
	mostAtOnce  = 500
)

// choosePages shows all images that fit in pages, or batch after batch again.
func (s *Session) choosePages(ctx context.Context, e host.Event) error {
	var data struct {
		On bool `json:"on"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	before, strategy, batchwise := s.pages, s.strategy, s.batchwise
	s.pages = data.On
	if s.batch.listed && len(s.list.picks) > 0 {
		s.list.at = 0
		s.fromList()
		return nil
	}
	switch {
	case s.pages && s.draws():
		s.batchwise, s.strategy = s.strategy, s.orderly()
	case !s.pages && s.batchwise != "":
		if s.strategy == s.orderly() {
			s.strategy = s.batchwise
		}
		s.batchwise = ""
	}
	err := s.next(ctx)
	if err != nil {
		s.pages, s.strategy, s.batchwise = before, strategy, batchwise
	}
	return err
}

// orderly is the strategy that puts all images in order where the chosen one only draws a few that go together.
func (s *Session) orderly() string {
	if scores, _ := s.project.Scores(); scores != nil {
		return "entropy"
	}
	return "random"
}

// turn takes a page's wish for other images. It concerns that page alone.
func (s *Session) turn(client string, e host.Event) error {
	var w window
	if err := decode(e, &w); err != nil {
		return err
	}
	n := len(s.batch.picks)
	if w.Start < 0 || w.Start >= n || w.Count < 1 || w.Count > mostAtOnce {
		return wish("%d images from %d on cannot be shown; want 1 to %d, of %d.", w.Count, w.Start, mostAtOnce, n)
	}
	s.windows[client] = w
	if s.acting == "" || s.acting == client {
		s.place = w.Start
	}
	return nil
}

// actedOn notes where a person is: what she did last was done to that row.
func (s *Session) actedOn(row int) {
	if s.batch.pages {
		s.place = max(0, slices.IndexFunc(s.batch.picks, func(p Pick) bool { return p.Row == row }))
	}
}

// windowOf is what a page shows.
func (s *Session) windowOf(client string) window {
	w := window{0, len(s.batch.picks)}
	if s.batch.pages {
		var ok bool
		if w, ok = s.windows[client]; !ok {
			w = window{s.place, firstWindow}
		}
	}
	w.Start = min(w.Start, len(s.batch.picks))
	w.Count = min(w.Count, len(s.batch.picks)-w.Start)
	return w
}

// target is what an event is about: images that the page knows by row, and spans [from, to) of places in a batch.
type target struct {
	Row   *int     `json:"row"`
	Rows  []int    `json:"rows"`
	Batch string   `json:"batch"`
	Spans [][2]int `json:"spans"`
}

// resolve lists the rows, those of the spans last.
func (s *Session) resolve(t target) (rows []int, err error) {
	rows = t.Rows
	if t.Row != nil {
		rows = append(rows, *t.Row)
	}
	n := s.project.Images().Len()
	for _, row := range rows {
		if row < 0 || row >= n {
			return nil, wish("Image %d was ignored: there is no such image.", row)
		}
	}
	far, err := s.spread(t.Batch, t.Spans)
	return append(rows, far...), err
}

// spread lists the rows at places of a batch, of the one on screen or one just before.
func (s *Session) spread(id string, spans [][2]int) (rows []int, err error) {
	if len(spans) == 0 {
		return nil, nil
	}
	for _, b := range append(s.earlier, s.batch) {
		if b.id != id {
			continue
		}
		for _, span := range spans {
			if span[0] < 0 || span[1] > len(b.picks) || span[0] > span[1] {
				return nil, wish("There are no images %d to %d; there are %d. Nothing was changed.", span[0], span[1], len(b.picks))
			}
			for _, p := range b.picks[span[0]:span[1]] {
				rows = append(rows, p.Row)
			}
		}
		return rows, nil
	}
	return nil, wish("The images that were selected are not shown any more, so nothing was changed: select them again.")
}
