package kernel

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// naiveWindow visits every pair of an output element and an element of its window, in order.
func naiveWindow(s WindowShape, oh, ow int, f func(x, y int)) {
	or1 := func(v int) int { return max(v, 1) }
	for n := range s.Batch {
		for oy := range oh {
			for ox := range ow {
				for i := range s.WindowH {
					for j := range s.WindowW {
						y, x := oy*or1(s.StrideH)+i*or1(s.DilationH)-s.PadTop, ox*or1(s.StrideW)+j*or1(s.DilationW)-s.PadLeft
						if y < 0 || x < 0 || y%or1(s.BaseH) != 0 || x%or1(s.BaseW) != 0 {
							continue
						}
						y, x = y/or1(s.BaseH), x/or1(s.BaseW)
						if y >= s.Height || x >= s.Width {
							continue
						}
						for c := range s.Channels {
							f(((n*s.Height+y)*s.Width+x)*s.Channels+c, ((n*oh+oy)*ow+ox)*s.Channels+c)
						}
					}
				}
			}
		}
	}
}

func checkWindow(t *testing.T, s WindowShape, seed uint64) {
	t.Helper()
	m, err := NewWindow(s)
	if err != nil {
		t.Fatal(err)
	}
	r := newRand(seed)
	x, dy := normals(r, m.lenX), normals(r, m.lenY)
	for i := range x { // many equal elements, so that the first one matters
		x[i] = float32(math.Round(float64(2 * x[i])))
	}
	sum, top, low := make([]float64, m.lenY), make([]float64, m.lenY), make([]float64, m.lenY)
	best := make([]int, m.lenY)
	for i := range top {
		top[i], low[i], best[i] = math.Inf(-1), math.Inf(1), -1
	}
	naiveWindow(s, m.OutHeight(), m.OutWidth(), func(ix, iy int) {
		v := float64(x[ix])
		sum[iy] += 0.5 * v
		low[iy] = min(low[iy], v)
		if v > top[iy] {
			top[iy], best[iy] = v, ix
		}
	})
	grad := make([]float64, m.lenX)
	for i, b := range best {
		if b >= 0 {
			grad[b] += float64(dy[i])
		}
	}
	p := NewPool(2)
	defer p.Close()
	y := normals(r, m.lenY)
	final := make([]float32, len(y))
	m.Sum(p, x, y, 0.5, func(lo, hi int) { copy(final[lo:hi], y[lo:hi]) })
	if !slices.Equal(final, y) {
		t.Errorf("%v: what follows a piece did not find it final", s)
	}
	checkClose(t, "sum", y, sum, nil, 1e-5)
	m.Min(p, x, y, nil)
	checkClose(t, "min", y, low, nil, 0)
	m.Max(p, x, y, nil)
	checkClose(t, "max", y, top, nil, 0)
	dx := normals(r, m.lenX)
	err = m.MaxGrad(p, x, y, dy, dx)
	if s.BaseH > 1 || s.BaseW > 1 {
		if !errors.Is(err, ErrDilatedInput) {
			t.Fatalf("error %v, want ErrDilatedInput", err)
		}
		return
	}
	checkClose(t, "gradient of max", dx, grad, nil, 1e-5)
}

func TestWindow(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, s := range []WindowShape{
			{Batch: 2, Height: 8, Width: 8, Channels: 16, WindowH: 2, WindowW: 2, StrideH: 2, StrideW: 2},
			{Batch: 2, Height: 9, Width: 7, Channels: 67, WindowH: 3, WindowW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1},
			{Batch: 1, Height: 9, Width: 7, Channels: 130, WindowH: 9, WindowW: 7},
			{Batch: 3, Height: 6, Width: 5, Channels: 3, WindowH: 2, WindowW: 3, DilationH: 2, PadTop: 3, PadRight: 5},
			{Batch: 1, Height: 4, Width: 5, Channels: 5, WindowH: 3, WindowW: 2, BaseH: 2, BaseW: 3, PadTop: 2, PadBottom: 1, PadLeft: -1},
			{Batch: 1, Height: 1, Width: 1, Channels: 1, WindowH: 2, WindowW: 2},
			{Batch: 0, Height: 4, Width: 4, Channels: 1, WindowH: 2, WindowW: 2},
		} {
			checkWindow(t, s, 3)
		}
		r := newRand(12)
		for i := range 60 {
			s := WindowShape{
				Batch: 1 + r.IntN(2), Height: 1 + r.IntN(9), Width: 1 + r.IntN(9), Channels: 1 + r.IntN(40), WindowH: 1 + r.IntN(4), WindowW: 1 + r.IntN(4),
				StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), DilationH: 1 + r.IntN(2), DilationW: 1 + r.IntN(2),
				PadTop: r.IntN(4) - 1, PadBottom: r.IntN(4) - 1, PadLeft: r.IntN(4) - 1, PadRight: r.IntN(4) - 1,
			}
			if i%3 == 0 {
				s.BaseH, s.BaseW = 1+r.IntN(3), 1+r.IntN(3)
			}
			checkWindow(t, s, uint64(i))
		}
	})
}

func TestWindowRefuses(t *testing.T) {
	_, err := NewWindow(WindowShape{Batch: -1, WindowH: 1, WindowW: 0})
	for _, want := range []string{"Batch, Height, Width, Channels are -1", "below 1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
