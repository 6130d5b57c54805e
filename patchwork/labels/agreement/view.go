package agreement

import (
	"slices"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// View is who said what, at one moment. It never changes and may be read from any goroutine. Memory grows with the
// rows that people touched: 4 bytes for each row, class and person, and 40 for each event.
type View struct {
	table     *labels.Table
	people    []*Person // by name
	events    []event   // events[0] is none
	decisions map[cell]said
	repeats   []repeat
}

// event is what a cell needs to say who set it and when.
type event struct {
	id   string
	time int64 // Unix milliseconds
	by   *Person
}

// cell is one class of one row.
type cell struct{ row, class int32 }

// said is a value and the event that gave it: event << 2 | value + 1. Zero is nothing, never said.
type said uint32

func (s said) value() labels.Tri {
	if s == 0 {
		return labels.Unknown
	}
	return labels.Tri(s&3) - 1
}

func (s said) known() bool { return s.value() != labels.Unknown }

// Person is what one journal says.
type Person struct {
	Name string

	view    *View
	pages   [][]int32 // by row/pageRows: 1 + the place of each row; nil where she touched none
	rows    []int32   // by place
	flags   []uint8   // by place: bit 0 exclude, bit 1 validation
	cells   [][]said  // by class and place, as far as she went: her opinions
	decided map[cell]said
	rounds  map[cell]round // the last blind repeat of each cell
}

const pageRows = 1024

// Read folds the live events of s. The error is one of reading the journals.
func Read(s *labels.Store) (*View, error) {
	table, writes := s.Writes(BlindRepeat, Adjudication)
	v := &View{table: table, events: make([]event, 1), decisions: map[cell]said{}}
	people := map[string]*Person{}
	for w, err := range writes {
		if err != nil {
			return nil, err
		}
		if w.Derived != labels.Stated {
			v.derive(w)
			continue
		}
		p := people[w.By]
		if p == nil {
			p = &Person{Name: w.By, view: v, pages: make([][]int32, (table.Len()+pageRows-1)/pageRows),
				cells: make([][]said, len(table.Classes())), decided: map[cell]said{}, rounds: map[cell]round{}}
			people[w.By] = p
			v.people = append(v.people, p)
		}
		if last := &v.events[len(v.events)-1]; last.id != w.ID {
			v.events = append(v.events, event{w.ID, w.Time.UnixMilli(), p})
		}
		v.take(p, w)
	}
	slices.SortFunc(v.people, func(a, b *Person) int { return strings.Compare(a.Name, b.Name) })
	v.forgetHidden(len(table.Classes()))
	return v, nil
}

// take folds one write.
func (v *View) take(p *Person, w labels.Write) {
	now := said(len(v.events)-1)<<2 | said(w.Value+1)
	for _, row := range w.Rows {
		at := p.place(row)
		c := cell{row, int32(w.Class)}
		switch {
		case w.Class < 0:
			p.flag(at, w)
		case w.Strategy == Adjudication:
			p.decided[c] = now
			v.decisions[c] = now
			if !now.known() {
				delete(v.decisions, c)
			}
		default:
			if w.Strategy == BlindRepeat {
				v.repeat(p, c, now)
			}
			p.set(w.Class, at, now)
			if len(v.decisions) > 0 && now.known() {
				if d, ok := v.decisions[c]; ok && d.value() != now.value() {
					delete(v.decisions, c)
				}
			}
		}
	}
}

// place is where a row's values are kept; a row that is new to her gets one.
func (p *Person) place(row int32) int {
	page := &p.pages[row/pageRows]
	if *page == nil {
		*page = make([]int32, pageRows)
	}
	at := &(*page)[row%pageRows]
	if *at == 0 {
		p.rows = append(p.rows, row)
		p.flags = append(p.flags, 0)
		*at = int32(len(p.rows))
	}
	return int(*at) - 1
}

// find is place for reading: -1 if she never touched the row.
func (p *Person) find(row int) int {
	page := p.pages[row/pageRows]
	if page == nil {
		return -1
	}
	return int(page[row%pageRows]) - 1
}

func (p *Person) set(class, at int, s said) {
	for len(p.cells) <= class {
		p.cells = append(p.cells, nil)
	}
	for len(p.cells[class]) <= at {
		p.cells[class] = append(p.cells[class], 0)
	}
	p.cells[class][at] = s
}

func (p *Person) flag(at int, w labels.Write) {
	bit := uint8(1)
	if w.Class == labels.ValidationFlag {
		bit = 2
	}
	p.flags[at] &^= bit
	if w.Value == labels.Present {
		p.flags[at] |= bit
	}
}

// opinion is her last opinion.
func (p *Person) opinion(row, class int) said {
	if at := p.find(row); at >= 0 && class < len(p.cells) && at < len(p.cells[class]) {
		return p.cells[class][at]
	}
	return 0
}

// latest is what she said last, be it an opinion or a decision.
func (p *Person) latest(row, class int32) said {
	last := p.opinion(int(row), int(class))
	if d := p.decided[cell{row, class}]; d>>2 > last>>2 {
		last = d
	}
	return last
}

// Table is the whole table at the moment of the view, under the rule Latest.
func (v *View) Table() *labels.Table { return v.table }

// People are those who said something, by name. The caller must not change the slice.
func (v *View) People() []*Person { return v.people }

// Person finds one of them; nil if nobody of that name said anything.
func (v *View) Person(name string) *Person {
	for _, p := range v.people {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Rows are the rows that she touched, ascending.
func (p *Person) Rows() []int {
	rows := make([]int, len(p.rows))
	for i, row := range p.rows {
		rows[i] = int(row)
	}
	slices.Sort(rows)
	return rows
}

// Value is what her journal alone says about the class, decisions included, and when she said it; the time is zero if
// she never did.
func (p *Person) Value(row, class int) (labels.Tri, time.Time) {
	last := p.latest(int32(row), int32(class))
	return last.value(), p.view.when(last)
}

// Excluded says that her journal alone excludes the row.
func (p *Person) Excluded(row int) bool { return p.flagged(row, 1) }

// Validation says that her journal alone holds the row out of training.
func (p *Person) Validation(row int) bool { return p.flagged(row, 2) }

func (p *Person) flagged(row int, bit uint8) bool {
	at := p.find(row)
	return at >= 0 && p.flags[at]&bit != 0
}

func (v *View) when(s said) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v.events[s>>2].time).UTC()
}
