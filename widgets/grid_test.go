package widgets

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	anyTag  = regexp.MustCompile(`<(/?)([a-z0-9]+)([^>]*)>`)
	anyAttr = regexp.MustCompile(`([a-z]+)=`)
)

// survives fails the test where a notebook's sanitiser would remove something: it keeps a few tags and attributes.
func survives(t *testing.T, html string) {
	t.Helper()
	tags := " table tr td th div img br small b i p "
	attrs := " src width height alt title align valign cellpadding "
	quoted := regexp.MustCompile(`"[^"]*"`)
	for _, m := range anyTag.FindAllStringSubmatch(html, -1) {
		if !strings.Contains(tags, " "+m[2]+" ") {
			t.Errorf("tag <%s> does not survive", m[2])
		}
		for _, a := range anyAttr.FindAllStringSubmatch(quoted.ReplaceAllString(m[3], `""`), -1) {
			if !strings.Contains(attrs, " "+a[1]+" ") {
				t.Errorf("attribute %s of <%s> does not survive", a[1], m[2])
			}
		}
	}
}

func TestGridStaticHTML(t *testing.T) {
	small := pngOf(t, speckled(20, 20))
	file := filepath.Join(t.TempDir(), "b.png")
	if err := os.WriteFile(file, small, 0o644); err != nil {
		t.Fatal(err)
	}
	g := Grid{Columns: 2, Images: []GridImage{
		{Src: small, Caption: `<script>"a"&`, Badge: "new"},
		{File: file, Caption: "b", Title: "from a file"},
		{Src: []byte("no image"), Caption: "c"},
		{File: file + ".gone"},
		{},
	}}
	html := g.StaticHTML()
	survives(t, html)
	for want, why := range map[string]string{
		`<b>new</b> &lt;script&gt;&#34;a&#34;&amp;`: "captions are text",
		`title="from a file"`:                       "the title is shown",
		`not an image that can be shown`:            "a bad image says so in its place",
		`no such file`:                              "so does a missing one",
		`has neither Src nor File`:                  "and an empty one",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%s: %q is not in\n%s", why, want, html)
		}
	}
	if rows, cells, images := strings.Count(html, "<tr>"), strings.Count(html, "<td"), strings.Count(html, "<img"); rows != 3 || cells != 5 || images != 2 {
		t.Errorf("%d rows, %d cells, %d images; want 3, 5 and 2", rows, cells, images)
	}
	if strings.Count(html, "<tr>") != strings.Count(html, "</tr>") {
		t.Error("a row is not closed")
	}
}

func TestGridStaticHTMLStaysLight(t *testing.T) {
	photo := pngOf(t, speckled(1200, 900)) // over 4 MB
	g := Grid{}
	for range 8 {
		g.Images = append(g.Images, GridImage{Src: photo})
	}
	if n := len(g.StaticHTML()); n > 8*120<<10 {
		t.Errorf("8 large photos take %d bytes; want at most 120 KB each even for noise", n)
	}
}

func TestEmptyGrid(t *testing.T) {
	if html := (Grid{}).StaticHTML(); html != `<table cellpadding="4"></table>` {
		t.Errorf("an empty grid is %q", html)
	}
}

func TestLabelButtonsStaticHTML(t *testing.T) {
	b := LabelButtons{Image: GridImage{Src: pngOf(t, speckled(20, 20)), Values: []int8{1, 0}}, Classes: Classes("cat", "dog <i>", "bird")}
	html := b.StaticHTML()
	survives(t, html)
	for _, want := range []string{"cat: <b>✓ present</b>", "dog &lt;i&gt;: <b>✗ absent</b>", "bird: <b>? unknown</b>", "<img "} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in\n%s", want, html)
		}
	}
}

// TestLongWordsUnderImagesCanBeBroken: a viewer that removes styles breaks text at spaces and at <wbr> only.
func TestLongWordsUnderImagesCanBeBroken(t *testing.T) {
	for text, want := range map[string]string{
		"water, road":                "water, road",
		"twelveletter twelveletter":  "twelveletter twelveletter",
		"field_2026_07_31_north.jpg": "field_2026_0<wbr>7_31_north.j<wbr>pg",
		"<b>&\"'":                    "&lt;b&gt;&amp;&#34;&#39;",
		"aaaaaaaaaaae\u0301b":        "aaaaaaaaaaae\u0301<wbr>b", // a letter and its accent stay together
	} {
		if got := breakable(text); got != want {
			t.Errorf("%q becomes %q; want %q", text, got, want)
		}
	}
}
