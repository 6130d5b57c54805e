package imageset

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// distance is the mean and the largest difference of values in [0, 1] from a picture, of 255.
func distance(values []float32, want image.Image) (mean, worst float64) {
	w := want.Bounds().Dx()
	for i, v := range values {
		r, g, b, _ := want.At(i/3%w, i/3/w).RGBA()
		d := float64(v)*255 - float64([]uint32{r, g, b}[i%3])/257
		d = max(d, -d)
		mean, worst = mean+d/float64(len(values)), max(worst, d)
	}
	return mean, worst
}

// TestShrunkGolden compares JPEGs that are decoded smaller than they are with what Pillow makes of the full ones;
// testdata/shrunk.py says how.
func TestShrunkGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/shrunk_*.png")
	if err != nil || len(files) != 60 {
		t.Fatalf("found %d golden pictures (%v), want 60", len(files), err)
	}
	scales := map[int]int{}
	for _, file := range files {
		var name, mode, filter string
		var o Resize
		base := strings.TrimSuffix(filepath.Base(file), ".png")
		fmt.Sscanf(strings.ReplaceAll(base, "_", " "), "shrunk %s %s %s %dx%d", &name, &mode, &filter, &o.Size.W, &o.Size.H)
		o.Mode, o.Filter, o.Fill = Mode(mode), Filter(filter), []float32{128.0 / 255}
		p, err := decodeRaster(fixture(t, "shrunk_"+name+".jpg"), task{need: o.detail})
		if err != nil {
			t.Fatal(err)
		}
		scales[p.scale]++
		w, h := p.size()
		if full := map[string]image.Point{"colour": {643, 487}, "half": {331, 403}, "grey": {331, 259}}[name]; image.Pt(w, h) != full {
			t.Errorf("%s has %d x %d pixels, want %v", base, w, h, full)
		}
		want, err := png.Decode(bytes.NewReader(fixture(t, filepath.Base(file))))
		if err != nil {
			t.Fatal(err)
		}
		if mean, worst := distance(p.resize(o), want); mean > 0.6 || worst > 6 {
			t.Errorf("%s, decoded at 1/%d, differs from Pillow by %.3f on average and %.2f at most, of 255; want at most 0.6 and 6", base, p.scale, mean, worst)
		}
	}
	for _, s := range []int{1, 2, 4, 8} {
		if scales[s] < 4 {
			t.Errorf("only %d pictures are decoded at 1/%d", scales[s], s)
		}
	}
}

// TestShrunkPhotos compares photographs decoded smaller with the same in full, on pictures of many.
func TestShrunkPhotos(t *testing.T) {
	var photos []image.Image
	for _, dir := range []string{os.Getenv("PATCHWORK_SHARED"), "../../shared", "../../../shared"} {
		paths, _ := filepath.Glob(filepath.Join(dir, "data/ucm10/*/*_000001.jpg"))
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			photos = append(photos, m)
		}
		if len(paths) > 0 {
			break
		}
	}
	if len(photos) == 0 {
		t.Skip("no photographs data/ucm10/*/*_000001.jpg; set PATCHWORK_SHARED to the folder that holds data")
	}
	canvas := image.NewRGBA(image.Rect(0, 0, 1001, 755))
	for i := range canvas.Rect.Dx() * canvas.Rect.Dy() {
		x, y := i%1001, i/1001
		canvas.Set(x, y, photos[(x/256+y/256*3)%len(photos)].At(x%256, y%256))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, canvas, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []Size{{125, 94}, {62, 47}, {31, 23}} {
		for _, filter := range []Filter{Bilinear, Bicubic} {
			o := Resize{Size: size, Filter: filter}
			full, err := decodeRaster(b.Bytes(), task{})
			if err != nil {
				t.Fatal(err)
			}
			small, err := decodeRaster(b.Bytes(), task{need: o.detail})
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			want := full.resize(o)
			for i, v := range small.resize(o) {
				d := 255 * float64(v-want[i])
				sum += max(d, -d)
			}
			if mean := sum / float64(len(want)); small.scale == 1 || mean > 0.5 {
				t.Errorf("to %v, %s: at 1/%d the mean difference from the full size is %.3f of 255, want at most 0.5", size, filter, small.scale, mean)
			}
		}
	}
}
