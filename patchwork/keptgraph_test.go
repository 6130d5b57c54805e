package patchwork

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// A graph is read where it is of the same vectors and options, and made where it is not.
func TestNeighboursAreKept(t *testing.T) {
	p := embedded(t, photos(t, 30))
	err := p.lookOnce(t.Context(), func(l *looks) error {
		ask := func(o explore.GraphOptions) *explore.Graph {
			t.Helper()
			g, err := l.neighbours(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		fresh := func(o explore.GraphOptions) *explore.Graph {
			t.Helper()
			g, err := l.vectors.Graph(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		all := fresh(explore.GraphOptions{})
		if got := ask(explore.GraphOptions{}); !reflect.DeepEqual(got, all) {
			t.Error("made: another graph than that of explore")
		}
		files, err := filepath.Glob(p.path("features", "*.graph10"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if got := ask(explore.GraphOptions{K: 10}); !reflect.DeepEqual(got, all) {
			t.Error("read: another graph than that of explore")
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		changed := append([]byte(nil), data...)
		changed[len(changed)-1] ^= 0x80 // the sign of the last cosine
		if err := os.WriteFile(files[0], changed, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ask(explore.GraphOptions{}); got.Cosine[299] != -all.Cosine[299] {
			t.Error("the file was not read")
		}
		if err := os.WriteFile(files[0], changed[:len(changed)-4], 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ask(explore.GraphOptions{}); !reflect.DeepEqual(got, all) {
			t.Error("a file that was cut off: another graph than that of explore")
		}
		for _, o := range []explore.GraphOptions{{Among: []int{8, 3, 5, 3}}, {K: 3}, {K: 3, Among: []int{8, 3, 5}}, {Among: []int{1, 2, 4, 6}}} {
			if got, want := ask(o), fresh(o); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v: another graph than that of explore", o)
			}
		}
		row := l.row
		l.row = func(r int) []float32 {
			x := append([]float32(nil), row(r)...)
			if r == 7 {
				x[0]++
			}
			return x
		}
		if l.graphKey(explore.GraphOptions{K: 3, Among: []int{6}}) != l.graphKey(explore.GraphOptions{K: 3, Among: []int{6, 6}}) ||
			l.graphKey(explore.GraphOptions{K: 3, Among: []int{7}}) == (&looks{index: l.index, vectors: l.vectors, row: row}).graphKey(explore.GraphOptions{K: 3, Among: []int{7}}) {
			t.Error("the key must change with a vector, and not with a row named twice")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
