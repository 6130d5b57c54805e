package stream

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

func TestViewsAreWhatThePipelineMakes(t *testing.T) {
	all := pictures(6, 16, 12, 3)
	source, err := Images(all)
	if err != nil {
		t.Fatal(err)
	}
	weak, strong := pipeline(t, augment.FixMatchWeak(), 16), pipeline(t, augment.FixMatchStrong(), 10)
	s := stream(t, source, Views{weak, strong, nil}, Options{Batch: 3, Seed: 5})
	for _, b := range collect(t, s, 4, 0) {
		for i, n := range b.Numbers {
			for v, pl := range []*augment.Pipeline{weak, strong} {
				var want augment.Image
				key := augment.Key{Seed: 5, Epoch: 4, Index: uint64(b.Step*3 + i), View: uint64(v)}
				if err := pl.Apply(&want, all[n], key); err != nil {
					t.Fatal(err)
				}
				if x := b.Floats[fmt.Sprintf("x%d", v+1)]; !slices.Equal(x[i*len(want.Pix):][:len(want.Pix)], want.Pix) {
					t.Errorf("view %d of picture %d is not what the pipeline makes with the draws of its place", v+1, n)
				}
			}
			if !slices.Equal(b.Floats["x3"][i*576:][:576], all[n].Pix) {
				t.Errorf("the view without a pipeline is not picture %d", n)
			}
		}
	}
}

func TestMultiCropHasTwoGlobalViews(t *testing.T) {
	s := stream(t, images(t, 3, 20, 20, 3), MultiCrop(pipeline(t, augment.SimCLR(), 14), pipeline(t, augment.SimCLR(), 6), 4), Options{Batch: 3})
	var sides []int
	for _, p := range s.Parts() {
		sides = append(sides, p.Dims[0])
	}
	if want := []int{14, 14, 6, 6, 6, 6}; !slices.Equal(sides, want) {
		t.Errorf("the views have the sides %v; want %v", sides, want)
	}
	b := collect(t, s, 0, 0)[0]
	for _, two := range [][2]string{{"x1", "x2"}, {"x3", "x4"}, {"x5", "x6"}} {
		if slices.Equal(b.Floats[two[0]], b.Floats[two[1]]) {
			t.Errorf("%s and %s have the same draws", two[0], two[1])
		}
	}
}

// By hand: the picture (0 1; 2 3), whose values are its places, turned against the clock.
func TestTurn(t *testing.T) {
	for k, want := range [][]float32{{0, 1, 2, 3}, {1, 3, 0, 2}, {3, 2, 1, 0}, {2, 0, 3, 1}} {
		var both []float32
		for _, v := range want {
			both = append(both, v, v+10)
		}
		got := make([]float32, 8)
		turn(got, []float32{0, 10, 1, 11, 2, 12, 3, 13}, 2, 2, k)
		if !slices.Equal(got, both) {
			t.Errorf("turned by %d: %v; want %v", k, got, both)
		}
	}
}

func TestRotatedTellsTheTurn(t *testing.T) {
	const n, size = 400, 5 * 5 * 2
	all := pictures(n, 5, 5, 2)
	source, err := Images(all)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, size)
	var counts [4]int
	for _, b := range collect(t, stream(t, source, Rotated{}, Options{Batch: 40}), 0, 0) {
		for i, number := range b.Numbers {
			k := b.Ints["k"][i]
			counts[k]++
			turn(want, all[number].Pix, 5, 2, int(k))
			if !slices.Equal(b.Floats["x"][i*size:][:size], want) {
				t.Errorf("picture %d is not turned by %d quarters", number, k)
			}
		}
	}
	if c := chiSquare(counts[:], n); c > 16.3 { // 3 degrees, p = 0.001
		t.Errorf("turns were drawn %v times: chi square %g", counts, c)
	}
	for _, b := range collect(t, stream(t, source, Rotated{All: true}, Options{Batch: 40}), 0, 0) {
		for i, k := range b.Ints["k"] {
			turn(want, all[b.Numbers[i/4]].Pix, 5, 2, i%4)
			if int(k) != i%4 || !slices.Equal(b.Floats["x"][i*size:][:size], want) {
				t.Fatalf("row %d is not picture %d turned by %d quarters, or its k is %d", i, b.Numbers[i/4], i%4, k)
			}
		}
	}
}

// chiSquare compares counts with a uniform distribution of n.
func chiSquare(counts []int, n int) (sum float64) {
	want := float64(n) / float64(len(counts))
	for _, c := range counts {
		sum += (float64(c) - want) * (float64(c) - want) / want
	}
	return sum
}

func TestInpaintingBoxes(t *testing.T) {
	const n = 2000
	source := images(t, n, 6, 9, 1)
	var at [4 * 6]int // a box of 3 x 4 has 4 x 6 places
	for _, b := range collect(t, stream(t, source, Inpainting{}, Options{Batch: 50, Order: Sequential{}}), 0, 0) {
		for i := range b.Numbers {
			mask := b.Floats["mask"][54*i:][:54]
			first := slices.Index(mask, 1)
			want := make([]float32, 54)
			fill(want, 9, first/9, first%9, 3, 4)
			if !slices.Equal(mask, want) {
				t.Fatalf("the mask is no box of 3 x 4: %v", mask)
			}
			at[first/9*6+first%9]++
		}
	}
	if c := chiSquare(at[:], n); c > 49.7 { // 23 degrees, p = 0.001
		t.Errorf("the places were drawn %v times: chi square %g", at, c)
	}
	central := collect(t, stream(t, source, Inpainting{Central: true}, Options{Batch: 50}), 0, 0)[0].Floats["mask"][:54]
	want := make([]float32, 54)
	fill(want, 9, 1, 2, 3, 4)
	if !slices.Equal(central, want) {
		t.Errorf("the box in the middle is %v", central)
	}
	for _, b := range collect(t, stream(t, source, Inpainting{Boxes: 3, Side: 0.34}, Options{Batch: 50}), 0, 0) {
		for i := range b.Numbers {
			sum := float32(0)
			for _, v := range b.Floats["mask"][54*i:][:54] {
				sum += v
			}
			if sum < 6 || sum > 18 { // boxes of 2 x 3
				t.Fatalf("three boxes of 2 x 3 cover %g pixels", sum)
			}
		}
	}
}

// Pictures whose first channel tells the place of a pixel, moved by operations that only move whole pixels: each keeps
// its segment.
func TestSegmentsMoveWithThePixels(t *testing.T) {
	const side, n = 24, 30
	im := augment.NewImage(side, side, 3)
	for i := range side * side {
		im.Pix[3*i], im.Pix[3*i+1] = float32(i)/1000, float32(i/side/6)/4
		im.Pix[3*i+2] = float32(i%side/6) / 4
	}
	source, err := Images(slices.Repeat([]*augment.Image{im}, n))
	if err != nil {
		t.Fatal(err)
	}
	moves := pipeline(t, augment.Params{FlipLeftRight: true, FlipUpDown: true, Rot90: true}, side)
	for _, kind := range []Segments{{First: moves, Grid: 4, Draws: 5}, {First: moves, Scale: 20, Draws: 5}} {
		for _, b := range collect(t, stream(t, source, kind, Options{Batch: 10}), 0, 0) {
			for i := range b.Numbers {
				cut, err := segment.Grid(side, side, 4, 4)
				if kind.Grid == 0 {
					p := Picture{Image: *im, Place: 10*b.Step + i}
					cut, err = segment.Felzenszwalb(p.Image.RGBA(nil), segment.Around(20, p.Key(own).Rand()))
				}
				if err != nil || cut.N < 6 {
					t.Fatalf("%d segments, %v", cut.N, err)
				}
				for _, v := range []string{"1", "2"} {
					x, m := b.Floats["x"+v][3*side*side*i:], b.Ints["m"+v][side*side*i:][:side*side]
					for k, l := range m {
						if from := int(math.Round(1000 * float64(x[3*k]))); l != cut.Labels[from] {
							t.Fatalf("%+v: pixel %d was at %d, in segment %d, and is in %d now", kind, k, from, cut.Labels[from], l)
						}
					}
				}
				drawn := slices.Sorted(slices.Values(b.Ints["drawn"][5*i:][:5]))
				if len(slices.Compact(drawn)) != 5 || drawn[0] < 0 || int(drawn[4]) >= cut.N {
					t.Errorf("drawn are %v; want five of %d", drawn, cut.N)
				}
			}
		}
	}
}

func TestSegmentsAreCounted(t *testing.T) {
	source := images(t, 12, 16, 16, 1)
	crop := pipeline(t, augment.Params{ZoomScale: 0.1}, 16)
	var total segment.Report
	for b, err := range stream(t, source, Segments{First: crop, Grid: 4, Draws: 10}, Options{Batch: 4}).Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Tally.Images != 4 || b.Tally.K != 10 {
			t.Errorf("a batch counts %d pictures of %d draws; want 4 of 10", b.Tally.Images, b.Tally.K)
		}
		total.Join(b.Tally)
	}
	if total.Images != 12 || total.AnyLost == 0 || total.Lost < total.AnyLost || total.Replaced == 0 {
		t.Errorf("crops of a tenth lose segments and leave fewer than ten: %+v", total)
	}
	whole := stream(t, source, Segments{Grid: 4}, Options{Batch: 12})
	for b := range whole.Epoch(t.Context(), 0, 0) {
		if want := (segment.Report{Images: 12, K: 16, Common: 192}); b.Tally != want {
			t.Errorf("whole pictures: %+v; want %+v", b.Tally, want)
		}
	}
}

func TestMasks(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	exec := graph.MustNewExec(backend, Masks)
	got := exec.MustCall([][][]int32{{{0, 1}, {1, -1}}}, [][]int32{{1, -1, 1}})[0].Value().([][][][]float32)
	if want := "[[[[0 0 0] [1 0 1]] [[1 0 1] [0 0 0]]]]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestKindsSayWhatIsWrong(t *testing.T) {
	source := images(t, 4, 8, 6, 3)
	for _, tt := range []struct {
		kind Kind
		want string
	}{
		{Views{}, "stream.Views: there is no pipeline; give one for each view, or nil"},
		{Rotated{}, "stream.Rotated: pictures are 6 x 8; a quarter turn needs squares: give a pipeline"},
		{Inpainting{Boxes: -1}, "stream.Inpainting: Boxes is -1; want 1 or more"},
		{Inpainting{Boxes: 2, Central: true}, "stream.Inpainting: Boxes is 2 and Central is set"},
		{Inpainting{Side: 1.5}, "stream.Inpainting: Side is 1.5; want a part in (0, 1]"},
		{Inpainting{Side: math.NaN()}, "stream.Inpainting: Side is NaN"},
		{Inpainting{Side: 0.15}, "stream.Inpainting: a box of 0.15 of 6 x 8 has no pixels"},
		{Segments{Draws: -2}, "stream.Segments: Draws is -2; want 1 or more"},
		{Segments{Scale: -1}, "stream.Segments: Scale is -1; want a positive number"},
		{Segments{Scale: math.Inf(1)}, "stream.Segments: Scale is +Inf"},
		{Segments{Grid: 7}, "stream.Segments: Grid is 7; want 1 to 6 rectangles a side"},
		{Segments{Grid: 2, Scale: 10}, "stream.Segments: Grid is 2 and Scale 10; want one or the other"},
	} {
		if _, err := New(source, tt.kind, Options{Batch: 2}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%T%+v: got %v, want %s", tt.kind, tt.kind, err, tt.want)
		}
	}
}
