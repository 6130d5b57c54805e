package tensorboard

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// small are pictures of one colour each: of the red value 10, 20, …
func small(n, w, h int) (all []image.Image) {
	for i := range n {
		m := image.NewRGBA(image.Rect(5, 7, 5+w, 7+h))
		for p := 0; p < len(m.Pix); p += 4 {
			copy(m.Pix[p:], []byte{byte(10 * (i + 1)), 0, 0, 255})
		}
		all = append(all, m)
	}
	return all
}

func TestEmbedding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	e := runlog.Cloud{Name: "features", Points: [][]float32{{0, 1.5}, {-1e-7, 2}, {3, 16777217}}, Columns: []string{"image", "label"},
		Rows: [][]string{{"a.png", "road"}, {"b\tc.png", "x\r\ny"}, {"d", ""}}, Pictures: small(3, 4, 3)}
	if err := WriteEmbedding(dir, e); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"vectors.tsv":  "0\t1.5\n-1e-07\t2\n3\t1.6777216e+07\n",
		"metadata.tsv": "image\tlabel\na.png\troad\nb c.png\tx y\nd\t\n",
		"projector_config.pbtxt": `embeddings {
  tensor_name: "features"
  tensor_path: "vectors.tsv"
  tensor_shape: 3
  tensor_shape: 2
  metadata_path: "metadata.tsv"
  sprite {
    image_path: "sprites.png"
    single_image_dim: 4
    single_image_dim: 3
  }
}
`,
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
	f, err := os.Open(filepath.Join(dir, "sprites.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet, err := png.Decode(f)
	if err != nil || sheet.Bounds() != image.Rect(0, 0, 8, 6) { // two rows of two
		t.Fatalf("the sheet is %v, %v", sheet.Bounds(), err)
	}
	for at, red := range map[image.Point]uint8{{X: 3, Y: 2}: 10, {X: 4, Y: 0}: 20, {X: 0, Y: 3}: 30, {X: 7, Y: 5}: 0} {
		if got := color.RGBAModel.Convert(sheet.At(at.X, at.Y)).(color.RGBA).R; got != red {
			t.Errorf("at %v the red is %d, want %d", at, got, red)
		}
	}
	if err := WriteEmbedding(dir, runlog.Cloud{Name: "one", Points: [][]float32{{1, 2}, {3, 4}}, Columns: []string{"label"}, Rows: [][]string{{""}, {"road"}}}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "metadata.tsv")); string(got) != " \nroad\n" { // TensorBoard reads no names of a single column
		t.Errorf("one column is %q", got)
	}
}

func TestSpritesFit(t *testing.T) {
	for _, tt := range []struct{ n, wanted, side int }{{1, 64, 64}, {2000, 64, 64}, {16384, 64, 64}, {16385, 64, 63}, {80_000_000, 64, 1}, {0, 64, 64}, {4, 10_000, 4096}} {
		if got := SpriteSide(tt.n, tt.wanted); got != tt.side {
			t.Errorf("%d pictures have %d pixels, want %d", tt.n, got, tt.side)
		}
	}
}

func TestEmbeddingRefuses(t *testing.T) {
	nan := float32(0)
	nan /= nan
	err := WriteEmbedding(t.TempDir(), runlog.Cloud{Points: [][]float32{{1, 2}, {3}, {4, nan}}, Columns: []string{"a", "b"}, Rows: [][]string{{"1", "2"}, {"3"}}, Pictures: small(2, 5000, 1)})
	if err == nil {
		t.Fatal("it is taken")
	}
	for _, want := range []string{"they have no name", "point 1 has 1 dimensions and the first 2", "point 2 has the value NaN", "2 Rows for 3 points", "row 1 has 1 values for 2 columns", "2 Pictures for 3 points", "a sheet of 10000", "make them 4096"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := WriteEmbedding(t.TempDir(), runlog.Cloud{Name: "x"}); err == nil || !strings.Contains(err.Error(), "no Points") {
		t.Errorf("no points: %v", err)
	}
}
