package features

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

func TestHeader(t *testing.T) {
	for _, shape := range [][2]int{{0, 1}, {1, 1280}, {100000, 768}, {math.MaxInt32, 99999}} {
		h := vector(shape[1]).header(shape[0])
		rows, l, err := decodeHeader(h)
		if len(h) != npyHeader || len(h)%64 != 0 || rows != shape[0] || !l.equal(vector(shape[1])) || err != nil {
			t.Errorf("%v came back as %d×%v, %d bytes, %v", shape, rows, l, len(h), err)
		}
	}
	good := vector(4).header(3)
	for name, bad := range map[string][]byte{
		"empty":         nil,
		"cut off":       good[:100],
		"other magic":   append([]byte("XNUMPY"), good[6:]...),
		"float64":       bytes.Replace(good, []byte("<f4"), []byte("<f8"), 1),
		"Fortran order": bytes.Replace(good, []byte("False"), []byte("True "), 1),
		"no columns":    bytes.Replace(good, []byte("(3, 4)"), []byte("(3, 0)"), 1),
		"too large":     vector(100).header(math.MaxInt / 8),
	} {
		if _, _, err := decodeHeader(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestNumpyReadsIt grows a store twice and lets numpy say what it sees.
func TestNumpyReadsIt(t *testing.T) {
	python := "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import numpy").Run(); err != nil {
		t.Skipf("%s with numpy is missing", python)
	}
	a := newAlbum(t, shades(2)...)
	ex := &means{id: "means"}
	a.run(ex, RunOptions{})
	a.paint(2, shades(9)[8])
	os.WriteFile(a.file(3), []byte("broken"), 0o644)
	a.scan()
	s, _ := a.run(ex, RunOptions{})
	npy, _ := files(a.dir(), "means")
	out, err := exec.Command(python, "-c", `
import numpy, sys
x = numpy.load(sys.argv[1], mmap_mode="r")
print(x.shape, x.dtype, numpy.isnan(x).sum(1).tolist(), "%.6f" % x[2, 1])`, npy).CombinedOutput()
	want := fmt.Sprintf("(4, 4) float32 [0, 0, 0, 4] %.6f\n", s.Row(2)[1])
	if err != nil || string(out) != want {
		t.Errorf("numpy says %q (%v), want %q", out, err, want)
	}
}

func TestDamage(t *testing.T) {
	write := func(file string, data []byte) func() {
		return func() { os.WriteFile(file, data, 0o644) }
	}
	a := newAlbum(t, shades(3)...)
	a.run(&means{id: "means"}, RunOptions{})
	npy, side := files(a.dir(), "means")
	x, _ := os.ReadFile(npy)
	j, _ := os.ReadFile(side)
	replace := func(old, new string) []byte { return bytes.Replace(j, []byte(old), []byte(new), 1) }
	tests := []struct {
		name string
		harm func()
		want string
	}{
		{"numbers cut off", write(npy, x[:len(x)-1]), "the first has 175 bytes and needs 176"},
		{"no npy file", write(npy, []byte("hello")), "it does not begin like a features file"},
		{"sidecar cut off", write(side, j[:len(j)/2]), "the second is not valid JSON"},
		{"another file's sidecar", write(side, replace("means", "other")), `the second belongs to "other"`},
		{"another format", write(side, replace("patchwork features", "x")), `the second says format "x"`},
		{"other width", write(side, replace(`"dim": 4`, `"dim": 5`)), "the first has 4 float32 per image and the second says 5 float32"},
		{"more hashes than rows", write(npy, append(vector(4).header(2), x[npyHeader:]...)), "the first has 2 rows and the second 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.harm()
			defer func() { write(npy, x)(); write(side, j)() }()
			_, err := Open(a.dir(), "means")
			_, _, runErr := Run(context.Background(), &means{id: "means"}, a.reader(), RunOptions{Dir: a.dir()})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			for _, err := range []error{err, runErr} {
				var damaged *DamagedError
				if !errors.As(err, &damaged) || !strings.Contains(err.Error(), "Delete these files") {
					t.Errorf("got %v, want a *DamagedError that says what to do", err)
				}
			}
		})
	}
	os.WriteFile(side, replace(`"version": 1`, `"version": 7`), 0o644)
	if _, err := Open(a.dir(), "means"); err == nil || !strings.Contains(err.Error(), "has version 7 and this program reads up to 1; use a newer patchwork") {
		t.Errorf("a newer version: got %v", err)
	}
	for _, file := range []string{side, npy} { // one of the two missing
		write(npy, x)()
		write(side, j)()
		os.Remove(file)
		if _, err := Open(a.dir(), "means"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: got %v, want fs.ErrNotExist", file, err)
		}
		if _, report := a.run(&means{id: "means"}, RunOptions{}); report.Computed != 3 {
			t.Errorf("without %s: %+v, want all computed again", file, report)
		}
	}
}

func TestSecondWriter(t *testing.T) {
	a := newAlbum(t, shades(2)...)
	unlock, err := lock(a.root, "means")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Run(context.Background(), &means{id: "means"}, a.reader(), RunOptions{Dir: a.root})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("means is being computed by process %d", os.Getpid())) {
		t.Errorf("got %v, want ErrLocked with the process", err)
	}
	unlock()
	if _, _, err = Run(context.Background(), &means{id: "means"}, a.reader(), RunOptions{Dir: a.root}); err != nil {
		t.Errorf("after the first writer has gone: %v", err)
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	a := newAlbum(t, shades(1)...)
	file := a.root + "/taken"
	os.WriteFile(file, nil, 0o644)
	_, _, err := Run(context.Background(), &means{id: "means"}, a.reader(), RunOptions{Dir: file})
	if err == nil || !strings.Contains(err.Error(), "features: cannot make the features folder") {
		t.Errorf("got %v", err)
	}
}

// slowly is the extractor of the process that TestKilled kills.
type slowly struct{ means }

func (s *slowly) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	time.Sleep(20 * time.Millisecond)
	return s.means.Extract(ctx, b)
}

// TestKilled kills a process in the middle of a run and looks at what it left: every row that is there must be right,
// and the next run must do only the others.
func TestKilled(t *testing.T) {
	const images = 60
	if dir := os.Getenv("FEATURES_TEST_KILL_ME"); dir != "" {
		a := &album{t: t, root: dir}
		a.scan()
		w, err := newWriter(a.dir(), (&means{id: "means"}).Spec(), false, a.ix.Len())
		if err != nil {
			t.Fatal(err)
		}
		j := &job{ex: &slowly{means{id: "means"}}, spec: w.side.Extractor, reader: a.reader(), w: w}
		j.o = RunOptions{Batch: 1, Workers: 1, Progress: func(done, _ int) {
			if done%10 == 0 { // what otherwise happens every three seconds
				w.sync()
			}
		}}
		t.Fatal(j.run(context.Background()), "was not killed")
	}
	a := newAlbum(t, shades(images)...)
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "FEATURES_TEST_KILL_ME="+a.root)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	rows := func() (n int) {
		if s, err := Open(a.dir(), "means"); err == nil {
			n = len(s.Rows())
			s.Close()
		}
		return n
	}
	for deadline := time.Now().Add(20 * time.Second); rows() < 5 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	child.Process.Kill()
	child.Wait()
	left := rows()
	if left < 5 || left == images {
		t.Fatalf("the killed process left %d of %d rows; want some", left, images)
	}
	ex := &means{id: "means"}
	s, report := a.run(ex, RunOptions{})
	if report.Kept != left || report.Computed != images-left {
		t.Errorf("kept %d and computed %d, want %d and %d", report.Kept, report.Computed, left, images-left)
	}
	fresh := newAlbum(t, shades(images)...)
	want, _ := fresh.run(ex, RunOptions{})
	for row := range images {
		if !slices.Equal(s.Row(row), want.Row(row)) {
			t.Errorf("row %d is %v, want %v", row, s.Row(row), want.Row(row))
		}
	}
}

func TestSidecarByHandAndByLibrary(t *testing.T) {
	side := &sidecar{Kind: sidecarKind, Version: 1, Extractor: (&means{id: "means"}).Spec(), Hashes: []string{"00ff", "", "abcd"}}
	indented, _ := json.MarshalIndent(side, "", " ")
	compact, _ := json.Marshal(side)
	for name, text := range map[string]string{
		"as written":    string(indented),
		"compact":       string(compact),
		"with escapes":  strings.Replace(string(indented), "abcd", `\u0061bcd`, 1),
		"hashes first":  `{"hashes": ["00ff", "", "abcd"], "format": "patchwork features", "version": 1}`,
		"end of line":   string(indented) + "\n",
		"other spacing": strings.Replace(string(indented), "\"abcd\"", "\"abcd\"  \n", 1),
	} {
		got, err := parseSidecar([]byte(text))
		if err != nil || !slices.Equal(got.Hashes, side.Hashes) || got.Kind != sidecarKind {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	for _, cut := range []int{1, 2, 5, 12, 30} {
		if got, err := parseSidecar(indented[:len(indented)-cut]); err == nil {
			t.Errorf("without its last %d bytes it was read as %+v", cut, got)
		}
	}
	none, err := parseSidecar([]byte(`{"hashes": []}`))
	if err != nil || len(none.Hashes) != 0 {
		t.Errorf("no rows: %+v, %v", none, err)
	}
}

// BenchmarkOpen opens a store of 100,000 rows.
func BenchmarkOpen(b *testing.B) {
	dir, rows := b.TempDir(), 100_000
	w, err := newWriter(dir, (&means{id: "means"}).Spec(), false, rows)
	if err != nil {
		b.Fatal(err)
	}
	for row := range rows {
		w.hashes[row] = fmt.Sprintf("%016x", row)
	}
	if err := w.sync(); err != nil {
		b.Fatal(err)
	}
	w.close()
	for b.Loop() {
		s, err := Open(dir, "means")
		if err != nil || s.Len() != rows {
			b.Fatal(s, err)
		}
		s.Close()
	}
}

// BenchmarkDefault extracts with the embedded extractor; divide by the images of a batch.
func BenchmarkDefault(b *testing.B) {
	d, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	batch := batchOf(slices.Repeat([][]float32{picture(ripple)}, defaultBatch)...)
	for b.Loop() {
		if _, err := d.Extract(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*defaultBatch), "ms/image")
}
