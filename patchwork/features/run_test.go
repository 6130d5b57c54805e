package features

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// means is an extractor whose answer is known: the mean of each channel, and one number that tells versions apart.
type means struct {
	id    string
	calls atomic.Int64
	fail  func(b imageset.Batch) error
}

func (m *means) Spec() Spec {
	return Spec{ID: m.id, Name: "channel means", Dim: 4, Width: 8, Height: 6, Preprocessing: "RGB in [0,1]"}
}

func (m *means) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	if err := checkBatch(b, m.Spec(), 3); err != nil {
		return nil, err
	}
	if m.fail != nil {
		if err := m.fail(b); err != nil {
			return nil, err
		}
	}
	m.calls.Add(int64(b.N))
	out := make([]float32, 0, 4*b.N)
	for i := range b.N {
		var sum [3]float32
		for p := range b.H * b.W {
			for c := range 3 {
				sum[c] += b.Pix[(i*b.H*b.W+p)*3+c]
			}
		}
		n := float32(b.H * b.W)
		out = append(out, sum[0]/n, sum[1]/n, sum[2]/n, 1)
	}
	return out, nil
}

// album is a folder of one-colour pictures with its index.
type album struct {
	t    *testing.T
	root string
	ix   *imageset.Index
}

func newAlbum(t *testing.T, colours ...color.RGBA) *album {
	a := &album{t: t, root: t.TempDir()}
	for i, c := range colours {
		a.paint(i, c)
	}
	a.scan()
	return a
}

func (a *album) file(i int) string {
	return filepath.Join(a.root, "photos", fmt.Sprintf("%03d.png", i))
}

func (a *album) paint(i int, c color.RGBA) {
	m := image.NewRGBA(image.Rect(0, 0, 8, 6))
	for p := range 8 * 6 {
		m.SetRGBA(p%8, p/8, c)
	}
	os.MkdirAll(filepath.Dir(a.file(i)), 0o755)
	f, err := os.Create(a.file(i))
	if err != nil {
		a.t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		a.t.Fatal(err)
	}
}

func (a *album) scan() {
	ix, _, err := imageset.Scan(context.Background(), imageset.ScanOptions{Root: a.root, Sources: []imageset.Source{{Path: "photos"}},
		Old: a.ix, ThumbDir: filepath.Join(a.root, "thumbs")})
	if err != nil {
		a.t.Fatal(err)
	}
	a.ix = ix
}

func (a *album) reader() *imageset.Reader { return &imageset.Reader{Root: a.root, Index: a.ix} }

func (a *album) dir() string { return filepath.Join(a.root, "features") }

// run must succeed; the store is closed when the test ends.
func (a *album) run(ex Extractor, o RunOptions) (*Store, RunReport) {
	a.t.Helper()
	o.Dir = a.dir()
	s, report, err := Run(context.Background(), ex, a.reader(), o)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { s.Close() })
	return s, report
}

func shades(n int) (c []color.RGBA) {
	for i := range n {
		c = append(c, color.RGBA{uint8(5 * i), uint8(255 - 3*i), 51, 255})
	}
	return c
}

func near(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-5 }

func TestRun(t *testing.T) {
	a := newAlbum(t, color.RGBA{255, 0, 0, 255}, color.RGBA{51, 102, 0, 255}, color.RGBA{0, 0, 255, 255})
	ex := &means{id: "means"}
	var told [][2]int
	s, report := a.run(ex, RunOptions{Batch: 2, Progress: func(done, total int) { told = append(told, [2]int{done, total}) }})
	if report.Computed != 3 || report.Kept != 0 || len(report.Broken) != 0 {
		t.Errorf("report %+v, want 3 computed", report)
	}
	if s.Len() != 3 || s.Dim() != 4 || !slices.Equal(s.Rows(), []int{0, 1, 2}) || !s.Normalised() || s.Spec().Name != "channel means" {
		t.Errorf("store of %d×%d, rows %v, spec %+v", s.Len(), s.Dim(), s.Rows(), s.Spec())
	}
	r := float32(math.Sqrt2)
	for i, want := range [][]float32{{1 / r, 0, 0, 1 / r}, nil, {0, 0, 1 / r, 1 / r}} { // by hand: (1,0,0,1)/√2
		for d := range want {
			if !near(s.Row(i)[d], want[d]) {
				t.Errorf("row %d is %v, want %v", i, s.Row(i), want)
			}
		}
	}
	if x := s.Row(1); !near(x[0]/x[3], 0.2) || !near(x[1]/x[3], 0.4) {
		t.Errorf("row 1 is %v, want the direction of (0.2, 0.4, 0, 1)", x)
	}
	if told[0] != [2]int{0, 3} || told[len(told)-1] != [2]int{3, 3} {
		t.Errorf("progress %v, want from 0 to 3 of 3", told)
	}
	for _, row := range []int{-1, 3} {
		if s.Has(row) || s.Row(row) != nil {
			t.Errorf("row %d does not exist and has features", row)
		}
	}
}

func TestRunRaw(t *testing.T) {
	a := newAlbum(t, color.RGBA{51, 102, 255, 255})
	s, _ := a.run(&means{id: "means"}, RunOptions{Raw: true})
	if x := s.Row(0); !near(x[0], 0.2) || !near(x[1], 0.4) || !near(x[2], 1) || x[3] != 1 {
		t.Errorf("got %v, want (0.2, 0.4, 1, 1)", x)
	}
	if s.Spec().ID != "means-raw" || s.Normalised() {
		t.Errorf("a raw store is called %s, normalised %v", s.Spec().ID, s.Normalised())
	}
	if _, err := Open(a.dir(), "means"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("raw features took the name of normalised ones: %v", err)
	}
}

func TestRunAgainChangesNothing(t *testing.T) {
	a := newAlbum(t, shades(5)...)
	ex := &means{id: "means"}
	a.run(ex, RunOptions{})
	npy, side := files(a.dir(), "means")
	before := [2]os.FileInfo{}
	for i, f := range []string{npy, side} {
		before[i], _ = os.Stat(f)
	}
	_, report := a.run(ex, RunOptions{})
	if report.Kept != 5 || report.Computed != 0 || ex.calls.Load() != 5 {
		t.Errorf("report %+v after %d extractions, want 5 kept and no sixth", report, ex.calls.Load())
	}
	for i, f := range []string{npy, side} {
		if after, err := os.Stat(f); err != nil || !after.ModTime().Equal(before[i].ModTime()) || !os.SameFile(before[i], after) {
			t.Errorf("%s was written although nothing changed", f)
		}
	}
}

func TestRunFollowsTheIndex(t *testing.T) {
	a := newAlbum(t, shades(4)...)
	ex := &means{id: "means"}
	old, _ := a.run(ex, RunOptions{})
	kept := slices.Clone(old.Row(3))
	a.paint(0, color.RGBA{9, 9, 9, 255})                                       // changed
	a.paint(1, color.RGBA{200, 0, 200, 255})                                   // changed, to what row 5 has too
	a.paint(4, color.RGBA{1, 2, 3, 255})                                       // new
	a.paint(5, color.RGBA{200, 0, 200, 255})                                   // new, a twin
	if err := os.WriteFile(a.file(6), []byte("no image"), 0o644); err != nil { // new, broken
		t.Fatal(err)
	}
	os.Remove(a.file(2)) // vanished
	a.scan()
	s, report := a.run(ex, RunOptions{})
	if report.Kept != 1 || report.Computed != 3 || report.Copied != 1 || len(report.Broken) != 0 {
		t.Errorf("report %+v, want 1 kept, 3 computed, 1 copied", report)
	}
	if ex.calls.Load() != 4+3 {
		t.Errorf("%d extractions, want 4 and then 3", ex.calls.Load())
	}
	if s.Len() != 7 || !slices.Equal(s.Row(3), kept) || !slices.Equal(s.Row(1), s.Row(5)) || !s.Has(2) || s.Has(6) || s.Row(6) != nil {
		t.Errorf("%d rows, features of %v; want 7 rows, the vanished one kept, the broken one absent", s.Len(), s.Rows())
	}
	for _, v := range s.data[6*4:] {
		if v == v {
			t.Errorf("the broken row holds %v in the file, want NaN", s.data[6*4:])
		}
	}
	if x := old.Row(3); !slices.Equal(x, kept) {
		t.Error("a store that was open meanwhile lost a row")
	}
}

func TestRunReportsWhatVanishesMeanwhile(t *testing.T) {
	a := newAlbum(t, append(shades(3), shades(1)...)...) // row 3 is a twin of row 0
	os.Remove(a.file(0))
	os.Remove(a.file(1))
	s, report := a.run(&means{id: "means"}, RunOptions{})
	if !slices.Equal(s.Rows(), []int{2, 3}) {
		t.Errorf("features of rows %v, want 2 and 3: the twin of an unreadable row is readable", s.Rows())
	}
	if len(report.Broken) != 2 || report.Broken[0].Row != 0 || report.Broken[1].Row != 1 || !strings.Contains(report.Broken[0].Reason, "000.png") {
		t.Errorf("broken %+v, want rows 0 and 1 with their files", report.Broken)
	}
}

func TestRunCancelled(t *testing.T) {
	a := newAlbum(t, shades(40)...)
	ctx, cancel := context.WithCancel(context.Background())
	ex := &means{id: "means"}
	ex.fail = func(b imageset.Batch) error {
		if slices.Contains(b.Rows, 10) {
			cancel()
		}
		return nil
	}
	s, report, err := Run(ctx, ex, a.reader(), RunOptions{Dir: a.dir(), Batch: 1, Workers: 1})
	if !errors.Is(err, context.Canceled) || s != nil {
		t.Fatalf("got %v; want the context's error and no store", err)
	}
	if report.Computed < 10 || report.Computed == 40 {
		t.Errorf("cancelled at row 10 with %d of 40 rows", report.Computed)
	}
	half, err := Open(a.dir(), "means")
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	if len(half.Rows()) != report.Computed {
		t.Errorf("%d rows were kept and %d reported", len(half.Rows()), report.Computed)
	}
	_, again := a.run(ex, RunOptions{})
	if again.Kept != report.Computed || again.Kept+again.Computed != 40 {
		t.Errorf("the next run kept %d of %d and computed %d", again.Kept, report.Computed, again.Computed)
	}
}

func TestRunExtractorFails(t *testing.T) {
	a := newAlbum(t, shades(6)...)
	broken := errors.New("no memory left")
	ex := &means{id: "means", fail: func(b imageset.Batch) error {
		if slices.Contains(b.Rows, 4) {
			return broken
		}
		return nil
	}}
	_, report, err := Run(context.Background(), ex, a.reader(), RunOptions{Dir: a.dir(), Batch: 2, Workers: 1})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "photos/004.png") {
		t.Errorf("got %v, want the extractor's error with the first file of the batch", err)
	}
	if report.Computed != 4 {
		t.Errorf("%d rows kept, want the 4 before", report.Computed)
	}
	ex.fail = nil
	if _, report := a.run(ex, RunOptions{}); report.Kept != 4 || report.Computed != 2 {
		t.Errorf("after mending: %+v, want 4 kept and 2 computed", report)
	}
}

// wild gives NaN for row 1 and too few numbers on demand.
type wild struct {
	means
	short bool
}

func (w *wild) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	x, err := w.means.Extract(ctx, b)
	for i, row := range b.Rows {
		if row == 1 {
			x[4*i+2] = float32(math.NaN())
		}
	}
	if w.short {
		x = x[1:]
	}
	return x, err
}

func TestRunDistrustsTheExtractor(t *testing.T) {
	a := newAlbum(t, shades(3)...)
	s, report := a.run(&wild{means: means{id: "wild"}}, RunOptions{})
	if s.Has(1) || len(report.Broken) != 1 || report.Broken[0].Reason != "the extractor gave NaN or infinity" {
		t.Errorf("rows %v, broken %+v; want row 1 left out", s.Rows(), report.Broken)
	}
	_, _, err := Run(context.Background(), &wild{means: means{id: "short"}, short: true}, a.reader(), RunOptions{Dir: a.dir()})
	if err == nil || !strings.Contains(err.Error(), "returned 11 numbers for 3 images; want 4 each") {
		t.Errorf("got %v", err)
	}
}

func TestRunOptionsCheck(t *testing.T) {
	a := newAlbum(t, shades(1)...)
	_, _, err := Run(context.Background(), &means{id: "a/b"}, a.reader(), RunOptions{Batch: -1, Workers: -2})
	for _, want := range []string{"Dir is empty", "Batch is -1", "Workers is -2", `ID is "a/b"; want letters`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
