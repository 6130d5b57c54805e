package patchwork

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// String is the advice, a table of both curves, and one of the classes.
func (a *Audit) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, wrapped(a.Advice.Text, 100))
	if a.Result == nil {
		return b.String()
	}
	if figure := a.Pays.Figure; figure.Value.Known() {
		fmt.Fprintf(&b, "The first %d labels were worth %+.3f (%+.3f to %+.3f) of accuracy more than as many random ones would have been.\n", a.Pays.Images,
			float64(figure.Value), float64(figure.Low), float64(figure.High))
	}
	fmt.Fprintln(&b)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "labelled\taccuracy as chosen\tat random, estimated")
	for i, p := range a.Chosen {
		random := "-"
		if i < len(a.Random) {
			random = a.Random[i].Figure.String()
		}
		fmt.Fprintf(w, "%d\t%v\t%s\n", p.Images, p.Figure, random)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "on %d audit images\tpresent\taccuracy\trecall\taverage precision\tlog loss\n", a.Result.Audit)
	for _, c := range a.Classes {
		m := c.Figures
		fmt.Fprintf(w, "%s\t%d\t%v\t%v\t%v\t%v\n", c.Class, m.Present, m.Accuracy, m.Recall, m.APInterval, m.LogLossInterval)
	}
	o := a.Overall
	fmt.Fprintf(w, "all\t\t%v\t\t%v\t%v\n", o.Accuracy, o.MacroAP, o.LogLossInterval)
	w.Flush()
	return b.String()
}

// wrapped breaks a text into lines of up to so many bytes, or of one word.
func wrapped(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

// Chart draws the accuracy on the audit over the number of labels, as they were chosen, and dashed what random would have given.
func (a *Audit) Chart() widgets.Chart { return studio.AuditCurve(a.Result) }
