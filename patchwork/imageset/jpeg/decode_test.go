package jpeg

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	gojpeg "image/jpeg"
	"io"
	"math"
	"testing"
)

// decode is Open and Decode.
func decode(data []byte, o Options) (image.Image, error) {
	p, err := Open(data)
	if err != nil {
		return nil, err
	}
	return p.Decode(o)
}

// planesOf are the channels of a decoded picture, each with its size and stride.
func planesOf(m image.Image) (list []plane) {
	switch m := m.(type) {
	case *image.Gray:
		list = []plane{{pix: m.Pix, stride: m.Stride, across: m.Rect.Dx(), down: m.Rect.Dy()}}
	case *image.YCbCr:
		x, y := 1, 1
		for r, ratio := range ratios {
			if ratio == m.SubsampleRatio {
				x, y = r[0], r[1]
			}
		}
		w, h := m.Rect.Dx(), m.Rect.Dy()
		list = []plane{
			{pix: m.Y, stride: m.YStride, across: w, down: h},
			{pix: m.Cb, stride: m.CStride, across: up(w, x), down: up(h, y)},
			{pix: m.Cr, stride: m.CStride, across: up(w, x), down: up(h, y)},
		}
	case *image.RGBA:
		list = []plane{{pix: m.Pix, stride: m.Stride, across: 4 * m.Rect.Dx(), down: m.Rect.Dy()}}
	}
	return list
}

// difference is how much two pictures differ at most, and how many values do; an error if they are of another kind.
func difference(a, b image.Image) (most, n int, err error) {
	if fmt.Sprintf("%T %v", a, a.Bounds()) != fmt.Sprintf("%T %v", b, b.Bounds()) {
		return 0, 0, fmt.Errorf("%T %v is not %T %v", a, a.Bounds(), b, b.Bounds())
	}
	one, other := planesOf(a), planesOf(b)
	for i, p := range one {
		q := other[i]
		if p.across != q.across || p.down != q.down {
			return 0, 0, fmt.Errorf("plane %d has %d x %d samples and %d x %d", i, p.across, p.down, q.across, q.down)
		}
		for y := range p.down {
			for x := range p.across {
				if d := int(p.pix[y*p.stride+x]) - int(q.pix[y*q.stride+x]); d != 0 {
					n++
					most = max(most, d, -d)
				}
			}
		}
	}
	return most, n, nil
}

// samplings are all that an image.YCbCr can express, and some that come to the same.
var samplings = [][][2]int{
	{{1, 1}}, {{2, 2}}, {{1, 1}, {1, 1}, {1, 1}}, {{2, 1}, {1, 1}, {1, 1}}, {{1, 2}, {1, 1}, {1, 1}}, {{2, 2}, {1, 1}, {1, 1}},
	{{4, 1}, {1, 1}, {1, 1}}, {{4, 2}, {1, 1}, {1, 1}}, {{2, 2}, {2, 1}, {2, 1}}, {{2, 2}, {1, 2}, {1, 2}}, {{2, 1}, {2, 1}, {2, 1}},
	{{4, 1}, {2, 1}, {2, 1}},
}

// drawings are JPEGs of every sampling, in odd sizes, with and without restarts, and so on.
func drawings() (list []*drawing) {
	for i, s := range samplings {
		for j, size := range [][2]int{{1, 1}, {7, 33}, {64, 48}, {83, 61}} {
			d := &drawing{width: size[0], height: size[1], sampling: s, adobe: -1, scale: 1 + 20*j, seed: uint64(100*i + j)}
			d.restart = []int{0, 1, 3, 0}[j]
			d.extended = i%2 == 1
			list = append(list, d)
			if e := *d; len(s) == 3 {
				e.separate, e.restart = true, 0
				list = append(list, &e)
			}
		}
	}
	return append(list,
		&drawing{width: 40, height: 30, sampling: samplings[2], adobe: 0, scale: 3, seed: 7},
		&drawing{width: 40, height: 30, sampling: samplings[5], adobe: 0, scale: 3, seed: 7},
		&drawing{width: 40, height: 30, sampling: samplings[5], adobe: 1, scale: 3, seed: 7},
	)
}

// TestLikeImageJPEG compares what is decoded at full size.
func TestLikeImageJPEG(t *testing.T) {
	for _, d := range drawings() {
		name := fmt.Sprintf("%d x %d, %v, restart %d, separate %v, Adobe %d", d.width, d.height, d.sampling, d.restart, d.separate, d.adobe)
		if c := d.sampling; d.separate && len(c) == 3 && c[1] != [2]int{1, 1} {
			continue // image/jpeg counts otherwise; TestDefinition has them
		}
		data := d.bytes()
		want, err := gojpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: the drawing is wrong: %v", name, err)
		}
		got, err := decode(data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if most, _, err := difference(got, want); err != nil || most > 1 {
			t.Errorf("%s: differs by %d, %v", name, most, err)
		}
	}
}

// TestQualities compares pictures that a real encoder made, of every tenth quality.
func TestQualities(t *testing.T) {
	grey, colour := image.NewGray(image.Rect(0, 0, 77, 50)), image.NewRGBA(image.Rect(0, 0, 77, 50))
	for y := range 50 {
		for x := range 77 {
			v := 128 + 60*math.Sin(float64(x*y)/90) + float64((x*31+y*17)%40)
			grey.Pix[y*grey.Stride+x] = byte(v)
			colour.SetRGBA(x, y, color.RGBA{byte(v), byte(3 * x), byte(255 * (x / 9 % 2)), 255})
		}
	}
	for quality := 1; quality <= 100; quality += 9 {
		for _, m := range []image.Image{grey, colour} {
			var b bytes.Buffer
			if err := gojpeg.Encode(&b, m, &gojpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			want, _ := gojpeg.Decode(bytes.NewReader(b.Bytes()))
			got, err := decode(b.Bytes(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if most, n, err := difference(got, want); err != nil || most > 1 || n > 300 {
				t.Errorf("%T of quality %d differs by %d in %d values, %v", m, quality, most, n, err)
			}
		}
	}
}

// TestDefinition compares every scale with sums of cosines in float64.
func TestDefinition(t *testing.T) {
	for _, d := range drawings() {
		if d.adobe == 0 {
			continue // becomes an image.RGBA
		}
		data := d.bytes()
		for _, scale := range []int{1, 2, 4, 8} {
			got, err := decode(data, Options{Scale: scale})
			if err != nil {
				t.Fatalf("%v: %v", d.sampling, err)
			}
			if want := image.Rect(0, 0, up(d.width, scale), up(d.height, scale)); got.Bounds() != want {
				t.Errorf("%d x %d at 1/%d is %v, want %v", d.width, d.height, scale, got.Bounds(), want)
			}
			planes := planesOf(got)
			for i, p := range planes {
				wide := min(8, 8/scale*d.sampling[0][0]/d.sampling[i][0])
				high := min(8, 8/scale*d.sampling[0][1]/d.sampling[i][1])
				side, worst := max(wide, high), 0.0
				for y := range p.down {
					for x := range p.across {
						b := &d.blocks[i][y/high*d.across[i]+x/wide]
						want, n := 0.0, 0.0
						for v := y % high * side / high; v < (y%high+1)*side/high; v++ {
							for u := x % wide * side / wide; u < (x%wide+1)*side/wide; u++ {
								want, n = want+definition(b, side, u, v), n+1
							}
						}
						worst = max(worst, math.Abs(want/n-float64(p.pix[y*p.stride+x])))
					}
				}
				if wide != high {
					worst -= 0.5 // rounded twice
				}
				if worst > 0.56 { // half of it is rounding
					t.Errorf("%d x %d, %v, separate %v at 1/%d: plane %d differs by %.3f", d.width, d.height, d.sampling, d.separate, scale, i, worst)
				}
			}
		}
	}
}

// definition is pixel (x, y) of a block of side × side.
func definition(b *[64]int, side, x, y int) float64 {
	axis := func(k, n int) float64 {
		c := math.Cos(float64(k*(2*n+1)) * math.Pi / float64(2*side))
		if k > 0 {
			c *= math.Sqrt2
		}
		if side == 4 {
			c *= math.Cos(float64(k) * math.Pi / 16)
		}
		return c
	}
	sum := 0.0
	for v := range side {
		for u := range side {
			sum += float64(b[8*v+u]) * axis(u, x) * axis(v, y)
		}
	}
	return min(255, max(0, sum/8+128))
}

// TestTruncated cuts off JPEGs at every byte or so: an error, and always the one that says so.
func TestTruncated(t *testing.T) {
	for i, d := range drawings() {
		data := d.bytes()
		for n := i % 97; n < len(data); n += 97 {
			if _, err := decode(data[:n], Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v: %d of %d bytes: %v", d.sampling, n, len(data), err)
			}
		}
	}
}
