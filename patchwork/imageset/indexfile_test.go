package imageset

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// manyImages are n rows as a large project has them.
func manyImages(n int) []Image {
	images := make([]Image, n)
	for i := range images {
		images[i] = Image{ID: fmt.Sprintf("../survey/tiles_2024/block_%03d/tile_%07d.jpg", i/500, i), Hash: fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15),
			Width: 256, Height: 256, Size: 20000 + int64(i%9000), ModTime: 1700000000123456789 + int64(i), Subset: fmt.Sprintf("block_%03d", i/500)}
		if i%997 == 0 {
			images[i].Problem, images[i].Width, images[i].Height = "JPEG: unexpected EOF", 0, 0
		}
	}
	return images
}

func TestIndexSurvivesTheFile(t *testing.T) {
	images := manyImages(10000)
	images[3] = Image{ID: "a\tb\nc\r100%/%09.jpg", Problem: "odd\tname", Subset: "50%", Size: -1, ModTime: -5, Width: 1, Height: 2}
	images[4] = Image{ID: "ünïcödé 画像.jpg"}
	ix, err := NewIndex(images)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "images.tsv")
	if err := ix.Write(file); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(file)
	back, err := ReadIndex(file)
	if err != nil {
		t.Fatal(err)
	}
	if back.Len() != len(images) {
		t.Fatalf("%d rows came back, want %d", back.Len(), len(images))
	}
	for row, want := range images {
		if got := back.At(row); !reflect.DeepEqual(got, want) {
			t.Fatalf("row %d came back as %+v, want %+v", row, got, want)
		}
	}
	if err := back.Write(file); err != nil {
		t.Fatal(err)
	}
	if second, _ := os.ReadFile(file); string(second) != string(first) {
		t.Error("writing what was read gives other bytes")
	}
	if lines := strings.Split(string(first), "\n"); len(lines) != len(images)+3 || strings.Count(lines[5], "\t") != 7 {
		t.Errorf("the file is not one line of eight fields per row: %q", lines[5])
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestReadIndexRefuses(t *testing.T) {
	head := "# patchwork images 1\n" + fileColumns + "\n"
	row := "a.jpg\t\t00\t1\t2\t3\t4\t\n"
	tests := []struct{ name, text, want string }{
		{"another file", "filepath,exclude\n", `is not an image index: it begins "filepath,exclude"; want "# patchwork images 1"`},
		{"an empty file", "", "is not an image index"},
		{"a newer version", "# patchwork images 7\nwhatever\n", "was written by a newer patchwork (format 7, this one reads up to 1); update patchwork"},
		{"a version that is no number", "# patchwork images x\n", `has the version "x"`},
		{"other columns", "# patchwork images 1\npath\thash\n", `has the columns "path\thash"`},
		{"a torn end", head + row + "b.jpg\t\t00", "ends in the middle of a line"},
		{"too few fields", head + row + "b.jpg\t\t00\n", "images.tsv:4: has 3 fields; want 8"},
		{"too many fields", head + strings.Replace(row, "\n", "\tx\n", 1), "images.tsv:3: has 9 fields; want 8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "images.tsv")
			os.WriteFile(file, []byte(tt.text), 0o644)
			if _, err := ReadIndex(file); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want it to say %q", err, tt.want)
			}
		})
	}
	if _, err := ReadIndex(filepath.Join(t.TempDir(), "none.tsv")); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a missing file gives %v, want os.ErrNotExist inside", err)
	}
	file := filepath.Join(t.TempDir(), "images.tsv")
	os.WriteFile(file, []byte(strings.ReplaceAll(head+row, "\n", "\r\n")), 0o644)
	if ix, err := ReadIndex(file); err != nil || ix.At(0).Subset != "" {
		t.Errorf("line ends of another system give %v", err)
	}
}

func TestDamagedLineIsAProblemOfItsImage(t *testing.T) {
	lines := []string{"a%25.jpg\t\t00\twide\t2\t3\t4\t", "b.jpg\t\t00\t1\t2\t3\t\tx", "c.jpg\t\t1\t2\t3\t4", "d.jpg\t\t00\t1\t2\t3\t4\tx\ty", "e.jpg\t\t00\t1\t2\t3\t4\tx"}
	file := filepath.Join(t.TempDir(), "images.tsv")
	os.WriteFile(file, []byte("# patchwork images 1\n"+fileColumns+"\n"+strings.Join(lines, "\n")+"\n"), 0o644)
	if _, err := ReadIndex(file); err == nil || !strings.Contains(err.Error(), "images.tsv:5: has 6 fields") {
		t.Fatalf("the error is %v, want it to name line 5", err)
	}
	lines[2] += "\t" // now the numbers of tabs add up, but not in each line
	os.WriteFile(file, []byte("# patchwork images 1\n"+fileColumns+"\n"+strings.Join(lines, "\n")+"\n"), 0o644)
	ix, err := ReadIndex(file)
	if err != nil {
		t.Fatal(err)
	}
	for row, id := range []string{"a%.jpg", "b.jpg", "c.jpg", "d.jpg"} {
		im := ix.At(row)
		if im.ID != id || im.Problem != "its line in the image index is damaged; scan again" || im.Hash != "" || ix.Usable(row) {
			t.Errorf("the damaged row %d is %+v", row, im)
		}
	}
	if im := ix.At(4); im.Subset != "x" || im.Problem != "" {
		t.Errorf("the good row is %+v", im)
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if _, isPath := err.(*os.PathError); isPath {
			return err
		}
		err = u.Unwrap()
	}
}

func TestParseInt(t *testing.T) {
	for s, want := range map[string]int64{"0": 0, "-7": -7, "42": 42, "999999999999999999": 999999999999999999, "1795470853954379291": 1795470853954379291, "9223372036854775807": 9223372036854775807} {
		if got, ok := parseInt(s); !ok || got != want {
			t.Errorf("parseInt(%q) = %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "-", "1x", "--1", "99999999999999999999", "9223372036854775808", "1.5"} {
		if got, ok := parseInt(s); ok {
			t.Errorf("parseInt(%q) = %d, want it refused", s, got)
		}
	}
}

// BenchmarkReadIndex is to stay below 15 ms for 100,000 rows.
func BenchmarkReadIndex(b *testing.B) {
	ix := &Index{rows: manyImages(100_000)}
	file := filepath.Join(b.TempDir(), "images.tsv")
	if err := ix.Write(file); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadIndex(file); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstRow is the first look-up, which builds the map for the rows that are not in order.
func BenchmarkFirstRow(b *testing.B) {
	ix := &Index{rows: manyImages(100_000)}
	id := ix.rows[70_000].ID
	file := filepath.Join(b.TempDir(), "images.tsv")
	if err := ix.Write(file); err != nil {
		b.Fatal(err)
	}
	read, err := ReadIndex(file)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := (&Index{text: read.text, ends: read.ends}).Row(id); !ok {
			b.Fatal("not found")
		}
	}
}

// BenchmarkAt is one row.
func BenchmarkAt(b *testing.B) {
	ix := &Index{rows: manyImages(1000)}
	file := filepath.Join(b.TempDir(), "images.tsv")
	if err := ix.Write(file); err != nil {
		b.Fatal(err)
	}
	read, err := ReadIndex(file)
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if read.At(i%1000).Width < 0 {
			b.Fatal("wrong")
		}
		i++
	}
}
