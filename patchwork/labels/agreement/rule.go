package agreement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Rule says which label an image gets where people disagree. The zero value is Latest.
type Rule struct {
	Kind     RuleKind
	Priority []string // of ByPriority: annotators, the first who knows decides; others are not asked
}

// RuleKind is how a Rule decides.
type RuleKind int8

// The kinds of rule. A decision (see the package) goes before all of them but Latest, where it is a label like others.
const (
	Latest     RuleKind = iota // the value that was set last, whoever set it; also when that is unknown
	Unanimous                  // what all who know say; unknown where they differ
	Majority                   // what more than half of those who know say; unknown if it is a tie
	ByPriority                 // what the first of Priority who knows says
)

var ruleNames = [...]string{Latest: "latest", Unanimous: "unanimous", Majority: "majority", ByPriority: "priority"}

// String is how the rule is written: "latest", "unanimous", "majority" or "priority: anna > bob".
func (r Rule) String() string {
	if r.Kind < 0 || int(r.Kind) >= len(ruleNames) {
		return fmt.Sprintf("RuleKind(%d)", r.Kind)
	}
	if r.Kind == ByPriority {
		return ruleNames[r.Kind] + ": " + strings.Join(r.Priority, " > ")
	}
	return ruleNames[r.Kind]
}

// ParseRule reads what String writes; "" is latest. No annotator's name holds a ">".
func ParseRule(text string) (Rule, error) {
	if names, ok := strings.CutPrefix(text, "priority:"); ok {
		r := Rule{Kind: ByPriority}
		for name := range strings.SplitSeq(names, ">") {
			name = strings.TrimSpace(name)
			if name == "" || slices.Contains(r.Priority, name) {
				return Rule{}, fmt.Errorf(`agreement: rule %q has an empty name or one twice; want names in order, as "priority: anna > bob"`, text)
			}
			r.Priority = append(r.Priority, name)
		}
		return r, nil
	}
	kind := slices.Index(ruleNames[:ByPriority], text)
	if kind < 0 && text != "" {
		return Rule{}, fmt.Errorf(`agreement: there is no rule %q; want latest, unanimous, majority or "priority: anna > bob"`, text)
	}
	return Rule{Kind: RuleKind(max(kind, 0))}, nil
}

// Merge is the table under a rule. Only labels are subject to it: exclusion, validation and notes stay those of the
// table. Under Latest the result is the table itself.
//
// Errors: a rule that ParseRule would not give; a priority that names somebody who has said nothing.
func (v *View) Merge(r Rule) (*labels.Table, error) {
	if _, err := ParseRule(r.String()); err != nil {
		return nil, err
	}
	if r.Kind == Latest {
		return v.table, nil
	}
	for _, name := range r.Priority {
		if r.Kind == ByPriority && v.Person(name) == nil {
			return nil, fmt.Errorf("agreement: rule %q names %q, who has labelled nothing; there are %q", r, name, v.names())
		}
	}
	columns := make([][]labels.Tri, len(v.table.Classes()))
	for class := range columns {
		switch r.Kind {
		case ByPriority:
			columns[class] = v.first(class, r.Priority)
		default:
			columns[class] = v.vote(class, r.Kind)
		}
	}
	for c, s := range v.decisions {
		columns[c.class][c.row] = s.value()
	}
	return v.table.WithLabels(columns)
}

func (v *View) names() []string {
	names := make([]string, len(v.people))
	for i, p := range v.people {
		names[i] = p.Name
	}
	return names
}

// first takes each value from the first person who knows.
func (v *View) first(class int, names []string) []labels.Tri {
	values := unknown(v.table.Len())
	for _, name := range names {
		p := v.Person(name)
		for at, s := range p.cells[class] {
			if row := p.rows[at]; values[row] == labels.Unknown {
				values[row] = s.value()
			}
		}
	}
	return values
}

// vote counts who says present and who says absent.
func (v *View) vote(class int, kind RuleKind) []labels.Tri {
	values := unknown(v.table.Len())
	votes := make([][2]uint16, v.table.Len())
	for _, p := range v.people {
		for at, s := range p.cells[class] {
			if s.known() {
				votes[p.rows[at]][s.value()]++
			}
		}
	}
	for row, n := range votes {
		switch absent, present := n[labels.Absent], n[labels.Present]; {
		case kind == Unanimous && absent > 0 && present > 0, absent == present:
		case present > absent:
			values[row] = labels.Present
		default:
			values[row] = labels.Absent
		}
	}
	return values
}

func unknown(n int) []labels.Tri {
	values := make([]labels.Tri, n)
	for i := range values {
		values[i] = labels.Unknown
	}
	return values
}
