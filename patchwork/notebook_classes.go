package patchwork

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Classes shows the classes of the project, retired and merged ones included.
func (n *Notebook) Classes() ClassReport { return shown(n.Project.Classes()) }

// RenameClass gives a class another name; its labels and scores follow.
func (n *Notebook) RenameClass(name, now string) ClassReport {
	return shown(n.Project.RenameClass(context.Background(), name, now))
}

// DescribeClass says what a class is.
func (n *Notebook) DescribeClass(name, description string) ClassReport {
	return shown(n.Project.DescribeClass(context.Background(), name, description))
}

// RetireClasses stops asking for classes; their labels are kept.
func (n *Notebook) RetireClasses(names ...string) ClassReport {
	return shown(n.Project.RetireClasses(context.Background(), names...))
}

// RestoreClasses brings retired classes back.
func (n *Notebook) RestoreClasses(names ...string) ClassReport {
	return shown(n.Project.RestoreClasses(context.Background(), names...))
}

// OrderClasses puts these classes first.
func (n *Notebook) OrderClasses(names ...string) ClassReport {
	return shown(n.Project.OrderClasses(context.Background(), names...))
}

// GroupClasses makes classes exclude each other.
func (n *Notebook) GroupClasses(names ...string) ClassReport {
	return shown(n.Project.GroupClasses(context.Background(), names...))
}

// PlanMerge shows what MergeClasses would do.
func (n *Notebook) PlanMerge(from, into string) labels.MergeReport {
	return shown(n.Project.PlanMerge(from, into))
}

// MergeClasses makes one class part of another.
func (n *Notebook) MergeClasses(from, into string) ClassReport {
	return shown(n.Project.MergeClasses(context.Background(), from, into))
}

// SplitClass retires a class for new ones and lists the images to look at again.
func (n *Notebook) SplitClass(name string, parts ...string) ClassReport {
	return shown(n.Project.SplitClass(context.Background(), name, parts...))
}

// shown prints a result, which is returned so that a program can use it.
func shown[T fmt.Stringer](result T, err error) T {
	check(err)
	fmt.Println(result)
	return result
}
