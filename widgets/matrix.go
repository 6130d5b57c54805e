package widgets

import (
	"fmt"
	"html"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// Matrix is a table of counts of pairs of names, as of what is taken for what. A cell is the darker the larger its share of
// its row.
type Matrix struct {
	Title  string
	Names  []string // of the rows and of the columns
	Counts [][]int  // by row and column
	Down   string   // what the rows are: "is"
	Across string   // what the columns are: "taken for"
}

// StaticHTML is the table without a style or a script, for any viewer. A row of Counts that is too short is filled with 0.
func (m Matrix) StaticHTML() string {
	var b strings.Builder
	b.WriteString(`<table cellpadding="4">`)
	if m.Title != "" {
		fmt.Fprintf(&b, "<caption>%s</caption>", html.EscapeString(m.Title))
	}
	fmt.Fprintf(&b, `<tr><th align="left">%s</th>`, html.EscapeString(m.corner()))
	for _, name := range m.Names {
		fmt.Fprintf(&b, `<th scope="col">%s</th>`, html.EscapeString(name))
	}
	b.WriteString("</tr>\n")
	for row, name := range m.Names {
		fmt.Fprintf(&b, `<tr><th scope="row" align="left">%s</th>`, html.EscapeString(name))
		total := 0
		for column := range m.Names {
			total += m.at(row, column)
		}
		for column := range m.Names {
			n := m.at(row, column)
			fmt.Fprintf(&b, `<td align="right" bgcolor="%s"><font color="#000000">%d</font></td>`, shade(n, total), n)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>")
	return b.String()
}

func (m Matrix) corner() string { return strings.TrimSpace(m.Down + " ↓ " + m.Across + " →") }

func (m Matrix) at(row, column int) int {
	if row >= len(m.Counts) || column >= len(m.Counts[row]) {
		return 0
	}
	return m.Counts[row][column]
}

// shade goes from white to a light blue on which black can be read.
func shade(n, total int) string {
	share := 0.0
	if total > 0 {
		share = float64(n) / float64(total)
	}
	mix := func(to float64) int { return int(255 + (to-255)*share + 0.5) }
	return fmt.Sprintf("#%02x%02x%02x", mix(0x8f), mix(0xbf), mix(0xea))
}

// String is the table as text.
func (m Matrix) String() string {
	var b strings.Builder
	if m.Title != "" {
		fmt.Fprintln(&b, m.Title)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\t%s\t\n", m.corner(), strings.Join(m.Names, "\t"))
	for row, name := range m.Names {
		fmt.Fprintf(w, "%s\t", name)
		for column := range m.Names {
			fmt.Fprintf(w, "%d\t", m.at(row, column))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return b.String()
}

// Show puts the table below the cell; outside a notebook it prints it.
func (m Matrix) Show() error {
	if host.InNotebook() {
		return host.DisplayOnce(m.StaticHTML())
	}
	_, err := fmt.Fprint(os.Stdout, m)
	return err
}
