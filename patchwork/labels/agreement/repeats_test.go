package agreement

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestDrawingRepeats(t *testing.T) {
	p := newProject(t, 60, "water", "road")
	span := func(from, to int) (rows []int) {
		for row := from; row < to; row++ {
			rows = append(rows, row)
		}
		return rows
	}
	p.do("anna", p.says("water", labels.Present, span(0, 30)...), p.says("water", labels.Unknown, 3), p.excludes(4))
	p.do("bob", p.says("water", labels.Absent, span(20, 50)...))
	p.now = p.now.Add(48 * time.Hour)
	p.do("anna", p.says("road", labels.Present, 5))
	now := p.now.Add(time.Hour)
	draw := func(o RepeatOptions) []int {
		t.Helper()
		o.Now = now
		rows, err := p.view().Repeats(o)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	sorted := func(rows []int) []int { slices.Sort(rows); return rows }

	own := RepeatOptions{Annotator: "anna", Shown: 1000, Share: 1}
	want := slices.DeleteFunc(span(0, 30), func(row int) bool { return row >= 3 && row <= 5 })
	if got := sorted(draw(own)); !slices.Equal(got, want) {
		t.Errorf("anna's own: %v; want %v, without the cleared, the excluded and the fresh one", got, want)
	}
	own.MinAge = time.Minute
	if got := draw(own); !slices.Contains(got, 5) {
		t.Errorf("after a minute row 5 is old enough, got %v", got)
	}
	own.MinAge = 72 * time.Hour
	if got := draw(own); len(got) != 0 {
		t.Errorf("nothing is three days old, got %v", got)
	}
	others := RepeatOptions{Annotator: "anna", Others: true, Shown: 1000, Share: 1}
	if got := sorted(draw(others)); !slices.Equal(got, span(30, 50)) {
		t.Errorf("what bob labelled and anna did not: %v, want 30 to 49", got)
	}
	others.Annotator = "newcomer"
	others.Usable = func(row int) bool { return row != 40 }
	if got := draw(others); len(got) != 46 || slices.Contains(got, 40) {
		t.Errorf("for a newcomer there are %d rows (%v), want 46: of 50 one is cleared, one excluded, one fresh, one unusable", len(got), got)
	}
	if got := draw(RepeatOptions{Annotator: "anna", Shown: 40}); len(got) != 4 {
		t.Errorf("by default %d of 40 are repeats, want 4", len(got))
	}
	a, b := draw(RepeatOptions{Annotator: "anna", Shown: 100, Seed: 1}), draw(RepeatOptions{Annotator: "anna", Shown: 100, Seed: 1})
	c := draw(RepeatOptions{Annotator: "anna", Shown: 100, Seed: 2})
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("seed 1 gave %v and %v, seed 2 gave %v", a, b, c)
	}
	_, err := p.view().Repeats(RepeatOptions{Shown: -1, Share: 2, MinAge: -1})
	for _, field := range []string{"Annotator", "Shown", "Share", "MinAge"} {
		if err == nil || !strings.Contains(err.Error(), "RepeatOptions."+field) {
			t.Errorf("the error %v does not name %s", err, field)
		}
	}
}

func TestAgreementWithOneself(t *testing.T) {
	const u, no, yes = labels.Unknown, labels.Absent, labels.Present
	p := newProject(t, 10, "water", "road")
	p.do("anna", p.says("water", yes, 0, 1, 2, 3, 4), p.says("water", no, 5, 6, 7, 8), p.says("road", no, 0))
	p.do("bob", p.says("water", no, 0))
	if r := p.measure(Options{}); len(r.Repeats) != 0 {
		t.Errorf("without a repeat there is %+v", r.Repeats)
	}
	p.now = p.now.Add(30 * 24 * time.Hour)
	p.do("anna",
		shown(BlindRepeat, p.says("water", yes, 0, 1, 2)), // as before
		shown(BlindRepeat, p.says("water", yes, 5)),       // a slip,
		shown(BlindRepeat, p.says("water", no, 5)),        // corrected
		shown(BlindRepeat, p.says("water", no, 3)),        // otherwise than before
		shown(BlindRepeat, p.says("water", u, 6)),         // she would not say
		shown(BlindRepeat, p.says("water", yes, 9)),       // for the first time
		shown("random", p.says("water", no, 4)),           // no repeat
		shown(BlindRepeat, p.says("road", yes, 1)),
	)
	undone := p.do("anna", shown(BlindRepeat, p.says("water", yes, 7)))
	p.do("anna", labels.Event{Kind: labels.KindUndo, Target: undone[0]})
	r := p.measure(Options{})
	if len(r.Repeats) != 2 || r.Repeats[0].Of != "anna" || r.Repeats[1].Of != "bob" || r.Repeats[0].Annotator != "anna" {
		t.Fatalf("repeats by anna of anna and of bob are wanted, got %+v", r.Repeats)
	}
	self := r.Repeats[0]
	if got, want := self.Classes[0].Table, [2][2]int{{1, 0}, {1, 3}}; got != want {
		t.Errorf("first against second: %v, want %v", got, want)
	}
	near(t, "agreement with herself", self.Agreement.Value, 4.0/5, 1e-12)
	near(t, "kappa", self.Kappa.Value, (4.0/5-(1*2+4*3)/25.0)/(1-(1*2+4*3)/25.0), 1e-12)
	if self.Agreement.Rows != 5 || !(self.Agreement.Low < 0.8 && self.Agreement.High > 0.8) {
		t.Errorf("of %d images, interval %v; want 5 and 0.8 inside", self.Agreement.Rows, self.Agreement)
	}
	if !math.IsNaN(self.Classes[1].Kappa.Value) || self.Classes[1].Kappa.Reason != noRepeats {
		t.Errorf("the class without repeats has %+v", self.Classes[1].Kappa)
	}
	if got, want := r.Repeats[1].Classes[0].Table, [2][2]int{{0, 1}, {0, 0}}; got != want {
		t.Errorf("bob's before anna's: %v, want %v", got, want)
	}

	p.now = p.now.Add(30 * 24 * time.Hour)
	p.do("anna", shown(BlindRepeat, p.says("water", yes, 3)))
	if got, want := p.measure(Options{}).Repeats[0].Classes[0].Table, [2][2]int{{1, 1}, {1, 3}}; got != want {
		t.Errorf("after a second repeat of row 3, compared with the first: %v, want %v", got, want)
	}
	p.do("bob", p.excludes(3))
	if got, want := p.measure(Options{}).Repeats[0].Classes[0].Table, [2][2]int{{1, 0}, {0, 3}}; got != want {
		t.Errorf("with row 3 excluded: %v, want %v", got, want)
	}
}

func TestMixedRepeatsCannotBeToldByPlace(t *testing.T) {
	rows, repeats := []int{1, 2, 3, 4, 5, 6, 7, 8}, []int{-1, -2}
	var places [10]int
	for seed := range uint64(2000) {
		mixed := Mix(rows, repeats, seed)
		var got [2][]int
		for i, row := range mixed {
			if row < 0 {
				places[i]++
				got[1] = append(got[1], row)
			} else {
				got[0] = append(got[0], row)
			}
		}
		if !slices.Equal(got[0], rows) || !slices.Equal(got[1], repeats) {
			t.Fatalf("seed %d mixed them to %v", seed, mixed)
		}
	}
	for i, n := range places { // 400 are expected, with a standard deviation of 18
		if n < 310 || n > 490 {
			t.Errorf("%d of 2000 times a repeat is at place %d, want about 400", n, i)
		}
	}
	if got := Mix(nil, nil, 1); len(got) != 0 {
		t.Errorf("nothing mixed gives %v", got)
	}
}
