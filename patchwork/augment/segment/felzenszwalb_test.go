package segment

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// TestFelzenszwalbGolden compares every label with scikit-image's (testdata/felzenszwalb.py).
func TestFelzenszwalbGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/felzenszwalb.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var golden struct {
			Name string
			PNG  []byte
			Runs []struct {
				Scale, Sigma float64
				MinSize      int `json:"min_size"`
				Labels       []byte
			}
		}
		if err := json.Unmarshal(line, &golden); err != nil {
			t.Fatal(err)
		}
		m := rgba(t, golden.PNG)
		for _, run := range golden.Runs {
			o := Options{Scale: run.Scale, Sigma: run.Sigma, NoBlur: run.Sigma == 0, MinSize: run.MinSize}
			t.Run(fmt.Sprintf("%s/%+v", golden.Name, o), func(t *testing.T) {
				got, err := Felzenszwalb(m, o)
				if err != nil {
					t.Fatal(err)
				}
				want := unpack(t, run.Labels)
				if len(want) != len(got.Labels) {
					t.Fatalf("%d labels, want %d", len(got.Labels), len(want))
				}
				n, wrong := 0, 0
				for i, l := range got.Labels {
					n = max(n, want[i]+1)
					if int(l) != want[i] {
						wrong++
					}
				}
				if wrong > 0 || got.N != n {
					t.Errorf("%d of %d labels differ; %d segments, want %d", wrong, len(want), got.N, n)
				}
			})
		}
	}
}

func rgba(t *testing.T, data []byte) *image.RGBA {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

func unpack(t *testing.T, packed []byte) []int {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]int, len(raw)/2)
	for i := range labels {
		labels[i] = int(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return labels
}

func TestDefaultsAreThoseOfScikitImage(t *testing.T) {
	m := grain(40, 30)
	a, _ := Felzenszwalb(m, Options{})
	b, err := Felzenszwalb(m, Options{Scale: 1, Sigma: 0.8, MinSize: 20})
	if err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("the zero options give %d segments and the defaults spelt out %d, error %v", a.N, b.N, err)
	}
}

// TestFelzenszwalbOfPart checks that a part of a larger image is segmented like the same pixels alone.
func TestFelzenszwalbOfPart(t *testing.T) {
	whole := grain(50, 40)
	part := whole.SubImage(image.Rect(7, 5, 31, 36)).(*image.RGBA)
	alone := image.NewRGBA(image.Rect(0, 0, 24, 31))
	draw.Draw(alone, alone.Rect, part, part.Rect.Min, draw.Src)
	a, err := Felzenszwalb(part, Options{Scale: 100})
	b, _ := Felzenszwalb(alone, Options{Scale: 100})
	if err != nil || a.W != 24 || a.H != 31 || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("a part gives %d segments and alone %d, error %v", a.N, b.N, err)
	}
}

func TestFelzenszwalbErrors(t *testing.T) {
	m := grain(4, 4)
	for _, tt := range []struct {
		m    *image.RGBA
		o    Options
		want string
	}{
		{nil, Options{}, "no pixels"},
		{image.NewRGBA(image.Rect(3, 3, 3, 9)), Options{}, "no pixels"},
		{m, Options{Scale: -1}, "Scale is -1"},
		{m, Options{Scale: math.NaN()}, "Scale is NaN"},
		{m, Options{Sigma: math.Inf(1)}, "Sigma is +Inf"},
		{m, Options{Sigma: 1, NoBlur: true}, "one or the other"},
		{m, Options{MinSize: -2}, "MinSize is -2"},
		{&image.RGBA{Pix: make([]byte, 9), Stride: 16, Rect: m.Rect}, Options{}, "has 9 bytes"},
		{&image.RGBA{Stride: 4 << 20, Rect: image.Rect(0, 0, 1<<20, 1<<20)}, Options{}, "make it smaller"},
	} {
		if _, err := Felzenszwalb(tt.m, tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v; want one with %q", tt.o, err, tt.want)
		}
	}
}

// TestExp compares with values of 40 digits, by Python's decimal module, rounded once.
func TestExp(t *testing.T) {
	for x, want := range map[float64]float64{
		0: 1, -0.7812499999999999: 0x1.d4d244cf4ea9fp-2, -32: 0x1.c8464f7616468p-47, -2: 0x1.152aaa3bf81ccp-3, -4.5: 0x1.6c0504695c417p-7,
	} {
		if got := exp(x); got != want {
			t.Errorf("exp(%g) is %x; want %x", x, got, want)
		}
	}
}

// TestSortEdges holds both sorts to the order, also of input that makes the quicksort slow.
func TestSortEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		for name, cost := range map[string]func(i int) float64{
			"random": func(int) float64 { return rng.Float64() },
			"ties":   func(int) float64 { return float64(rng.IntN(3)) },
			"up":     func(i int) float64 { return float64(i) },
			"down":   func(i int) float64 { return float64(-i) },
		} {
			e := make([]edge, n)
			for i := range e {
				e[i] = edge{cost: cost(i), from: int32(i)}
			}
			heap := append([]edge(nil), e...)
			sortEdges(e)
			heapSort(heap)
			for _, sorted := range [][]edge{e, heap} {
				seen := map[int32]bool{}
				for i, x := range sorted {
					seen[x.from] = true
					if i > 0 && x.cost < sorted[i-1].cost {
						t.Fatalf("%s: of %d edges number %d is out of order", name, n, i)
					}
				}
				if len(seen) != n {
					t.Fatalf("%s: %d of %d edges are left", name, len(seen), n)
				}
			}
		}
	}
}

func TestAround(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	sum := 0.
	for range 2000 {
		o := Around(200, rng)
		if o.Scale < 100 || o.Scale >= 300 || o.MinSize != int(o.Scale) {
			t.Fatalf("scale %g and size %d; want 100 to 300 and the same", o.Scale, o.MinSize)
		}
		sum += o.Scale / 2000
	}
	if math.Abs(sum-200) > 4 { // three standard errors: 3·200/√12/√2000
		t.Errorf("the mean of 2000 scales is %g; want 200 ± 4", sum)
	}
	if got := Around(0.1, rng).MinSize; got != 1 {
		t.Errorf("the least size is %d; want 1", got)
	}
}

// grain is an image of patches with noise.
func grain(w, h int) *image.RGBA {
	rng := rand.New(rand.NewPCG(5, 6))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := m.Pix[m.PixOffset(x, y):]
			for c := range 3 {
				p[c] = byte(60*(x/9%3) + 40*(y/7%2) + rng.IntN(12) + 10*c)
			}
			p[3] = 255
		}
	}
	return m
}

func BenchmarkFelzenszwalb(b *testing.B) {
	m := grain(256, 256)
	for b.Loop() {
		if _, err := Felzenszwalb(m, Options{Scale: 200, MinSize: 200}); err != nil {
			b.Fatal(err)
		}
	}
}
