package agreement

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// csv is a table as WriteCSV writes it.
func csv(t *testing.T, table *labels.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// alone is the table that a person's journal gives when it is the only one, by the package labels itself.
func alone(p *project, name string) *labels.Table {
	p.t.Helper()
	other := newProject(p.t, p.images.Len(), p.classes...)
	s := p.open(name)
	defer s.Close()
	var own []labels.Event
	for e, err := range s.Events() {
		if err != nil {
			p.t.Fatal(err)
		}
		if (e.By == name || len(e.Classes) > 0) && s.Live(e.ID) {
			e.By = ""
			own = append(own, e)
		}
	}
	other.do(name, own...)
	to := other.open(name)
	defer to.Close()
	return to.Table()
}

// TestWhatEachJournalSays: three people act at random, with undos; what the view says of each is the table of a project
// that has her live events and everybody's changes of classes only.
func TestWhatEachJournalSays(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { whatEachJournalSays(t, seed) })
	}
}

func whatEachJournalSays(t *testing.T, seed uint64) {
	p := newProject(t, 12, "water", "road", "lake")
	rng := rand.New(rand.NewPCG(4, seed))
	people := []string{"anna", "bob", "carol"}
	changes := map[int]labels.Event{
		15: labels.RenameClass("water", "pond"),
		20: {Kind: labels.KindClassMerge, Classes: []string{"pond", "lake"}},
		25: {Kind: labels.KindClassSplit, Classes: []string{"road", "street", "path"}},
	}
	for step := range 40 {
		name := people[rng.IntN(3)]
		row := rng.IntN(12)
		e := p.says(p.classes[rng.IntN(3)], labels.Tri(rng.IntN(3)-1), row, (row+5)%12)
		if change, ok := changes[step]; ok && seed > 0 {
			p.do(name, change)
		}
		switch rng.IntN(8) {
		case 0:
			e = p.excludes(row)
		case 1:
			e = labels.Event{Kind: labels.KindValidation, Set: []labels.Change{{Value: int8(rng.IntN(2)), Images: []string{labels.Ref(p.images, row)}}}}
		case 2:
			s := p.open(name)
			if e, _ := s.Undo(""); rng.IntN(2) == 0 || e.Kind == labels.KindClassRename || e.Kind == labels.KindClassSplit {
				s.Redo("")
			}
			s.Close()
			continue
		case 3:
			e = shown(Adjudication, e)
		}
		p.do(name, e)
	}
	v := p.view()
	if got := v.names(); !slices.Equal(got, people) {
		t.Fatalf("the people are %q, want %q", got, people)
	}
	for _, person := range v.People() {
		want := alone(p, person.Name)
		for row := range p.images.Len() {
			if person.Excluded(row) != want.Excluded(row) || person.Validation(row) != want.Validation(row) {
				t.Errorf("%s, row %d: flags %v %v, want %v %v", person.Name, row, person.Excluded(row), person.Validation(row), want.Excluded(row), want.Validation(row))
			}
			for class := range v.Table().Classes() {
				got, at := person.Value(row, class)
				if got != want.Value(row, class) {
					t.Errorf("%s, row %d, class %d: %v, want %v", person.Name, row, class, got, want.Value(row, class))
				}
				if got != labels.Unknown && at.IsZero() {
					t.Errorf("%s, row %d, class %d is %v and has no time", person.Name, row, class, got)
				}
			}
		}
	}
	merged, err := v.Merge(Rule{})
	if err != nil {
		t.Fatal(err)
	}
	s := p.open("anna")
	defer s.Close()
	if csv(t, merged) != csv(t, s.Table()) {
		t.Error("the rule latest gives another table than the store")
	}
}

func TestMemoryGrowsWithWhatWasTouched(t *testing.T) {
	p := newProject(t, 5000, "water", "road")
	p.do("anna", p.says("water", labels.Present, 4321, 7))
	anna := p.view().Person("anna")
	pages := 0
	for _, page := range anna.pages {
		if page != nil {
			pages++
		}
	}
	if pages != 2 || len(anna.rows) != 2 || len(anna.cells[0]) != 2 || anna.cells[1] != nil {
		t.Errorf("two labels take %d pages, %d rows, %d and %d cells; want 2, 2, 2 and none", pages, len(anna.rows), len(anna.cells[0]), len(anna.cells[1]))
	}
	if got := anna.Rows(); !slices.Equal(got, []int{7, 4321}) {
		t.Errorf("rows %v, want 7 and 4321", got)
	}
}

func TestRules(t *testing.T) {
	const u, no, yes = labels.Unknown, labels.Absent, labels.Present
	p := newProject(t, 7, "water")
	p.do("anna", p.says("water", yes, 0, 1, 2, 3), p.says("water", no, 5))
	p.do("bob", p.says("water", yes, 0), p.says("water", no, 1, 2, 4, 5))
	p.do("carol", p.says("water", yes, 0, 1), p.says("water", u, 2), p.says("water", no, 5))
	v := p.view()
	for _, tt := range []struct {
		rule string
		want []labels.Tri
	}{
		{"latest", []labels.Tri{yes, yes, u, yes, no, no, u}},
		{"", []labels.Tri{yes, yes, u, yes, no, no, u}},
		{"unanimous", []labels.Tri{yes, u, u, yes, no, no, u}},
		{"majority", []labels.Tri{yes, yes, u, yes, no, no, u}},
		{"priority: bob > anna", []labels.Tri{yes, no, no, yes, no, no, u}},
		{"priority: carol", []labels.Tri{yes, yes, u, u, u, no, u}},
	} {
		rule, err := ParseRule(tt.rule)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseRule(rule.String()); err != nil || again.String() != rule.String() {
			t.Errorf("rule %q is written %q and read as %q (%v)", tt.rule, rule, again, err)
		}
		merged, err := v.Merge(rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := merged.Column(0); !slices.Equal(got, tt.want) {
			t.Errorf("%q gives %v, want %v", tt.rule, got, tt.want)
		}
	}
	if _, err := v.Merge(Rule{Kind: ByPriority, Priority: []string{"dora"}}); err == nil || !bytes.Contains([]byte(err.Error()), []byte(`"dora"`)) {
		t.Errorf("a priority of a stranger: %v", err)
	}
	for _, text := range []string{"most", "priority:", "priority: anna > anna", "priority: anna >", "Majority", "priority"} {
		if r, err := ParseRule(text); err == nil {
			t.Errorf("%q is read as the rule %v", text, r)
		}
	}
	if _, err := v.Merge(Rule{Kind: 9}); err == nil {
		t.Error("a rule of no kind was applied")
	}
}

func FuzzParseRule(f *testing.F) {
	for _, text := range []string{"latest", "majority", "priority: anna > bob", "priority:a>>b", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRule(text)
		if err != nil {
			return
		}
		again, err := ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q is written %q, which is read as %q (%v)", text, r, again, err)
		}
	})
}

// TestFlagsStayUnderARule: rules are about labels.
func TestFlagsStayUnderARule(t *testing.T) {
	p := newProject(t, 3, "water")
	p.do("anna", p.says("water", labels.Present, 0, 1), p.excludes(1))
	p.do("bob", p.says("water", labels.Absent, 0))
	merged, err := p.view().Merge(Rule{Kind: Unanimous})
	if err != nil {
		t.Fatal(err)
	}
	if want := "filepath,exclude,validation,subset,water\nimg/0000.jpg,False,False,,\nimg/0001.jpg,True,False,,1\nimg/0002.jpg,False,False,,\n"; csv(t, merged) != want {
		t.Errorf("the merged table is\n%s\nwant\n%s", csv(t, merged), want)
	}
}

func TestHerLastWordIsHers(t *testing.T) {
	p := newProject(t, 1, "water")
	p.do("anna", p.says("water", labels.Present, 0), shown(Adjudication, p.says("water", labels.Absent, 0)))
	value := func() labels.Tri { v, _ := p.view().Person("anna").Value(0, 0); return v }
	if got := value(); got != labels.Absent {
		t.Errorf("after her decision it is %v", got)
	}
	p.do("anna", p.says("water", labels.Present, 0))
	if got := value(); got != labels.Present {
		t.Errorf("after a label that followed her decision it is %v", got)
	}
	if p.view().Person("nobody") != nil {
		t.Error("somebody is nobody")
	}
}

// What each person said about two classes is merged for her alone; a class that nobody sees any more has no opinions.
func TestMergedAndRetiredClasses(t *testing.T) {
	const u, no, yes = labels.Unknown, labels.Absent, labels.Present
	p := newProject(t, 4, "boat", "ship", "road")
	p.do("anna", p.says("boat", yes, 0), p.says("boat", no, 1, 2), p.says("ship", no, 0, 1), p.says("road", yes, 0))
	p.do("bob", p.says("ship", no, 0, 1, 2), p.says("boat", no, 0), p.says("road", no, 0), shown(Adjudication, p.says("boat", yes, 3)))
	p.do("carol", labels.Event{Kind: labels.KindClassMerge, Classes: []string{"boat", "ship"}}, labels.RetireClasses("road"), labels.RenameClass("ship", "vessel"))
	p.do("bob", p.says("boat", yes, 1))
	v := p.view()
	if got := v.Table().Classes(); !slices.Equal(got, []string{"vessel"}) {
		t.Fatalf("the classes are %q", got)
	}
	if got := v.names(); !slices.Equal(got, []string{"anna", "bob"}) {
		t.Errorf("the people are %q; carol has labelled nothing", got)
	}
	for name, want := range map[string][]labels.Tri{"anna": {yes, no, u, u}, "bob": {no, yes, u, yes}} {
		for row, value := range want {
			if got, at := v.Person(name).Value(row, 0); got != value || got != u && at.IsZero() {
				t.Errorf("%s, row %d: %v at %v, want %v", name, row, got, at, value)
			}
		}
	}
	list, err := v.Disputes(DisputeOptions{})
	if err != nil || len(list) != 2 || list[0].Class != "vessel" {
		t.Errorf("disputes %v, %v; want rows 0 and 1 about vessel", list, err)
	}
	merged, err := v.Merge(Rule{Kind: Unanimous})
	if err != nil {
		t.Fatal(err)
	}
	if got := merged.Column(0); !slices.Equal(got, []labels.Tri{u, u, u, yes}) {
		t.Errorf("unanimous: %v, want unknown three times and what was decided", got)
	}
}
