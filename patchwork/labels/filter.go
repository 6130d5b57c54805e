package labels

import (
	"fmt"
	"strings"
)

// Filter chooses rows. The zero value takes every row that is not excluded.
type Filter struct {
	Status  Status
	Exclude ExcludeStatus
	Subset  SubsetFilter
	Unsure  bool // only rows that are marked as unsure
}

// ExcludeStatus chooses rows by their flags.
type ExcludeStatus int8

// NotExcluded includes validation rows, as the original does; Validation includes excluded ones.
const (
	NotExcluded ExcludeStatus = iota
	Excluded
	Validation
	AnyExclude
)

// SubsetKind says what a SubsetFilter looks at.
type SubsetKind int8

// The kinds of SubsetFilter.
const (
	All          SubsetKind = iota
	ClassUnknown            // nobody has said whether the class is there
	ClassPresent            //
	ClassAbsent             // somebody has said it is not there
	InSubset                // the image's Subset is Name
)

// SubsetFilter chooses rows by one class or by provenance. Name is a class, or a subset for InSubset; any text.
type SubsetFilter struct {
	Kind SubsetKind
	Name string
}

// prefixes is how each kind is written; what follows is the name, unchanged.
var prefixes = [...]string{ClassUnknown: "unlabeled: ", ClassPresent: "contains: ", ClassAbsent: "doesn't contain: ", InSubset: "subset: "}

// String is how the filter is written: "all", "unlabeled: c", "contains: c", "doesn't contain: c" or "subset: s".
// ParseFilter reads it back, whatever the name.
func (f SubsetFilter) String() string {
	if f.Kind <= All || int(f.Kind) >= len(prefixes) {
		return "all"
	}
	return prefixes[f.Kind] + f.Name
}

// ParseFilter reads what String writes. "unlabelled: " is read as well. Only the beginning decides the kind, so names
// that look like filters are safe.
func ParseFilter(s string) (SubsetFilter, error) {
	if s == "all" || s == "" {
		return SubsetFilter{}, nil
	}
	for kind, prefix := range prefixes {
		if name, ok := strings.CutPrefix(s, prefix); ok && prefix != "" {
			return SubsetFilter{SubsetKind(kind), name}, nil
		}
	}
	if name, ok := strings.CutPrefix(s, "unlabelled: "); ok {
		return SubsetFilter{ClassUnknown, name}, nil
	}
	return SubsetFilter{}, fmt.Errorf(`labels: %q is not a filter; want "all", or "unlabeled: ", "contains: ", "doesn't contain: " `+
		`followed by a class, or "subset: " followed by a subset`, s)
}

// Rows returns the rows that pass f, ascending. A class that the table lacks is in no row, not even as unknown;
// CheckFilter tells.
func (t *Table) Rows(f Filter) []int {
	class, known := t.lookup(f.Subset.Name)
	rows := make([]int, 0, t.size)
	for row, status := range t.statuses() {
		if t.passesFlags(row, f.Exclude) && (f.Status == AnyStatus || status == f.Status) &&
			(!f.Unsure || t.Unsure(row)) && t.passesSubset(row, class, known, f.Subset) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (t *Table) passesFlags(row int, e ExcludeStatus) bool {
	switch e {
	case NotExcluded:
		return !t.Excluded(row)
	case Excluded:
		return t.Excluded(row)
	case Validation:
		return t.Validation(row)
	}
	return true
}

func (t *Table) passesSubset(row, class int, known bool, f SubsetFilter) bool {
	switch f.Kind {
	case ClassUnknown:
		return known && t.columns[class][row] == Unknown
	case ClassPresent:
		return known && t.columns[class][row] == Present
	case ClassAbsent:
		return known && t.columns[class][row] == Absent
	case InSubset:
		return t.images.At(row).Subset == f.Name
	}
	return true
}

// CheckFilter says whether the class that f names exists; the error wraps ErrUnknownClass and lists those that do.
func (t *Table) CheckFilter(f Filter) error {
	if k := f.Subset.Kind; k == ClassUnknown || k == ClassPresent || k == ClassAbsent {
		return t.unknownClass(f.Subset.Name)
	}
	return nil
}

// unknownClass is nil if the class exists.
func (t *Table) unknownClass(name string) error {
	if _, ok := t.lookup(name); ok {
		return nil
	}
	if now := t.meaning[name]; now != "" {
		return refuse("%w %q: it is retired; restore it, or use one of %q", ErrUnknownClass, now, t.classes)
	}
	return refuse("%w %q; the classes are %q. Add it first, or correct the name", ErrUnknownClass, name, t.classes)
}
