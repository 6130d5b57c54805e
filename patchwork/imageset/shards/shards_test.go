package shards

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

var small = Shape{H: 3, W: 4, C: 3}

// picture is image i of the tests: its values tell where they belong.
func picture(i int) Image {
	pix := make([]byte, small.values())
	for j := range pix {
		pix[j] = byte(i*31 + j)
	}
	return Image{Entry: Entry{Row: 10 * i, ID: fmt.Sprintf("dir/%d.jpg", i), Hash: fmt.Sprintf("%016x", i)}, Pix: pix}
}

// pictures is a source of n images. It notes how many it yielded.
func pictures(n int, yielded *int) Source {
	return func(kept []Entry) iter.Seq2[Image, error] {
		return func(yield func(Image, error) bool) {
			for i := len(kept); i < n; i++ {
				if yielded != nil {
					*yielded++
				}
				if !yield(picture(i), nil) {
					return
				}
			}
		}
	}
}

func options() Options { return Options{Shape: small, Limit: 1000, PerShard: 4} }

func written(t *testing.T, n int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	if err := Write(t.Context(), dir, options(), pictures(n, nil)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir string) *Set {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// holds checks every value of a set of n pictures.
func holds(t *testing.T, dir string, n int) {
	t.Helper()
	s := open(t, dir)
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if s.Len() != n {
		t.Fatalf("the set has %d images, want %d", s.Len(), n)
	}
	got := make([]float32, small.values())
	for i := range n {
		want := picture(i)
		if err := s.Read(i, got); err != nil || s.Entry(i) != want.Entry {
			t.Fatalf("image %d is %+v, error %v; want %+v", i, s.Entry(i), err, want.Entry)
		}
		for j, v := range got {
			if v != float32(want.Pix[j])/255 {
				t.Fatalf("value %d of image %d is %g; want %d/255", j, i, v, want.Pix[j])
			}
		}
	}
}

func TestWriteAndRead(t *testing.T) {
	for _, n := range []int{1, 4, 11} { // less than a shard, one shard, the last not full
		dir := written(t, n)
		holds(t, dir, n)
		names, _ := os.ReadDir(dir)
		if want := (n+3)/4 + 1; len(names) != want {
			t.Errorf("the folder has %d files; want %d: the shards and the manifest", len(names), want)
		}
	}
}

func TestFloats(t *testing.T) {
	dir := t.TempDir()
	o := options()
	o.Type, o.Norm = Float32, 2
	source := func([]Entry) iter.Seq2[Image, error] {
		return func(yield func(Image, error) bool) {
			f := make([]float32, small.values())
			f[0], f[1] = -3, 1e-20
			yield(Image{Entry: Entry{Row: 7, ID: "a"}, Float: f}, nil)
		}
	}
	if err := Write(t.Context(), dir, o, source); err != nil {
		t.Fatal(err)
	}
	got := make([]float32, small.values())
	if err := open(t, dir).Read(0, got); err != nil || got[0] != -1.5 || got[1] != 0.5e-20 {
		t.Errorf("got %v, error %v; want the halves of -3 and 1e-20 first", got, err)
	}
}

// TestResume ends a run after each number of images and lets another go on.
func TestResume(t *testing.T) {
	const n = 11
	for stop := range n {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		source := func([]Entry) iter.Seq2[Image, error] {
			return func(yield func(Image, error) bool) {
				for i := 0; ; i++ {
					if i == stop {
						cancel()
					}
					if !yield(picture(i), nil) {
						return
					}
				}
			}
		}
		if err := Write(ctx, dir, options(), source); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v; want that of the context", err)
		}
		if _, err := Open(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "no complete set") {
			t.Errorf("an unfinished set opens with error %v", err)
		}
		var yielded int
		var progress []int
		o := options()
		o.Progress = func(done int) { progress = append(progress, done) }
		if err := Write(t.Context(), dir, o, pictures(n, &yielded)); err != nil {
			t.Fatal(err)
		}
		if want := n - stop/4*4; yielded != want {
			t.Errorf("stopped at %d, the second run took %d images; want %d", stop, yielded, want)
		}
		if want := []int{4, 8, 11}; !slices.Equal(progress, want) {
			t.Errorf("progress %v; want %v", progress, want)
		}
		holds(t, dir, n)
	}
}

// TestResumeChecksShards damages a finished shard in several ways; it and what follows must be written again.
func TestResumeChecksShards(t *testing.T) {
	for name, damage := range map[string]func(shard, note string, o *Options) error{
		"torn":           func(shard, _ string, _ *Options) error { return os.Truncate(shard, 150) },
		"gone":           func(shard, _ string, _ *Options) error { return os.Remove(shard) },
		"other bytes":    func(shard, _ string, _ *Options) error { return flip(shard, 200) },
		"no note":        func(_, note string, _ *Options) error { return os.Remove(note) },
		"torn note":      func(_, note string, _ *Options) error { return os.Truncate(note, 40) },
		"another recipe": func(_, _ string, o *Options) error { o.Recipe = "cropped"; return nil },
	} {
		dir, o, yielded := t.TempDir(), options(), 0
		broken := errors.New("broken")
		err := Write(t.Context(), dir, o, func([]Entry) iter.Seq2[Image, error] {
			return func(yield func(Image, error) bool) {
				for i := range 9 {
					yield(picture(i), nil)
				}
				yield(Image{}, broken)
			}
		})
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "8 images in 2 finished shards are kept") {
			t.Fatalf("error %v; want that of the source and what is kept", err)
		}
		shard := filepath.Join(dir, shardName(0))
		if err := damage(shard, noteName(shard), &o); err != nil {
			t.Fatal(err)
		}
		if err := Write(t.Context(), dir, o, pictures(9, &yielded)); err != nil || yielded != 9 {
			t.Errorf("%s: the second run took %d images, error %v; want all 9", name, yielded, err)
		}
		holds(t, dir, 9)
	}
}

func flip(file string, at int64) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	b := []byte{0}
	if _, err := f.ReadAt(b, at); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte{b[0] ^ 1}, at)
	return err
}

// TestShorterRunLeavesNoShards checks that shards of an earlier, longer run go.
func TestShorterRunLeavesNoShards(t *testing.T) {
	dir := written(t, 11)
	if err := os.Remove(filepath.Join(dir, manifestName)); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir, options(), pictures(3, nil)); err != nil {
		t.Fatal(err)
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 2 {
		t.Errorf("the folder has %d files; want one shard and the manifest", len(names))
	}
	holds(t, dir, 3)
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	calls := 0
	err := writeWith(t.Context(), dir, options(), pictures(11, nil), func(name string, parts ...[]byte) error {
		if calls++; calls == 2 {
			return syscall.ENOSPC
		}
		return writeFile(name, parts...)
	})
	for _, part := range []string{shardName(1), "no space left", "make room and write again", "4 images in 1 finished shards are kept"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v; want one with %q", err, part)
		}
	}
	yielded := 0
	if err := Write(t.Context(), dir, options(), pictures(11, &yielded)); err != nil || yielded != 7 {
		t.Errorf("with room again the run took %d images, error %v; want 7", yielded, err)
	}
	holds(t, dir, 11)
}

func TestWriteRefuses(t *testing.T) {
	repeated := func([]Entry) iter.Seq2[Image, error] {
		return func(yield func(Image, error) bool) {
			for i := 0; yield(picture(i%3), nil); i++ {
			}
		}
	}
	one := func(change func(im *Image)) Source {
		return func([]Entry) iter.Seq2[Image, error] {
			im := picture(0)
			change(&im)
			return func(yield func(Image, error) bool) { yield(im, nil) }
		}
	}
	with := func(change func(o *Options)) Options {
		o := options()
		change(&o)
		return o
	}
	for _, tt := range []struct {
		o      Options
		source Source
		is     error
		want   string
	}{
		{options(), pictures(0, nil), ErrEmpty, "no images"},
		{options(), repeated, ErrEndless, "row 0 (dir/0.jpg) comes a second time"},
		{options(), pictures(1<<40, nil), ErrEndless, "more than the 1000 images"},
		{options(), one(func(im *Image) { im.Pix = im.Pix[1:] }), nil, "dir/0.jpg has 35 bytes and 0 floats; want 36 values of uint8"},
		{options(), one(func(im *Image) { im.Float = make([]float32, 36) }), nil, "36 bytes and 36 floats"},
		{options(), one(func(im *Image) { im.Row = -1 }), nil, "the row -1"},
		{with(func(o *Options) { o.Limit = 0 }), pictures(1, nil), nil, "Limit is 0"},
		{with(func(o *Options) { o.Shape.C = 0 }), pictures(1, nil), nil, "4 x 3 pixels of 0 channels"},
		{with(func(o *Options) { o.Type = "int8" }), pictures(1, nil), nil, `the type is "int8"`},
		{with(func(o *Options) { o.Norm = float32(math.NaN()) }), pictures(1, nil), nil, "norm is NaN"},
		{with(func(o *Options) { o.PerShard = -1 }), pictures(1, nil), nil, "-1 images a shard"},
	} {
		err := Write(t.Context(), t.TempDir(), tt.o, tt.source)
		if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("error %v; want one with %q", err, tt.want)
		}
	}
	if err := Write(t.Context(), written(t, 2), options(), pictures(2, nil)); !errors.Is(err, ErrComplete) {
		t.Errorf("a complete set is written again with error %v", err)
	}
}

func TestOpenAndVerifyFindDamage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(dir string) error
		opens  bool
		want   string
	}{
		{"torn", func(dir string) error { return os.Truncate(filepath.Join(dir, shardName(1)), 200) }, false, shardName(1) + " has 200 bytes; want 272"},
		{"longer", func(dir string) error { return os.Truncate(filepath.Join(dir, shardName(1)), 300) }, false, "has 300 bytes"},
		{"gone", func(dir string) error { return os.Remove(filepath.Join(dir, shardName(0))) }, false, shardName(0)},
		{"another header", func(dir string) error { return flip(filepath.Join(dir, shardName(0)), 60) }, false, "does not begin"},
		{"another pixel", func(dir string) error { return flip(filepath.Join(dir, shardName(1)), 130) }, true, shardName(1) + " has changed"},
		{"torn manifest", func(dir string) error { return os.Truncate(filepath.Join(dir, manifestName), 50) }, false, manifestName + " is damaged"},
	} {
		dir := written(t, 11)
		if err := tt.damage(dir); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if tt.opens && err == nil {
			err = s.Verify(t.Context(), nil)
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v; want one with %q", tt.name, err, tt.want)
		}
	}
}

// TestCutOffWhileOpen checks that a mapped file that shrinks is an error and no crash.
func TestCutOffWhileOpen(t *testing.T) {
	dir := written(t, 4)
	s := open(t, dir)
	if err := os.Truncate(filepath.Join(dir, shardName(0)), 0); err != nil {
		t.Fatal(err)
	}
	err := s.Read(1, make([]float32, small.values()))
	if err == nil || !strings.Contains(err.Error(), "was cut off") {
		t.Errorf("error %v; want that the file was cut off", err)
	}
}

func TestReadErrors(t *testing.T) {
	s := open(t, written(t, 5))
	dst := make([]float32, small.values())
	for _, tt := range []struct {
		i    int
		dst  []float32
		want string
	}{{-1, dst, "no image -1"}, {5, dst, "want 0 to 4"}, {0, dst[1:], "has 36 values and the place for it 35"}} {
		if err := s.Read(tt.i, tt.dst); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v; want one with %q", err, tt.want)
		}
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := s.Read(0, dst); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed set is read with error %v", err)
	}
}

func TestConcurrentReadersAndClose(t *testing.T) {
	s := open(t, written(t, 11))
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for b, err := range s.Batches(t.Context(), Order{Shuffle: true, Seed: 1}, 3) {
				if err != nil {
					return // closed by the last goroutine
				}
				for k, i := range b.Numbers {
					if want := float32(picture(i).Pix[0]) / 255; b.Pix[k*small.values()] != want {
						t.Errorf("image %d begins with %g; want %g", i, b.Pix[k*small.values()], want)
					}
				}
			}
		})
	}
	wg.Go(func() { s.Close() })
	wg.Wait()
}
