package agreement

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// queue writes disputes in short: row and class.
func queue(p *project, o DisputeOptions) (short []string) {
	p.t.Helper()
	list, err := p.view().Disputes(o)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, d := range list {
		short = append(short, fmt.Sprint(d.Row, " ", d.Class))
	}
	return short
}

func wantQueue(t *testing.T, p *project, why string, o DisputeOptions, want ...string) {
	t.Helper()
	if got := queue(p, o); !slices.Equal(got, want) {
		t.Errorf("%s: the queue is %q, want %q", why, got, want)
	}
}

func TestQueueOfDisagreements(t *testing.T) {
	const no, yes = labels.Absent, labels.Present
	p := newProject(t, 6, "water", "road")
	p.do("anna", p.says("water", yes, 0, 1, 2, 5), p.says("road", yes, 0, 3))
	p.do("carol", p.says("water", no, 2), p.says("water", yes, 4), p.excludes(5))
	p.do("dora", p.says("water", yes, 2))
	p.do("bob", p.says("water", yes, 0), p.says("water", no, 1, 2, 5), p.says("road", no, 3))

	wantQueue(t, p, "the even split of four first, then the latest; the excluded row not at all", DisputeOptions{}, "2 water", "3 road", "1 water")
	wantQueue(t, p, "one class", DisputeOptions{Class: "road"}, "3 road")
	wantQueue(t, p, "the first two", DisputeOptions{N: 2}, "2 water", "3 road")

	list, err := p.view().Disputes(DisputeOptions{N: 1})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for i, o := range list[0].Opinions {
		said = append(said, fmt.Sprint(o.By, " ", o.Value))
		if i > 0 && !list[0].Opinions[i-1].At.Before(o.At) {
			t.Errorf("opinions are not in order of time: %v", list[0].Opinions)
		}
	}
	if got := strings.Join(said, ", "); got != "anna present, carol absent, dora present, bob absent" || list[0].Share != 0.5 {
		t.Errorf("who said what: %s; minority %g", got, list[0].Share)
	}

	if _, err := p.view().Disputes(DisputeOptions{Class: "sea"}); err == nil || !strings.Contains(err.Error(), `"sea"`) {
		t.Errorf("an unknown class: %v", err)
	}
	if _, err := p.view().Disputes(DisputeOptions{N: -1}); err == nil {
		t.Error("-1 disputes were given")
	}
}

func TestWhatSettlesADisagreement(t *testing.T) {
	const u, no, yes = labels.Unknown, labels.Absent, labels.Present
	p := newProject(t, 1, "water")
	all := DisputeOptions{}
	value := func(rule RuleKind) labels.Tri {
		t.Helper()
		merged, err := p.view().Merge(Rule{Kind: rule})
		if err != nil {
			t.Fatal(err)
		}
		return merged.Value(0, 0)
	}
	p.do("anna", p.says("water", yes, 0))
	wantQueue(t, p, "one opinion", all)
	p.do("bob", p.says("water", no, 0))
	wantQueue(t, p, "two opinions", all, "0 water")
	if value(Unanimous) != u || value(Majority) != u || value(Latest) != no {
		t.Error("undecided, the rules give something else than unknown, unknown, absent")
	}

	before := p.measure(Options{}).Classes[0].Pairs[0].Table
	p.do("anna", shown(Adjudication, p.says("water", no, 0)))
	wantQueue(t, p, "anna decides, although she said otherwise herself", all)
	wantQueue(t, p, "it is kept as decided", DisputeOptions{Decided: true}, "0 water")
	if value(Unanimous) != no || value(Majority) != no || value(Latest) != no {
		t.Error("decided to be absent, it is not under every rule")
	}
	if after := p.measure(Options{}).Classes[0].Pairs[0].Table; after != before {
		t.Errorf("a decision is nobody's independent opinion, but the table went from %v to %v", before, after)
	}
	if v := p.view(); v.decisions[cell{0, 0}].value() != no {
		t.Error("the decision is not absent")
	}

	p.do("carol", p.says("water", no, 0))
	wantQueue(t, p, "carol says what was decided", all)
	p.do("eve", p.says("water", no, 0), p.says("water", u, 0))
	wantQueue(t, p, "eve says nothing after all", all)
	last := p.do("dora", p.says("water", yes, 0))
	wantQueue(t, p, "dora says something else, later", all, "0 water")
	r := p.measure(Options{})
	if r.Open != 1 || r.Decided != 0 {
		t.Errorf("%d open and %d decided, want 1 and 0", r.Open, r.Decided)
	}
	p.do("anna", labels.Event{Kind: labels.KindUndo, Target: last[0]})
	wantQueue(t, p, "dora's label is undone", all)
	p.do("anna", labels.Event{Kind: labels.KindRedo, Target: last[0]})
	wantQueue(t, p, "and redone", all, "0 water")
	decision := p.do("dora", shown(Adjudication, p.says("water", yes, 0)))
	wantQueue(t, p, "dora decides", all)
	p.do("bob", labels.Event{Kind: labels.KindUndo, Target: decision[0]})
	wantQueue(t, p, "the decision is undone", all, "0 water")
	p.do("dora", shown(Adjudication, p.says("water", yes, 0)), shown(Adjudication, p.says("water", u, 0)))
	wantQueue(t, p, "the decision is taken back", all, "0 water")

	p.do("anna", p.says("water", u, 0))
	p.do("dora", p.says("water", no, 0))
	wantQueue(t, p, "one takes back, one changes her mind", all)
}
