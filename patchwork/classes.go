package patchwork

import (
	"context"
	"fmt"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ClassState is one class, shown or not, and how many images have each value of it, excluded ones left out. A class
// that is retired or part of another is not counted.
type ClassState struct {
	labels.ClassInfo
	*labels.Count // nil for one that is not shown
}

// ClassReport is the classes of a project, and what the change before it did.
type ClassReport struct {
	Classes   []ClassState        `json:"classes"`             // in order
	Conflicts []string            `json:"conflicts,omitempty"` // images where several classes of one group are present
	Merge     *labels.MergeReport `json:"merge,omitempty"`     // of MergeClasses
	Images    []string            `json:"images,omitempty"`    // of SplitClass: those to look at again
}

// String is a line for each class, and what else is to be said.
func (r ClassReport) String() string {
	var b strings.Builder
	if r.Merge != nil {
		fmt.Fprintln(&b, r.Merge)
	}
	for _, c := range r.Classes {
		fmt.Fprintf(&b, "%s: ", c.Name)
		switch {
		case c.Into != "":
			fmt.Fprintf(&b, "part of %s", c.Into)
		case c.Retired:
			b.WriteString("retired")
		default:
			fmt.Fprintf(&b, "present in %d, absent in %d, unknown in %d", c.Present, c.Absent, c.Unknown)
		}
		if len(c.Former) > 0 {
			fmt.Fprintf(&b, "; before: %s", strings.Join(c.Former, ", "))
		}
		if len(c.Group) > 0 {
			fmt.Fprintf(&b, "; one of: %s", strings.Join(c.Group, ", "))
		}
		if c.Description != "" {
			fmt.Fprintf(&b, "; %s", c.Description)
		}
		b.WriteByte('\n')
	}
	if len(r.Classes) == 0 {
		b.WriteString("no classes\n")
	}
	list(&b, "images have several classes of a group, of which one can be", r.Conflicts)
	list(&b, "images to look at again", r.Images)
	return strings.TrimRight(b.String(), "\n")
}

func list(b *strings.Builder, what string, images []string) {
	if len(images) > 0 {
		fmt.Fprintf(b, "%d %s:\n  %s\n", len(images), what, strings.Join(images, "\n  "))
	}
}

// Classes lists the classes of the project with those that are retired or merged into others, in order.
func (p *Project) Classes() (ClassReport, error) {
	t, err := p.Labels()
	if err != nil {
		return ClassReport{}, err
	}
	counts := map[string]*labels.Count{}
	for _, c := range t.Counts() {
		counts[c.Class] = &labels.Count{
			Present: c.Train.Present + c.Validation.Present, Absent: c.Train.Absent + c.Validation.Absent, Unknown: c.Train.Unknown + c.Validation.Unknown,
		}
	}
	r := ClassReport{Conflicts: p.names(t.Conflicts())}
	for _, info := range t.AllClasses() {
		c := ClassState{ClassInfo: info}
		if info.Into == "" && !info.Retired {
			c.Count = counts[info.Name]
		}
		r.Classes = append(r.Classes, c)
	}
	return r, nil
}

func (p *Project) names(rows []int) (images []string) {
	index := p.Images()
	for _, row := range rows {
		images = append(images, index.At(row).ID)
	}
	return images
}

// reclass applies a change of the classes and reports them as they are then.
func (p *Project) reclass(ctx context.Context, e labels.Event) (ClassReport, error) {
	e.Source = "api"
	if err := p.Apply(ctx, e); err != nil {
		return ClassReport{}, err
	}
	return p.Classes()
}

// RenameClass gives a class another name. Labels and the scores of saved models follow, also labels that other
// programs go on to write under the old name. project.yaml keeps the name that was declared.
//
// Errors: an unknown class; a name that another class has or had, which only a merge can take.
func (p *Project) RenameClass(ctx context.Context, name, now string) (ClassReport, error) {
	return p.reclass(ctx, labels.RenameClass(name, now))
}

// DescribeClass says what a class is; "" removes what was said.
func (p *Project) DescribeClass(ctx context.Context, name, description string) (ClassReport, error) {
	return p.reclass(ctx, labels.DescribeClass(name, description))
}

// RetireClasses stops asking for classes: they are neither trained nor counted nor suggested. Their labels are kept.
func (p *Project) RetireClasses(ctx context.Context, names ...string) (ClassReport, error) {
	return p.reclass(ctx, labels.RetireClasses(names...))
}

// RestoreClasses brings retired classes back with the labels that they had.
func (p *Project) RestoreClasses(ctx context.Context, names ...string) (ClassReport, error) {
	return p.reclass(ctx, labels.RestoreClasses(names...))
}

// OrderClasses puts these classes first, in this order; the others follow as they were.
func (p *Project) OrderClasses(ctx context.Context, names ...string) (ClassReport, error) {
	return p.reclass(ctx, labels.OrderClasses(names...))
}

// GroupClasses makes classes exclude each other: labelling one present labels the others absent, in one action. Labels
// that are there stay; the report lists images that contradict a group. One class alone leaves its group.
func (p *Project) GroupClasses(ctx context.Context, names ...string) (ClassReport, error) {
	return p.reclass(ctx, labels.GroupClasses(names...))
}

// PlanMerge says what MergeClasses would do to the labels.
func (p *Project) PlanMerge(from, into string) (labels.MergeReport, error) {
	t, err := p.Labels()
	if err != nil {
		return labels.MergeReport{}, err
	}
	_, r, err := t.PlanMerge(from, into)
	return r, err
}

// MergeClasses makes one class part of another: present where either is, absent where both are, else unknown.
func (p *Project) MergeClasses(ctx context.Context, from, into string) (ClassReport, error) {
	var merge labels.MergeReport
	err := p.change(ctx, func(t *labels.Table, _ *imageset.Index) (e labels.Event, err error) {
		e, merge, err = t.PlanMerge(from, into)
		e.Source = "api"
		return e, err
	})
	if err != nil {
		return ClassReport{}, err
	}
	r, err := p.Classes()
	r.Merge = &merge
	return r, err
}

// SplitClass retires a class for two or more new ones, absent where it was absent. The report's Images are those where
// it was present: somebody has to say which of the new ones they show.
func (p *Project) SplitClass(ctx context.Context, name string, parts ...string) (ClassReport, error) {
	var rows []int
	err := p.change(ctx, func(t *labels.Table, _ *imageset.Index) (e labels.Event, err error) {
		e, rows, err = t.PlanSplit(name, parts...)
		e.Source = "api"
		return e, err
	})
	if err != nil {
		return ClassReport{}, err
	}
	r, err := p.Classes()
	r.Images = p.names(rows)
	return r, err
}
