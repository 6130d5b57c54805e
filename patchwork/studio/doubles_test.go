package studio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// fakeDoubles answers searches for doubles.
type fakeDoubles struct {
	doubles  func(ctx context.Context, onStep func(string, int, int)) (Doubles, error)
	searches int
}

func (p *fakeDoubles) Doubles(ctx context.Context, onStep func(string, int, int)) (Doubles, error) {
	p.searches++
	return p.doubles(ctx, onStep)
}

// doubled waits until no doubles are looked for.
func doubled(t *testing.T, s *Session) *doublesView {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		v, looking := s.doublesView(), s.doubles.cancel != nil
		s.mu.Unlock()
		if !looking {
			return v
		}
	}
	t.Fatal("the doubles do not come")
	return nil
}

// groupsOfRows are doubles in which each image says of which other it is one.
func groupsOfRows(groups ...[]int) func(context.Context, func(string, int, int)) (Doubles, error) {
	return func(context.Context, func(string, int, int)) (d Doubles, _ error) {
		for _, rows := range groups {
			var group []Double
			for i, row := range rows {
				group = append(group, Double{row, fmt.Sprint("like ", rows[(i+1)%len(rows)])})
			}
			d.Groups = append(d.Groups, group)
		}
		return d, nil
	}
}

// rowsShown are the rows of the groups of a view.
func rowsShown(v *doublesView) (list [][]int) {
	for _, g := range v.Groups {
		var rows []int
		for _, tile := range g.Tiles {
			rows = append(rows, tile.Row)
		}
		list = append(list, rows)
	}
	return list
}

func flag(t *testing.T, p *fakeProject, kind labels.Kind, value int8, rows ...int) {
	t.Helper()
	c := labels.Change{Value: value}
	for _, row := range rows {
		c.Images = append(c.Images, labels.Ref(p.index, row))
	}
	if _, err := p.store.Apply(labels.Event{Kind: kind, Set: []labels.Change{c}}); err != nil {
		t.Fatal(err)
	}
}

// Leaks come first, then those labelled differently, then the largest; in a group the image with the most labels, excluded ones last.
func TestDoublesMostUrgentFirst(t *testing.T) {
	p := newProject(t, 40)
	p.doubles = groupsOfRows([]int{0, 1}, []int{2, 3, 4}, []int{5, 6}, []int{7, 8}, []int{9, 10}, []int{11, 12})
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{6, 0, 1}, change{5, 0, 0}, change{7, 0, 1}, change{8, 0, 1}, change{8, 1, 0}, change{12, 0, 1}, change{9, 0, 1}, change{10, 0, 0}))
	flag(t, p, labels.KindValidation, 1, 7)
	flag(t, p, labels.KindExclude, 1, 9)
	v := do(t, s, "b", "doubles", object{"on": true})
	if v.Doubles == nil || !v.Doubles.Running && v.Doubles.Found == 0 {
		t.Fatalf("%+v", v.Doubles)
	}
	d := doubled(t, s)
	if got, want := fmt.Sprint(rowsShown(d)), "[[8 7] [5 6] [2 3 4] [0 1] [12 11]]"; got != want {
		t.Errorf("groups %s, want %s: the leak, the contradiction, the larger; not the one of which a single image is in use", got, want)
	}
	if d.Found != 1 || !d.Groups[0].Leak || len(d.Groups[0].Differ) > 0 || d.Groups[1].Leak || !slices.Equal(d.Groups[1].Differ, []string{"water"}) || d.Groups[2].Left != 3 || d.Groups[0].Tiles[0].Why != "like 7" {
		t.Errorf("%+v", d.Groups)
	}
	counts := ""
	for _, l := range d.Lists {
		counts += fmt.Sprint(l.Name, l.N, " ")
	}
	if counts != "open5 leaks1 differ1 others3 settled1 apart0 " {
		t.Errorf("lists %s", counts)
	}
	if v = s.view("tab"); !strings.HasPrefix(v.Message, "5 groups of doubles: 1 leak, 1 labelled differently.") {
		t.Errorf("%q", v.Message)
	}
	if v = do(t, s, "c", "doubles-list", object{"list": "settled"}); fmt.Sprint(rowsShown(v.Doubles)) != "[[10 9]]" {
		t.Errorf("settled: %+v", v.Doubles.Groups)
	}
	if v = do(t, s, "d", "next", object{}); v.Doubles != nil || len(v.Grid.Tiles) != 16 {
		t.Error("another batch is hidden behind the doubles")
	}
	looked := p.searches
	if v = do(t, s, "e", "doubles", object{"on": true}); v.Doubles == nil || v.Doubles.List != "settled" || p.searches != looked {
		t.Errorf("doubles that were found are looked for again, or another list is shown: %+v", v.Doubles)
	}
}

// Images that cannot be read are doubles of none: a group of which one is left is no group.
func TestBrokenImagesAreNoDoubles(t *testing.T) {
	p := newProject(t, 40)
	var list []imageset.Image
	for row := range p.index.Len() {
		list = append(list, p.index.At(row))
	}
	list[1].Problem, list[4].Problem = "no image", "no image"
	var err error
	if p.index, err = imageset.NewIndex(list); err != nil {
		t.Fatal(err)
	}
	p.doubles = groupsOfRows([]int{0, 1}, []int{2, 3, 4})
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "doubles", object{"on": true})
	if got := fmt.Sprint(rowsShown(doubled(t, s))); got != "[[2 3]]" {
		t.Errorf("groups %s, want 2 and 3", got)
	}
}

// What is done to a group is one event of this annotator, which one undo takes back, and the counts follow.
func TestWhatIsDoneToAGroup(t *testing.T) {
	p := newProject(t, 40)
	p.doubles = groupsOfRows([]int{0, 1, 2, 3})
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{1, 0, 1}, change{1, 1, 0}, change{2, 0, 0}))
	flag(t, p, labels.KindValidation, 1, 2)
	flag(t, p, labels.KindExclude, 1, 3)
	do(t, s, "b", "doubles", object{"on": true})
	doubled(t, s)
	on := func(row int) object { return object{"of": 1, "group": 0, "row": row} }
	table := func() *labels.Table { return p.store.Table() }

	v := do(t, s, "c", "doubles-label", on(1))
	if v.Message != "4 labels given. Undo takes that back." || v.Counts[0].Present+v.Counts[0].ValidationPresent != 3 || len(v.Doubles.Groups[0].Differ) != 0 || !v.Doubles.Groups[0].Leak {
		t.Errorf("%q, %+v, %+v", v.Message, v.Counts[0], v.Doubles.Groups[0])
	}
	if table().Value(3, 0) != labels.Unknown {
		t.Error("an excluded image is labelled")
	}
	do(t, s, "d", "undo", object{})
	if table().Value(2, 0) != labels.Absent || table().Value(0, 0) != labels.Unknown {
		t.Error("one undo does not take the labels back")
	}
	v = do(t, s, "e", "doubles-side", object{"of": 1, "group": 0, "value": true})
	if v.Message != "2 images now held out for validation. Undo takes that back." || v.Doubles.Groups[0].Leak || v.Totals.Validation != 3 {
		t.Errorf("%q, %d held out", v.Message, v.Totals.Validation)
	}
	if v = do(t, s, "f", "doubles-side", object{"of": 1, "group": 0, "value": true}); !strings.Contains(v.Message, "already") {
		t.Errorf("%q", v.Message)
	}
	do(t, s, "g", "undo", object{})
	if v = do(t, s, "h", "doubles-side", object{"of": 1, "group": 0, "value": false}); v.Totals.Validation != 0 || v.Doubles.Groups[0].Leak {
		t.Errorf("%d held out, %q", v.Totals.Validation, v.Message)
	}
	v = do(t, s, "i", "doubles-keep", on(1))
	if v.Message != "2 images left out. Undo takes that back." || v.Totals.Excluded != 3 || v.Doubles.Groups[0].Left != 1 || table().ExcludeReason(0) != "double" || table().Excluded(1) {
		t.Errorf("%q, %d excluded", v.Message, v.Totals.Excluded)
	}
	if v.Doubles.Length != 1 || v.Doubles.Settled != 1 || v.Doubles.Lists[0].N != 0 {
		t.Errorf("what is done goes from its place at once, or counts still: %+v", v.Doubles.Lists)
	}
	for kind, says := range map[string]string{"doubles-label": "left out itself", "doubles-keep": "left out itself", "doubles-x": "does not know"} {
		if v = do(t, s, kind, kind, on(0)); !strings.Contains(v.Message, says) {
			t.Errorf("%s: %q", kind, v.Message)
		}
	}
	if v = do(t, s, "j", "doubles-keep", on(17)); !strings.Contains(v.Message, "not of this group") {
		t.Errorf("%q", v.Message)
	}
	if v = do(t, s, "k", "doubles-keep", object{"of": 7, "group": 0, "row": 1}); !strings.Contains(v.Message, "again since") {
		t.Errorf("%q", v.Message)
	}
	do(t, s, "l", "undo", object{})
	if v = do(t, s, "m", "doubles-open", on(1)); v.Doubles != nil || len(v.Grid.Tiles) != 3 || v.Grid.Tiles[0].Row != 1 {
		t.Errorf("as a batch: %d tiles, %q", len(v.Grid.Tiles), v.Message)
	}
	var said []string
	for e, err := range p.store.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Shown != nil && e.Shown.Strategy == DoublesReview {
			said = append(said, fmt.Sprint(e.ID, " ", e.By, " ", e.Kind, " ", e.Source, " ", e.Shown.Reason))
		}
	}
	want := []string{"c ann label studio as 001.jpg", "e ann validation studio one side of the split", "h ann validation studio one side of the split", "i ann exclude studio double of 001.jpg"}
	if !slices.Equal(said, want) {
		t.Errorf("the journal says %q, want %q", said, want)
	}
}

// A first label makes no leak: the image goes where the labelled ones of its group are.
func TestLabelOnceFollowsTheSide(t *testing.T) {
	p := newProject(t, 40)
	p.doubles = groupsOfRows([]int{0, 1})
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{1, 0, 1}))
	flag(t, p, labels.KindValidation, 1, 1)
	do(t, s, "b", "doubles", object{"on": true})
	doubled(t, s)
	v := do(t, s, "c", "doubles-label", object{"of": 1, "group": 0, "row": 1})
	if v.Doubles.Groups[0].Leak || !p.store.Table().Validation(0) {
		t.Errorf("%+v", v.Doubles.Groups[0])
	}
	if v = do(t, s, "d", "doubles-label", object{"of": 1, "group": 0, "row": 1}); !strings.HasPrefix(v.Message, "Nothing to give") {
		t.Errorf("%q", v.Message)
	}
}

// What another annotator says shows in the groups, her labels stay hers, and an undo takes back only what this one did.
func TestDoublesOfSeveralAnnotators(t *testing.T) {
	p := newProject(t, 40)
	p.doubles = groupsOfRows([]int{0, 1})
	other, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "ben", Classes: []string{"water", "road"}, Images: p.index})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "set", set(change{0, 0, 1}))
	do(t, s, "b", "doubles", object{"on": true})
	doubled(t, s)
	refresh := func(store *labels.Store) {
		t.Helper()
		if _, err := store.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	refresh(other)
	if _, err := other.Apply(labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "water", Value: 0, Images: []string{labels.Ref(p.index, 1)}}}}); err != nil {
		t.Fatal(err)
	}
	refresh(p.store)
	if v := s.view("tab"); !slices.Equal(v.Doubles.Groups[0].Differ, []string{"water"}) || v.Doubles.Lists[2].N != 1 {
		t.Errorf("what ben said does not show: %+v", v.Doubles.Groups[0])
	}
	if v := do(t, s, "c", "doubles-label", object{"of": 1, "group": 0, "row": 0}); len(v.Doubles.Groups[0].Differ) > 0 {
		t.Errorf("%+v", v.Doubles.Groups[0])
	}
	do(t, s, "d", "undo", object{})
	if got := p.store.Table().Value(1, 0); got != labels.Absent {
		t.Errorf("after an undo the label is %v, want what ben said", got)
	}
}

// What is said to be no doubles stays so in the next session, and undo takes back what came last, whatever it was.
func TestNotDoublesAreKeptAndUndone(t *testing.T) {
	p := newProject(t, 40)
	p.doubles = groupsOfRows([]int{0, 1}, []int{2, 3})
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "doubles", object{"on": true})
	doubled(t, s)
	not := func(id string, group int, value bool) view {
		return do(t, s, id, "doubles-apart", object{"of": 1, "group": group, "value": value})
	}
	do(t, s, "b", "doubles-side", object{"of": 1, "group": 1, "value": true})
	if v := not("c", 0, true); !v.Doubles.Groups[0].Apart || v.Doubles.Lists[0].N != 1 || v.Doubles.Length != 2 || !strings.HasPrefix(v.Message, "Not doubles") {
		t.Errorf("%q, %+v", v.Message, v.Doubles)
	}
	if v := not("d", 0, true); !strings.Contains(v.Message, "already") {
		t.Errorf("%q", v.Message)
	}
	do(t, s, "e", "doubles-side", object{"of": 1, "group": 1, "value": false})
	var held, apart []bool
	step := func(id, kind string) string {
		v := do(t, s, id, kind, object{})
		held, apart = append(held, p.store.Table().Validation(2)), append(apart, v.Doubles.Groups[0].Apart)
		return v.Message
	}
	for i, kind := range []string{"undo", "undo", "undo", "redo", "redo", "redo"} {
		step(fmt.Sprint("f", i), kind)
	}
	if want := []bool{true, true, false, true, true, false}; !slices.Equal(held, want) {
		t.Errorf("held out after each of three undos and redos: %v, want %v", held, want)
	}
	if want := []bool{true, false, false, false, true, true}; !slices.Equal(apart, want) {
		t.Errorf("called no doubles: %v, want %v", apart, want)
	}
	step("g", "undo")
	not("h", 1, true)
	if says := step("i", "redo"); says != "Nothing to redo." || !p.store.Table().Validation(2) {
		t.Errorf("%q: a redo behind something new does what was undone before", says)
	}

	again := New(t.Context(), p, Options{})
	do(t, again, "j", "doubles", object{"on": true})
	if d := doubled(t, again); len(d.Groups) != 0 || d.Lists[5].N != 2 {
		t.Errorf("in another session: %+v", d)
	}
	v := do(t, again, "k", "doubles-list", object{"list": "apart"})
	if v = do(t, again, "l", "doubles-apart", object{"of": 1, "group": v.Doubles.Groups[0].Group, "value": false}); v.Message != "Doubles after all. Undo takes that back." || v.Doubles.Lists[0].N != 1 {
		t.Errorf("%q, %+v", v.Message, v.Doubles.Lists)
	}
}

// The search goes on behind labelling, tells how far it is, can be stopped, and says what it lacks.
func TestDoublesAreLookedForInTheBackground(t *testing.T) {
	p := newProject(t, 40)
	answer := make(chan error)
	p.doubles = func(ctx context.Context, step func(string, int, int)) (Doubles, error) {
		step("comparing pictures", 3, 9)
		select {
		case err := <-answer:
			return Doubles{NoFeatures: true}, err
		case <-ctx.Done():
			return Doubles{}, ctx.Err()
		}
	}
	s := New(t.Context(), p, Options{})
	if v := do(t, s, "a", "doubles-stop", object{}); !strings.Contains(v.Message, "not being looked for") {
		t.Errorf("%q", v.Message)
	}
	do(t, s, "b", "doubles", object{"on": true})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		v := s.doublesView()
		s.mu.Unlock()
		if v.Running && v.Step == "comparing pictures" && v.Done == 3 && v.Total == 9 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", v)
		}
	}
	if !s.busy() {
		t.Error("the server may end under the search")
	}
	if v := do(t, s, "c", "set", set(change{0, 0, 1})); v.Counts[0].Present != 1 || v.Doubles == nil || !v.Doubles.Running {
		t.Error("labelling does not go on")
	}
	if v := do(t, s, "d", "doubles-keep", object{"of": 0, "group": 0}); !strings.Contains(v.Message, "press Doubles first") {
		t.Errorf("%q", v.Message)
	}
	do(t, s, "e", "doubles-stop", object{})
	if d := doubled(t, s); d != nil || !strings.Contains(s.message, "was stopped") {
		t.Errorf("%+v, %q", d, s.message)
	}
	do(t, s, "f", "doubles", object{"on": true})
	answer <- errors.New("checks.tsv cannot be read")
	if d := doubled(t, s); d.Failed != "checks.tsv cannot be read" || d.Found != 0 {
		t.Errorf("%+v", d)
	}
	do(t, s, "g", "doubles", object{"on": true})
	answer <- nil
	if d := doubled(t, s); d.Failed != "" || d.Found != 1 || !d.Alone || len(d.Groups) != 0 || s.message != "No two images that are in use show the same." {
		t.Errorf("%+v, %q", d, s.message)
	}
	// Somebody who has gone on to other images is told, and not interrupted.
	do(t, s, "h", "doubles", object{"on": true, "again": true})
	do(t, s, "i", "doubles", object{"on": false})
	answer <- nil
	p.doubles = groupsOfRows([]int{0, 1})
	if d := doubled(t, s); d != nil {
		t.Errorf("%+v", d)
	}
	do(t, s, "j", "doubles", object{"on": true})
	do(t, s, "k", "doubles", object{"on": true, "again": true})
	doubled(t, s)
	s.Close(0)
	if v := s.view("tab"); v.Doubles == nil || len(v.Doubles.Groups) != 1 {
		t.Errorf("%+v", v.Doubles)
	}
}

// While labels are hidden, doubles would give them away; suspects that are not on screen are not confirmed.
func TestDoublesKeepWhatIsHiddenHidden(t *testing.T) {
	p := newProject(t, 40)
	p.doubles, p.repeats = groupsOfRows([]int{0, 1}), []int{0, 1, 2}
	s := New(t.Context(), p, Options{})
	p.suspects = []Suspect{{Pick{Row: 7}, []string{"water"}}}
	do(t, s, "a", "set", set(change{7, 0, 1}))
	suspected(t, s, "b")
	do(t, s, "c", "doubles", object{"on": true})
	doubled(t, s)
	if v := do(t, s, "d", "confirm", object{}); v.Suspects || !strings.Contains(v.Message, "nothing to confirm") {
		t.Errorf("suspects behind the doubles: %q", v.Message)
	}
	if v := do(t, s, "e", "repeats", object{}); v.Doubles != nil {
		t.Error("the doubles stay over images to be labelled blindly")
	}
	if v := do(t, s, "f", "doubles", object{"on": true}); v.Doubles != nil || !strings.Contains(v.Message, "hidden") {
		t.Errorf("%q", v.Message)
	}
}

// Of thousands of groups a page gets ten, and of a large one some images; a label is answered in milliseconds.
func TestThousandsOfGroupsInPages(t *testing.T) {
	const images = 20000
	p := newProject(t, images)
	var groups [][]int
	for row := 100; row < images; row += 2 {
		groups = append(groups, []int{row, row + 1})
	}
	var many []int
	for row := range 100 {
		many = append(many, row)
	}
	p.doubles = groupsOfRows(append(groups, many)...)
	s := New(t.Context(), p, Options{})
	do(t, s, "a", "doubles", object{"on": true})
	d := doubled(t, s)
	if d.Length != 9951 || len(d.Groups) != 10 || d.Groups[0].Images != 100 || len(d.Groups[0].Tiles) != imagesOfGroup {
		t.Fatalf("%d groups, %d shown, the first of %d with %d", d.Length, len(d.Groups), d.Groups[0].Images, len(d.Groups[0].Tiles))
	}
	v := do(t, s, "b", "doubles-list", object{"start": 9950})
	if len(v.Doubles.Groups) != 1 || v.Doubles.Start != 9950 {
		t.Errorf("the last page: %d groups from %d", len(v.Doubles.Groups), v.Doubles.Start)
	}
	if v = do(t, s, "c", "doubles-list", object{"start": 9960}); v.Doubles.Start != 9950 || !strings.Contains(v.Message, "There is no group") {
		t.Errorf("%q", v.Message)
	}
	if v = do(t, s, "d", "doubles-list", object{"list": "x"}); !strings.Contains(v.Message, "no list") {
		t.Errorf("%q", v.Message)
	}
	begun := time.Now()
	do(t, s, "e", "doubles-side", object{"of": 1, "group": 3, "value": true})
	t.Logf("answered in %v", time.Since(begun))
	if _, err := s.Receive(t.Context(), "tab", host.Event{ID: "f", Kind: "doubles-list", Data: []byte(`{"start":"x"}`)}); err != nil {
		t.Errorf("a message that cannot be read: %v", err)
	}
}
