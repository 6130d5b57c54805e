package labels

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// naive is the table by definition: sort the events, drop those undone, write what is left cell by cell.
type naive struct {
	classes []*naiveClass
	names   map[string]*naiveClass
	said    map[string]bool
	groups  [][]*naiveClass
	flags   map[[2]string]int8 // by image ID and column
	notes   map[string]string
	reasons map[string]string
	times   map[string]time.Time
	apart   map[[2]string]bool // by two image IDs
}

// naiveClass is a class with its labels by image ID.
type naiveClass struct {
	name, about string
	into        *naiveClass
	retired     bool
	cells       map[string]Tri
}

func (c *naiveClass) at(id string) Tri {
	if v, ok := c.cells[id]; ok {
		return v
	}
	return Unknown
}

func fold(declared []string, events []Event) *naive {
	n := &naive{names: map[string]*naiveClass{}, said: map[string]bool{}, flags: map[[2]string]int8{}, notes: map[string]string{},
		reasons: map[string]string{}, times: map[string]time.Time{}, apart: map[[2]string]bool{}}
	for _, name := range declared {
		n.class(name)
	}
	undone := map[string]bool{}
	for _, e := range events {
		if e.Target != "" {
			undone[e.Target] = e.Kind == KindUndo
		}
	}
	for _, e := range events {
		if undone[e.ID] || e.Target != "" {
			continue
		}
		n.change(e)
		for _, c := range e.Set {
			if e.Kind == KindDistinct {
				for _, a := range c.Images {
					for _, b := range c.Images {
						a, _, _ = strings.Cut(a, "#")
						b, _, _ = strings.Cut(b, "#")
						n.apart[[2]string{a, b}] = c.Value == 1
					}
				}
				continue
			}
			names := c.columns(e.Kind)
			for _, ref := range c.Images {
				id, _, _ := strings.Cut(ref, "#")
				for _, name := range names {
					n.write(e, id, name, Tri(c.Value))
				}
			}
		}
	}
	return n
}

// class is the one a name means, a new one if need be; merged ones stand for those they went into.
func (n *naive) class(name string) *naiveClass {
	c := n.names[name]
	if c == nil {
		c = &naiveClass{name: name, cells: map[string]Tri{}}
		n.names[name], n.classes = c, append(n.classes, c)
	}
	for c.into != nil {
		c = c.into
	}
	return c
}

func (n *naive) mention(names ...string) (list []*naiveClass) {
	for _, name := range names {
		n.said[name] = true
		list = append(list, n.class(name))
	}
	return list
}

func (n *naive) ungroup(list ...*naiveClass) {
	for i, group := range n.groups {
		n.groups[i] = slices.DeleteFunc(slices.Clone(group), func(c *naiveClass) bool { return slices.Contains(list, c) })
	}
	n.groups = slices.DeleteFunc(n.groups, func(g []*naiveClass) bool { return len(g) < 2 })
}

// change is what an event does to the classes.
func (n *naive) change(e Event) {
	if e.Kind == KindClassRename {
		n.mention(e.Classes[0])
		n.rename(n.names[e.Classes[0]], e.Classes[1])
		return
	}
	list := n.mention(e.Classes...)
	switch e.Kind {
	case KindClassAdd, KindClassDescribe:
		if e.Text != "" || e.Kind == KindClassDescribe {
			list[0].about = e.Text
		}
	case KindClassRetire, KindClassRestore:
		for _, c := range list {
			c.retired = e.Kind == KindClassRetire
		}
	case KindClassOrder:
		place := func(c *naiveClass) int {
			if i := slices.Index(list, c); i >= 0 {
				return i
			}
			return len(list)
		}
		slices.SortStableFunc(n.classes, func(a, b *naiveClass) int { return place(a) - place(b) })
	case KindClassMerge:
		from, to := list[0], list[1]
		if from == to {
			return
		}
		old := to.cells
		to.cells = map[string]Tri{}
		for _, cells := range []map[string]Tri{old, from.cells} {
			for id := range cells {
				other, mine := from.at(id), Unknown
				if v, ok := old[id]; ok {
					mine = v
				}
				switch {
				case mine == Present || other == Present:
					to.cells[id] = Present
				case mine == Absent && other == Absent:
					to.cells[id] = Absent
				}
			}
		}
		n.ungroup(from)
		from.into = to
	case KindClassSplit:
		for _, part := range list[1:] {
			for id, v := range list[0].cells {
				if v == Absent && part.at(id) == Unknown {
					part.cells[id] = Absent
				}
			}
		}
		list[0].retired = true
		n.ungroup(list[0])
	case KindClassGroup:
		n.ungroup(list...)
		if list = distinct(list); len(list) > 1 {
			n.groups = append(n.groups, list)
		}
	}
}

func distinct(list []*naiveClass) (out []*naiveClass) {
	for _, c := range list {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func (n *naive) rename(c *naiveClass, now string) {
	other := n.names[now]
	switch {
	case other == c:
	case n.said[now]:
		return
	case other != nil: // only declared: the same class, at the place of the first
		i, j := slices.Index(n.classes, c), slices.Index(n.classes, other)
		n.classes[min(i, j)] = c
		n.classes = slices.Delete(n.classes, max(i, j), max(i, j)+1)
	}
	n.names[now], n.said[now], c.name = c, true, now
}

func (n *naive) write(e Event, id, name string, value Tri) {
	switch {
	case e.Kind == KindNote:
		n.notes[id] = e.Text
		return
	case e.Kind != KindLabel || isFlag(name):
		n.flags[[2]string{id, name}] = int8(value)
		if name == "exclude" {
			n.reasons[id] = ""
			if value == 1 && e.Kind == KindExclude {
				n.reasons[id] = e.Text
			}
		}
		return
	}
	n.mention(name)[0].cells[id] = value
	n.times[id] = e.Time
}

// compare says where the table differs from the model.
func (n *naive) compare(t *Table, ix *imageset.Index) error {
	var shown []*naiveClass
	var names []string
	for _, c := range n.classes {
		if c.into == nil && !c.retired {
			shown, names = append(shown, c), append(names, c.name)
		}
	}
	if !slices.Equal(t.Classes(), names) || len(t.AllClasses()) != len(n.classes) {
		return fmt.Errorf("classes are %q of %v; want %q of %d", t.Classes(), t.AllClasses(), names, len(n.classes))
	}
	for name := range n.names {
		if now, ok := t.Resolve(name); now != map[bool]string{true: n.class(name).name}[ok] || ok != slices.Contains(shown, n.class(name)) {
			return fmt.Errorf("%q resolves to %q, %v; want %q", name, now, ok, n.class(name).name)
		}
	}
	for i, info := range t.AllClasses() {
		c := n.classes[i]
		var group []string
		for _, g := range n.groups {
			for _, member := range g {
				if slices.Contains(g, c) {
					group = append(group, member.name)
				}
			}
		}
		if info.Name != c.name || info.Description != c.about || info.Retired != c.retired || (info.Into != "") != (c.into != nil) || !slices.Equal(info.Group, group) {
			return fmt.Errorf("class %d is %+v; want %+v in the group %q", i, info, c, group)
		}
	}
	for row := range ix.Len() {
		id := ix.At(row).ID
		for class, c := range shown {
			if got := t.Value(row, class); got != c.at(id) {
				return fmt.Errorf("%s %s is %v; want %v", id, c.name, got, c.at(id))
			}
		}
		if got, want := t.Excluded(row), n.flags[[2]string{id, "exclude"}] == 1; got != want {
			return fmt.Errorf("%s excluded is %v; want %v", id, got, want)
		}
		if got, want := t.Validation(row), n.flags[[2]string{id, "validation"}] == 1; got != want {
			return fmt.Errorf("%s validation is %v; want %v", id, got, want)
		}
		if got, want := t.Unsure(row), n.flags[[2]string{id, "unsure"}] == 1; got != want {
			return fmt.Errorf("%s unsure is %v; want %v", id, got, want)
		}
		for other := range row {
			if got, want := t.Distinct(row, other), n.apart[[2]string{id, ix.At(other).ID}]; got != want {
				return fmt.Errorf("%s and %s are distinct: %v; want %v", id, ix.At(other).ID, got, want)
			}
		}
		if t.Note(row) != n.notes[id] || t.ExcludeReason(row) != n.reasons[id] || !t.LabelledAt(row).Equal(n.times[id]) {
			return fmt.Errorf("%s has note %q, reason %q, time %v; want %q, %q, %v", id, t.Note(row), t.ExcludeReason(row), t.LabelledAt(row),
				n.notes[id], n.reasons[id], n.times[id])
		}
	}
	return nil
}

// deal makes a random event, a busy one mostly about classes. Some are refused; that is part of the test.
func deal(r *rand.Rand, images []string, known []Event, start time.Time, busy bool) Event {
	classes := []string{"a", "b", "contains: a", "späť, \"x\"", "new", "<b>note</b>", "unsure", "note", "lake", "湖"}
	some := func(list []string) []string {
		out := []string{}
		for range 1 + r.IntN(4) {
			out = append(out, list[r.IntN(len(list))])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	e := Event{Time: start.Add(time.Duration(r.IntN(1000)) * time.Second)}
	if r.IntN(3) == 0 {
		e.Time = time.Time{}
	}
	if r.IntN(20) == 0 && len(known) > 0 {
		e.ID = known[r.IntN(len(known))].ID
	}
	n := r.IntN(29)
	if busy && r.IntN(2) == 0 {
		n = 24 // about classes
	}
	switch {
	case n < 6:
		e.Kind = KindLabel
		for range 1 + r.IntN(3) {
			e.Set = append(e.Set, Change{Classes: some(classes[:4]), Value: int8(r.IntN(3) - 1), Images: some(images)})
		}
	case n < 8:
		e.Kind, e.Source, e.Classes = KindLabel, "import", some(classes)
		e.Set = []Change{{Class: e.Classes[0], Value: 1, Images: images}, {Class: "exclude", Value: int8(r.IntN(2)), Images: some(images)}}
	case n < 10:
		e.Kind, e.Text, e.Set = KindExclude, fmt.Sprint("reason ", n), []Change{{Value: int8(r.IntN(2)), Images: some(images)}}
	case n < 11:
		e.Kind, e.Set = KindValidation, []Change{{Value: int8(r.IntN(2)), Images: some(images)}}
	case n < 12:
		e.Kind, e.Text, e.Set = KindNote, []string{"", "see <b> & \"c\""}[r.IntN(2)], []Change{{Images: some(images)}}
	case n < 13:
		e = AddClass(classes[r.IntN(7)], "what it is")
	case n < 16:
		e.Kind = KindUndo
	case n < 18:
		e.Kind = KindRedo
	case n < 25:
		list := some(classes)
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		kinds := []Kind{KindClassRestore, KindClassDescribe, KindClassRetire, KindClassRestore, KindClassOrder, KindClassMerge, KindClassSplit, KindClassSplit, KindClassGroup, KindClassRename, KindClassRename}
		e.Kind = kinds[r.IntN(len(kinds))]
		e.Classes = list[:min(len(list), arity[e.Kind][1])]
		if e.Kind == KindClassDescribe {
			e.Text = []string{"", "what it \"is\""}[r.IntN(2)]
		}
	case n < 26:
		e.Kind, e.Set = KindDistinct, []Change{{Value: int8(r.IntN(2)), Images: some(images)}}
	case n < 28:
		e.Kind, e.Set = KindUnsure, []Change{{Value: int8(r.IntN(2)), Images: some(images)}}
	default:
		e.Kind = []Kind{KindUndo, KindRedo}[r.IntN(2)]
		if len(known) > 0 {
			e.Target = known[r.IntN(len(known))].ID
		}
	}
	return e
}

// Random sequences of events, undos and redos by two annotators whose clocks differ: at every step each store's table
// is the fold of the live events it has seen, and a replay from disk gives the same labels.csv, byte for byte.
func TestTheTableIsTheFoldOfTheLiveEvents(t *testing.T) {
	const seeds = 60
	accepted, ran := map[Kind]int{}, 0
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			ran++
			r := rand.New(rand.NewPCG(seed, 1))
			dir, declared := t.TempDir(), []string{"a", "b", "contains: a"}[:2+seed%2]
			images := []string{"p/1.jpg", "p/2.jpg", "p/3.jpg", "q/1.jpg", "../é,1.jpg"}
			ix := index(t, images...)
			start := time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond)
			stores := map[string]*Store{}
			lists := map[string][]Event{}
			for _, name := range []string{"anna", "bob"} {
				stores[name] = open(t, Options{Dir: dir, Annotator: name, Classes: declared, Images: ix})
			}
			for range 60 + 60*(seed%2) {
				name := []string{"anna", "bob"}[r.IntN(2)]
				s := stores[name]
				switch r.IntN(12) {
				case 0:
					stores[name] = reopen(t, s)
				case 1:
					if _, err := s.Refresh(); err != nil {
						t.Fatal(err)
					}
				default:
					done, err := s.Apply(deal(r, images, slices.Concat(lists["anna"], lists["bob"]), start, seed%2 == 1))
					if err != nil && !errors.Is(err, ErrRefused) {
						t.Fatal(err)
					}
					if err == nil && !done.Repeated {
						lists[name] = append(lists[name], done.Event)
						accepted[done.Event.Kind]++
					}
				}
				s = stores[name]
				seen := []Event{}
				for e, err := range s.Events() {
					if err != nil {
						t.Fatal(err)
					}
					seen = append(seen, e)
				}
				if err := fold(declared, seen).compare(s.Table(), ix); err != nil {
					t.Fatal(err)
				}
			}
			everything := merge(lists)
			want := fold(declared, everything)
			var texts []string
			for _, how := range []string{"refreshed", "reopened", "without cache"} {
				s := stores["anna"]
				switch how {
				case "refreshed":
					if _, err := s.Refresh(); err != nil {
						t.Fatal(err)
					}
				case "without cache":
					s.Close()
					os.Remove(s.cacheFile())
					s = open(t, s.o)
				default:
					s = reopen(t, s)
				}
				stores["anna"] = s
				if err := want.compare(s.Table(), ix); err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				if err := foldWrites(s); err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				texts = append(texts, csvOf(t, s.Table()))
			}
			if texts[0] != texts[1] || texts[0] != texts[2] {
				t.Error("labels.csv differs after a replay")
			}
		})
	}
	for _, kind := range append(slices.Collect(maps.Keys(arity)), KindDistinct) {
		if ran == seeds && accepted[kind] < 5 {
			t.Errorf("only %d events of kind %s were accepted; the draws test nothing", accepted[kind], kind)
		}
	}
}

// merge is the documented order: time, annotator, position; the first event of an ID counts.
func merge(lists map[string][]Event) []Event {
	type placed struct {
		Event
		position int
	}
	var all []placed
	for _, list := range lists {
		for i, e := range list {
			all = append(all, placed{e, i})
		}
	}
	slices.SortFunc(all, func(a, b placed) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.By, b.By), cmp.Compare(a.position, b.position))
	})
	var out []Event
	seen := map[string]bool{}
	for _, e := range all {
		if !seen[e.ID] {
			out = append(out, e.Event)
		}
		seen[e.ID] = true
	}
	return out
}

// foldWrites says where folding Writes gives other labels than the table.
func foldWrites(s *Store) error {
	table, writes := s.Writes()
	columns := map[int][]Tri{}
	column := func(class int) []Tri {
		if columns[class] == nil {
			columns[class] = blank(firstClass, table.Len())
		}
		return columns[class]
	}
	for w, err := range writes {
		if err != nil {
			return err
		}
		for _, row := range w.Rows {
			column(w.Class)[row] = w.Value
		}
		if w.Derived != Stated {
			for row, v := range column(w.Class) {
				column(w.Class)[row] = w.Derived.Combine(column(w.From)[row], v)
			}
		}
	}
	for class, name := range table.Classes() {
		if !slices.Equal(column(class), table.Column(class)) {
			return fmt.Errorf("the writes of class %q give %v; want %v", name, column(class), table.Column(class))
		}
	}
	return nil
}
