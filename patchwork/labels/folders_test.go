package labels

import (
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func TestFromFolders(t *testing.T) {
	images := []imageset.Image{{ID: "d/sea/1.jpg"}, {ID: "d/sea/2.jpg"}, {ID: "d/my forest/3.jpg"}, {ID: "4.jpg"}, {ID: "../5.jpg"}, {ID: "d/pier/6.jpg"}, {ID: "d/pier/7.jpg", Problem: "broken"}}
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"sea", "night"}, Images: indexOf(t, images)})
	apply(t, s, label("sea", Absent, "d/sea/2.jpg")) // somebody knows better
	classes, e, err := FromFolders(s.Table(), s.o.Images)
	if err != nil || !slices.Equal(classes, []string{"my forest", "pier", "sea"}) {
		t.Fatalf("%q, %v", classes, err)
	}
	apply(t, s, e)
	table := s.Table()
	want := map[string]string{"sea": "100??0?", "my forest": "001??0?", "pier": "000??1?", "night": "???????"}
	for class, name := range table.Classes() {
		if got := values(table, class); got != want[name] {
			t.Errorf("%s is %s; want %s (by hand)", name, got, want[name])
		}
	}
	if _, e, err := FromFolders(table, s.o.Images); err != nil || !e.Empty() {
		t.Errorf("a second time gives %+v, %v; want an empty event", e, err)
	}
	s.Undo("")
	if got := s.Table().Classes(); len(got) != 2 || values(s.Table(), 0) != "?0?????" {
		t.Errorf("after undo: classes %q, sea %s", got, values(s.Table(), 0))
	}
}

func TestFromFoldersRefuses(t *testing.T) {
	for says, ids := range map[string][]string{
		`folders named []; want at least two`:         {"1.jpg"},
		`folders named ["sea"]; want at least two`:    {"sea/1.jpg", "x/sea/2.jpg"},
		`class "duplicates" has a reserved name`:      {"sea/1.jpg", "duplicates/2.jpg"},
		`"Empty" has a reserved name; choose`:         {"sea/1.jpg", "Empty/2.jpg"},
		`class " sea" has spaces at its ends; remove`: {"land/1.jpg", " sea/2.jpg"},
	} {
		s := open(t, Options{Dir: t.TempDir(), Images: index(t, ids...)})
		if _, _, err := FromFolders(s.Table(), s.o.Images); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v; want %q", ids, err, says)
		}
	}
}
