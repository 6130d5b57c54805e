package studio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// DoublesReview is what the journal names the strategy of what is done to a group of doubles.
const DoublesReview = "doubles"

// Doubles are images that show the same.
type Doubles struct {
	Groups     [][]Double // those said to be none as well
	NoFeatures bool       // there are none, so only files and perceptual hashes were compared
}

// Double is an image of a group.
type Double struct {
	Row int
	Why string // what makes it a double of which other
}

// doubling is the search for doubles, what it found, and which of that is shown.
type doubling struct {
	job
	on bool // somebody wishes to see them

	found  int // number of the search that found groups; 0 before the first
	groups []doubles
	alone  bool // features said nothing, as there were none

	list  string // of listOf
	order []int  // the groups that are listed, as they stood when the list was opened: what is done to one leaves it in its place
	start int    // of order, the first group on the page

	judged judged
}

// doubles is a group.
type doubles struct {
	rows    []int // the one worth most first
	reasons []string
}

// shown says that groups stand in place of the grid.
func (d *doubling) shown() bool { return d.on && d.cancel == nil && d.found > 0 }

// onDoubles does what an event about doubles asks; s.mu is held.
func (s *Session) onDoubles(e host.Event) error {
	var data doublesWish
	if err := decode(e, &data); err != nil {
		return err
	}
	d := &s.doubles
	switch e.Kind {
	case "doubles":
		return s.chooseDoubles(data)
	case "doubles-stop":
		if d.cancel == nil {
			return wish("Doubles are not being looked for.")
		}
		d.cancel()
		return nil
	}
	if !d.shown() {
		return wish("No doubles are shown: press Doubles first.")
	}
	if e.Kind == "doubles-list" {
		return s.listDoubles(data)
	}
	if data.Of != d.found || data.Group < 0 || data.Group >= len(d.groups) {
		return wish("Doubles have been looked for again since, so nothing was changed.")
	}
	return s.onGroup(e, data)
}

// doublesWish is the data of an event about doubles.
type doublesWish struct {
	On    bool   `json:"on"`
	Again bool   `json:"again"` // look for them anew
	List  string `json:"list"`
	Start int    `json:"start"`
	Of    int    `json:"of"` // search in which it is
	Group int    `json:"group"`
	Row   int    `json:"row"`
	Value bool   `json:"value"`
}

// chooseDoubles shows or hides the doubles. They are looked for where nobody has, or where it is asked for again.
func (s *Session) chooseDoubles(data doublesWish) error {
	d := &s.doubles
	if data.On && s.batch.blind() {
		return wish("Doubles would show labels that are hidden now: press Next batch first.")
	}
	d.on = data.On
	switch {
	case !d.on:
	case d.cancel != nil:
		s.message = "Doubles are being looked for; labelling goes on."
	case d.found == 0 || data.Again:
		s.findDoubles()
	default:
		d.open(s, cmp.Or(d.list, "open"))
	}
	return nil
}

// findDoubles looks for doubles in the background, so that labelling goes on; s.mu is held.
func (s *Session) findDoubles() {
	d := &s.doubles
	ctx, cancel := d.begin()
	s.message = "Looking for doubles; labelling goes on."
	step := func(what string, done, total int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if d.heard(what, done, total) && !s.closed {
			s.push(doublesOnly{s.doublesView()})
		}
	}
	go func() {
		defer cancel()
		found, err := s.project.Doubles(ctx, step)
		s.mu.Lock()
		defer s.mu.Unlock()
		d.cancel = nil
		switch {
		case s.closed:
			return
		case errors.Is(err, context.Canceled):
			d.on, s.message = d.on && d.found > 0, "Looking for doubles was stopped; images that were read need not be read again."
		case err != nil:
			d.failed = err.Error()
			s.message = "Doubles could not be looked for: " + d.failed
		default:
			s.takeDoubles(found)
		}
		s.pushAll()
	}()
}

// takeDoubles takes up what was found, and shows it to who still waits for it; s.mu is held.
func (s *Session) takeDoubles(found Doubles) {
	d, t, index := &s.doubles, s.project.Labels().Table(), s.project.Images()
	d.groups, d.alone = nil, found.NoFeatures
	d.found++
	for _, group := range found.Groups {
		group = slices.DeleteFunc(slices.Clone(group), func(one Double) bool { return one.Row >= t.Len() || !index.Usable(one.Row) })
		if len(group) < 2 {
			continue
		}
		slices.SortStableFunc(group, func(a, b Double) int {
			x, y := index.At(a.Row), index.At(b.Row)
			return cmp.Or(worth(t, b.Row)-worth(t, a.Row), y.Width*y.Height-x.Width*x.Height, a.Row-b.Row)
		})
		var g doubles
		for _, one := range group {
			g.rows, g.reasons = append(g.rows, one.Row), append(g.reasons, one.Why)
		}
		d.groups = append(d.groups, g)
	}
	d.judged = judged{}
	d.open(s, "open")
	n := s.judge().counts
	said := fmt.Sprintf("%s of doubles: %s, %d labelled differently.", count(n["open"], "group"), count(n["leaks"], "leak"), n["differ"])
	if n["open"] == 0 {
		said = "No two images that are in use show the same."
	}
	if s.batch.blind() {
		d.on = false
	}
	if !d.on && n["open"] > 0 {
		said += " Press Doubles to see them."
	}
	s.message = said
}

// worth is how many classes of a row are labelled; less than none where it is excluded.
func worth(t *labels.Table, row int) (n int) {
	if t.Excluded(row) {
		return -1
	}
	for class := range t.Classes() {
		if t.Value(row, class) != labels.Unknown {
			n++
		}
	}
	return n
}

// groupsAtOnce is how many groups a page shows.
const groupsAtOnce = 10

// listDoubles shows other groups, or others of the list.
func (s *Session) listDoubles(data doublesWish) error {
	d := &s.doubles
	if data.List != "" && data.List != d.list {
		if _, ok := listOf[data.List]; !ok {
			return wish("There is no list of doubles %q.", data.List)
		}
		d.open(s, data.List)
		return nil
	}
	if data.Start < 0 || data.Start > 0 && data.Start >= len(d.order) {
		return wish("There is no group %d; there are %d.", data.Start+1, len(d.order))
	}
	d.start = data.Start / groupsAtOnce * groupsAtOnce
	return nil
}

// open lists groups as they stand now: leaks first, then those labelled differently, then others, each the largest first.
func (d *doubling) open(s *Session, list string) {
	d.list, d.start, d.order = list, 0, nil
	now := s.judge().groups
	for at := range d.groups {
		if listOf[list](now[at]) {
			d.order = append(d.order, at)
		}
	}
	slices.SortStableFunc(d.order, func(a, b int) int {
		return cmp.Or(now[a].urgency()-now[b].urgency(), len(d.groups[b].rows)-len(d.groups[a].rows))
	})
}
