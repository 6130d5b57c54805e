package evaluate

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is a table to read in a notebook or a terminal: the validation rows, then the training rows; a side without any
// known label is one line. Intervals stand in brackets, "-" is a figure that the labels cannot give.
func (r Report) String() string {
	var b strings.Builder
	r.write(&b, "validation", r.Validation, func(c ClassReport) Metrics { return c.Validation })
	b.WriteByte('\n')
	r.write(&b, "training", r.Train, func(c ClassReport) Metrics { return c.Train })
	return b.String()
}

func (r Report) write(b *strings.Builder, name string, o Overall, metrics func(ClassReport) Metrics) {
	if o.Rows == 0 {
		fmt.Fprintf(b, "%s: no labelled image with a score\n", name)
		return
	}
	fmt.Fprintf(b, "%s: %d images, %d labels\n", name, o.Rows, o.Cells)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "class\tpresent\tabsent\tunknown\taccuracy\tAUC\tAP\tlog loss")
	for _, c := range r.Classes {
		m := metrics(c)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%v\t%v\t%v\t%v\n", c.Class, m.Present, m.Absent, m.Unknown, m.Accuracy, m.AUC, m.AveragePrecision, m.LogLoss)
	}
	fmt.Fprintf(w, "all\t\t\t\t%v\t%v\t\t%v\n", o.Accuracy, o.MacroAUC, o.LogLoss)
	w.Flush()
	if o.ExactRows > 0 {
		fmt.Fprintf(b, "every label right: %v of %d fully labelled images\n", o.Exact, o.ExactRows)
	}
	if o.Top1.Value.Known() {
		fmt.Fprintf(b, "highest score is the class: %v\n", o.Top1)
	}
}
