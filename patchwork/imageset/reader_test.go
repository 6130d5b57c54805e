package imageset

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// plain writes n images of which number i is filled with the grey value 10·i, and returns their reader.
func plain(t testing.TB, n int) (dir string, r *Reader) {
	t.Helper()
	files := map[string][]byte{}
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 9+i, 14))
		for p := range m.Pix {
			m.Pix[p] = byte(10 * i)
		}
		for p := 3; p < len(m.Pix); p += 4 {
			m.Pix[p] = 255
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		files["photos/"+string(rune('a'+i))+".png"] = b.Bytes()
	}
	dir = tree(t, files)
	ix, _ := scan(t, dir, nil, "../photos")
	return dir, &Reader{Root: filepath.Join(dir, "p"), Index: ix}
}

func TestBatchesKeepTheOrderOfRows(t *testing.T) {
	_, r := plain(t, 20)
	rows := []int{7, 3, 19, 0, 3, 12, 5, 1, 18, 2, 4}
	for _, workers := range []int{0, 1, 5} {
		r.Workers = workers
		var got []int
		var sizes []int
		for b, err := range r.Batches(context.Background(), rows, image.Pt(6, 4), 4, nil) {
			if err != nil {
				t.Fatal(err)
			}
			if b.H != 4 || b.W != 6 || len(b.Pix) != b.N*4*6*3 || len(b.Rows) != b.N {
				t.Fatalf("the batch is %d x %d x %d with %d values and %d rows", b.N, b.H, b.W, len(b.Pix), len(b.Rows))
			}
			sizes = append(sizes, b.N)
			got = append(got, b.Rows...)
			for i, row := range b.Rows {
				for _, v := range b.Pix[i*72 : (i+1)*72] {
					if d := v - float32(10*row)/255; d > 1e-5 || d < -1e-5 {
						t.Fatalf("row %d holds the value %g, want %g", row, v, float32(10*row)/255)
					}
				}
			}
		}
		if !slices.Equal(got, rows) || !slices.Equal(sizes, []int{4, 4, 3}) {
			t.Errorf("%d workers: rows %v in batches of %v, want %v in 4, 4, 3", workers, got, sizes, rows)
		}
	}
}

func TestBatchesLayoutIsNHWC(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		m.SetRGBA(i%3, i/3, color.RGBA{uint8(40 * i), uint8(40*i + 1), uint8(40*i + 2), 255})
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	dir := tree(t, map[string][]byte{"photos/a.png": b.Bytes()})
	ix, _ := scan(t, dir, nil, "../photos")
	r := &Reader{Root: filepath.Join(dir, "p"), Index: ix}
	for batch, err := range r.Batches(context.Background(), []int{0}, image.Pt(3, 2), 1, nil) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range batch.Pix {
			if want := float32(40*(i/3)+i%3) / 255; v-want > 1e-6 || want-v > 1e-6 {
				t.Errorf("value %d is %g, want %g: row by row, pixel by pixel, red, green, blue", i, v, want)
			}
		}
	}
}

func TestBatchesLeaveOutWhatIsBroken(t *testing.T) {
	dir, r := plain(t, 8)
	os.Remove(filepath.Join(dir, "photos/b.png"))
	write(t, dir, "photos/e.png", []byte("now something else"))
	write(t, dir, "photos/h.png", nil)
	var got, sizes, bad []int
	var complaints []string
	broken := func(row int, err error) { bad, complaints = append(bad, row), append(complaints, err.Error()) }
	for b, err := range r.Batches(context.Background(), []int{0, 1, 2, 3, 4, 5, 6, 7}, image.Pt(5, 5), 3, broken) {
		if err != nil {
			t.Fatal(err)
		}
		got, sizes = append(got, b.Rows...), append(sizes, b.N)
	}
	if !slices.Equal(got, []int{0, 2, 3, 5, 6}) || !slices.Equal(sizes, []int{3, 2}) {
		t.Errorf("rows %v in batches of %v, want 0 2 3 5 6 in 3, 2", got, sizes)
	}
	if !slices.Equal(bad, []int{1, 4, 7}) {
		t.Errorf("rows %v are reported, want 1, 4, 7 in this order", bad)
	}
	if want := "imageset: ../photos/b.png: file vanished; scan the images again"; complaints[0] != want {
		t.Errorf("the complaint is %q, want %q", complaints[0], want)
	}
	if want := "imageset: ../photos/e.png: not an image of a known format"; !strings.HasPrefix(complaints[1], want) {
		t.Errorf("the complaint is %q, want %q", complaints[1], want)
	}

	// After the next scan the same rows are known to be broken, and reported all the same.
	r.Index, _ = scan(t, dir, r.Index, "../photos")
	bad = nil
	for b := range r.Batches(context.Background(), []int{1, 4, 7}, image.Pt(5, 5), 3, broken) {
		t.Errorf("there is a batch of %v", b.Rows)
	}
	if !slices.Equal(bad, []int{1, 4, 7}) {
		t.Errorf("rows %v are reported, want 1, 4, 7", bad)
	}
}

func TestBatchesEndEarly(t *testing.T) {
	_, r := plain(t, 20)
	rows := make([]int, 200)
	for i := range rows {
		rows[i] = i % 20
	}
	for range r.Batches(context.Background(), rows, image.Pt(5, 5), 8, nil) {
		break // must not leave goroutines behind; the race detector and the next lines would see them
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n, last := 0, error(nil)
	for b, err := range r.Batches(ctx, rows, image.Pt(5, 5), 8, nil) {
		n += b.N
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || n != 8 {
		t.Errorf("cancelled after the first batch: %d images and %v, want 8 and context.Canceled", n, last)
	}
	n = 0
	for range r.Batches(context.Background(), nil, image.Pt(5, 5), 8, nil) {
		n++
	}
	if n != 0 {
		t.Error("no rows give a batch")
	}
}

func TestBatchesRefuse(t *testing.T) {
	_, r := plain(t, 3)
	for b, err := range r.Batches(context.Background(), []int{0, 3}, image.Pt(0, 5), 0, nil) {
		if err == nil {
			t.Fatalf("there is a batch of %v", b.Rows)
		}
		for _, want := range []string{"size is 0 x 5 pixels", "n is 0; want at least one", "row 3 does not exist; want 0 to 2"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %q, want it to say %q", err, want)
			}
		}
	}
}

func TestReaderImage(t *testing.T) {
	dir, r := plain(t, 3)
	m, err := r.Image(2)
	if err != nil || m.Bounds() != image.Rect(0, 0, 11, 14) {
		t.Errorf("row 2 is %v, %v", m, err)
	}
	if r.Path(2) != filepath.Join(dir, "photos", "c.png") {
		t.Errorf("row 2 lies at %s", r.Path(2))
	}
	os.Remove(r.Path(2))
	for row, want := range map[int]string{2: "imageset: ../photos/c.png: file vanished; scan the images again", -1: "imageset: row -1 does not exist; want 0 to 2", 3: "imageset: row 3 does not exist"} {
		if m, err := r.Image(row); m != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("row %d gives %v and %v, want %q", row, m, err, want)
		}
	}
}

func TestEnsureThumb(t *testing.T) {
	var b bytes.Buffer
	wide := image.NewRGBA(image.Rect(0, 0, 900, 301))
	for i := range wide.Pix {
		wide.Pix[i] = 200
	}
	jpeg.Encode(&b, wide, nil)
	dir := tree(t, map[string][]byte{"photos/wide.jpg": b.Bytes(), "photos/small.png": fixture(t, "rgb.png"), "photos/turned.jpg": fixture(t, "exif6.jpg"), "photos/x.png": {1}})
	o := options(dir, nil, "../photos")
	o.ThumbDir = ""
	ix, _, err := Scan(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{Root: o.Root, Index: ix}
	thumbs := filepath.Join(dir, "new", "thumbs")
	sizes := map[string]image.Point{"../photos/wide.jpg": {120, 40}, "../photos/small.png": {48, 32}, "../photos/turned.jpg": {32, 48}}
	for id, want := range sizes {
		row, _ := ix.Row(id)
		path, err := EnsureThumb(thumbs, 120, r, row)
		if err != nil {
			t.Fatal(err)
		}
		if path != filepath.Join(thumbs, ix.At(row).Hash+".jpg") {
			t.Errorf("the thumbnail of %s lies at %s", id, path)
		}
		data, _ := os.ReadFile(path)
		m, err := Decode(data)
		if err != nil || m.Rect.Size() != want {
			t.Errorf("the thumbnail of %s is %v (%v), want %v", id, m.Rect.Size(), err, want)
		}
		before, _ := os.Stat(path)
		if again, err := EnsureThumb(thumbs, 60, r, row); err != nil || again != path {
			t.Errorf("asked again: %s, %v", again, err)
		}
		if after, _ := os.Stat(path); !after.ModTime().Equal(before.ModTime()) {
			t.Error("a thumbnail that is there is made again")
		}
	}
	row, _ := ix.Row("../photos/small.png")
	os.Remove(filepath.Join(thumbs, ix.At(row).Hash+".jpg"))
	for what, data := range map[string][]byte{"replaced by another image": b.Bytes(), "cut short": fixture(t, "rgb.png")[:40], "emptied": nil} {
		os.WriteFile(r.Path(row), data, 0o644)
		const want = "imageset: ../photos/small.png: file changed since it was scanned; scan the images again"
		if path, err := EnsureThumb(thumbs, 120, r, row); path != "" || err == nil || err.Error() != want {
			t.Errorf("the thumbnail of a file that was %s is %q, %v; want %q", what, path, err, want)
		}
		if data, err := r.Bytes(row); data != nil || err == nil || err.Error() != want {
			t.Errorf("the content of a file that was %s is %d bytes, %v; want %q", what, len(data), err, want)
		}
	}
	row, _ = ix.Row("../photos/x.png")
	if _, err := EnsureThumb(thumbs, 0, r, row); err == nil || !strings.Contains(err.Error(), "x.png: not an image") {
		t.Errorf("the thumbnail of a broken image gives %v", err)
	}
}

// BenchmarkBatches reads 256 x 256 JPEG files at the size of a common network.
func BenchmarkBatches(b *testing.B) {
	m := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i >> 9)
	}
	var data bytes.Buffer
	jpeg.Encode(&data, m, &jpeg.Options{Quality: 90})
	dir := tree(b, map[string][]byte{"photos/a.jpg": data.Bytes()})
	ix, _ := scan(b, dir, nil, "../photos")
	r := &Reader{Root: filepath.Join(dir, "p"), Index: ix}
	rows := make([]int, 64)
	start, n := time.Now(), 0
	for b.Loop() {
		for batch, err := range r.Batches(context.Background(), rows, image.Pt(224, 224), 32, nil) {
			if err != nil {
				b.Fatal(err)
			}
			n += batch.N
		}
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "images/s")
}
