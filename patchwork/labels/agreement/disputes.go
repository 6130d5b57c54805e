package agreement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Dispute is a class of an image about which opinions differ.
type Dispute struct {
	Row      int       `json:"row"`
	Class    string    `json:"class"`
	Share    float64   `json:"share"`              // of opinions that are in the minority, above 0 and at most one half
	Opinions []Opinion `json:"opinions"`           // in order of time
	Decision *Opinion  `json:"decision,omitempty"` // that settles it; nil while it is open
}

// Opinion is who said what, and when.
type Opinion struct {
	By    string     `json:"by"`
	Value labels.Tri `json:"value"`
	At    time.Time  `json:"at"`
}

// DisputeOptions choose among disagreements. The zero value is all that are open.
type DisputeOptions struct {
	Class   string // "" means every class
	N       int    // 0 means all
	Decided bool   // those that are settled, instead of those that are open
}

// differing is a Dispute before it is told in full.
type differing struct {
	row, class int32
	n          [2]uint16 // opinions by value
	last       int64     // when the last was given
	decided    bool
}

// Disputes is the queue of disagreements: rows that are not excluded, where somebody's last opinion is that a class is
// present and somebody else's that it is absent. The most disputed come first: those with the largest minority, then
// those with more opinions, then those with the latest opinion, then by row and class.
//
// A disagreement leaves the queue when one of the people changes her mind or takes her label back, when the row is
// excluded, or when somebody decides: sets the class by an event whose labels.Shown.Strategy is Adjudication. The
// decision stands until somebody says something else later, or sets the class to unknown in the same way. An ordinary
// label that comes later decides nothing, because it may be the independent opinion of one more person.
//
// Errors: an unknown class; a negative N.
func (v *View) Disputes(o DisputeOptions) ([]Dispute, error) {
	first, last := 0, len(v.table.Classes())
	if o.N < 0 {
		return nil, fmt.Errorf("agreement: DisputeOptions.N is %d; want 1 or more, or 0 for all", o.N)
	}
	if o.Class != "" {
		class, ok := v.table.Class(o.Class)
		if !ok {
			return nil, fmt.Errorf("agreement: %w %q; the classes are %q", labels.ErrUnknownClass, o.Class, v.table.Classes())
		}
		first, last = class, class+1
	}
	var found []differing
	for class := first; class < last; class++ {
		for _, d := range v.differing(class) {
			if d.decided == o.Decided {
				found = append(found, d)
			}
		}
	}
	slices.SortFunc(found, func(a, b differing) int {
		return cmp.Or(cmp.Compare(b.share(), a.share()), cmp.Compare(b.n[0]+b.n[1], a.n[0]+a.n[1]),
			cmp.Compare(b.last, a.last), cmp.Compare(a.row, b.row), cmp.Compare(a.class, b.class))
	})
	if o.N > 0 {
		found = found[:min(o.N, len(found))]
	}
	out := make([]Dispute, len(found))
	for i, d := range found {
		out[i] = v.dispute(d)
	}
	return out, nil
}

func (d differing) share() float64 {
	return float64(min(d.n[0], d.n[1])) / float64(d.n[0]+d.n[1])
}

// differing finds the rows of a class where opinions differ, in order.
func (v *View) differing(class int) []differing {
	said := make([]uint8, v.table.Len()) // bit 0: somebody says absent, bit 1: present
	for _, p := range v.people {
		for at, s := range p.cells[class] {
			if s.known() {
				said[p.rows[at]] |= 1 << s.value()
			}
		}
	}
	var out []differing
	for row, both := range said {
		if both != 3 || v.table.Excluded(row) {
			continue
		}
		d := differing{row: int32(row), class: int32(class)}
		for _, p := range v.people {
			if s := p.opinion(row, class); s.known() {
				d.n[s.value()]++
				d.last = max(d.last, v.events[s>>2].time)
			}
		}
		_, d.decided = v.decisions[cell{d.row, d.class}]
		out = append(out, d)
	}
	return out
}

// dispute tells who said what.
func (v *View) dispute(d differing) Dispute {
	out := Dispute{Row: int(d.row), Class: v.table.Classes()[d.class], Share: d.share()}
	for _, p := range v.people {
		if s := p.opinion(out.Row, int(d.class)); s.known() {
			out.Opinions = append(out.Opinions, Opinion{p.Name, s.value(), v.when(s)})
		}
	}
	slices.SortStableFunc(out.Opinions, func(a, b Opinion) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.By, b.By))
	})
	if s, ok := v.decisions[cell{d.row, d.class}]; ok {
		out.Decision = &Opinion{v.events[s>>2].by.Name, s.value(), v.when(s)}
	}
	return out
}
