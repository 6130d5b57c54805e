package evaluate

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is a table to read in a notebook or a terminal: the validation rows, then the training rows; a side without any
// known label is one line. Tables are narrow enough for a cell of a notebook, which folds long lines. Intervals stand in brackets, "-" is a figure that the labels cannot give. Subsets follow, with
// their validation rows, and notes.
func (r Report) String() string {
	var b strings.Builder
	r.write(&b, "validation", r.Validation, func(c ClassReport) Metrics { return c.Validation })
	b.WriteByte('\n')
	r.write(&b, "training", r.Train, func(c ClassReport) Metrics { return c.Train })
	r.writeSubsets(&b)
	for i, note := range r.Notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	return b.String()
}

func (r Report) write(b *strings.Builder, name string, o Overall, metrics func(ClassReport) Metrics) {
	if o.Rows == 0 {
		fmt.Fprintf(b, "%s: no labelled image with a score\n", name)
		return
	}
	fmt.Fprintf(b, "%s: %d images, %d labels\n", name, o.Rows, o.Cells)
	w := columns(b)
	fmt.Fprintln(w, "class\tpresent\tabsent\tunknown\taccuracy\tAUC\tAP")
	for _, c := range r.Classes {
		m := metrics(c)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%v\t%v\t%v\n", c.Class, m.Present, m.Absent, m.Unknown, m.Accuracy, m.AUC, m.APInterval)
	}
	fmt.Fprintf(w, "all\t\t\t\t%v\t%v\t%v\n", o.Accuracy, o.MacroAUCInterval, o.MacroAP)
	w.Flush()
	fmt.Fprintf(b, "a score of %g or more says present, and then:\n", r.Threshold)
	w = columns(b)
	fmt.Fprintln(w, "class\tprecision\trecall\tF1\tbalanced accuracy")
	for _, c := range r.Classes {
		m := metrics(c)
		fmt.Fprintf(w, "%s\t%v\t%v\t%v\t%v\n", c.Class, m.Precision, m.Recall, m.F1, m.BalancedAccuracy)
	}
	fmt.Fprintf(w, "mean\t\t\t%v\t%v\n", o.MacroF1, o.MacroBalanced)
	w.Flush()
	b.WriteString("scores taken for probabilities:\n")
	w = columns(b)
	fmt.Fprintln(w, "class\tlog loss\tcalibration error")
	for _, c := range r.Classes {
		m := metrics(c)
		fmt.Fprintf(w, "%s\t%v\t%v\n", c.Class, m.LogLossInterval, m.ECE)
	}
	fmt.Fprintf(w, "all\t%v\t%v\n", o.LogLossInterval, o.MacroECE)
	w.Flush()
	if o.ExactRows > 0 {
		fmt.Fprintf(b, "every label right: %v of %d fully labelled images\n", o.Exact, o.ExactRows)
	}
	if o.Top1.Value.Known() {
		fmt.Fprintf(b, "highest score is the class: %v\n", o.Top1)
	}
}

func (r Report) writeSubsets(b *strings.Builder) {
	if len(r.Subsets) == 0 || r.Validation.Rows == 0 {
		return
	}
	b.WriteString("\nvalidation by subset\n")
	w := columns(b)
	fmt.Fprintln(w, "subset\timages\tlabels\taccuracy\tAUC\tAP\tF1")
	for _, s := range r.Subsets {
		name, o := s.Subset, s.Validation
		if name == "" {
			name = "(none)"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%v\t%v\t%v\t%v\n", name, o.Rows, o.Cells, o.Accuracy, o.MacroAUCInterval, o.MacroAP, o.MacroF1)
	}
	w.Flush()
}

func columns(b *strings.Builder) *tabwriter.Writer { return tabwriter.NewWriter(b, 0, 0, 2, ' ', 0) }
