package imageset

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestScanKeepsRowsForEver(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1), "photos/c.jpg": picture(t, 2), "photos/d.jpg": picture(t, 3), "photos/e.jpg": picture(t, 4)})
	first, _ := scan(t, dir, nil, "../photos")
	write(t, dir, "photos/b.jpg", picture(t, 5))                                                           // new, between the others
	write(t, dir, "photos/c.jpg", picture(t, 6))                                                           // changed
	later(t, filepath.Join(dir, "photos/c.jpg"))                                                           //
	os.Remove(filepath.Join(dir, "photos/d.jpg"))                                                          // gone
	os.MkdirAll(filepath.Join(dir, "photos/sub"), 0o755)                                                   //
	os.Rename(filepath.Join(dir, "photos/e.jpg"), filepath.Join(dir, "photos", "sub", "another name.jpg")) // moved
	second, report := scan(t, dir, first, "../photos")
	if got, want := ids(second), "../photos/a.jpg ../photos/c.jpg ../photos/d.jpg ../photos/sub/another name.jpg ../photos/b.jpg"; got != want {
		t.Fatalf("rows are %s, want %s", got, want)
	}
	if report.Added != 1 || report.Changed != 1 || report.Vanished != 1 || report.Moved != 1 || report.Kept != 1 {
		t.Errorf("the report is %+v, want one of each", report)
	}
	if second.At(1).Hash == first.At(1).Hash {
		t.Error("the changed file keeps its old hash")
	}
	if got := second.At(2); got.Problem != "file vanished" || got.Hash != first.At(2).Hash {
		t.Errorf("the vanished row is %+v, want its hash kept", got)
	}
	if got := second.At(3); got.Hash != first.At(3).Hash || got.Subset != "sub" || got.Problem != "" {
		t.Errorf("the moved row is %+v", got)
	}
	if ids(first) != "../photos/a.jpg ../photos/c.jpg ../photos/d.jpg ../photos/e.jpg" {
		t.Error("the old index has changed")
	}

	write(t, dir, "photos/d.jpg", picture(t, 3)) // back
	third, report := scan(t, dir, second, "../photos")
	if got := third.At(2); got.Problem != "" || report.Changed != 1 || report.Kept != 4 {
		t.Errorf("the file that is back is %+v in the report %+v", got, report)
	}
	fourth, report := scan(t, dir, third, "../photos")
	if report.Kept != 5 || !reflect.DeepEqual(fourth.all(), third.all()) {
		t.Errorf("a scan without changes gives %+v", report)
	}
	later(t, filepath.Join(dir, "photos/a.jpg")) // touched: the same content
	if _, report := scan(t, dir, fourth, "../photos"); report.Kept != 5 || report.Changed != 0 {
		t.Errorf("a file that was only touched gives %+v, want it kept", report)
	}
}

func TestScanFollowsAFolderWithCopies(t *testing.T) {
	same := picture(t, 1)
	dir := tree(t, map[string][]byte{"photos/old/a.jpg": same, "photos/old/b.jpg": same, "photos/old/c.jpg": picture(t, 2)})
	first, _ := scan(t, dir, nil, "../photos")
	os.Rename(filepath.Join(dir, "photos/old"), filepath.Join(dir, "photos/new"))
	second, report := scan(t, dir, first, "../photos")
	if got, want := ids(second), "../photos/new/a.jpg ../photos/new/b.jpg ../photos/new/c.jpg"; got != want || report.Moved != 3 {
		t.Errorf("rows are %s (%+v), want %s", got, report, want)
	}
	// Two copies of which one is renamed and one stays: the renamed one is followed.
	os.Rename(filepath.Join(dir, "photos/new/a.jpg"), filepath.Join(dir, "photos/new/z.jpg"))
	third, report := scan(t, dir, second, "../photos")
	if report.Moved != 1 || third.At(0).ID != "../photos/new/z.jpg" {
		t.Errorf("row 0 is %q (%+v), want it moved to z.jpg", third.At(0).ID, report)
	}
	// Both renamed beyond recognition: nobody can say which is which.
	os.Rename(filepath.Join(dir, "photos/new/z.jpg"), filepath.Join(dir, "photos/new/1.jpg"))
	os.Rename(filepath.Join(dir, "photos/new/b.jpg"), filepath.Join(dir, "photos/new/2.jpg"))
	fourth, report := scan(t, dir, third, "../photos")
	if report.Moved != 0 || report.Vanished != 2 || report.Added != 2 || fourth.Len() != 5 {
		t.Errorf("two copies renamed at once give %+v, want 2 vanished and 2 added", report)
	}
}
