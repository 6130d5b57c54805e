package studio

import (
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// describe says in a few words what an event changed.
func describe(e labels.Event) string {
	if text := describeClasses(e); text != "" {
		return text
	}
	images := map[string]bool{}
	var what []string
	for i, c := range e.Set {
		for _, ref := range c.Images {
			images[ref] = true
		}
		if i >= 3 {
			continue
		}
		switch {
		case e.Kind == labels.KindLabel && len(c.Classes) == 0:
			what = append(what, fmt.Sprintf("%s %s", c.Class, labels.Tri(c.Value)))
		case e.Kind == labels.KindLabel:
			what = append(what, fmt.Sprintf("%d classes %s", len(c.Classes), labels.Tri(c.Value)))
		case e.Kind == labels.KindNote && e.Text != "":
			what = append(what, fmt.Sprintf("note %.40q", e.Text))
		case e.Kind == labels.KindDistinct:
			what = append(what, map[bool]string{true: "not doubles", false: "doubles after all"}[c.Value == 1])
		case c.Value == 1:
			what = append(what, string(e.Kind))
		default:
			what = append(what, "no "+string(e.Kind))
		}
	}
	if len(e.Set) > 3 {
		what = append(what, "…")
	}
	if len(images) == 1 {
		for ref := range images {
			path, _, _ := strings.Cut(ref, "#")
			return strings.Join(what, ", ") + " on " + path
		}
	}
	return fmt.Sprintf("%s on %d images", strings.Join(what, ", "), len(images))
}

// describeClasses is describe for a change of the classes; "" for another event.
func describeClasses(e labels.Event) string {
	names := strings.Join(e.Classes, ", ")
	switch e.Kind {
	case labels.KindClassAdd:
		return "added class " + names
	case labels.KindClassRename:
		return fmt.Sprintf("renamed %s to %s", e.Classes[0], e.Classes[1])
	case labels.KindClassDescribe:
		return "described " + names
	case labels.KindClassRetire:
		return "retired " + names
	case labels.KindClassRestore:
		return "restored " + names
	case labels.KindClassOrder:
		return "put the classes in order: " + names
	case labels.KindClassMerge:
		return fmt.Sprintf("merged %s into %s", e.Classes[0], e.Classes[1])
	case labels.KindClassSplit:
		return fmt.Sprintf("split %s into %s", e.Classes[0], strings.Join(e.Classes[1:], ", "))
	case labels.KindClassGroup:
		if len(e.Classes) == 1 {
			return names + " excludes no other class"
		}
		return names + " exclude each other"
	}
	return ""
}
