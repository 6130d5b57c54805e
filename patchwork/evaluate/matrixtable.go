package evaluate

import (
	"fmt"
	"strings"
)

// String is a table: a line for each true class, a column for each answer, and the recall of the class.
func (m Matrix) String() string {
	var b strings.Builder
	w := columns(&b)
	fmt.Fprintf(w, "is \\ taken for\t%s\trecall\n", strings.Join(m.Classes, "\t"))
	for i, name := range m.Classes {
		fmt.Fprintf(w, "%s\t%s\t%v\n", name, numbers(m.Counts[i]), m.Recall(i))
	}
	w.Flush()
	fmt.Fprintf(&b, "right: %v; left out: %d images without a known class, %d with several, %d without scores\n",
		m.Accuracy(), m.Unknown, m.Several, m.Unscored)
	return b.String()
}

// String is a table: a line for each class, and how many of its images show the others too.
func (c Cooccurrence) String() string {
	var b strings.Builder
	w := columns(&b)
	fmt.Fprintf(w, "of images with \\ show\t%s\n", strings.Join(c.Classes, "\t"))
	for i, name := range c.Classes {
		cells := make([]string, len(c.Classes))
		for j := range cells {
			cells[j] = fmt.Sprintf("%d of %d", c.Both[i][j], c.Known[i][j])
		}
		fmt.Fprintf(w, "%s\t%s\n", name, strings.Join(cells, "\t"))
	}
	w.Flush()
	return b.String()
}

func numbers(counts []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(counts), " ", "\t"), "[]")
}
