package labels

import (
	"fmt"
	"slices"
)

// The kinds of event that change what the classes are. Classes names the classes they are about; a former name stands
// for its class. The rule by which they are folded is in the package's documentation.
const (
	KindClassRename   Kind = "class-rename"   // the class Classes[0] is called Classes[1] from now on
	KindClassDescribe Kind = "class-describe" // Text describes the class; "" removes the description
	KindClassRetire   Kind = "class-retire"   // the classes are no longer asked for; their labels stay in the journal
	KindClassRestore  Kind = "class-restore"  // takes a retirement back
	KindClassOrder    Kind = "class-order"    // these classes come first, in this order; the others follow as they were
	KindClassMerge    Kind = "class-merge"    // Classes[0] becomes part of Classes[1]
	KindClassSplit    Kind = "class-split"    // Classes[0] is retired for the new classes that follow it
	KindClassGroup    Kind = "class-group"    // at most one of the classes is present in an image; one alone leaves its group
)

// arity is how many classes each of these kinds names, at least and at most.
var arity = map[Kind][2]int{
	KindClassRename: {2, 2}, KindClassDescribe: {1, 1}, KindClassRetire: {1, 1 << 30}, KindClassRestore: {1, 1 << 30},
	KindClassOrder: {1, 1 << 30}, KindClassMerge: {2, 2}, KindClassSplit: {3, 1 << 30}, KindClassGroup: {1, 1 << 30},
}

// AddClass is the event that adds a class with a description, which may be empty.
func AddClass(name, description string) Event {
	return Event{Kind: KindClassAdd, Classes: []string{name}, Text: description}
}

// RenameClass is the event that gives a class another name. Labels follow, also those that other programs go on to
// write under the old name.
func RenameClass(name, now string) Event {
	return Event{Kind: KindClassRename, Classes: []string{name, now}}
}

// DescribeClass is the event that describes a class.
func DescribeClass(name, description string) Event {
	return Event{Kind: KindClassDescribe, Classes: []string{name}, Text: description}
}

// RetireClasses is the event after which classes are no longer asked for, trained or counted.
func RetireClasses(names ...string) Event { return Event{Kind: KindClassRetire, Classes: names} }

// RestoreClasses is the event that brings retired classes back, with the labels they had.
func RestoreClasses(names ...string) Event { return Event{Kind: KindClassRestore, Classes: names} }

// OrderClasses is the event that puts these classes first, in this order.
func OrderClasses(names ...string) Event { return Event{Kind: KindClassOrder, Classes: names} }

// GroupClasses is the event that makes classes exclude each other: an Apply that makes one present makes the others
// absent in the same event. Labels that are there stay; Conflicts lists those that contradict the group. Each class
// leaves the group it was in, and one class alone only does that.
func GroupClasses(names ...string) Event { return Event{Kind: KindClassGroup, Classes: names} }

// checkChange is check for the kinds above.
func (e Event) checkChange() error {
	want := arity[e.Kind]
	if n := len(e.Classes); n < want[0] || n > want[1] {
		return fmt.Errorf(`a %s names %d classes in "classes"; want %s`, e.Kind, n, many(want[0], want[1]))
	}
	for i, name := range e.Classes {
		if slices.Contains(e.Classes[:i], name) {
			return fmt.Errorf("a %s names class %q twice; name each class once", e.Kind, name)
		}
	}
	if len(e.Set) > 0 || e.Target != "" {
		return fmt.Errorf("a %s sets labels or names an event; it may only name classes", e.Kind)
	}
	return nil
}

func many(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d or more", least)
}

// checkClasses refuses an event whose classes are not what its kind needs in this table.
func (t *Table) checkClasses(e Event) error {
	switch e.Kind {
	case KindClassAdd:
		return t.checkNew(e.Classes, "name each class once")
	case KindClassRename:
		return t.checkRename(e.Classes[0], e.Classes[1])
	case KindClassSplit:
		if err := t.unknownClass(e.Classes[0]); err != nil {
			return err
		}
		return t.checkNew(e.Classes[1:], "split a class into new ones, and merge those that should be one")
	case KindClassMerge, KindClassOrder, KindClassGroup:
		return t.checkShown(e.Classes)
	case KindClassDescribe, KindClassRetire, KindClassRestore:
		return t.checkState(e)
	}
	for i, name := range e.Classes {
		if slices.Contains(e.Classes[:i], name) {
			return refuse("%w: %q; name each class once", ErrClassExists, name)
		}
	}
	for _, c := range e.Set {
		for _, name := range c.columns(e.Kind) {
			if e.Kind != KindLabel || isFlag(name) || slices.Contains(e.Classes, name) || t.meaning[name] != "" {
				continue
			}
			if err := t.unknownClass(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkNew refuses names that mean a class.
func (t *Table) checkNew(names []string, instead string) error {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return refuse("%w: %q; name each class once", ErrClassExists, name)
		}
		now := t.meaning[name]
		switch _, shown := t.Class(now); {
		case now == "":
		case now != name:
			return refuse("%w: %q was a name of class %q, and labels written under it are that class's; choose another name", ErrClassExists, name, now)
		case !shown:
			return refuse("%w: %q is retired; restore it, or choose another name", ErrClassExists, name)
		default:
			return refuse("%w: %q; %s", ErrClassExists, name, instead)
		}
	}
	return nil
}

func (t *Table) checkRename(name, now string) error {
	class := t.meaning[name]
	switch other := t.meaning[now]; {
	case class == "":
		return t.unknownClass(name)
	case class == now:
		return refuse("%w: class %q is called so already", ErrEmptyEvent, now)
	case other == class: // a name it had before
	case other == now:
		return refuse("%w: %q; to make one class of both, merge %q into it", ErrClassExists, now, class)
	case other != "":
		return refuse("%w: %q was a name of class %q, and labels written under it are that class's; choose another name, or merge %q into %q",
			ErrClassExists, now, other, class, other)
	}
	return nil
}

// checkShown refuses names that are not those of different classes of the table.
func (t *Table) checkShown(names []string) error {
	for i, name := range names {
		class, ok := t.lookup(name)
		if !ok {
			return t.unknownClass(name)
		}
		for _, other := range names[:i] {
			if same, _ := t.lookup(other); same == class {
				return refuse("%q and %q are the same class; name each class once", other, name)
			}
		}
	}
	return nil
}

// checkState refuses to retire what is retired and to restore what is not.
func (t *Table) checkState(e Event) error {
	for _, name := range e.Classes {
		now := t.meaning[name]
		_, shown := t.Class(now)
		switch {
		case now == "":
			return t.unknownClass(name)
		case e.Kind == KindClassRetire && !shown:
			return refuse("%w: class %q is retired already", ErrEmptyEvent, now)
		case e.Kind == KindClassRestore && shown:
			return refuse("%w: class %q is not retired", ErrEmptyEvent, now)
		}
	}
	return nil
}
