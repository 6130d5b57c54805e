package studio

import (
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// TestAStudioGoesOnWhereItWas: filter, strategy, size, settings and the very images.
func TestAStudioGoesOnWhereItWas(t *testing.T) {
	p := newProject(t, 40)
	scored(p)
	s := New(t.Context(), p, Options{Columns: 2, Rows: 2})
	do(t, s, "a", "size", map[string]any{"columns": 3, "rows": 1})
	do(t, s, "b", "sample", map[string]any{"strategy": "random", "subset": "unlabeled: water"})
	do(t, s, "c", "open", map[string]any{"class": "water", "bin": 10})
	before := slices.Clone(s.batch.picks)
	again := New(t.Context(), p, Options{})
	if again.o.Columns != 3 || again.o.Rows != 1 || again.strategy != "random" || again.filter.Subset.Name != "water" {
		t.Errorf("size %d x %d, strategy %q, filter %+v", again.o.Columns, again.o.Rows, again.strategy, again.filter)
	}
	if !slices.Equal(again.batch.picks, before) || !strings.HasPrefix(again.batch.strategy, "opened: water") || again.message != "Going on where you were." {
		t.Errorf("on screen are %+v by %q: %q; want %+v", again.batch.picks, again.batch.strategy, again.message, before)
	}
	if again.shownBy(before[0].Row).Reason != before[0].Reason {
		t.Error("the reason is lost")
	}
	for _, damaged := range []string{"", "{", `{"version":9}`, `{"version":1,"columns":99,"rows":-1,"strategy":"magic","filter":{"Subset":{"Kind":2,"Name":"sky"}},"settings":{"epochs":"many"},"picks":[{"row":4000}]}`} {
		p.state = map[string][]byte{placeState: []byte(damaged)}
		fresh := New(t.Context(), p, Options{})
		if len(fresh.batch.picks) != 16 || fresh.filter != (labels.Filter{}) || fresh.strategy != "auto" || fresh.options.Epochs != 0 {
			t.Errorf("with %q: %d images, filter %+v, strategy %q, epochs %d", damaged, len(fresh.batch.picks), fresh.filter, fresh.strategy, fresh.options.Epochs)
		}
	}
}
