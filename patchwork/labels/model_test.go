package labels

import (
	"cmp"
	"errors"
	"fmt"
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
	classes []string
	cells   map[[2]string]int8 // by image ID and column
	notes   map[string]string
	reasons map[string]string
	times   map[string]time.Time
}

func fold(declared []string, events []Event) naive {
	n := naive{slices.Clone(declared), map[[2]string]int8{}, map[string]string{}, map[string]string{}, map[string]time.Time{}}
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
		n.name(e.Classes...)
		for _, c := range e.Set {
			names := c.columns(e.Kind)
			for _, ref := range c.Images {
				id, _, _ := strings.Cut(ref, "#")
				for _, name := range names {
					n.write(e, id, name, c.Value)
				}
			}
		}
	}
	return n
}

func (n *naive) name(classes ...string) {
	for _, c := range classes {
		if !slices.Contains(n.classes, c) {
			n.classes = append(n.classes, c)
		}
	}
}

func (n *naive) write(e Event, id, name string, value int8) {
	if name == "note" {
		n.notes[id] = e.Text
		return
	}
	n.cells[[2]string{id, name}] = value
	if name == "exclude" {
		n.reasons[id] = ""
		if value == 1 && e.Kind == KindExclude {
			n.reasons[id] = e.Text
		}
	}
	if !isFlag(name) {
		n.name(name)
		n.times[id] = e.Time
	}
}

// compare says where the table differs from the model.
func (n naive) compare(t *Table, ix *imageset.Index) error {
	if !slices.Equal(t.Classes(), n.classes) {
		return fmt.Errorf("classes are %q; want %q", t.Classes(), n.classes)
	}
	for row := range ix.Len() {
		id := ix.At(row).ID
		for class, name := range n.classes {
			want, ok := n.cells[[2]string{id, name}]
			if !ok {
				want = -1
			}
			if got := t.Value(row, class); int8(got) != want {
				return fmt.Errorf("%s %s is %v; want %v", id, name, got, Tri(want))
			}
		}
		if got, want := t.Excluded(row), n.cells[[2]string{id, "exclude"}] == 1; got != want {
			return fmt.Errorf("%s excluded is %v; want %v", id, got, want)
		}
		if got, want := t.Validation(row), n.cells[[2]string{id, "validation"}] == 1; got != want {
			return fmt.Errorf("%s validation is %v; want %v", id, got, want)
		}
		if t.Note(row) != n.notes[id] || t.ExcludeReason(row) != n.reasons[id] || !t.LabelledAt(row).Equal(n.times[id]) {
			return fmt.Errorf("%s has note %q, reason %q, time %v; want %q, %q, %v", id, t.Note(row), t.ExcludeReason(row), t.LabelledAt(row),
				n.notes[id], n.reasons[id], n.times[id])
		}
	}
	return nil
}

// deal makes a random event. Some are refused; that is part of the test.
func deal(r *rand.Rand, images []string, known []Event, start time.Time) Event {
	classes := []string{"a", "b", "contains: a", "späť, \"x\"", "new"}
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
	switch n := r.IntN(20); {
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
		e = AddClass(classes[r.IntN(5)], "what it is")
	case n < 16:
		e.Kind = KindUndo
	case n < 18:
		e.Kind = KindRedo
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
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			dir, declared := t.TempDir(), []string{"a", "b"}
			images := []string{"p/1.jpg", "p/2.jpg", "p/3.jpg", "q/1.jpg", "../é,1.jpg"}
			ix := index(t, images...)
			start := time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond)
			stores := map[string]*Store{}
			lists := map[string][]Event{}
			for _, name := range []string{"anna", "bob"} {
				stores[name] = open(t, Options{Dir: dir, Annotator: name, Classes: declared, Images: ix})
			}
			for range 60 {
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
					done, err := s.Apply(deal(r, images, slices.Concat(lists["anna"], lists["bob"]), start))
					if err != nil && !errors.Is(err, ErrRefused) {
						t.Fatal(err)
					}
					if err == nil && !done.Repeated {
						lists[name] = append(lists[name], done.Event)
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
				texts = append(texts, csvOf(t, s.Table()))
			}
			if texts[0] != texts[1] || texts[0] != texts[2] {
				t.Error("labels.csv differs after a replay")
			}
		})
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
