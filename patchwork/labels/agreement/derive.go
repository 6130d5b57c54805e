package agreement

import (
	"maps"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// derive follows a merge or split: what each person said about both classes becomes what she says about w.Class, and
// so does what was decided.
func (v *View) derive(w labels.Write) {
	for _, p := range v.people {
		p.derive(w)
	}
	for c := range maps.Clone(v.decisions) {
		if c.class != int32(w.From) && c.class != int32(w.Class) {
			continue
		}
		from, to := v.decisions[cell{c.row, int32(w.From)}], v.decisions[cell{c.row, int32(w.Class)}]
		if now := combine(w.Derived, from, to); now.known() {
			v.decisions[cell{c.row, int32(w.Class)}] = now
		} else {
			delete(v.decisions, cell{c.row, int32(w.Class)})
		}
	}
}

func (p *Person) derive(w labels.Write) {
	from, to := int32(w.From), int32(w.Class)
	for at, row := range p.rows {
		last := combine(w.Derived, p.latest(row, from), p.latest(row, to))
		_, a := p.decided[cell{row, from}]
		_, b := p.decided[cell{row, to}]
		if now := combine(w.Derived, p.opinion(int(row), w.From), p.opinion(int(row), w.Class)); now != 0 {
			p.set(w.Class, at, now)
		}
		if a || b {
			p.view.events = append(p.view.events, event{w.ID, w.Time.UnixMilli(), p})
			p.decided[cell{row, to}] = said(len(p.view.events)-1)<<2 | last&3
		}
	}
}

// combine is labels.Derivation.Combine with the later of both events.
func combine(d labels.Derivation, from, to said) said {
	if from == 0 && to == 0 {
		return 0
	}
	return max(from>>2, to>>2)<<2 | said(d.Combine(from.value(), to.value())+1)
}

// forgetHidden drops what was said about classes that the table does not show.
func (v *View) forgetHidden(shown int) {
	for _, p := range v.people {
		p.cells = p.cells[:shown]
	}
	maps.DeleteFunc(v.decisions, func(c cell, _ said) bool { return int(c.class) >= shown })
	v.repeats = slices.DeleteFunc(v.repeats, func(r repeat) bool { return r.class >= int32(shown) })
}
