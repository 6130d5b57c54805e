package studio

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
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
	id      string // names it for the pages
	project Project
	o       Options

	mu       sync.Mutex // guards the fields below and the order of journal writes
	strategy string
	filter   labels.Filter // which images a batch is chosen from
	done     bool          // fully labelled ones, too
	pages    bool          // all of them at once, in pages

	batchwise string // the strategy to go back to from pages, for which it puts no order on all images; "" for none

	batch   batch
	number  uint64         // of batches shown, part of the random seed
	earlier []batch        // those before it, for events that come late
	said    []labels.Event // of a batch whose labels are hidden
	version int            // of the view: grows with every change

	ahead  *time.Timer // of lookAhead
	closed bool        // the project is not to be asked any more

	windows map[string]window // by page, what it shows of a batch in pages
	acting  string            // the page that did something last
	place   int               // in a batch in pages, where that was

	sources sources
	bands   []bandsView
	mapping mapping
	doubles doubling
	counted counted
	tallied tallied
	pace    pace

	options classify.Options // of the next training
	runs    []runView
	kept    string // the state that was written last
	ordered string // the batch whose order was written last

	quick     string // the one class that is asked about; "" for all
	histogram string // class whose scores are shown; "" for none
	drawn     drawn
	measuring bool // how well it is told apart is shown, too
	learned   bool // of the images learned from, and not of those held out
	measured  measured
	list      list             // what a person asked to see
	plan      [2]string        // the merge of which a page wants to know what it would do
	judging   bool             // labels that are probably errors are being looked for
	doubted   map[int][]string // of the suspects that were found, by row: the classes whose labels are doubted
	people    *peopleView      // how far people agree, when it was asked
	shown     map[int]bool     // rows shown and left alone since the candidates last ran out
	message   string           // what just happened, for the status line
	training  training
	audit     auditing
	stamp     string // of the scores that the page shows
	stale     string // why the journals of other annotators could not be read, when that was last said

	looking chan struct{} // a place for each picture with another contrast or bands that is being made

	push func(view any) // to all pages; set by Bind
	end  func(reason string)
}

// defaultStrategy is what chooses until somebody says otherwise. It needs neither features nor a model and uses what there is, and part of
// what it shows is an audit.
const defaultStrategy = "auto"

// New begins a session and chooses its first batch.
func New(ctx context.Context, p Project, o Options) *Session {
	s := &Session{
		id: rand.Text(), project: p, o: o.withDefaults(), strategy: defaultStrategy, shown: map[int]bool{}, sources: readSources(p.Images()),
		windows: map[string]window{},
		looking: make(chan struct{}, atOnce), push: func(any) {}, end: func(string) {},
	}
	_, s.stamp = p.Scores()
	s.bands = bandsOf(p.Reader())
	s.readRuns()
	s.audited(p.LastAudit())
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
func (s *Session) Hello(_ context.Context, client string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(client), nil
}

// Receive applies one event of a page or of another process. What it changes is on disk when it returns nil. A wish
// that makes no sense is answered in the status line and changes nothing; an error means that the journal could not be
// written, and the page keeps the event, or that what another process sent was refused.
func (s *Session) Receive(ctx context.Context, client string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Kind == "page" {
		err := s.turn(client, e)
		s.keep()
		return tilesOnly{s.gridView(client), true}, err
	}
	if e.Kind == "map-select" {
		return s.summarize(e)
	}
	s.message, s.acting = "", client
	err := s.act(ctx, e)
	if wish := (wishError{}); errors.As(err, &wish) {
		s.message, err = wish.Error(), nil
	}
	if err != nil {
		return nil, err
	}
	s.keep()
	s.version++
	view := s.view(client)
	s.push(view.common())
	return view, nil
}

// pushAll shows what has changed to all pages; s.mu is held.
func (s *Session) pushAll() {
	s.version++
	s.push(s.view("").common())
}

// wishError is a wish that makes no sense now.
type wishError struct{ error }

func wish(format string, args ...any) error { return wishError{fmt.Errorf(format, args...)} }

// act does what an event asks; s.mu is held.
func (s *Session) act(ctx context.Context, e host.Event) error {
	if isMap(e.Kind) {
		return s.onMap(e)
	}
	if strings.HasPrefix(e.Kind, "doubles") {
		return s.onDoubles(e)
	}
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
		s.followClasses()
		return nil
	case "undo", "redo":
		return s.undo(e)
	case "next":
		if s.list.at < len(s.list.picks) {
			s.fromList()
			return nil
		}
		s.list = list{}
		return s.next(ctx)
	case "sample":
		if err := s.sample(e); err != nil {
			return err
		}
		s.list = list{}
		return s.next(ctx)
	case "pages":
		return s.choosePages(ctx, e)
	case "alike":
		return s.openAlike(ctx, e)
	case "class":
		return s.reclass(e)
	case "plan-merge":
		return s.planMerge(e)
	case "count":
		return s.openCount(e)
	case "conflicts":
		return s.openConflicts()
	case "people":
		return s.measurePeople(e)
	case "rule":
		return s.chooseRule(e)
	case "repeats":
		return s.openRepeats(e)
	case "histogram":
		return s.chooseHistogram(e)
	case "open":
		return s.openBar(e)
	case "measure":
		return s.chooseMeasure(e)
	case "decision":
		return s.openDecision(e)
	case "cell":
		return s.openCell(e)
	case "disagreements":
		return s.openDisputes(ctx, e)
	case "suspects":
		return s.openSuspects(e)
	case "flip":
		return s.flip(e)
	case "confirm":
		return s.confirm(ctx, e)
	case "size":
		return s.size(ctx, e)
	case "suggest":
		s.strategy, s.list = defaultStrategy, list{}
		return s.next(ctx)
	case "train":
		return s.train(e)
	case "audit":
		return s.measureAudit()
	case "audit-wrong":
		return s.openWrong(e)
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

// set writes labels of images, all of them in one event.
func (s *Session) set(e host.Event) error {
	var data struct {
		target
		Changes []struct {
			Row   int  `json:"row"`
			Class int  `json:"class"`
			Value int8 `json:"value"`
		} `json:"changes"`
		Fill []struct { // of the spans
			Class int   `json:"class"`
			Value int8  `json:"value"`
			Only  *int8 `json:"only"` // set only where the label is this now
		} `json:"fill"`
		Names []string `json:"names"` // what the classes were called on the page; others may have changed them since
		Dwell int64    `json:"dwell_ms"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	index, t := s.project.Images(), s.project.Labels().Table()
	if data.Names == nil {
		data.Names = t.Classes()
	}
	far, err := s.spread(data.Batch, data.Spans)
	if err != nil {
		return err
	}
	event := labels.Event{ID: e.ID, Kind: labels.KindLabel, Source: "studio", Dwell: data.Dwell}
	type wanted struct {
		class int
		value int8
	}
	first, rows, at := 0, map[int]bool{}, map[wanted]int{} // at is where it stands in event.Set
	put := func(row, class int, value int8) {
		i, ok := at[wanted{class, value}]
		if !ok {
			i = len(event.Set)
			at[wanted{class, value}] = i
			event.Set = append(event.Set, labels.Change{Class: data.Names[class], Value: value})
		}
		if len(rows) == 0 {
			event.Shown, first = s.shownBy(row), row
		}
		ref := labels.Ref(index, row)
		event.Set[i].Images = append(event.Set[i].Images, ref)
		if event.Shown != nil && !rows[row] && s.batch.audit(row) {
			event.Shown.Audit = append(event.Shown.Audit, ref)
		}
		rows[row] = true
	}
	for _, c := range data.Changes {
		if c.Row < 0 || c.Row >= index.Len() || c.Class < 0 || c.Class >= len(data.Names) {
			return wish("A label for image %d and class %d was ignored: there is no such image or class.", c.Row, c.Class)
		}
		put(c.Row, c.Class, c.Value)
	}
	for _, f := range data.Fill {
		if f.Class < 0 || f.Class >= len(data.Names) {
			return wish("Labels for class %d were ignored: there is no such class.", f.Class)
		}
		now, known := t.Resolve(data.Names[f.Class])
		class, _ := t.Class(now)
		for _, row := range far {
			if f.Only == nil || known && int8(t.Value(row, class)) == *f.Only {
				put(row, f.Class, f.Value)
			}
		}
	}
	if len(event.Set) == 0 {
		return wish("All of them are so already.")
	}
	if err := s.apply(event); err != nil {
		return err
	}
	s.actedOn(first)
	s.pace.add(time.Now(), rows, time.Duration(data.Dwell)*time.Millisecond)
	return nil
}

// apply writes an event of the page; one that the journal refuses is a wish, one that the disk refuses an error.
func (s *Session) apply(event labels.Event) error {
	done, err := s.project.Labels().Apply(event)
	if errors.Is(err, labels.ErrRefused) {
		return wish("%v", err)
	}
	if err == nil {
		s.remember(done.Event)
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
	if e.Kind == "undo" {
		s.forget(event)
	} else {
		s.remember(event)
	}
	if len(event.Classes) > 0 {
		s.followClasses()
	}
	s.message = fmt.Sprintf("%s: %s.", map[string]string{"undo": "Undone", "redo": "Done again"}[e.Kind], describe(event))
	return nil
}
