package labels

import (
	"errors"
	"fmt"
)

// check reports what makes e impossible whatever the table holds. It is the rule for lines of a journal.
func (e Event) check() error {
	if e.ID == "" {
		return errors.New(`"id" is missing`)
	}
	if e.Time.IsZero() {
		return errors.New(`"time" is missing`)
	}
	for _, name := range e.Classes {
		if err := checkClass(name); err != nil {
			return err
		}
	}
	switch e.Kind {
	case KindLabel, KindExclude, KindValidation, KindUnsure, KindNote, KindDistinct:
		if e.Kind != KindLabel && len(e.Classes) > 0 {
			return fmt.Errorf("an event of kind %q adds classes; only label and class-add may", e.Kind)
		}
		for _, c := range e.Set {
			if err := c.check(e.Kind); err != nil {
				return err
			}
		}
	case KindClassAdd:
		if len(e.Classes) == 0 || len(e.Set) > 0 {
			return errors.New(`a class-add must name the new class in "classes" and set nothing`)
		}
	case KindUndo, KindRedo:
		if e.Target == "" || len(e.Set) > 0 || len(e.Classes) > 0 {
			return fmt.Errorf(`an %s must name the id of an event in "target" and set nothing`, e.Kind)
		}
	case KindClassRename, KindClassDescribe, KindClassRetire, KindClassRestore, KindClassOrder, KindClassMerge, KindClassSplit, KindClassGroup:
		return e.checkChange()
	default:
		return fmt.Errorf("the kind of event %q is not known to this version; a newer patchwork may have written it", e.Kind)
	}
	return nil
}

func (c Change) check(k Kind) error {
	flag := k == KindExclude || k == KindValidation || k == KindUnsure || k == KindDistinct
	switch {
	case k != KindLabel && (len(c.Classes) > 0 || c.Class != "" && c.Class != string(k)):
		return fmt.Errorf("an event of kind %q names a class; only label may", k)
	case k == KindLabel && (c.Class == "") == (len(c.Classes) == 0):
		return errors.New(`a change must name one "class" or several "classes", not both and not none`)
	case k == KindDistinct && len(c.Images) < 2:
		return fmt.Errorf("%d image is said to be distinct; want two or more", len(c.Images))
	case k == KindNote && c.Value != 0:
		return fmt.Errorf("a note has the value %d; want 0", c.Value)
	}
	for _, name := range c.columns(k) {
		if k == KindLabel {
			flag = isFlag(name)
			if err := checkClass(name); err != nil && !flag {
				return err
			}
		}
		switch {
		case flag && c.Value != 0 && c.Value != 1:
			return fmt.Errorf("%s has the value %d; want 1 (set) or 0 (clear)", name, c.Value)
		case c.Value < -1 || c.Value > 1:
			return fmt.Errorf("class %q has the value %d; want 1 (present), 0 (absent) or -1 (unknown)", name, c.Value)
		}
	}
	return nil
}

func isFlag(column string) bool {
	return column == string(KindExclude) || column == string(KindValidation)
}
