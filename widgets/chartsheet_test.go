package widgets

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestChartSheetIsOnePicture(t *testing.T) {
	s := ChartSheet{Columns: 2}
	for range 3 {
		s.Charts = append(s.Charts, Chart{Width: 300, Height: 200, Series: []Series{{Name: "a", X: []float64{1, 2}, Y: []float64{3, 4}}}})
	}
	svg, err := s.SVG()
	if err != nil {
		t.Fatal(err)
	}
	ids, used := map[string]int{}, 0
	var places []string
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]string{}
		for _, a := range e.Attr {
			at[a.Name.Local] = a.Value
			if strings.HasPrefix(a.Value, "url(#") {
				used++
			}
		}
		if e.Name.Local == "svg" {
			places = append(places, at["x"]+","+at["y"]+" "+at["width"]+"x"+at["height"])
		}
		if len(at["id"]) > 1 {
			ids[at["id"]]++
		}
	}
	if want := ", 600x400|0,0 300x200|300,0 300x200|0,200 300x200"; strings.Join(places, "|") != want {
		t.Errorf("the charts are at %q, want %q", places, want)
	}
	if len(ids) == 0 || used == 0 {
		t.Error("no part is referred to, so this shows nothing")
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d parts are called %s", n, id)
		}
	}
	html, err := s.StaticHTML()
	if err != nil || strings.Count(html, "<img ") != 3 || strings.Count(html, "<tr>") != 2 {
		t.Errorf("%d images in %d rows, %v; want 3 in 2", strings.Count(html, "<img "), strings.Count(html, "<tr>"), err)
	}
	if html, err := (ChartSheet{}).StaticHTML(); html != "" || err != nil {
		t.Errorf("without charts: %q, %v", html, err)
	}
}
