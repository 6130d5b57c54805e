package studio

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/audit"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// fakeProject has a real journal and image list, and picks rows in order.
type fakeProject struct {
	dir    string
	index  *imageset.Index
	store  *labels.Store
	scores func(row int) []float32
	stamp  string
	train  func(ctx context.Context) (classify.Info, error)
	epochs int // that Train tells of
	layout func(ctx context.Context, kind string, onStep func(string, int, int)) ([]float32, error)

	options classify.Options // of the last training
	goOn    bool

	disputed map[string][]Pick
	suspects []Suspect
	fakeDoubles
	state   map[string][]byte
	rule    string
	repeats []int
	alike   []int // what the last Alike was asked about
	reload  func() (bool, error)
	audit   func(ctx context.Context) (*audit.Result, audit.Advice, error)
}

func newProject(t *testing.T, images int) *fakeProject {
	t.Helper()
	dir := t.TempDir()
	var list []imageset.Image
	for i := range images {
		list = append(list, imageset.Image{ID: fmt.Sprintf("img/%03d.jpg", i), Hash: fmt.Sprintf("%016x", i), Width: 8, Height: 8, Size: 100})
	}
	index, err := imageset.NewIndex(list)
	if err != nil {
		t.Fatal(err)
	}
	store, err := labels.Open(labels.Options{Dir: dir, Annotator: "ann", Classes: []string{"water", "road"}, Images: index})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &fakeProject{dir: dir, index: index, store: store}
}

func (p *fakeProject) Name() string { return "landuse" }
func (p *fakeProject) Reader() *imageset.Reader {
	return &imageset.Reader{Root: p.dir, Index: p.Images()}
}
func (p *fakeProject) Images() *imageset.Index { return p.index }
func (p *fakeProject) Labels() *labels.Store   { return p.store }
func (p *fakeProject) Classes() []Class {
	var list []Class
	for i, name := range p.store.Table().Classes() {
		list = append(list, Class{Name: name, Key: fmt.Sprint(i + 1)})
	}
	return list
}
func (p *fakeProject) Thumb(row int) (string, error) {
	return filepath.Join(p.dir, "none.jpg"), nil
}
func (p *fakeProject) Strategies() []Strategy {
	return []Strategy{{Name: "auto", Title: "auto", Draws: true}, {Name: "random", Title: "random"}, {Name: "entropy", Title: "entropy", NeedsModel: true}, {Name: "diversity", Title: "diversity", Draws: true}}
}
func (p *fakeProject) History() []classify.Point             { return nil }
func (p *fakeProject) Scores() (func(int) []float32, string) { return p.scores, p.stamp }
func (p *fakeProject) Suggest(_ context.Context, q Query) ([]Pick, error) {
	if q.Strategy == "entropy" && p.scores == nil {
		return nil, errors.New("acquire: entropy ranks by class probabilities; train once")
	}
	var out []Pick
	t := p.store.Table()
	for row := 0; row < p.index.Len() && len(out) < q.N; row++ {
		if (q.Labelled || t.Status(row) != labels.Labelled) && !t.Excluded(row) && !q.Skip(row) {
			out = append(out, Pick{Row: row, Score: 1, Reason: "in order"})
		}
	}
	return out, nil
}
func (p *fakeProject) Disputed(_ context.Context, class string) ([]Pick, error) {
	return p.disputed[class], nil
}
func (p *fakeProject) Suspects(_ context.Context, class string) ([]Suspect, error) {
	return p.suspects, nil
}
func (p *fakeProject) LayoutKinds() []string { return []string{"umap", "pca"} }
func (p *fakeProject) Layout(ctx context.Context, kind string, onStep func(string, int, int)) ([]float32, error) {
	return p.layout(ctx, kind, onStep)
}
func (p *fakeProject) Annotators() int          { return 2 }
func (p *fakeProject) State(name string) []byte { return p.state[name] }
func (p *fakeProject) KeepState(name string, text []byte) {
	if p.state == nil {
		p.state = map[string][]byte{}
	}
	p.state[name] = text
}
func (p *fakeProject) Keys() map[string][]string { return nil }
func (p *fakeProject) Rule() string              { return cmp.Or(p.rule, "latest") }
func (p *fakeProject) SetRule(rule string) error {
	_, err := agreement.ParseRule(rule)
	if err == nil {
		p.rule = rule
	}
	return err
}
func (p *fakeProject) Agreement(ctx context.Context, replicates int) (agreement.Report, error) {
	v, err := agreement.Read(p.store)
	if err != nil {
		return agreement.Report{}, err
	}
	return v.Measure(ctx, agreement.Options{Replicates: replicates})
}
func (p *fakeProject) Repeats(agreement.RepeatOptions) ([]int, error) { return p.repeats, nil }
func (p *fakeProject) Alike(ctx context.Context, rows []int, q Query) ([]Pick, error) {
	p.alike = rows
	return p.Suggest(ctx, q)
}
func (p *fakeProject) Reload() (bool, error) {
	if p.reload == nil {
		return false, nil
	}
	return p.reload()
}
func (p *fakeProject) AuditNow(ctx context.Context, _ func(string, int, int)) (*audit.Result, audit.Advice, error) {
	if p.audit == nil {
		return nil, audit.Advice{}, nil
	}
	return p.audit(ctx)
}
func (p *fakeProject) LastAudit() (*audit.Result, audit.Advice) { return nil, audit.Advice{} }
func (p *fakeProject) Runs() ([]runlog.Run, error)              { return runlog.List(filepath.Join(p.dir, "runs")) }
func (p *fakeProject) NoteRun(id, note string) error {
	return runlog.SetNote(filepath.Join(p.dir, "runs"), id, note)
}
func (p *fakeProject) Train(ctx context.Context, o classify.Options, goOn bool, onPoint func(classify.Point), onStep func(string, int, int)) (classify.Info, error) {
	p.options, p.goOn = o, goOn
	onStep("training", 1, 2)
	onPoint(classify.Point{Step: 1, Steps: 11, TrainLoss: math.NaN(), ValidationLoss: math.NaN()})
	for epoch := range p.epochs {
		onPoint(classify.Point{Epoch: float64(epoch + 1), TrainLoss: 0.5, ValidationLoss: 0.6})
	}
	return p.train(ctx)
}

// do sends one event and returns the view that comes back.
func do(t *testing.T, s *Session, id, kind string, data any) view {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.Receive(t.Context(), "tab", host.Event{ID: id, Kind: kind, Data: raw})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return reply.(view)
}

type change struct {
	Row   int  `json:"row"`
	Class int  `json:"class"`
	Value int8 `json:"value"`
}

func set(changes ...change) map[string]any {
	return map[string]any{"changes": changes, "dwell_ms": 120}
}

func TestLabelIsInTheJournalWhenAnswered(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	v := do(t, s, "a1", "set", set(change{3, 1, 1}, change{3, 0, 0}))
	if got := v.Grid.Tiles[3].Values; got[0] != 0 || got[1] != 1 {
		t.Errorf("tile 3 shows %v, want water absent and road present", got)
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "journal", "ann.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":"a1"`, `"dwell_ms":120`, `"reason":"in order"`, `"strategy":"auto"`, "img/003.jpg#000000000000"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the journal lacks %s:\n%s", want, text)
		}
	}
}

func TestRepeatedEventChangesNothing(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	do(t, s, "a1", "set", set(change{0, 0, 1}))
	do(t, s, "a2", "set", set(change{0, 0, 0}))
	v := do(t, s, "a1", "set", set(change{0, 0, 1}))
	if got := v.Grid.Tiles[0].Values[0]; got != 0 {
		t.Errorf("the repeated event set the label to %d again, want 0 to stay", got)
	}
}

func TestUndoRedoSayWhatTheyDid(t *testing.T) {
	p := newProject(t, 40)
	s := New(t.Context(), p, Options{})
	if v := do(t, s, "u0", "undo", nil); v.Message != "Nothing to undo." {
		t.Errorf("message %q, want Nothing to undo.", v.Message)
	}
	do(t, s, "a1", "set", set(change{2, 0, 1}))
	v := do(t, s, "u1", "undo", nil)
	if v.Grid.Tiles[2].Values[0] != -1 || v.Message != "Undone: water present on img/002.jpg." {
		t.Errorf("after undo the tile shows %v and the message is %q", v.Grid.Tiles[2].Values, v.Message)
	}
	v = do(t, s, "r1", "redo", nil)
	if v.Grid.Tiles[2].Values[0] != 1 || !strings.HasPrefix(v.Message, "Done again: water present") {
		t.Errorf("after redo the tile shows %v and the message is %q", v.Grid.Tiles[2].Values, v.Message)
	}
}

func TestNonsenseIsExplainedNotFailed(t *testing.T) {
	s := New(t.Context(), newProject(t, 4), Options{})
	for kind, data := range map[string]any{
		"set": set(change{99, 0, 1}), "exclude": map[string]any{"row": -1, "value": true}, "dance": nil, "stop": nil,
		"suggest": nil, "next": "not an object",
	} {
		if v := do(t, s, "x-"+kind, kind, data); v.Message == "" {
			t.Errorf("%s: no message says why nothing happened", kind)
		}
	}
	if v := do(t, s, "value", "set", set(change{0, 0, 7})); v.Grid.Tiles[0].Values[0] != -1 || v.Message == "" {
		t.Errorf("value 7 was taken: %v, message %q", v.Grid.Tiles[0].Values, v.Message)
	}
}

func TestExcludedAndHeldOut(t *testing.T) {
	s := New(t.Context(), newProject(t, 20), Options{})
	v := do(t, s, "e1", "exclude", map[string]any{"row": 5, "value": true})
	if !v.Grid.Tiles[5].Excluded || v.Totals.Excluded != 1 {
		t.Error("the image is not shown as excluded")
	}
	v = do(t, s, "v1", "validation", map[string]any{"row": 6, "value": true})
	if !v.Grid.Tiles[6].Validation || v.Totals.Validation != 1 {
		t.Error("the image is not shown as held out")
	}
	v = do(t, s, "n1", "next", nil)
	for _, tile := range v.Grid.Tiles {
		if tile.Row == 5 {
			t.Error("the excluded image came back")
		}
	}
}

func TestNextShowsOthersAndThenThoseLeftAlone(t *testing.T) {
	s := New(t.Context(), newProject(t, 20), Options{})
	v := do(t, s, "n1", "next", nil)
	if got := v.Grid.Tiles[0].Row; got != 16 {
		t.Errorf("the second batch begins with image %d, want 16", got)
	}
	if len(v.Grid.Tiles) != 16 {
		t.Errorf("the second batch has %d images, want 16: the 4 new ones and 12 left alone", len(v.Grid.Tiles))
	}
	rows := map[int]bool{}
	for _, tile := range v.Grid.Tiles {
		rows[tile.Row] = true
	}
	if len(rows) != 16 {
		t.Errorf("the batch shows only %d different images", len(rows))
	}
}

func TestEverythingLabelled(t *testing.T) {
	s := New(t.Context(), newProject(t, 2), Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}, change{0, 1, 1}, change{1, 0, 1}, change{1, 1, 1}))
	if v := do(t, s, "n", "next", nil); !strings.Contains(v.Message, "Nothing is left") {
		t.Errorf("message %q, want it to say that nothing is left", v.Message)
	}
}

// A head that is made at once says how far it is and has no curve.
func TestTrainingAtOnce(t *testing.T) {
	p := newProject(t, 4)
	p.epochs = 1
	release := make(chan struct{})
	p.train = func(context.Context) (classify.Info, error) {
		<-release
		return classify.Info{TrainRows: 3}, nil
	}
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}))
	do(t, s, "t", "train", nil)
	v := do(t, s, "b", "set", set(change{1, 0, 1}))
	for range 500 {
		if v.Train.Step == "fitting" {
			break
		}
		time.Sleep(10 * time.Millisecond)
		v = do(t, s, rand.Text(), "set", set(change{1, 0, 1}))
	}
	if v.Train.Step != "fitting" || v.Train.Done != 1 || v.Train.Total != 11 || len(v.Train.Option) > 0 {
		t.Errorf("on its way it shows %q, %d of %d and a curve of %d bytes", v.Train.Step, v.Train.Done, v.Train.Total, len(v.Train.Option))
	}
	close(release)
}

func TestLabelWhileTraining(t *testing.T) {
	p := newProject(t, 40)
	p.epochs = 2
	release := make(chan struct{})
	p.train = func(ctx context.Context) (classify.Info, error) {
		<-release
		return classify.Info{}, ctx.Err()
	}
	pushed := make(chan view, 100)
	s := New(t.Context(), p, Options{})
	s.Bind(func(v any) {
		if v, ok := v.(view); ok {
			pushed <- v
		}
	}, func(string) {})
	if v := do(t, s, "t1", "train", nil); !v.Train.Running {
		t.Fatal("training does not run")
	}
	if v := do(t, s, "t2", "train", nil); !strings.Contains(v.Message, "already runs") {
		t.Errorf("a second training: message %q", v.Message)
	}
	if v := do(t, s, "a1", "set", set(change{0, 0, 1})); v.Grid.Tiles[0].Values[0] != 1 {
		t.Error("a label was not taken while training")
	}
	do(t, s, "t3", "stop", nil)
	close(release)
	deadline := time.After(5 * time.Second)
	for {
		select {
		case v := <-pushed:
			if !v.Train.Running {
				if !strings.Contains(v.Train.Outcome, "best weights") || len(v.Train.Option) == 0 {
					t.Errorf("outcome %q with a curve of %d bytes", v.Train.Outcome, len(v.Train.Option))
				}
				return
			}
		case <-deadline:
			t.Fatal("the page never learned that training stopped")
		}
	}
}

func TestTrainingThatFailsIsExplained(t *testing.T) {
	p := newProject(t, 4)
	p.train = func(context.Context) (classify.Info, error) {
		return classify.Info{}, errors.New("classify: nothing is labelled; label a few images")
	}
	s := New(t.Context(), p, Options{})
	do(t, s, "t1", "train", nil)
	s.Close(5 * time.Second)
	v, _ := s.Hello(t.Context(), "tab")
	if got := v.(view); !strings.Contains(got.Train.Failed, "nothing is labelled") {
		t.Errorf("failed %q, outcome %q", got.Train.Failed, got.Train.Outcome)
	}
}

func TestEventOfAnotherProcess(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	v := do(t, s, "import-1", "apply", labels.Event{ID: "import-1", Kind: labels.KindLabel, Source: "import",
		Set: []labels.Change{{Class: "water", Value: 1, Images: []string{"img/000.jpg", "img/001.jpg"}}}})
	if v.Grid.Tiles[1].Values[0] != 1 {
		t.Error("an imported label is not on the page")
	}
}

func TestRefusedEventOfAnotherProcessIsAnError(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	for _, e := range []labels.Event{
		{Kind: labels.KindLabel, Set: []labels.Change{{Class: "forest", Value: 1, Images: []string{"img/000.jpg"}}}},
		{Kind: labels.KindLabel, Set: []labels.Change{{Class: "water", Value: 1, Images: []string{"img/new.jpg"}}}},
		{Kind: labels.KindLabel, By: "eve", Set: []labels.Change{{Class: "water", Value: 1, Images: []string{"img/000.jpg"}}}},
	} {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Receive(t.Context(), "api", host.Event{ID: "x", Kind: "apply", Data: raw}); !errors.Is(err, labels.ErrRefused) || errors.Is(err, host.ErrUnsaved) {
			t.Errorf("%+v: got %v, want ErrRefused, so that the sender does not take it for saved", e, err)
		}
	}
	if n := p.store.Version(); n != 0 {
		t.Errorf("%d events in the journal, want none", n)
	}
}

func TestWatchShowsLabelsOfOtherAnnotators(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	views := make(chan view, 8)
	s.Bind(func(v any) { views <- v.(view) }, func(string) {})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go s.Watch(ctx)
	eve, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "eve", Classes: []string{"water", "road"}, Images: p.index})
	if err != nil {
		t.Fatal(err)
	}
	defer eve.Close()
	if _, err := eve.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "road", Value: 1, Images: []string{"img/002.jpg"}}}}); err != nil {
		t.Fatal(err)
	}
	select {
	case v := <-views:
		if v.Grid.Tiles[2].Values[1] != 1 || !strings.Contains(v.Message, "annotator") {
			t.Errorf("the page shows %v and says %q", v.Grid.Tiles[2].Values, v.Message)
		}
	case <-time.After(10 * time.Second):
		t.Error("the page was not told")
	}
}

func TestLostJournalLeavesTheEventWithThePage(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	file := filepath.Join(p.dir, "journal", "ann.jsonl")
	do(t, s, "a1", "set", set(change{0, 0, 1}))
	if err := os.Rename(file, file+".away"); err != nil { // as if the disk had been taken out
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o755); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(set(change{1, 0, 1}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Receive(t.Context(), "tab", host.Event{ID: "a2", Kind: "set", Data: raw}); !errors.Is(err, host.ErrUnsaved) {
		t.Errorf("got %v, want ErrUnsaved", err)
	}
	if got := p.store.Table().Value(1, 0); got != labels.Unknown {
		t.Errorf("the label that is not on disk is in the table: %v", got)
	}
}

func TestSummaryNeedsNoScript(t *testing.T) {
	p := newProject(t, 4)
	s := New(t.Context(), p, Options{})
	do(t, s, "a1", "set", set(change{0, 0, 1}))
	text := Summary{Name: `a<b>`, Table: p.store.Table(), Images: p.index, Thumb: p.Thumb}.HTML()
	for _, bad := range []string{"<script", "<svg", "style=", "a<b>"} {
		if strings.Contains(text, bad) {
			t.Errorf("the summary holds %q, which a notebook viewer removes or misreads", bad)
		}
	}
	if !strings.Contains(text, "1 of 4 images labelled") {
		t.Errorf("the summary does not count: %s", text)
	}
}
