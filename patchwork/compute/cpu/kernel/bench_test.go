package kernel

import (
	"fmt"
	"testing"
	"time"
)

// best runs f for b and reports work (in units of 1e9) per second of its fastest run, which other programs disturb least.
func best(b *testing.B, work float64, unit string, f func()) {
	b.Helper()
	f()
	fastest := time.Duration(1 << 62)
	for b.Loop() {
		start := time.Now()
		f()
		fastest = min(fastest, time.Since(start))
	}
	b.ReportMetric(work/fastest.Seconds()/1e9, unit)
	b.ReportMetric(0, "ns/op")
}

func BenchmarkGemm(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	for _, n := range []int{256, 1024} {
		for _, kind := range []string{"NN", "NT", "TN"} {
			b.Run(fmt.Sprintf("%d/%s", n, kind), func(b *testing.B) {
				g, err := NewGemm(plain(1, n, n, n, kind == "TN", kind == "NT"))
				if err != nil {
					b.Fatal(err)
				}
				x, y, z := Floats(n*n), Floats(n*n), Floats(n*n)
				best(b, 2*float64(n*n*n), "GFLOP/s", func() { g.Run(p, x, y, z) })
			})
		}
	}
	b.Run("batch384", func(b *testing.B) {
		g, err := NewGemm(plain(384, 64, 64, 64, false, true))
		if err != nil {
			b.Fatal(err)
		}
		n := 384 * 64 * 64
		x, y, z := Floats(n), Floats(n), Floats(n)
		best(b, 2*384*64*64*64, "GFLOP/s", func() { g.Run(p, x, y, z) })
	})
	b.Run("row1280x1000", func(b *testing.B) {
		g, err := NewGemm(plain(1, 1, 1000, 1280, false, false))
		if err != nil {
			b.Fatal(err)
		}
		x, y, z := Floats(1280), Floats(1280*1000), Floats(1000)
		best(b, 2*1280*1000, "GFLOP/s", func() { g.Run(p, x, y, z) })
	})
}

// benchConvs are the convolutions of the table in docs/compute.md: height and width, channels, outputs, kernel, stride,
// depthwise.
var benchConvs = []struct {
	name                        string
	size, in, out, k, s, groups int
}{
	{"32px_32-32_3x3", 32, 32, 32, 3, 1, 1},
	{"32px_64-64_3x3", 32, 64, 64, 3, 1, 1},
	{"16px_128-128_3x3", 16, 128, 128, 3, 1, 1},
	{"8px_128-128_3x3", 8, 128, 128, 3, 1, 1},
	{"32px_64-128_3x3_s2", 32, 64, 128, 3, 2, 1},
	{"64px_32-32_3x3", 64, 32, 32, 3, 1, 1},
	{"32px_128-128_1x1", 32, 128, 128, 1, 1, 1},
	{"32px_3-32_3x3", 32, 3, 32, 3, 1, 1},
	{"32px_64_depthwise3x3", 32, 64, 64, 3, 1, 64},
	{"32px_64_depthwise7x7", 32, 64, 64, 7, 1, 64},
}

func BenchmarkConv(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	for _, c := range benchConvs {
		pad := c.k / 2
		s := ConvShape{Batch: 32, Height: c.size, Width: c.size, In: c.in, Out: c.out, KernelH: c.k, KernelW: c.k, StrideH: c.s, StrideW: c.s, Groups: c.groups, PadTop: pad, PadBottom: pad, PadLeft: pad, PadRight: pad}
		conv, err := NewConv(s)
		if err != nil {
			b.Fatal(err)
		}
		x, w, y := Floats(conv.lenX), Floats(conv.lenW), Floats(conv.lenY)
		b.Run(c.name+"/forward", func(b *testing.B) {
			best(b, s.FLOPs(), "GFLOP/s", func() { conv.Forward(p, x, w, y, nil) })
		})
		b.Run(c.name+"/dx", func(b *testing.B) {
			best(b, s.FLOPs(), "GFLOP/s", func() { conv.GradInput(p, y, w, x) })
		})
		b.Run(c.name+"/dw", func(b *testing.B) {
			best(b, s.FLOPs(), "GFLOP/s", func() { conv.GradKernel(p, x, y, w) })
		})
	}
}

// BenchmarkElementwise works on blocks that stay in the first cache, on one core.
func BenchmarkElementwise(b *testing.B) {
	x, y, z := Floats(2048), Floats(2048), Floats(2048)
	for i := range x {
		x[i], y[i] = float32(i%17)/3+0.1, float32(i%13)/3+0.1
	}
	for op := range unaryOps {
		b.Run(reference[op].name, func(b *testing.B) {
			best(b, 2048*8*64, "GB/s", func() {
				for range 64 {
					Unary(op, z, x)
				}
			})
		})
	}
	b.Run("add", func(b *testing.B) {
		best(b, 2048*12*64, "GB/s", func() {
			for range 64 {
				Binary(Add, z, x, y)
			}
		})
	})
}

func BenchmarkMemory(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	const rows, cols = 32 * 32 * 32, 64
	x, y := Floats(rows*cols), Floats(rows*cols)
	b.Run("transpose", func(b *testing.B) {
		best(b, rows*cols*8, "GB/s", func() { Transpose(y, rows, x, cols, rows, cols) })
	})
	m, err := NewWindow(WindowShape{Batch: 32, Height: 32, Width: 32, Channels: 64, WindowH: 2, WindowW: 2, StrideH: 2, StrideW: 2})
	if err != nil {
		b.Fatal(err)
	}
	out, dx := Floats(m.lenY), Floats(m.lenX)
	b.Run("maxPool", func(b *testing.B) {
		best(b, rows*cols*5, "GB/s", func() { m.Max(p, x, out, nil) })
	})
	b.Run("maxPoolGrad", func(b *testing.B) {
		best(b, rows*cols*10, "GB/s", func() { _ = m.MaxGrad(p, x, out, out, dx) })
	})
}
