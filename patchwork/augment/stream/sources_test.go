package stream

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

// folder writes n pictures of which number i is filled with the grey value i, and returns their reader.
func folder(t testing.TB, n, side int) *imageset.Reader {
	t.Helper()
	root := t.TempDir()
	var all []imageset.Image
	for i := range n {
		m := image.NewGray(image.Rect(0, 0, side, side))
		for y := range side {
			for x := range side {
				m.SetGray(x, y, color.Gray{uint8(i)})
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		name := string(rune('a'+i)) + ".png"
		if err := os.WriteFile(filepath.Join(root, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		all = append(all, imageset.Image{ID: name, Hash: "0123456789abcdef", Width: side, Height: side, Size: int64(b.Len())})
	}
	ix, err := imageset.NewIndex(all)
	if err != nil {
		t.Fatal(err)
	}
	return &imageset.Reader{Root: root, Index: ix}
}

func square(side int) imageset.Resize { return imageset.Resize{Size: imageset.Size{W: side, H: side}} }

func TestFilesAndShardsShowTheirRows(t *testing.T) {
	r := folder(t, 8, 5)
	rows := []int{6, 1, 3, 0}
	files, err := Files(r, rows, square(4))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "set")
	o := shards.Options{Shape: shards.Shape{H: 4, W: 4, C: 3}, Limit: 10, PerShard: 3}
	if err := shards.Write(t.Context(), dir, o, shards.FromReader(t.Context(), r, rows, imageset.Resize{Size: imageset.Size{W: 4, H: 4}}, shards.Uint8, nil)); err != nil {
		t.Fatal(err)
	}
	set, err := shards.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	some, err := Subset(files, []int{2, 2, 0})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		source Source
		rows   []int
	}{{"files", files, rows}, {"shards", Shards(set), rows}, {"some of the files", some, []int{3, 3, 6}}} {
		if got, want := tt.source.Shape(), (Shape{len(tt.rows), 4, 4, 3}); got != want {
			t.Errorf("%s: the shape is %+v; want %+v", tt.name, got, want)
		}
		s := stream(t, tt.source, Plain(nil), Options{Batch: 3, Order: Sequential{}})
		var got []int
		for b, err := range s.Epoch(t.Context(), 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b.Rows...)
			x := b.Tensors[0].Value().([][][][]float32)
			for i, row := range b.Rows {
				if d := x[i][3][3][2] - float32(row)/255; d > 1e-6 || d < -1e-6 {
					t.Errorf("%s: row %d has the value %g", tt.name, row, x[i][3][3][2])
				}
			}
		}
		if !slices.Equal(got, tt.rows) {
			t.Errorf("%s: rows %v; want %v", tt.name, got, tt.rows)
		}
	}
}

func TestTornFileIsReplaced(t *testing.T) {
	r := folder(t, 6, 5)
	if err := os.WriteFile(r.Path(1), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := Files(r, []int{0, 1, 2, 3, 4, 5}, square(4))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	s := stream(t, files, Plain(nil), Options{Batch: 3, Order: Sequential{}, Broken: func(i int, err error) { told = append(told, err.Error()) }})
	if b := collect(t, s, 0, 0)[0]; !slices.Equal(b.Numbers, []int{0, 4, 2}) {
		t.Errorf("the first batch shows %v", b.Numbers)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "imageset: b.png: not an image of a known format") {
		t.Errorf("told of %q", told)
	}
}

// nothing is a kind without parts.
type nothing struct{}

func (nothing) Parts(Shape) ([]Part, error) { return nil, nil }
func (nothing) Make(*Picture) error         { return nil }

func TestSourcesAndOptionsSayWhatIsWrong(t *testing.T) {
	r := folder(t, 2, 3)
	four := images(t, 4, 2, 2, 1)
	made := func(_ Source, err error) error { return err }
	opened := func(s Source, k Kind, o Options) error { _, err := New(s, k, o); return err }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{made(Images(nil)), "stream.Images: there are no pictures"},
		{made(Images([]*augment.Image{augment.NewImage(1, 1, 1), nil})), "stream.Images: picture 1 is nil"},
		{made(Images([]*augment.Image{augment.NewImage(1, 2, 1), augment.NewImage(2, 2, 1)})), "stream.Images: picture 1 is 2 x 2 with 1 channels and the first 2 x 1 with 1"},
		{made(Images([]*augment.Image{{H: 2, W: 2, C: 1}})), "stream.Images: picture 0 has 0 values; want 4"},
		{made(Images([]*augment.Image{{H: 0, W: 2, C: 1}})), "stream: the pictures of the source are 2 x 0 with 1 channels"},
		{made(Images([]*augment.Image{{H: 60000, W: 60000, C: 1}})), "stream: the pictures of the source have 60000 x 60000 x 1 values"},
		{made(Files(r, nil, square(2))), "stream.Files: there are no rows"},
		{made(Files(r, []int{2}, square(2))), "stream.Files: row 2 does not exist; want 0 to 1"},
		{made(Files(r, []int{0}, square(0))), "imageset.Resize: size is 0 x 0"},
		{made(Subset(four, nil)), "stream.Subset: there are no numbers"},
		{made(Subset(four, []int{4})), "stream.Subset: picture 4 does not exist; want 0 to 3"},
		{opened(nil, Plain(nil), Options{}), "stream: the source or the kind is nil"},
		{opened(four, nil, Options{}), "stream: the source or the kind is nil"},
		{opened(four, Plain(nil), Options{Batch: -1}), "stream.Options: Batch is -1; want 1 to"},
		{opened(four, Plain(nil), Options{Ahead: -1}), "stream.Options: Ahead is -1"},
		{opened(four, Plain(nil), Options{Workers: 1 << 30}), "stream.Options: Workers is"},
		{opened(four, Plain(nil), Options{Last: "maybe"}), `stream.Options: Last is "maybe"; want keep or drop`},
		{opened(four, Plain(nil), Options{Labels: make([]int32, 5)}), "stream.Options: there are 5 labels for 4 pictures"},
		{opened(four, Pair(nil), Options{}), "stream: an epoch of 4 pictures fills no batch of 64; make Batch smaller"},
		{opened(four, Plain(pipeline(t, augment.Params{}, 60000)), Options{}), "stream: part x has 3600000000 values a picture, for batches of 64; want at most 2147483647 in all: make Batch"},
		{opened(four, Segments{Draws: 1 << 20}, Options{Batch: 4}), "stream: part drawn has the dimensions [1048576]; want 1 to 65536"},
		{opened(four, nothing{}, Options{}), "stream: the kind makes no tensor"},
		{ended(stream(t, four, Plain(nil), Options{}).Epoch(t.Context(), 0, 2)), "stream: an epoch has 1 steps and cannot go on from step 2; want 0 to 1"},
		{ended(stream(t, four, Plain(nil), Options{}).Epoch(t.Context(), 0, -1)), "stream: an epoch has 1 steps and cannot go on from step -1"},
	} {
		if tt.err == nil || !strings.HasPrefix(tt.err.Error(), tt.want) {
			t.Errorf("got %v, want %s", tt.err, tt.want)
		}
	}
}
