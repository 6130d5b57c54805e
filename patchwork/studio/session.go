package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Options configures a session. The zero value works.
type Options struct {
	Columns int    // of the grid; 0 means 4
	Rows    int    // of the grid; 0 means 4
	Seed    uint64 // changes which images a random strategy shows
}

func (o Options) withDefaults() Options {
	if o.Columns == 0 {
		o.Columns = 4
	}
	if o.Rows == 0 {
		o.Rows = 4
	}
	return o
}

// Session is the state of one studio: what is on screen, which strategy comes next, and the training that runs. It is a
// host.App.
type Session struct {
	project Project
	o       Options

	mu       sync.Mutex // guards the fields below and the order of journal writes
	strategy string
	filter   labels.Filter // which images a batch is chosen from
	batch    batch
	sources  sources
	counted  counted
	pace     pace

	options classify.Options // of the next training
	runs    []runView
	kept    string // the state that was written last

	quick     string // the one class that is asked about; "" for all
	histogram string // class whose scores are shown; "" for none
	drawn     drawn
	list      list         // what a person asked to see
	shown     map[int]bool // rows shown and left alone since the candidates last ran out
	message   string       // what just happened, for the status line
	training  training
	stamp     string // of the scores that the page shows
	stale     string // why the journals of other annotators could not be read, when that was last said

	looking chan struct{} // a place for each picture with another contrast or bands that is being made

	push func(view any) // to all pages; set by Bind
	end  func(reason string)
}

// batch is what is on screen.
type batch struct {
	number   uint64
	strategy string
	picks    []Pick
}

// New begins a session and chooses its first batch.
func New(ctx context.Context, p Project, o Options) *Session {
	s := &Session{
		project: p, o: o.withDefaults(), strategy: "random", shown: map[int]bool{}, sources: readSources(p.Images()),
		looking: make(chan struct{}, atOnce), push: func(any) {}, end: func(string) {},
	}
	if scores, _ := p.Scores(); scores != nil {
		s.strategy = "entropy"
	}
	s.readRuns()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.restore() {
		if err := s.next(ctx); err != nil {
			s.message = err.Error()
		}
	}
	return s
}

// Bind connects the session to its server: push reaches every open page, end stops the server.
func (s *Session) Bind(push func(view any), end func(reason string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push, s.end = push, end
}

// Hello gives a page that connects the whole view.
func (s *Session) Hello(context.Context, string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(), nil
}

// Receive applies one event of a page or of another process. What it changes is on disk when it returns nil. A wish
// that makes no sense is answered in the status line and changes nothing; an error means that the journal could not be
// written, and the page keeps the event, or that what another process sent was refused.
func (s *Session) Receive(ctx context.Context, _ string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.message = ""
	err := s.act(ctx, e)
	if wish := (wishError{}); errors.As(err, &wish) {
		s.message, err = wish.Error(), nil
	}
	if err != nil {
		return nil, err
	}
	s.keep()
	view := s.view()
	s.push(view)
	return view, nil
}

// wishError is a wish that makes no sense now.
type wishError struct{ error }

func wish(format string, args ...any) error { return wishError{fmt.Errorf(format, args...)} }

// act does what an event asks; s.mu is held.
func (s *Session) act(ctx context.Context, e host.Event) error {
	switch e.Kind {
	case "set":
		return s.set(e)
	case "exclude", "validation", "unsure", "note":
		return s.mark(e)
	case "quick":
		if err := s.chooseQuick(e); err != nil {
			return err
		}
		s.list = list{}
		return s.next(ctx)
	case "apply": // from another process
		var event labels.Event
		if err := json.Unmarshal(e.Data, &event); err != nil {
			return fmt.Errorf("studio: message of kind apply is not a label event: %w", err)
		}
		if _, err := s.project.Labels().Apply(event); err != nil {
			if errors.Is(err, labels.ErrRefused) {
				return err // its sender must not take it for saved
			}
			return unsaved(err)
		}
		return nil
	case "undo", "redo":
		return s.undo(e)
	case "next", "sample":
		before, strategy := s.filter, s.strategy
		if err := s.sample(e); err != nil {
			return err
		}
		if e.Kind == "next" && s.filter == before && s.strategy == strategy && len(s.list.picks) > 0 {
			s.fromList()
			return nil
		}
		s.list = list{}
		return s.next(ctx)
	case "histogram":
		return s.chooseHistogram(e)
	case "open":
		return s.openBar(e)
	case "disagreements":
		return s.openDisputes(ctx, e)
	case "size":
		return s.size(ctx, e)
	case "suggest":
		if scores, _ := s.project.Scores(); scores == nil {
			return wish("No model yet: label a few images and train, then Suggest shows what it is least sure of.")
		}
		s.strategy, s.list = "entropy", list{}
		return s.next(ctx)
	case "train":
		return s.train(e)
	case "note-run":
		return s.noteRun(e)
	case "stop":
		if s.training.cancel == nil {
			return wish("No training is running.")
		}
		s.training.cancel()
		return nil
	case "done":
		s.message = "Saved and closed. Run the cell again to go on."
		s.end("Done was pressed")
		return nil
	default:
		return wish("The page sent %q, which this version does not know; reload the page.", e.Kind)
	}
}

func decode(e host.Event, into any) error {
	if len(e.Data) == 0 {
		return nil
	}
	if err := json.Unmarshal(e.Data, into); err != nil {
		return wish("A message of kind %q could not be read: %v; reload the page.", e.Kind, err)
	}
	return nil
}

// set writes labels of one or more images.
func (s *Session) set(e host.Event) error {
	var data struct {
		Changes []struct {
			Row   int  `json:"row"`
			Class int  `json:"class"`
			Value int8 `json:"value"`
		} `json:"changes"`
		Dwell int64 `json:"dwell_ms"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	classes, index := s.project.Classes(), s.project.Images()
	event := labels.Event{ID: e.ID, Kind: labels.KindLabel, Source: "studio", Dwell: data.Dwell}
	rows := map[int]bool{}
	for _, c := range data.Changes {
		if c.Row < 0 || c.Row >= index.Len() || c.Class < 0 || c.Class >= len(classes) {
			return wish("A label for image %d and class %d was ignored: there is no such image or class.", c.Row, c.Class)
		}
		event.Set = append(event.Set, labels.Change{Class: classes[c.Class].Name, Value: c.Value, Images: []string{labels.Ref(index, c.Row)}})
		event.Shown = s.shownBy(c.Row)
		rows[c.Row] = true
	}
	if err := s.apply(event); err != nil {
		return err
	}
	s.pace.add(time.Now(), rows, time.Duration(data.Dwell)*time.Millisecond)
	return nil
}

// apply writes an event of the page; one that the journal refuses is a wish, one that the disk refuses an error.
func (s *Session) apply(event labels.Event) error {
	_, err := s.project.Labels().Apply(event)
	if errors.Is(err, labels.ErrRefused) {
		return wish("%v", err)
	}
	return unsaved(err)
}

// unsaved marks an error of the disk: the page keeps the event and sends it again.
func unsaved(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", host.ErrUnsaved, err)
}

func (s *Session) undo(e host.Event) error {
	undo := s.project.Labels().Undo
	if e.Kind == "redo" {
		undo = s.project.Labels().Redo
	}
	event, err := undo(e.ID)
	if errors.Is(err, labels.ErrNothingToUndo) || errors.Is(err, labels.ErrNothingToRedo) {
		return wish("Nothing to %s.", e.Kind)
	}
	if err != nil {
		return unsaved(err)
	}
	s.message = fmt.Sprintf("%s: %s.", map[string]string{"undo": "Undone", "redo": "Done again"}[e.Kind], describe(event))
	return nil
}

// describe says in a few words what an event changed.
func describe(e labels.Event) string {
	images := map[string]bool{}
	var what []string
	for i, c := range e.Set {
		for _, ref := range c.Images {
			images[ref] = true
		}
		if i >= 3 {
			continue
		}
		switch {
		case e.Kind == labels.KindLabel && len(c.Classes) == 0:
			what = append(what, fmt.Sprintf("%s %s", c.Class, labels.Tri(c.Value)))
		case e.Kind == labels.KindLabel:
			what = append(what, fmt.Sprintf("%d classes %s", len(c.Classes), labels.Tri(c.Value)))
		case c.Value == 1:
			what = append(what, string(e.Kind))
		default:
			what = append(what, "no "+string(e.Kind))
		}
	}
	if len(e.Set) > 3 {
		what = append(what, "…")
	}
	if len(images) == 1 {
		for ref := range images {
			path, _, _ := strings.Cut(ref, "#")
			return strings.Join(what, ", ") + " on " + path
		}
	}
	return fmt.Sprintf("%s on %d images", strings.Join(what, ", "), len(images))
}

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

// next replaces the batch on screen. Images that were shown and left alone come back when the others are used up.
func (s *Session) next(ctx context.Context) error {
	begun := time.Now()
	for _, p := range s.batch.picks {
		s.shown[p.Row] = true
	}
	n := s.o.Columns * s.o.Rows
	q := Query{Strategy: s.strategy, Filter: s.filter, N: n, Batch: s.batch.number + s.o.Seed, Skip: func(row int) bool { return s.shown[row] }}
	picks, err := s.project.Suggest(ctx, q)
	if err != nil {
		return wish("%v", err)
	}
	if len(picks) < n && len(s.shown) > 0 {
		already := map[int]bool{}
		for _, p := range picks {
			already[p.Row] = true
		}
		s.shown = already
		q.N -= len(picks)
		more, err := s.project.Suggest(ctx, q)
		if err != nil {
			return wish("%v", err)
		}
		picks = append(picks, more...)
	}
	if len(picks) == 0 && s.filter == (labels.Filter{}) {
		return wish("Nothing is left to label: every usable image is fully labelled or excluded.")
	}
	if len(picks) == 0 {
		return wish("No image fits what is chosen: %s.", describeFilter(s.filter))
	}
	s.batch = batch{number: s.batch.number + 1, strategy: s.strategy, picks: picks}
	s.message = fmt.Sprintf("%d images by %s in %d ms.", len(picks), s.strategy, time.Since(begun).Milliseconds())
	return nil
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
	kept := s.batch
	switch n := data.Columns * data.Rows; {
	case n < len(kept.picks):
		if len(s.list.picks) > 0 || s.list.total > 0 && kept.strategy != s.strategy {
			s.list.picks = append(slices.Clone(kept.picks[n:]), s.list.picks...)
		}
		s.batch.number++
		s.batch.picks = kept.picks[:n:n]
	case n > before && len(s.list.picks) > 0:
		more := min(n-len(kept.picks), len(s.list.picks))
		s.batch.number++
		s.batch.picks = append(slices.Clone(kept.picks), s.list.picks[:more]...)
		s.list.picks = s.list.picks[more:]
	case n > before:
		onScreen := map[int]bool{}
		for _, p := range kept.picks {
			onScreen[p.Row] = true
		}
		picks, err := s.project.Suggest(ctx, Query{Strategy: s.strategy, Filter: s.filter, N: n - len(kept.picks), Batch: s.batch.number + s.o.Seed,
			Skip: func(row int) bool { return s.shown[row] || onScreen[row] }})
		if err != nil {
			return wish("%v", err)
		}
		s.batch.number++
		s.batch.picks = append(slices.Clone(kept.picks), picks...)
	}
	return nil
}
