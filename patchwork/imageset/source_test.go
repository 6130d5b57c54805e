package imageset

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWalkSkipsWhatPatchworkMade(t *testing.T) {
	x := picture(t, 1)
	dir := tree(t, map[string][]byte{
		"p/thumbs/0.jpg": x, "p/images/a.jpg": x, "p/runs/1/plot.png": x, "p/models/m/x.png": x, "p/features/f.jpg": x, // this project
		"q/project.yaml": nil, "q/thumbs/0.jpg": x, "q/b.jpg": x, // another project
		"classes/features/c.jpg": x, "classes/thumbs/d.jpg": x, // somebody's own folders
	})
	ix, _ := scan(t, dir, nil, "..")
	if got, want := ids(ix), "../classes/features/c.jpg ../classes/thumbs/d.jpg ../q/b.jpg"; got != want {
		t.Errorf("from above the project: %s, want %s", got, want)
	}
	ix, _ = scan(t, dir, nil, ".")
	if got, want := ids(ix), "images/a.jpg"; got != want {
		t.Errorf("in the project: %s, want %s", got, want)
	}
	os.Remove(filepath.Join(dir, "p", "project.yaml")) // not written yet
	ix, _ = scan(t, dir, nil, ".")
	if got, want := ids(ix), "images/a.jpg"; got != want {
		t.Errorf("in a new project: %s, want %s", got, want)
	}
	ix, _ = scan(t, dir, nil, filepath.Join(dir, "p", "images"))
	if got, want := ids(ix), "images/a.jpg"; got != want {
		t.Errorf("an absolute source: %s, want %s", got, want)
	}
}

func TestWalkFollowsLinksOnce(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/z/a.jpg": picture(t, 1), "elsewhere/b.jpg": picture(t, 2)})
	for link, target := range map[string]string{
		"photos/loop": "..", "photos/z/up": "../../photos", "photos/a": "z", "photos/linked": "../elsewhere",
		"photos/file.jpg": "../elsewhere/b.jpg", "photos/dangling.jpg": "nowhere.jpg", "photos/circle": "circle",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	ix, _ := scan(t, dir, nil, "../photos")
	// loop leads to the folder above, where elsewhere and photos lie; each real folder is read once.
	if got, want := ids(ix), "../photos/dangling.jpg ../photos/file.jpg ../photos/linked/b.jpg ../photos/z/a.jpg"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	if got := ix.At(0).Problem; got != "the link leads to a file that does not exist" {
		t.Errorf("a dangling link has the problem %q", got)
	}
}

func TestScanDoesNotWaitForAPipe(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1)})
	if err := syscall.Mkfifo(filepath.Join(dir, "photos", "pipe.jpg"), 0o644); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	done := make(chan *Index)
	go func() {
		ix, _, _ := Scan(context.Background(), options(dir, nil, "../photos"))
		done <- ix
	}()
	select {
	case ix := <-done:
		if got := ix.At(1).Problem; got != "not a regular file" {
			t.Errorf("a pipe has the problem %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the scan waits for a pipe")
	}
}

func TestFileNameThatIsNotText(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1)})
	if err := os.WriteFile(filepath.Join(dir, "photos", "caf\xe9.jpg"), picture(t, 2), 0o644); err != nil {
		t.Skipf("this file system refuses the name: %v", err)
	}
	ix, _ := scan(t, dir, nil, "../photos")
	if got := ix.At(1).Problem; got != "the file name is not UTF-8; rename the file" {
		t.Errorf("the problem is %q", got)
	}
	if got := ix.At(1).ID; got != "../photos/caf\uFFFD.jpg" {
		t.Errorf("the ID is %q, want UTF-8, so that the files it is written to are", got)
	}
	if again, report := scan(t, dir, ix, "../photos"); again.Len() != 2 || report.Kept != 2 {
		t.Errorf("the next scan gives %d rows: %+v", again.Len(), report)
	}
}

func TestGlob(t *testing.T) {
	x := picture(t, 1)
	dir := tree(t, map[string][]byte{"photos/2023/a.jpg": x, "photos/2024/b.jpg": x, "photos/2024/may/c.JPG": x, "photos/2024/may/d.png": x,
		"photos/2024/notes.txt": nil, "photos/e.jpg": x, "photos/.old/f.jpg": x})
	tests := []struct{ pattern, want string }{
		{"../photos/2024/*", "../photos/2024/b.jpg"},
		{"../photos/*/*.jpg", "../photos/2023/a.jpg ../photos/2024/b.jpg"},
		{"../photos/**/*.jpg", "../photos/2023/a.jpg ../photos/2024/b.jpg ../photos/e.jpg"},
		{"../photos/**", "../photos/2023/a.jpg ../photos/2024/b.jpg ../photos/2024/may/c.JPG ../photos/2024/may/d.png ../photos/e.jpg"},
		{"../photos/20[12]3/?.jpg", "../photos/2023/a.jpg"},
		{"../photos/**/may/**/*.png", "../photos/2024/may/d.png"},
		{"../*/e.jpg", "../photos/e.jpg"},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			ix, _ := scan(t, dir, nil, tt.pattern)
			if got := ids(ix); got != tt.want {
				t.Errorf("found %s, want %s", got, tt.want)
			}
		})
	}
	ix, _ := scan(t, dir, nil, "../photos/**/*.png")
	if got := ix.At(0).Subset; got != "2024" {
		t.Errorf("the subset is %q, want the first folder below the fixed part, 2024", got)
	}
	absolute, _ := scan(t, dir, nil, filepath.ToSlash(dir)+"/photos/2023/*.jpg")
	if got := ids(absolute); got != "../photos/2023/a.jpg" {
		t.Errorf("an absolute glob finds %s", got)
	}
}

func TestFolderWhoseNameLooksLikeAGlob(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos [raw]/a.jpg": picture(t, 1)})
	if ix, _ := scan(t, dir, nil, "../photos [raw]"); ids(ix) != "../photos [raw]/a.jpg" {
		t.Errorf("found %s", ids(ix))
	}
}

func TestOverlappingSourcesGiveEachImageOnce(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/s/a.jpg": picture(t, 1), "photos/b.jpg": picture(t, 2), "photos/list.csv": []byte("path,subset\ns/a.jpg,mine\n")})
	ix, report := scan(t, dir, nil, "../photos/list.csv", "../photos", "../photos/**/*.jpg", "../photos/b.jpg", "../p/../photos")
	if got, want := ids(ix), "../photos/b.jpg ../photos/s/a.jpg"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	if got := ix.At(1).Subset; got != "mine" {
		t.Errorf("the subset is %q, want that of the first source", got)
	}
	if want := []SourceCount{{"../photos/list.csv", 1}, {"../photos", 1}, {"../photos/**/*.jpg", 0}, {"../photos/b.jpg", 0}, {"../p/../photos", 0}}; !reflect.DeepEqual(report.Sources, want) {
		t.Errorf("the sources gave %v, want %v", report.Sources, want)
	}
	second, report := scan(t, dir, ix, "../photos")
	if second.At(1).Subset != "s" || report.Kept != 2 {
		t.Errorf("without the list the subset is %q (%+v), want s", second.At(1).Subset, report)
	}
}

func TestListsReportBadRowsByLine(t *testing.T) {
	x := picture(t, 1)
	dir := tree(t, map[string][]byte{"d/a.jpg": x, "d/b c.jpg": picture(t, 2), "d/scan": picture(t, 3), "d/sub/x.jpg": x,
		"d/list.csv": []byte("\xef\xbb\xbfid,FilePath,note,subset\n1,a.jpg,,north\n2,none.jpg,,\n3,,,\n4,\"b c.jpg\",\"two\nlines\",south\n5,a.jpg,,\n6,x\n7,sub,,\n8,scan,,\n9,\"bad\"quote,,\n"),
		"d/semi.csv": []byte("path;subset\na.jpg;one\n"),
		"d/bare.csv": []byte("a.jpg\nnone.jpg\n"),
		"d/tab.tsv":  []byte("file\tsubset\r\nb c.jpg\ttwo\r\n"),
		"d/list.txt": []byte("# a comment\r\n\r\n  b c.jpg \r\nsub/x.jpg\nmissing.jpg\n"),
	})
	ix, report := scan(t, dir, nil, "../d/list.csv")
	if got, want := ids(ix), "../d/a.jpg ../d/b c.jpg ../d/scan"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	if ix.At(0).Subset != "north" || ix.At(1).Subset != "south" || ix.At(2).Problem != "" {
		t.Errorf("rows are %+v", ix.all())
	}
	var got []string
	for _, p := range report.ListProblems {
		got = append(got, p.String())
	}
	want := []string{
		"../d/list.csv:8: has 2 columns; the first line has 4",
		`../d/list.csv:11: extraneous or missing " in quoted-field`,
		"../d/list.csv:3: none.jpg: the file does not exist",
		"../d/list.csv:4: has no path",
		"../d/list.csv:7: a.jpg stands in line 2 already",
		"../d/list.csv:9: sub is a folder; want an image file",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("bad rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for list, want := range map[string]string{"semi.csv": "../d/a.jpg", "bare.csv": "../d/a.jpg", "tab.tsv": "../d/b c.jpg", "list.txt": "../d/b c.jpg ../d/sub/x.jpg"} {
		ix, report := scan(t, dir, nil, "../d/"+list)
		if ids(ix) != want {
			t.Errorf("%s gives %s, want %s", list, ids(ix), want)
		}
		if bad := len(report.ListProblems); bad != map[string]int{"bare.csv": 1, "list.txt": 1}[list] {
			t.Errorf("%s has the bad rows %v", list, report.ListProblems)
		}
	}
}

func TestMatchParts(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"**", "a", true}, {"**/a", "a", true}, {"**/a", "x/y/a", true}, {"**/a/**", "a", true}, {"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true}, {"a/**/b", "a/x/y/c", false}, {"*", "a/b", false}, {"*/b", "a/b", true}, {"**/**/c", "c", true},
	}
	for _, tt := range tests {
		if got := matchParts(strings.Split(tt.pattern, "/"), strings.Split(tt.name, "/")); got != tt.want {
			t.Errorf("%s matches %s: %v, want %v", tt.pattern, tt.name, got, tt.want)
		}
	}
}
