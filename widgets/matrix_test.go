package widgets

import (
	"strings"
	"testing"
)

func TestMatrixIsATableAnywhere(t *testing.T) {
	m := Matrix{Title: "a & b", Names: []string{"<b>lake</b>", "road"}, Counts: [][]int{{3, 1}, {0}}, Down: "is", Across: "taken for"}
	got := m.StaticHTML()
	for _, want := range []string{
		"<caption>a &amp; b</caption>", "&lt;b&gt;lake&lt;/b&gt;", ">is ↓ taken for →<", `bgcolor="#abcfef"><font color="#000000">3<`, `bgcolor="#ffffff"><font color="#000000">0<`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "<b>") || strings.Contains(got, "style=") {
		t.Errorf("a name is taken for HTML, or a style is needed:\n%s", got)
	}
	if text := m.String(); !strings.Contains(text, "a & b\n") || !strings.Contains(text, "3     1") {
		t.Errorf("as text:\n%s", text)
	}
	if empty := (Matrix{}).StaticHTML(); !strings.HasPrefix(empty, "<table") || !strings.HasSuffix(empty, "</table>") {
		t.Errorf("empty: %s", empty)
	}
}
