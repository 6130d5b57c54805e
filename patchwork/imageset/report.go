package imageset

import (
	"fmt"
	"strings"
)

// String says in one line what Scan met, and in further lines which list rows it passed over, the first five.
func (r ScanReport) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{r.Added, "new"}, {r.Changed, "changed"}, {r.Moved, "moved"}, {r.Kept, "known"}, {r.Vanished, "gone"},
		{r.Broken, "of them cannot be used"}, {r.Pending, "left for the next time"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if parts == nil {
		parts = []string{"none"}
	}
	text := "images: " + strings.Join(parts, ", ")
	for i, p := range r.ListProblems {
		if i == 5 {
			text += fmt.Sprintf("\n... and %d more rows of lists", len(r.ListProblems)-i)
			break
		}
		text += "\n" + p.String()
	}
	return text
}
