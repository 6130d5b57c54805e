package imageset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// picture encodes a JPEG whose content depends on n.
func picture(t testing.TB, n int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 20+n%7, 16))
	for i := range m.Pix {
		m.Pix[i] = byte(i*n + n>>8)
	}
	m.Set(3, 3, color.RGBA{uint8(n), uint8(n >> 8), 7, 255})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	b.WriteString(fmt.Sprint(n)) // so that no two have the same bytes
	return b.Bytes()
}

// tree writes files into a new folder and returns it. The project lies in its folder "p".
func tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		write(t, dir, name, data)
	}
	write(t, dir, "p/project.yaml", nil)
	return dir
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// later makes sure that a file written again has another modification time.
func later(t testing.TB, path string) {
	t.Helper()
	now := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, now, now); err != nil {
		t.Fatal(err)
	}
}

func scan(t testing.TB, dir string, old *Index, sources ...string) (*Index, ScanReport) {
	t.Helper()
	ix, report, err := Scan(context.Background(), options(dir, old, sources...))
	if err != nil {
		t.Fatal(err)
	}
	if n := report.Added + report.Changed + report.Moved + report.Kept + report.Vanished; n != ix.Len() {
		t.Errorf("the report %+v accounts for %d rows of %d", report, n, ix.Len())
	}
	return ix, report
}

func options(dir string, old *Index, sources ...string) ScanOptions {
	o := ScanOptions{Root: filepath.Join(dir, "p"), Old: old, ThumbDir: filepath.Join(dir, "p", "thumbs")}
	for _, s := range sources {
		o.Sources = append(o.Sources, Source{s})
	}
	return o
}

func ids(ix *Index) string {
	var all []string
	for row := range ix.Len() {
		all = append(all, ix.At(row).ID)
	}
	return strings.Join(all, " ")
}

func TestScanFolder(t *testing.T) {
	good := picture(t, 1)
	dir := tree(t, map[string][]byte{
		"photos/b.jpg": good, "photos/a.JPG": picture(t, 2), "photos/north/deep/c.jpeg": picture(t, 3),
		"photos/north/really_a_png.jpg": fixture(t, "exif8.png"), // the content decides
		"photos/broken.png":             good[:200], "photos/empty.tif": nil, "photos/notes.txt": []byte("x"), "photos/x.mp4": []byte("x"),
		"photos/.hidden.jpg": good, "photos/.cache/d.jpg": good,
	})
	ix, report := scan(t, dir, nil, "../photos")
	if got, want := ids(ix), "../photos/a.JPG ../photos/b.jpg ../photos/broken.png ../photos/empty.tif ../photos/north/deep/c.jpeg ../photos/north/really_a_png.jpg"; got != want {
		t.Fatalf("found %s, want %s", got, want)
	}
	if report.Added != 6 || report.Broken != 2 || !reflect.DeepEqual(report.Sources, []SourceCount{{"../photos", 6}}) {
		t.Errorf("the report is %+v, want 6 added of which 2 broken", report)
	}
	info, _ := os.Stat(filepath.Join(dir, "photos/b.jpg"))
	if got := ix.At(1); got.Width != 21 || got.Height != 16 || got.Size != int64(len(good)) || got.ModTime != info.ModTime().UnixNano() || len(got.Hash) != 16 || got.Subset != "" || got.Problem != "" {
		t.Errorf("row 1 is %+v", got)
	}
	if got := ix.At(2).Problem; got != "JPEG: unexpected EOF" {
		t.Errorf("the cut-off file has the problem %q", got)
	}
	if got := ix.At(3).Problem; got != "the file is empty" {
		t.Errorf("the empty file has the problem %q", got)
	}
	if got := ix.At(4).Subset; got != "north" {
		t.Errorf("a file in north/deep has the subset %q, want north", got)
	}
	if got := ix.At(5); got.Width != 32 || got.Height != 48 {
		t.Errorf("a picture lying on its side is %d x %d, want 32 x 48", got.Width, got.Height)
	}
	thumbs, _ := filepath.Glob(filepath.Join(dir, "p/thumbs/*"))
	if len(thumbs) != 4 {
		t.Errorf("%d thumbnails, want one for each of 4 readable images: %v", len(thumbs), thumbs)
	}
	if _, err := os.Stat(ThumbPath(filepath.Join(dir, "p/thumbs"), ix.At(0).Hash)); err != nil {
		t.Errorf("the thumbnail is not named by the hash: %v", err)
	}
}

func TestScanHashIsThatOfTheBytes(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1), "photos/text.jpg": []byte("abc")})
	ix, _ := scan(t, dir, nil, "../photos")
	if got := ix.At(1).Hash; got != "ba7816bf8f01cfea" { // FIPS 180-2, B.1: SHA-256 of "abc"
		t.Errorf("the hash of abc is %s, want ba7816bf8f01cfea", got)
	}
}

func TestScanTriesAgainWhatCouldNotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser can read every file")
	}
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1), "photos/b.jpg": picture(t, 2)})
	locked := filepath.Join(dir, "photos/b.jpg")
	os.Chmod(locked, 0)
	first, report := scan(t, dir, nil, "../photos")
	if got := first.At(1); got.Problem != "permission denied" || report.Broken != 1 {
		t.Errorf("a locked file is %+v", got)
	}
	os.Chmod(locked, 0o644)
	if second, report := scan(t, dir, first, "../photos"); !second.Usable(1) || report.Changed != 1 {
		t.Errorf("an unlocked file is %+v", second.At(1))
	}
}

func TestUnchanged(t *testing.T) {
	im, f := Image{Size: 5, ModTime: 7, Hash: "00"}, file{size: 5, modTime: 7}
	tests := []struct {
		name   string
		change func()
		want   bool
	}{
		{"the same", func() {}, true},
		{"broken as before", func() { im.Problem = "JPEG: unexpected EOF" }, true},
		{"another size", func() { f.size++ }, false},
		{"another time", func() { f.modTime++ }, false},
		{"never read", func() { im.Hash = "" }, false},
		{"back", func() { im.Problem = problemVanished }, false},
		{"in a source again", func() { im.Problem = problemUncovered }, false},
	}
	for _, tt := range tests {
		wasImage, wasFile := im, f
		tt.change()
		if got := unchanged(im, f); got != tt.want {
			t.Errorf("%s: unchanged is %v, want %v", tt.name, got, tt.want)
		}
		im, f = wasImage, wasFile
	}
}

func TestScanWithoutSourceAnyMore(t *testing.T) {
	dir := tree(t, map[string][]byte{"one/a.jpg": picture(t, 1), "two/b.jpg": picture(t, 2)})
	first, _ := scan(t, dir, nil, "../one", "../two")
	second, report := scan(t, dir, first, "../one")
	if got := second.At(1).Problem; got != "no longer in any image source" || report.Vanished != 1 {
		t.Errorf("a file of a source that was taken out has the problem %q (%+v)", got, report)
	}
	third, report := scan(t, dir, second, "../one", "../two")
	if !third.Usable(1) || report.Changed != 1 {
		t.Errorf("with the source back, the row is %+v", third.At(1))
	}
}

func TestScanDoesNotDependOnWorkers(t *testing.T) {
	files := map[string][]byte{"photos/broken.jpg": {1, 2}}
	for i := range 40 {
		files[fmt.Sprintf("photos/s%d/%02d.jpg", i%3, i)] = picture(t, i/2) // every one twice
	}
	dir := tree(t, files)
	var want []Image
	for _, workers := range []int{1, 2, 7} {
		o := options(dir, nil, "../photos")
		o.Workers = workers
		o.ThumbDir = t.TempDir()
		ix, _, err := Scan(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = ix.all()
		}
		if !reflect.DeepEqual(ix.all(), want) {
			t.Errorf("%d workers give another index", workers)
		}
	}
}

func TestScanCancelledGoesOn(t *testing.T) {
	files := map[string][]byte{}
	for i := range 60 {
		files[fmt.Sprintf("photos/%02d.jpg", i)] = picture(t, i)
	}
	dir := tree(t, files)
	before, _ := scan(t, dir, nil, "../photos/0*.jpg")
	os.Rename(filepath.Join(dir, "photos/03.jpg"), filepath.Join(dir, "photos/0a.jpg")) // comes first
	os.Rename(filepath.Join(dir, "photos/04.jpg"), filepath.Join(dir, "photos/zz.jpg")) // comes last

	ctx, cancel := context.WithCancel(context.Background())
	o := options(dir, before, "../photos")
	o.Workers = 1
	var calls atomic.Int32
	o.Progress = func(done, total int) {
		if total != 52 {
			t.Errorf("progress says %d of %d files, want 52 new ones", done, total)
		}
		calls.Add(1)
		cancel()
	}
	part, report, err := Scan(ctx, o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the error is %v, want context.Canceled", err)
	}
	if report.Pending == 0 || part.Len()-before.Len()+report.Pending != 52 || calls.Load() == 0 {
		t.Errorf("the report is %+v with %d rows; want 52 files added or pending", report, part.Len())
	}
	if report.Moved != 0 || part.At(3).ID != "../photos/03.jpg" {
		t.Errorf("row 3 has moved to %q although files are still to be read that might have its content too", part.At(3).ID)
	}
	rest, report := scan(t, dir, part, "../photos")
	if rest.Len() != 60 || report.Moved != 2 || len(rest.Problems()) != 0 {
		t.Errorf("after going on there are %d rows, problems %v, report %+v", rest.Len(), rest.Problems(), report)
	}
	if rest.At(3).ID != "../photos/0a.jpg" || rest.At(4).ID != "../photos/zz.jpg" {
		t.Errorf("rows 3 and 4 are %q and %q, want the files that moved meanwhile", rest.At(3).ID, rest.At(4).ID)
	}

	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	if ix, _, err := Scan(ctx, options(dir, rest, "../photos")); !errors.Is(err, context.Canceled) || ix.Len() != 60 {
		t.Errorf("a scan cancelled at once gives %d rows and %v, want the old rows", ix.Len(), err)
	}
}

func TestScanProgressEndsAtTotal(t *testing.T) {
	dir := tree(t, map[string][]byte{"photos/a.jpg": picture(t, 1), "photos/b.jpg": picture(t, 2), "photos/c.jpg": picture(t, 3)})
	o := options(dir, nil, "../photos")
	last := [2]int{}
	o.Progress = func(done, total int) { last = [2]int{done, total} }
	if _, _, err := Scan(context.Background(), o); err != nil || last != [2]int{3, 3} {
		t.Errorf("progress ends at %v, error %v; want 3 of 3", last, err)
	}
}

func TestScanErrors(t *testing.T) {
	dir := tree(t, map[string][]byte{"empty/readme.md": nil, "bad/1.jpg": {1}, "bad/2.png": {}, "bad/3.gif": []byte("GIF89a"), "bad/4.bmp": {9},
		"file": []byte("x"), "list.csv": []byte("name,size\na.jpg,3\n"), "gone.txt": []byte("# mine\nnone.jpg\n"), "good/a.jpg": picture(t, 1)})
	tests := []struct {
		name    string
		sources []string
		is      error
		want    []string
	}{
		{"no source", nil, nil, []string{"imageset.ScanOptions: Sources is empty; want at least one folder, glob or list file"}},
		{"a source without a path", []string{"../good", ""}, nil, []string{"Sources[1] has no Path"}},
		{"an empty folder", []string{"../empty"}, ErrNoImages, []string{`no images found in "../empty" (relative to `, "want files that end in .jpg"}},
		{"a folder that does not exist", []string{"../typo"}, nil, []string{`source "../typo": does not exist`, "correct the path, or mount the disk"}},
		{"a glob in a folder that does not exist", []string{"../typo/*.jpg"}, nil, []string{`source "../typo/*.jpg": there is no folder`}},
		{"a bad glob", []string{"../good/[a.jpg"}, nil, []string{`"[a.jpg" is not a valid pattern`}},
		{"a file of another kind", []string{"../file"}, nil, []string{`source "../file" is neither a folder nor an image nor a list`}},
		{"a list without paths", []string{"../list.csv"}, nil, []string{`../list.csv:1: has no column filepath, path or file; found ["name" "size"]`}},
		{"a list of files that do not exist", []string{"../gone.txt"}, ErrNoImages, []string{"the first bad row is ../gone.txt:2: none.jpg: the file does not exist"}},
		{"nothing readable", []string{"../bad"}, ErrNoneReadable, []string{"no image can be read; the first reasons are:\n  ../bad/1.jpg: not an image of a known format", "\n  ../bad/2.png: the file is empty\n  ../bad/3.gif: GIF: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ix, _, err := Scan(context.Background(), options(dir, nil, tt.sources...))
			if err == nil || ix == nil {
				t.Fatalf("got index %v and error %v, want an index and an error", ix, err)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("the error %v is not %v", err, tt.is)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, want it to say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "4.bmp") {
				t.Errorf("more than three reasons: %v", err)
			}
		})
	}
	o := options(dir, nil, "../good")
	o.ThumbDir = filepath.Join(dir, "file", "thumbs")
	if _, _, err := Scan(context.Background(), o); err == nil || !strings.Contains(err.Error(), "cannot make the folder of thumbnails") {
		t.Errorf("a folder of thumbnails below a file gives %v", err)
	}
	o = options(dir, nil, "../good")
	o.ThumbSize, o.Workers = -1, -2
	if _, _, err := Scan(context.Background(), o); err == nil || !strings.Contains(err.Error(), "ThumbSize is -1") || !strings.Contains(err.Error(), "Workers is -2") {
		t.Errorf("two bad options give %v, want both named", err)
	}
}
