package agreement

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// repeat is a label given in a blind repeat, beside what somebody (of, who may be by herself) had said before.
type repeat struct {
	cell
	by, of        *Person
	first, second labels.Tri
}

// round is a blind repeat of one cell: its comparisons are View.repeats[lo:hi].
type round struct {
	lo, hi int
	last   int64 // Unix milliseconds
}

// correction is how long a person may change her mind within a repeat: her last word counts, and is compared once.
const correction = time.Hour

// repeat notes a label by p in a blind repeat, before it becomes her opinion.
func (v *View) repeat(p *Person, c cell, now said) {
	r, ok := p.rounds[c]
	at := v.events[now>>2].time
	if !ok || at-r.last >= correction.Milliseconds() {
		r.lo = len(v.repeats)
		for _, of := range v.people {
			if s := of.opinion(int(c.row), int(c.class)); s.known() {
				v.repeats = append(v.repeats, repeat{cell: c, by: p, of: of, first: s.value()})
			}
		}
		r.hi = len(v.repeats)
	}
	for i := r.lo; i < r.hi; i++ {
		v.repeats[i].second = now.value()
	}
	r.last = at
	p.rounds[c] = r
}

// RepeatOptions say which images to show again without their labels.
type RepeatOptions struct {
	Annotator string             // who will see them
	Others    bool               // images that others have labelled and she has not, instead of her own
	Shown     int                // how many images she is shown in all, repeats included
	Share     float64            // of repeats among them, up to 1; 0 means 0.1
	MinAge    time.Duration      // since the image was last labelled (by her, or with Others by anyone); 0 means a day
	Now       time.Time          // MinAge counts back from it; zero means the present
	Seed      uint64             // same seed and view, same images; 0 is a seed like any other
	Usable    func(row int) bool // nil means that every row is
}

func (o RepeatOptions) check() error {
	var errs []error
	if o.Annotator == "" {
		errs = append(errs, errors.New("agreement: RepeatOptions.Annotator is empty; want the name of the person who will see the images"))
	}
	if o.Shown < 0 {
		errs = append(errs, fmt.Errorf("agreement: RepeatOptions.Shown is %d; want 0 or more", o.Shown))
	}
	if !(o.Share >= 0 && o.Share <= 1) {
		errs = append(errs, fmt.Errorf("agreement: RepeatOptions.Share is %g; want 0 to 1, as 0.1", o.Share))
	}
	if o.MinAge < 0 {
		errs = append(errs, fmt.Errorf("agreement: RepeatOptions.MinAge is %s; want 0 or more", o.MinAge))
	}
	return errors.Join(errs...)
}

// Repeats draws images for a person to label again, or to label independently of others, without seeing labels. It
// gives Share·Shown rows, rounded, in random order, or as many as there are: excluded rows, unusable ones and those
// labelled since MinAge are left out, and all others are equally likely.
//
// Whoever shows them must hide every label of the row, the model's guess included, and put BlindRepeat into
// labels.Shown.Strategy of the events that come of it.
//
// Errors: options out of range.
func (v *View) Repeats(o RepeatOptions) ([]int, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Share == 0 {
		o.Share = 0.1
	}
	if o.MinAge == 0 {
		o.MinAge = 24 * time.Hour
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	limit := o.Now.Add(-o.MinAge).UnixMilli()
	her := v.Person(o.Annotator)
	labelled := map[int]bool{} // by those who count, at all; false if too lately
	for _, p := range v.people {
		if (p == her) == o.Others {
			continue
		}
		for at, row := range p.rows {
			row := int(row)
			last, known := p.last(at)
			if !known || o.Others && her != nil && her.knows(row) {
				continue
			}
			old, seen := labelled[row]
			labelled[row] = last <= limit && (old || !seen)
		}
	}
	var rows []int
	for row, old := range labelled {
		if old && !v.table.Excluded(row) && (o.Usable == nil || o.Usable(row)) {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	rng := rand.New(rand.NewPCG(o.Seed, 0x726570656174)) // "repeat"
	rng.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	return rows[:min(len(rows), int(math.Round(o.Share*float64(o.Shown))))], nil
}

// last is when she last said anything about the classes of a row, and whether she knows any of them.
func (p *Person) last(at int) (ms int64, known bool) {
	for _, of := range p.cells {
		if at < len(of) && of[at] != 0 {
			ms = max(ms, p.view.events[of[at]>>2].time)
			known = known || of[at].known()
		}
	}
	return ms, known
}

func (p *Person) knows(row int) bool {
	at := p.find(row)
	if at < 0 {
		return false
	}
	_, known := p.last(at)
	return known
}

// Mix puts repeats among the rows that are shown, at places drawn from seed, so that nobody can tell which they are by
// where they stand. Rows keep their order, and so do repeats; the inputs are not modified.
func Mix(rows, repeats []int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 0x6d6978)) // "mix"
	out := make([]int, 0, len(rows)+len(repeats))
	for left := len(rows) + len(repeats); left > 0; left-- {
		if rng.IntN(left) < len(repeats) {
			out, repeats = append(out, repeats[0]), repeats[1:]
		} else {
			out, rows = append(out, rows[0]), rows[1:]
		}
	}
	return out
}
