package agreement

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
)

// String is the report as tables: the people, the classes, the pairs of people, the repeats.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s labelled by %s; of %d of them two or more know the same class", plural(r.Images, "image"), plural(len(r.Annotators), "person"), r.Shared)
	if r.Excluded > 0 {
		fmt.Fprintf(&b, "; %s left out, because excluded", plural(r.Excluded, "more"))
	}
	fmt.Fprintf(&b, "\nwhere people differ, the rule is: %s; %d disagreements are open, %d decided\n", r.Rule, r.Open, r.Decided)
	b.WriteString(grid("annotator\timages\tlabels", len(r.Annotators), func(i int) string {
		a := r.Annotators[i]
		return fmt.Sprintf("%s\t%d\t%d", a.Name, a.Images, a.Labels)
	}))
	fmt.Fprintf(&b, "over all classes: agreement %v, Krippendorff's alpha %v, mean alpha of the classes %v\n", r.Agreement, r.Alpha, r.MeanAlpha)
	b.WriteString(grid("class\tpresent\tabsent\tunknown\tshared\tagreement\talpha\tFleiss' kappa", len(r.Classes), func(i int) string {
		c := r.Classes[i]
		return fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%v\t%v\t%v", c.Class, c.Present, c.Absent, c.Unknown, c.Agreement.Rows, c.Agreement, c.Alpha, c.Fleiss.Kappa)
	}))
	var pairs []string
	for _, c := range r.Classes {
		for _, p := range c.Pairs {
			if p.Agreement.Rows > 0 {
				pairs = append(pairs, fmt.Sprintf("%s\t%s, %s\t%d\t%v\t%v", c.Class, p.Names[0], p.Names[1], p.Agreement.Rows, p.Agreement, p.Kappa))
			}
		}
	}
	b.WriteString(grid("class\tpeople\tshared\tagreement\tCohen's kappa", len(pairs), func(i int) string { return pairs[i] }))
	b.WriteString(grid("blind repeats by\tof\timages\tagreement\tCohen's kappa", len(r.Repeats), func(i int) string {
		p := r.Repeats[i]
		return fmt.Sprintf("%s\t%s\t%d\t%v\t%v", p.Annotator, p.Of, p.Agreement.Rows, p.Agreement, p.Kappa)
	}))
	for _, c := range r.Classes {
		if math.IsNaN(c.Alpha.Value) {
			fmt.Fprintf(&b, "%s has no alpha: %s\n", c.Class, c.Alpha.Reason)
		}
		if c.Fleiss.LeftOut > 0 {
			fmt.Fprintf(&b, "%s: Fleiss' kappa is of the %s with %d labels each and leaves out %d\n", c.Class, plural(c.Fleiss.Kappa.Rows, "image"), c.Fleiss.Ratings, c.Fleiss.LeftOut)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// grid is a table of n lines, nothing if there are none.
func grid(head string, n int, line func(i int) string) string {
	if n == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  "+head)
	for i := range n {
		fmt.Fprintln(w, "  "+line(i))
	}
	w.Flush()
	return b.String()
}

func plural(n int, one string) string {
	switch {
	case n == 1, one == "more":
		return fmt.Sprint(n, " ", one)
	case one == "person":
		return fmt.Sprint(n, " people")
	}
	return fmt.Sprint(n, " ", one, "s")
}

// String is the class, who said what, and what was decided: "water: anna present, bob absent; carol decided absent".
func (d Dispute) String() string {
	said := make([]string, len(d.Opinions))
	for i, o := range d.Opinions {
		said[i] = fmt.Sprint(o.By, " ", o.Value)
	}
	text := d.Class + ": " + strings.Join(said, ", ")
	if d.Decision != nil {
		text += fmt.Sprint("; ", d.Decision.By, " decided ", d.Decision.Value)
	}
	return text
}
