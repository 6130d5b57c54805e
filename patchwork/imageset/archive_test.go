package imageset

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// entryOf is a file to be packed.
type entryOf struct {
	name string
	data []byte
}

func packZip(t testing.TB, entries ...entryOf) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: time.Unix(1_700_000_000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(e.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packTar(t testing.TB, entries ...entryOf) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: 0o644, ModTime: time.Unix(1_700_000_000, 0)}); err != nil {
			t.Fatal(err)
		}
		w.Write(e.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScanArchives(t *testing.T) {
	first, second, broken := picture(t, 1), picture(t, 2), picture(t, 3)[:300]
	entries := []entryOf{
		{"a.jpg", second}, {"./north/b.JPG", second}, {"north/broken.jpg", broken}, {"notes.txt", []byte("x")},
		{"__MACOSX/a.jpg", []byte("x")}, {".git/x.png", first}, {"../up.jpg", first}, {"/top.jpg", first}, {"a.jpg", first},
	}
	for ext, pack := range map[string]func(testing.TB, ...entryOf) []byte{".zip": packZip, ".tar": packTar} {
		t.Run(ext, func(t *testing.T) {
			dir := tree(t, map[string][]byte{"photos" + ext: pack(t, entries...)})
			id := "../photos" + ext
			ix, report := scan(t, dir, nil, id)
			if got, want := ids(ix), fmt.Sprintf("%[1]s/a.jpg %[1]s/north/b.JPG %[1]s/north/broken.jpg", id); got != want {
				t.Fatalf("found %s, want %s", got, want)
			}
			if len(report.ListProblems) != 3 || report.ListProblems[2].Line != 9 || !strings.Contains(report.ListProblems[0].Reason, "leads out") {
				t.Errorf("the list problems are %v", report.ListProblems)
			}
			a, b := ix.At(0), ix.At(1)
			if a.Size != int64(len(first)) || a.ModTime != 1_700_000_000e9 || a.Width != 21 || a.Subset != "" || b.Subset != "north" || b.Problem != "" {
				t.Errorf("the rows are %+v and %+v", a, b)
			}
			if got := ix.At(2).Problem; got != "JPEG: unexpected EOF" {
				t.Errorf("the broken member has the problem %q", got)
			}
			r := &Reader{Root: filepath.Join(dir, "p"), Index: ix}
			if data, err := r.Bytes(0); err != nil || !bytes.Equal(data, first) {
				t.Errorf("of two members of one name not the last was read (%v)", err)
			}
			for batch, err := range r.Batches(context.Background(), []int{0, 1}, image.Pt(8, 8), 2, nil) {
				if err != nil || batch.N != 2 {
					t.Errorf("a batch of %d, %v", batch.N, err)
				}
			}

			again, report := scan(t, dir, ix, id)
			if report.Kept != 3 || report.Changed != 0 {
				t.Errorf("a second scan reports %+v, want all 3 kept", report)
			}
			write(t, dir, "photos"+ext, pack(t, entries[1]))
			later(t, filepath.Join(dir, "photos"+ext))
			again, report = scan(t, dir, again, id)
			if report.Vanished != 2 || report.Kept != 1 || again.At(0).Problem != problemVanished {
				t.Errorf("with one member left the report is %+v, row 0 %+v", report, again.At(0))
			}
			if _, err := r.Image(0); err == nil || !strings.Contains(err.Error(), "file vanished") {
				t.Errorf("reading a member that is gone gives %v", err)
			}
		})
	}
}

func TestScanLargeZipReadsNoMemberAgain(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	const n = 100_000
	rows := make([]Image, n)
	when := time.Unix(1_700_000_000, 0)
	for i := range n {
		name := fmt.Sprintf("%06d.jpg", i)
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: when})
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte("x")) // no image: reading it would give a problem
		rows[i] = Image{ID: "../big.zip/" + name, Hash: "0123456789abcdef", Width: 1, Height: 1, Size: 1, ModTime: when.UnixNano()}
	}
	w.Close()
	dir := tree(t, map[string][]byte{"big.zip": b.Bytes()})
	old, err := NewIndex(rows)
	if err != nil {
		t.Fatal(err)
	}
	_, report := scan(t, dir, old, "../big.zip")
	if report.Kept != n || report.Broken != 0 {
		t.Errorf("the report is %+v, want %d kept", report, n)
	}
}

func TestBrokenArchives(t *testing.T) {
	good := picture(t, 1)
	whole := packZip(t, entryOf{"a.jpg", good})
	encrypted := bytes.Clone(whole)
	encrypted[6] |= 1
	directory := bytes.Index(encrypted, []byte("PK\x01\x02"))
	encrypted[directory+8] |= 1
	damaged := bytes.Clone(whole)
	damaged[directory-30]++ // in the packed data, or the descriptor behind it
	liar := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(liar[directory+24:], 5) // bytes when unpacked
	method := bytes.Clone(whole)
	method[directory+10] = 99
	tarball := packTar(t, entryOf{"a.jpg", good}, entryOf{"b.jpg", good})
	for name, tt := range map[string]struct {
		file        string
		data        []byte
		id, problem string
		limit       int64
	}{
		"no zip":        {"x.zip", []byte("hello"), "../x.zip", "the archive is no zip file, or is cut off", 0},
		"empty":         {"x.zip", nil, "../x.zip", "the archive is no zip file", 0},
		"cut off":       {"x.zip", whole[:len(whole)-30], "../x.zip", "the archive is no zip file, or is cut off", 0},
		"encrypted":     {"x.zip", encrypted, "../x.zip/a.jpg", "is encrypted; unpack the archive with its password", 0},
		"damaged":       {"x.zip", damaged, "../x.zip/a.jpg", "", 0},
		"declares less": {"x.zip", liar, "../x.zip/a.jpg", "is damaged", 0},
		"method":        {"x.zip", method, "../x.zip/a.jpg", "method that is not supported", 0},
		"too large":     {"x.zip", whole, "../x.zip/a.jpg", "bytes; max_bytes in the settings is 500", 500},
		"bomb":          {"x.zip", packZip(t, entryOf{"a.jpg", make([]byte, 20<<20)}), "../x.zip/a.jpg", "the file has 20971520 bytes; max_bytes in the settings is 1048576", 1 << 20},
		"no tar":        {"x.tar", bytes.Repeat([]byte("hello"), 1000), "../x.tar", "the archive is no tar file, or is damaged or cut off after 0 entries", 0},
		"tar cut off":   {"x.tar", tarball[:len(tarball)-2000], "../x.tar/b.jpg", "unexpected EOF", 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string][]byte{tt.file: tt.data, "one/ok.jpg": good})
			o := options(dir, nil, "../"+tt.file, "../one")
			o.Limits.Bytes = tt.limit
			if tt.limit == 500 {
				o.Sources[1].Path = "../" + tt.file // the other picture is as large
			}
			ix, report, err := Scan(context.Background(), o)
			if err != nil && !errors.Is(err, ErrNoneReadable) {
				t.Fatal(err)
			}
			row, ok := ix.Row(tt.id)
			if !ok {
				t.Fatalf("no row %s; the report is %+v, the rows are %s", tt.id, report, ids(ix))
			}
			if got := ix.At(row).Problem; got == "" || !strings.Contains(got, tt.problem) {
				t.Errorf("the problem is %q, want %q", got, tt.problem)
			}
		})
	}
}

func TestPackedTarIsNoSource(t *testing.T) {
	dir := tree(t, map[string][]byte{"x.tar.gz": []byte("x")})
	_, _, err := Scan(context.Background(), options(dir, nil, "../x.tar.gz"))
	if err == nil || !strings.Contains(err.Error(), "gunzip") {
		t.Errorf("a compressed tar gives %v", err)
	}
}

// FuzzArchive opens and reads whatever is given as an archive.
func FuzzArchive(f *testing.F) {
	f.Add(packZip(f, entryOf{"a.jpg", []byte("abc")}, entryOf{"b/c.png", nil}), true)
	f.Add(packTar(f, entryOf{"a.jpg", []byte("abc")}, entryOf{"b/c.png", nil}), false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, zipped bool) {
		name := filepath.Join(dir, "x.tar")
		if zipped {
			name = filepath.Join(dir, "x.zip")
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		a := &archive{path: name, stamp: stampOf(info), file: file, byName: map[string]int{}}
		a.list()
		for _, m := range a.members {
			if data, _, err := a.read(m.name, Limits{Bytes: 1 << 20}); err == nil && int64(len(data)) != m.size {
				t.Errorf("%s has %d bytes, the table says %d", m.name, len(data), m.size)
			}
			if !filepath.IsLocal(m.name) {
				t.Errorf("%q leads out of the archive", m.name)
			}
		}
	})
}
