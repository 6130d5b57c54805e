package labels

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reserved names cannot be classes, in any case of letters: the first five are columns of labels.csv, the others would
// be read as "no label" and "the same image twice".
var reserved = []string{"filepath", "exclude", "viewpath", "validation", "subset", "empty", "duplicates"}

// CheckClasses says whether names can be the classes of a project, with all that is wrong at once: a name that is
// empty, given twice, reserved, not UTF-8, or has spaces at its ends or control characters.
func CheckClasses(names []string) error {
	var errs []error
	for i, name := range names {
		if err := checkClass(name); err != nil {
			errs = append(errs, fmt.Errorf("labels: %w", err))
		} else if slices.Contains(names[:i], name) {
			errs = append(errs, fmt.Errorf("labels: class %q is named twice; name each class once", name))
		}
	}
	return errors.Join(errs...)
}

func checkClass(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("class %q has no name; want some text", name)
	case !utf8.ValidString(name):
		return fmt.Errorf("class %q is not UTF-8 text", name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("class %q has spaces at its ends; remove them", name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("class %q has a control character; remove it", name)
	case slices.Contains(reserved, strings.ToLower(name)):
		return fmt.Errorf("class %q has a reserved name; choose one other than %s", name, strings.Join(reserved, ", "))
	}
	return nil
}

// checkAnnotator holds annotator names to what is a file name on every system.
func checkAnnotator(name string) error {
	switch {
	case name == "":
		return errors.New("labels: Options.Annotator is empty; want a name, which becomes that of the journal file")
	case len(name) > 100 || !utf8.ValidString(name):
		return fmt.Errorf("labels: annotator %q is not UTF-8 text of at most 100 bytes", name)
	case name[0] == '.' || strings.ContainsAny(name, `/\:*?"<>|`) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf(`labels: annotator %q cannot name a file; leave out a leading dot, control characters and / \ : * ? " < > |`, name)
	}
	return nil
}
