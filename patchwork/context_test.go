package patchwork

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/acquire"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/finetune"
	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

var neighbourly = classify.Options{Context: classify.NeighbourContext}

// labelSome labels every third image by its folder.
func labelSome(t *testing.T, p *Project) {
	t.Helper()
	for row, kind := range kinds(p) {
		if row%3 == 0 {
			say(t, p, row, map[bool]int8{kind == "red": 1}[true])
		}
	}
}

// contextByHand is the vectors of all images in their context, as explore makes them.
func contextByHand(t *testing.T, p *Project) (rows [][]float32) {
	t.Helper()
	err := p.lookOnce(t.Context(), func(l *looks) error {
		g, err := l.vectors.Graph(t.Context(), explore.GraphOptions{K: 5})
		if err != nil {
			return err
		}
		c, err := l.vectors.NewContext(t.Context(), g)
		if err != nil {
			return err
		}
		once := make([][]float32, g.N)
		for row := range once {
			once[row] = make([]float32, l.store.Dim())
			c.Once(once[row], row)
		}
		for row := range once {
			x := make([]float32, l.store.Dim())
			c.Twice(x, row, func(r int) []float32 { return once[r] })
			rows = append(rows, x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// wantScores checks that the saved scores are those of the model on vectors in their context.
func wantScores(t *testing.T, p *Project, rows [][]float32) {
	t.Helper()
	m, err := p.Model()
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Scores(t.Context(), len(rows), func(i int) []float32 { return rows[i] })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Scores(); err != nil || !slices.Equal(got.p, want) {
		t.Errorf("the scores are not those of the vectors in their context (%v)", err)
	}
}

func contextFile(t *testing.T, p *Project) string {
	t.Helper()
	files, err := filepath.Glob(p.path("features", "*.context*"))
	if err != nil || len(files) != 1 || !strings.HasSuffix(files[0], ".context") {
		t.Fatalf("features holds %q, %v; want one file of the context", files, err)
	}
	return files[0]
}

func TestContextIsKeptAndMadeAnew(t *testing.T) {
	folder := photos(t, 30)
	p := embedded(t, folder)
	labelSome(t, p)
	var steps []string
	progress := func(what string, done, total int) { steps = append(steps, what) }
	info, err := p.Train(t.Context(), TrainOptions{Options: neighbourly, Progress: progress}, nil)
	if err != nil || info.Options.Context != classify.NeighbourContext || !slices.Contains(steps, "finding neighbours") {
		t.Fatalf("%+v, %v; steps %q", info.Options, err, steps)
	}
	wantScores(t, p, contextByHand(t, p))
	file := contextFile(t, p)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	set(t, p, 4, labels.KindExclude, 1)
	steps = nil
	if _, err := p.Train(t.Context(), TrainOptions{Options: neighbourly, Progress: progress}, nil); err != nil || len(steps) > 0 {
		t.Errorf("an image was excluded: %v; steps %q, want none", err, steps)
	}
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same images: the context was written anew (%v)", err)
	}

	paint(t, filepath.Join(folder, "red", "new.png"), "red", 99)
	if _, err := p.Rescan(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if s, err := p.Scores(); err != nil || s.For(mustLabels(t, p))(30) != nil {
		t.Errorf("a new image without features has a score (%v)", err)
	}
	steps = nil
	if _, err := p.Embed(t.Context(), EmbedOptions{}, progress); err != nil || !slices.Contains(steps, "finding neighbours") {
		t.Fatalf("an image came: %v; steps %q", err, steps)
	}
	if after, err := os.Stat(contextFile(t, p)); err != nil || after.Size() != before.Size()+int64(4*info.Dim) {
		t.Errorf("an image came: the context has %d bytes and had %d (%v)", after.Size(), before.Size(), err)
	}
	s, err := p.Scores()
	if err != nil || s.For(mustLabels(t, p))(30) == nil {
		t.Errorf("the new image has no score (%v)", err)
	}
	e := &engine{Project: p}
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if of, _ := e.Scores(); of(0) == nil || of(30) != nil {
		t.Error("in the studio, before the context is made: want scores of all but the new image")
	}
	var out bytes.Buffer
	if _, _, err := p.Predict(t.Context(), &out); err != nil || strings.Count(out.String(), "\n") != 32 {
		t.Errorf("%v\n%s", err, out.String())
	}
	if of, _ := e.Scores(); of(30) == nil {
		t.Error("in the studio, once the context is made: the new image has no score")
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: neighbourly}, nil); err != nil {
		t.Fatal(err)
	}
	wantScores(t, p, contextByHand(t, p))
}

// What was cut off, or is of something else, is not believed; what cannot be written is computed, to the same.
func TestContextWithoutItsFile(t *testing.T) {
	p := embedded(t, photos(t, 24))
	labelSome(t, p)
	trained := func() []float32 {
		t.Helper()
		if _, err := p.Train(t.Context(), TrainOptions{Options: neighbourly}, nil); err != nil {
			t.Fatal(err)
		}
		s, err := p.Scores()
		if err != nil {
			t.Fatal(err)
		}
		return s.p
	}
	want := trained()
	file := contextFile(t, p)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other := slices.Clone(whole)
	other[0]++
	for what, data := range map[string][]byte{"cut off": whole[:len(whole)-4], "of something else": other, "empty": nil} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(trained(), want) {
			t.Errorf("%s: other scores", what)
		}
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, whole) {
			t.Errorf("%s: the file was not made anew (%v)", what, err)
		}
	}
	for _, name := range []string{file, file + "-once"} {
		if err := errors.Join(os.RemoveAll(name), os.Mkdir(name, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(trained(), want) {
		t.Error("a file that cannot be written: other scores")
	}
}

// spy remembers what it was shown.
type spy struct{ pool *acquire.Pool }

func (s *spy) Card() acquire.Card {
	return acquire.Card{Name: "spy", Needs: acquire.Features, Uses: acquire.Probs | acquire.Judge}
}

func (s *spy) Pick(p *acquire.Pool, n int) []acquire.Pick {
	s.pool = p
	score := -1.0
	if p.Judge != nil {
		score = float64(p.Judge(1, func(int) []float32 { return p.Features(p.Rows[0]) })[0])
	}
	return []acquire.Pick{{Row: p.Rows[0], Score: score}}
}

func TestSuggestInContext(t *testing.T) {
	p := embedded(t, photos(t, 30))
	labelSome(t, p)
	show := func(with bool, l lookAt) (float64, []float32) {
		t.Helper()
		table, scores := mustLabels(t, p), (*Scores)(nil)
		if s, err := p.Scores(); err == nil {
			scores = s
		}
		if got := scores != nil && scores.inContext; got != with {
			t.Fatalf("the scores are of a model with context: %v; want %v", got, with)
		}
		pool := &acquire.Pool{Rows: []int{7}, Classes: table.Classes(), Rand: p.random("spy", 1)}
		if scores != nil {
			pool.Probs = scores.For(table)
		}
		var s spy
		var x []float32
		var around func(l *looks) (*inContext, error)
		if with {
			around = func(l *looks) (*inContext, error) { return l.context(t.Context(), p, nil) }
		}
		picks, err := p.choose(t.Context(), table, &s, pool, func(ctx context.Context, search func(*looks) error) error {
			return l(ctx, func(l *looks) error {
				err := search(l)
				x = slices.Clone(s.pool.Features(7))
				return err
			})
		}, around, 1)
		if err != nil {
			t.Fatal(err)
		}
		return picks[0].Score, x
	}
	e := &engine{Project: p}
	t.Cleanup(func() { e.kept.close() })
	_, without := show(false, p.lookOnce)
	var steps []string
	if _, err := e.Train(t.Context(), neighbourly, false, func(classify.Point) {}, func(what string, _, _ int) { steps = append(steps, what) }); err != nil || !slices.Contains(steps, "finding neighbours") {
		t.Fatalf("training in the studio: %v; steps %q", err, steps)
	}
	want := contextByHand(t, p)[7]
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	for name, look := range map[string]lookAt{"once": p.lookOnce, "in the studio": e.look, "in the studio again": e.look} {
		says, x := show(true, look)
		if !slices.Equal(x, want) || slices.Equal(x, without) {
			t.Errorf("%s: a strategy is shown other vectors than the model reads", name)
		}
		if first := float64(scores.For(mustLabels(t, p))(7)[0]); says < first-1e-5 || says > first+1e-5 {
			t.Errorf("%s: of its vector the model says %.6f, and of the image %.6f", name, says, first)
		}
	}
	for _, strategy := range []string{"auto", "diversity", "badge", "uherding"} {
		a, err := p.Suggest(t.Context(), SuggestOptions{Strategy: strategy, N: 4})
		if err != nil || len(a) != 4 {
			t.Fatalf("%s: %v, %v", strategy, a, err)
		}
		if b, err := p.Suggest(t.Context(), SuggestOptions{Strategy: strategy, N: 4}); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: the same seed chooses %v and %v (%v)", strategy, a, b, err)
		}
	}
}

// All that trains on labels does it on the same vectors.
func TestMeasuringInContext(t *testing.T) {
	p := embedded(t, photos(t, 36))
	if err := p.LabelFromFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := contextByHand(t, p)
	table, err := p.LabelsUnder("")
	if err != nil {
		t.Fatal(err)
	}
	reads, err := p.reads(t.Context(), neighbourly, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reads.close()
	m, err := replayer{reading: reads, table: table, options: neighbourly}.train(t.Context(), []int{0, 35}, []int{1, 2}, 1)
	if err != nil || m == nil {
		t.Fatalf("no model: %v", err)
	}
	if !slices.Equal(m.Features(9), rows[9]) {
		t.Error("a replay's strategy is shown other vectors than the model reads")
	}
	o := ReplayOptions{Strategies: []string{"random", "auto"}, Batch: 4, Rounds: 2, Seeds: 2, Train: neighbourly}
	a, err := p.Replay(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := p.Replay(t.Context(), o, nil); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("a second replay is another (%v)", err)
	}
	with, err := p.OutOfFold(t.Context(), CrossValidateOptions{Train: neighbourly}, nil)
	if err != nil {
		t.Fatal(err)
	}
	without, err := p.OutOfFold(t.Context(), CrossValidateOptions{Train: classify.Options{Context: classify.NoContext}}, nil)
	if err != nil || slices.Equal(with.p, without.p) || !slices.Equal(with.Fold, without.Fold) {
		t.Errorf("out of fold: the same scores with and without context, or other folds (%v)", err)
	}
	if _, err := p.LearningCurve(t.Context(), LearningCurveOptions{Budgets: []int{10}, Folds: 2, Train: neighbourly}, nil); err != nil {
		t.Error(err)
	}
	r, err := p.Search(t.Context(), SearchOptions{Trials: 4, Folds: 2, Space: map[string]string{"context": "none, neighbours"}}, nil)
	tried := map[string]bool{}
	for _, trial := range r.Trials {
		tried[trial.Settings["context"]] = true
	}
	if err != nil || !tried["neighbours"] || len(r.Trials) != 4 {
		t.Errorf("%+v, %v", r.Trials, err)
	}
}

func TestContextRefusals(t *testing.T) {
	p := embedded(t, photos(t, 24))
	labelSome(t, p)
	refused := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want an error that says %q", what, err, want)
		}
	}
	_, err := p.FineTune(t.Context(), FineTuneOptions{Options: finetune.Options{Options: neighbourly}}, nil, nil)
	refused("fine-tuning", err, "sees one image at a time, without its neighbours")
	_, err = p.Train(t.Context(), TrainOptions{Options: classify.Options{Context: classify.NeighbourContext, Trunk: classify.PoolingTrunk}}, nil)
	refused("maps", err, `context is "neighbours" and trunk is "pooling", which reads maps`)
	if _, err := p.Train(t.Context(), TrainOptions{Options: classify.Options{Context: classify.NoContext}}, nil); err != nil {
		t.Fatal(err)
	}
	_, err = p.Train(t.Context(), TrainOptions{Options: neighbourly, GoOn: true}, nil)
	refused("going on", err, "reads vectors, and this one vectors in the context of their neighbours; train from the beginning")
	if _, err := p.Train(t.Context(), TrainOptions{Options: neighbourly}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Train(t.Context(), TrainOptions{Options: neighbourly, GoOn: true}, nil); err != nil {
		t.Errorf("going on with the same context: %v", err)
	}
	store, err := p.Features()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := p.surroundings(store)
	s.key[0]++ // nothing is kept of these
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.neighbourhood(stopped, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	contextFile(t, p) // and no other
	s.some = 1_000_000
	_, err = s.neighbourhood(t.Context(), nil)
	refused("a million images", err, "each of 1000000 images is compared with every other, which takes "+comparing(1_000_000, store.Dim()))
	if got := comparing(1_000_000, 384); got != "about 60 minutes on two cores" { // docs/explore.md: about an hour
		t.Error(got)
	}
}
