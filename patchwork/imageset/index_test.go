package imageset

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestIndexLookups(t *testing.T) {
	images := []Image{{ID: "b.jpg", Hash: "1"}, {ID: "c.jpg", Hash: "2"}, {ID: "z.jpg", Hash: "1"}, {ID: "a.jpg", Problem: "file vanished"},
		{ID: "m.jpg", Hash: "1"}, {ID: "d.jpg", Problem: "JPEG: unexpected EOF", Hash: "3"}}
	ix, err := NewIndex(images)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 { // the lookups are built once, whoever comes first
		wg.Go(func() {
			for row, im := range images {
				if got, ok := ix.Row(im.ID); !ok || got != row {
					t.Errorf("Row(%q) = %d, %v, want %d", im.ID, got, ok, row)
				}
			}
			if got := ix.RowsByHash("1"); !slices.Equal(got, []int{0, 2, 4}) {
				t.Errorf("RowsByHash(1) = %v, want 0, 2, 4", got)
			}
		})
	}
	wg.Wait()
	for _, id := range []string{"", "bb.jpg", "zz.jpg", "A.jpg"} {
		if row, ok := ix.Row(id); ok {
			t.Errorf("Row(%q) = %d, want none", id, row)
		}
	}
	if got := ix.RowsByHash(""); got != nil {
		t.Errorf("files that could not be read share the hash %v", got)
	}
	if got := ix.Problems(); !slices.Equal(got, []int{3, 5}) {
		t.Errorf("Problems() = %v, want 3, 5", got)
	}
	if !ix.Usable(0) || ix.Usable(3) {
		t.Error("Usable does not follow Problem")
	}
}

func TestNilIndexIsEmpty(t *testing.T) {
	var ix *Index
	if _, ok := ix.Row("a"); ok || ix.Len() != 0 || ix.Problems() != nil || ix.RowsByHash("a") != nil {
		t.Error("a nil Index is not empty")
	}
}

func TestNewIndexReportsEveryBadRow(t *testing.T) {
	_, err := NewIndex([]Image{{ID: "a.jpg"}, {}, {ID: "a.jpg"}})
	for _, want := range []string{"row 1 has no ID", `rows 0 and 2 have the same ID "a.jpg"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want it to say %q", err, want)
		}
	}
}
