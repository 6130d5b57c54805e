package shards

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func numbers(t *testing.T, s *Set, o Order, n int) (all []int) {
	t.Helper()
	for b, err := range s.Batches(t.Context(), o, n) {
		if err != nil {
			t.Fatal(err)
		}
		if b.N != len(b.Numbers) || len(b.Pix) != b.N*b.H*b.W*b.C || b.H != 3 || b.W != 4 || b.C != 3 {
			t.Errorf("a batch of %d has the shape %d x %d x %d x %d and %d values", len(b.Numbers), b.N, b.H, b.W, b.C, len(b.Pix))
		}
		for k, i := range b.Numbers {
			if b.Rows[k] != 10*i || b.Pix[k*small.values()] != float32(picture(i).Pix[0])/255 {
				t.Errorf("image %d has row %d and begins with %g", i, b.Rows[k], b.Pix[k*small.values()])
			}
		}
		all = append(all, b.Numbers...)
	}
	return all
}

func TestBatchesFollowOrder(t *testing.T) {
	s := open(t, written(t, 30))
	if got := numbers(t, s, Order{}, 7); !slices.IsSorted(got) || len(got) != 30 {
		t.Errorf("unshuffled: %v; want 0 to 29", got)
	}
	if got := numbers(t, s, Order{DropLast: true}, 7); len(got) != 28 {
		t.Errorf("%d images in full batches of 7; want 28", len(got))
	}
	first := numbers(t, s, Order{Shuffle: true, Seed: 3, Epoch: 1}, 7)
	for _, o := range []Order{{Shuffle: true, Seed: 3, Epoch: 1}, {Shuffle: true, Seed: 3, Epoch: 2}, {Shuffle: true, Seed: 4, Epoch: 1}} {
		got := numbers(t, s, o, 4)
		if same := o == (Order{Shuffle: true, Seed: 3, Epoch: 1}); slices.Equal(got, first) != same {
			t.Errorf("%+v gives %v and the first order was %v; want them equal: %t", o, got, first, same)
		}
		if slices.Sort(got); !slices.Equal(got, Order{}.Numbers(30)) {
			t.Errorf("%+v leaves out or repeats images: %v", o, got)
		}
	}
}

func TestBatchesEnd(t *testing.T) {
	s := open(t, written(t, 30))
	for _, err := range s.Batches(t.Context(), Order{}, 0) {
		if err == nil || !strings.Contains(err.Error(), "n is 0") {
			t.Errorf("error %v; want one about n", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range s.Batches(ctx, Order{}, 1) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the sequence ends with %v; want the error of the context", last)
	}
	for range s.Batches(t.Context(), Order{}, 1) {
		break // leaves no goroutine that would read after Close
	}
}

// TestNumPyOpensShards asks NumPy itself for the shape and the sum of a shard.
func TestNumPyOpensShards(t *testing.T) {
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import numpy").Run() == nil {
			python = p
		}
	}
	if python == "" {
		t.Skip("there is no python3 with numpy")
	}
	sum := 0
	for i := 4; i < 7; i++ {
		for _, b := range picture(i).Pix {
			sum += int(b)
		}
	}
	script := "import numpy, sys; a = numpy.load(sys.argv[1], mmap_mode='r'); print(a.dtype, a.shape, a.sum(dtype=int))"
	out, err := exec.Command(python, "-c", script, filepath.Join(written(t, 7), shardName(1))).CombinedOutput()
	if want := fmt.Sprintf("uint8 (3, 3, 4, 3) %d\n", sum); err != nil || string(out) != want {
		t.Errorf("NumPy says %q, error %v; want %q", out, err, want)
	}
}

// photos scans a folder of n JPEGs of size x size pixels; number 2, if there is one, cannot be decoded.
func photos(t testing.TB, n, size int) *imageset.Reader {
	t.Helper()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, size, size))
		for p := range m.Pix {
			m.Pix[p] = byte(p/97 + rng.IntN(40) + 50*i)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.jpg", i)), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ix, _, err := imageset.Scan(t.Context(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: dir}}})
	if err != nil {
		t.Fatal(err)
	}
	return &imageset.Reader{Root: dir, Index: ix}
}

func all(r *imageset.Reader) []int { return Order{}.Numbers(r.Index.Len()) }

// TestFromReader compares a set with what the reader decodes, where one file is broken and the first run is cut off.
func stretched(size image.Point) imageset.Resize {
	return imageset.Resize{Size: imageset.Size{W: size.X, H: size.Y}}
}

func TestFromReader(t *testing.T) {
	r := photos(t, 7, 24)
	if err := os.Truncate(r.Path(2), 100); err != nil {
		t.Fatal(err)
	}
	size := image.Pt(10, 8)
	o := Options{Shape: Shape{H: 8, W: 10, C: 3}, Limit: 7, PerShard: 2}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(done int) {
		if done == 4 { // rows 0, 1 and 3, 4
			cancel()
		}
	}
	if err := Write(ctx, dir, o, FromReader(ctx, r, all(r), stretched(size), Uint8, nil)); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v; want that of the context", err)
	}
	o.Progress = nil
	if err := Write(t.Context(), dir, o, FromReader(t.Context(), r, all(r), stretched(size), Uint8, nil)); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	var want []imageset.Batch
	for b, err := range r.Batches(t.Context(), all(r), size, 1, nil) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, b)
	}
	if s.Len() != 6 || len(want) != 6 {
		t.Fatalf("the set has %d images and the reader reads %d; want 6", s.Len(), len(want))
	}
	got := make([]float32, o.Shape.values())
	for i, b := range want {
		if err := s.Read(i, got); err != nil || s.Entry(i).Row != b.Rows[0] || s.Entry(i).ID != r.Index.At(b.Rows[0]).ID {
			t.Fatalf("image %d is %+v, error %v; want row %d", i, s.Entry(i), err, b.Rows[0])
		}
		for j, v := range got {
			if d := v - b.Pix[j]; d < -0.501/255 || d > 0.501/255 {
				t.Fatalf("value %d of image %d is %g; want %g, rounded to a byte", j, i, v, b.Pix[j])
			}
		}
	}
}

func TestFromReaderRefusesOtherImages(t *testing.T) {
	r := photos(t, 3, 24)
	for _, kept := range [][]Entry{{{Row: 0, ID: "another.jpg"}}, {{Row: 9}}, {{Row: -1}}} {
		for _, err := range FromReader(t.Context(), r, all(r), stretched(image.Pt(2, 2)), Uint8, nil)(kept) {
			if err == nil || !strings.Contains(err.Error(), "write the set anew") {
				t.Errorf("kept %v: error %v; want one that says what to do", kept, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "set")
	if err := Write(f.Context(), dir, options(), pictures(5, nil)); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"shape":{"height":1,"width":1,"channels":1},"type":"uint8","norm":1,"images_per_shard":1,"shards":[]}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parse(data)
		if err != nil {
			return
		}
		for i, s := range m.Shards { // what Open and Read rely on
			n := len(s.Entries)
			if s.Name != shardName(i) || n < 1 || i < len(m.Shards)-1 && n != m.PerShard || s.Bytes != m.bytes(n) || s.Bytes <= headerSize {
				t.Errorf("shard %d of an accepted manifest is %+v", i, s)
			}
		}
	})
}

// BenchmarkBatches streams 256 px images from shards and, for comparison, from JPEGs.
func BenchmarkBatches(b *testing.B) {
	const n, size = 128, 256
	r := photos(b, n, size)
	dir := filepath.Join(b.TempDir(), "set")
	o := Options{Shape: Shape{H: size, W: size, C: 3}, Limit: n}
	if err := Write(b.Context(), dir, o, FromReader(b.Context(), r, all(r), stretched(image.Pt(size, size)), Uint8, nil)); err != nil {
		b.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("shards", func(b *testing.B) {
		for b.Loop() {
			for _, err := range s.Batches(b.Context(), Order{Shuffle: true}, 32) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "images/s")
	})
	b.Run("jpeg", func(b *testing.B) {
		for b.Loop() {
			for _, err := range r.Batches(b.Context(), all(r), image.Pt(size, size), 32, nil) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "images/s")
	})
}
