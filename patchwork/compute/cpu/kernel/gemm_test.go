package kernel

import (
	"strings"
	"testing"
)

// naiveGemm returns C in float64 and the sum of magnitudes behind every element, laid out like c.
func naiveGemm(s GemmShape, a, b, c []float32) (want, scale []float64) {
	want, scale = make([]float64, len(c)), make([]float64, len(c))
	for i, v := range c {
		want[i] = float64(v)
	}
	for n := range max(s.Batch, 1) {
		for i := range s.M {
			for j := range s.N {
				sum, size := 0.0, 0.0
				for k := range s.K {
					p := float64(a[n*s.ABatch+i*s.ARow+k*s.ACol]) * float64(b[n*s.BBatch+k*s.BRow+j*s.BCol])
					sum += p
					size += max(p, -p)
				}
				at := n*s.CBatch + i*s.CRow + j
				if s.Add {
					sum += want[at]
					size += max(want[at], -want[at])
				}
				want[at], scale[at] = sum, size
			}
		}
	}
	return want, scale
}

func gemmLens(g *Gemm) (a, b, c int) { return g.lenA, g.lenB, g.lenC }

func checkGemm(t *testing.T, s GemmShape, seed uint64) {
	t.Helper()
	g, err := NewGemm(s)
	if err != nil {
		t.Fatal(err)
	}
	r := newRand(seed)
	la, lb, lc := gemmLens(g)
	a, b, c := normals(r, la), normals(r, lb), normals(r, lc)
	again := normals(newRand(1), lc)
	copy(again, c)
	want, scale := naiveGemm(s, a, b, c)
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		out := c
		if workers > 1 {
			out = again
		}
		g.Run(p, a, b, out)
		p.Close()
	}
	checkClose(t, "c", c, want, scale, sumTolerance)
	sameBits(t, "1 and 3 workers", c, again)
}

// plain is a product of row-major matrices without gaps; ta and tb say which are transposed.
func plain(batch, m, n, k int, ta, tb bool) GemmShape {
	s := GemmShape{Batch: batch, M: m, N: n, K: k, ABatch: m * k, BBatch: k * n, CBatch: m * n, ARow: k, ACol: 1, BRow: n, BCol: 1, CRow: n}
	if ta {
		s.ARow, s.ACol = 1, m
	}
	if tb {
		s.BRow, s.BCol = 1, k
	}
	return s
}

func TestGemm(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(3)
		sizes := []int{1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 50, 63, 64, 65, 100}
		pick := func() int { return sizes[r.IntN(len(sizes))] }
		for i := range 150 {
			s := plain(r.IntN(6), pick(), pick(), pick(), i&1 != 0, i&2 != 0)
			if s.Add = i&4 != 0; i&8 != 0 { // gaps
				s.CRow += 3
				s.CBatch = s.M*s.CRow + 5
				s.ABatch, s.BBatch = s.ABatch+2, 0
			}
			checkGemm(t, s, uint64(i))
		}
		// Every stride of A other than 1.
		checkGemm(t, GemmShape{M: 13, N: 21, K: 34, ARow: 3, ACol: 40, BRow: 2, BCol: 70, CRow: 21}, 1)
		// Repeated rows.
		checkGemm(t, GemmShape{M: 13, N: 21, K: 34, ACol: 1, BCol: 1, CRow: 21}, 1)
	})
}

func TestGemmPaths(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, s := range []GemmShape{
			plain(1, 300, 200, 700, false, false), // blocks in every direction, several blocks of K
			plain(1, 33, 47, 5000, true, false),   // split along K
			plain(2, 33, 47, 4100, true, false),
			plain(1, 5, 333, 700, false, false), // few rows
			plain(9, 20, 20, 330, false, true),  // one chunk an item
			plain(0, 3, 4, 0, false, false),     // nothing to add
		} {
			checkGemm(t, s, 5)
			s.Add = true
			checkGemm(t, s, 6)
		}
	})
}

func TestGemmThen(t *testing.T) {
	for _, s := range []GemmShape{plain(1, 200, 300, 64, false, false), plain(1, 33, 47, 5000, true, false), plain(5, 20, 20, 30, false, false), plain(1, 3, 400, 30, false, false), plain(2, 7, 7, 0, false, false)} {
		g, err := NewGemm(s)
		if err != nil {
			t.Fatal(err)
		}
		la, lb, lc := gemmLens(g)
		seen := make([]int, lc)
		g.RunThen(nil, make([]float32, la), make([]float32, lb), make([]float32, lc), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				seen[i]++
			}
		})
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("%+v: element %d was reported %d times, want once", s, i, n)
			}
		}
	}
}

func TestGemmRefuses(t *testing.T) {
	_, err := NewGemm(GemmShape{M: -1, N: 3, K: 2, ARow: 2, ACol: -1, CRow: 1})
	for _, want := range []string{"Batch, M, N, K are 0, -1, 3, 2", "a stride is negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	if _, err := NewGemm(GemmShape{M: 2, N: 3, K: 2, CRow: 2}); err == nil || !strings.Contains(err.Error(), "CRow is 2; want at least N, 3") {
		t.Errorf("error %v; want one about CRow", err)
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint8(3), uint8(5), uint8(7), uint8(1), uint8(0))
	f.Add(uint8(0), uint8(0), uint8(237), uint8(3), uint8(6)) // nothing to write
	f.Add(uint8(33), uint8(70), uint8(200), uint8(2), uint8(7))
	f.Fuzz(func(t *testing.T, m, n, k, batch, flags uint8) {
		s := plain(int(batch%5), int(m), int(n), int(k), flags&1 != 0, flags&2 != 0)
		s.Add = flags&4 != 0
		eachVariant(t, func(t *testing.T) { checkGemm(t, s, uint64(flags)) })
	})
}
