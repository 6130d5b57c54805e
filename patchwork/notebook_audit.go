package patchwork

import (
	"context"
	"fmt"
)

// Audit shows whether choosing what to label pays, and whether to go on: advice with its numbers, and the accuracy on the audit over
// the number of labels, beside what random would have given. It takes the first of the options, if any.
func (n *Notebook) Audit(options ...AuditOptions) *Audit {
	var o AuditOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	a, err := n.Project.Audit(ctx, o, progress)
	done()
	check(err)
	fmt.Println(a)
	if a.Result != nil {
		check(a.Chart().Show())
	}
	return a
}

// Label gives suggested images the classes that present names for each, and says that all others are absent, as a person does with
// the keys of the studio.
func (n *Notebook) Label(picks []Suggestion, present func(Suggestion) []string) {
	check(n.Project.Label(context.Background(), picks, present))
}
