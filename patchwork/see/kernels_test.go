package see

import (
	"math"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// answer is what kernel i makes of the image with its upper left corner at (y, x), 0 outside, plus nothing: by hand.
func (k Kernels) answer(im *augment.Image, i, y, x int, prepared func(v float32, c int) float64) (sum float64) {
	w := k.Of(i)
	for dy := range k.H {
		for dx := range k.W {
			for c := range k.Inputs {
				if y+dy < 0 || x+dx < 0 || y+dy >= im.H || x+dx >= im.W {
					continue
				}
				sum += float64(w[(dy*k.W+dx)*k.Inputs+c]) * prepared(im.Pix[((y+dy)*im.W+x+dx)*im.C+c], c)
			}
		}
	}
	return sum
}

// The kernels that are read are those by which the network makes its first map, in the same order.
func TestKernelsMakeTheFirstMap(t *testing.T) {
	for _, tt := range []struct {
		name        string
		o           backbone.Options
		size        int // of the kernels
		count       int
		stride, pad int
		where       string
	}{
		{"resnet-tiny", backbone.Options{Width: 0.25}, 4, 16, 4, 0, "stem/conv/kernel"},
		{"vgg11", backbone.Options{Width: 0.25, Stem: backbone.SmallStem}, 3, 16, 1, 1, "stage1/block1/conv/kernel"},
		{"vit-tiny", backbone.Options{Width: 0.25, Patch: 8}, 8, 48, 8, 0, "stem/conv/kernel"},
		{"resnet-tiny", backbone.Options{Width: 0.25, Inputs: 5}, 4, 16, 4, 0, "stem/conv/kernel"},
		{"context-encoder", backbone.Options{Width: 0.25}, 4, 8, 2, 1, "layer1/conv/kernel"},
	} {
		dir := save(t, tt.name, tt.o, 32)
		k, err := ReadKernels(dir, features.ONNXOptions{})
		if err != nil {
			t.Fatal(err)
		}
		inputs := max(tt.o.Inputs, 3)
		if k.H != tt.size || k.W != tt.size || k.Count != tt.count || k.Inputs != inputs || k.Name != tt.where || k.IsColour() != (inputs == 3) {
			t.Errorf("%s: %d kernels %s of %d×%d×%d", tt.name, k.Count, k.Name, k.H, k.W, k.Inputs)
			continue
		}
		saved, err := backbone.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		m, err := OpenMaps(dir, MapOptions{Tap: First, Side: 48})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		im := noise(48, 48, inputs, 3)
		maps, err := m.Read(t.Context(), im)
		if err != nil || m.Name != First || m.W != 48 || maps[0].C != tt.count || maps[0].H != (48+2*tt.pad-tt.size)/tt.stride+1 {
			t.Fatal(m.Name, m.W, maps[0].C, maps[0].H, err)
		}
		for _, place := range [][2]int{{0, 0}, {1, 2}, {maps[0].H - 1, maps[0].W - 2}} {
			for i := range tt.count {
				want := k.answer(im, i, place[0]*tt.stride-tt.pad, place[1]*tt.stride-tt.pad, func(v float32, c int) float64 {
					return (float64(v) - saved.Options.Mean[c]) / saved.Options.Std[c]
				})
				if got := maps[0].Channel(i)[place[0]*maps[0].W+place[1]]; math.Abs(float64(got)-want) > 2e-4 {
					t.Fatalf("%s: kernel %d at %v gives %g by hand and %g in the map", tt.name, i, place, want, got)
				}
			}
		}
	}
}

// The same of a network in an ONNX file, whose first convolution has zeros around; with blue first too.
func TestKernelsOfONNX(t *testing.T) {
	const file = "../features/testdata/small.onnx"
	for _, bgr := range []bool{false, true} {
		o := features.ONNXOptions{Mean: []float32{0.4}, Std: []float32{0.2}, BGR: bgr}
		k, err := ReadKernels(file, o)
		if err != nil || k.H != 3 || k.W != 3 || k.Inputs != 3 || k.Count != 8 || k.Name != "first_w" {
			t.Fatalf("%+v, %v", k, err)
		}
		m, err := OpenMaps(file, MapOptions{ONNX: o, Tap: First})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		im := noise(16, 16, 3, 1)
		maps, err := m.Read(t.Context(), im)
		if err != nil || m.Name != "first" || maps[0].H != 16 || maps[0].C != 8 {
			t.Fatal(m.Name, err)
		}
		for i := range k.Count {
			for _, place := range [][2]int{{0, 0}, {7, 9}, {15, 4}} {
				want := k.answer(im, i, place[0]-1, place[1]-1, func(v float32, _ int) float64 { return (float64(v) - 0.4) / 0.2 })
				if got := maps[0].Channel(i)[place[0]*16+place[1]]; math.Abs(float64(got)-want) > 1e-4 {
					t.Errorf("blue first %v, kernel %d at %v: %g by hand and %g in the map", bgr, i, place, want, got)
				}
			}
		}
	}
	for says, o := range map[string]MapOptions{"it has no map \"magic\"": {Tap: "magic"}, "takes images of its own size": {Side: 64}} {
		if _, err := OpenMaps(file, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
}

// Zero is the middle grey in every kernel, the largest number black or white.
func TestKernelPicture(t *testing.T) {
	k := Kernels{H: 1, W: 2, Inputs: 3, Count: 2, Values: []float32{0, 0.5, -1, 0, 0, 0, 0, 0, 0, 4, 2, -2}}
	first, second := k.Picture(0, 0, 20), k.Picture(1, 0, 20)
	if first.Rect.Dx() != 20 || first.Rect.Dy() != 10 || k.Largest(0) != 1 || k.Largest(1) != 4 {
		t.Fatal(first.Rect, k.Largest(0), k.Largest(1))
	}
	for what, pair := range map[string][2][4]uint8{
		"0, ½, -1 of 1": {[4]uint8(first.Pix), {128, 191, 0, 255}}, "zeros": {[4]uint8(second.Pix), {128, 128, 128, 255}},
		"4, 2, -2 of 4": {[4]uint8(second.Pix[4*19:]), {255, 191, 64, 255}},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is shown as %v, want %v", what, pair[0], pair[1])
		}
	}
	k.Inputs, k.W = 2, 3
	if grey := k.Picture(0, 1, 3).Pix[:4]; [4]uint8(grey) != [4]uint8{191, 191, 191, 255} {
		t.Errorf("channel 1 of two is shown as %v", grey)
	}
}
