package kernel

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// naiveConv visits every pair of an element of x and one of y that meet, with the weight between them.
func naiveConv(s ConvShape, f func(x, w, y int)) {
	s = s.withDefaults()
	in, out := s.In/s.Groups, s.Out/s.Groups
	oh, ow := s.OutHeight(), s.OutWidth()
	for n := range s.Batch {
		for oy := range oh {
			for ox := range ow {
				for i := range s.KernelH {
					for j := range s.KernelW {
						y, x := oy*s.StrideH+i*s.DilationH-s.PadTop, ox*s.StrideW+j*s.DilationW-s.PadLeft
						if y < 0 || y >= s.Height || x < 0 || x >= s.Width {
							continue
						}
						for o := range s.Out {
							for c := range in {
								f(((n*s.Height+y)*s.Width+x)*s.In+o/out*in+c, ((i*s.KernelW+j)*in+c)*s.Out+o, ((n*oh+oy)*ow+ox)*s.Out+o)
							}
						}
					}
				}
			}
		}
	}
}

// exactSums are sums and those of the sizes of what was added.
type exactSums struct{ value, size []float64 }

// exactConvs keeps what naiveConv gave, which takes longer than all variants together.
var exactConvs = map[ConvShape]map[uint64][3]exactSums{}

// exactConv returns y, dx and dw in float64, each with the sum of the sizes of its products.
func exactConv(s ConvShape, seed uint64, x, w, dy []float32) [3]exactSums {
	if known, ok := exactConvs[s][seed]; ok {
		return known
	}
	zeros := func(n int) exactSums { return exactSums{make([]float64, n), make([]float64, n)} }
	all := [3]exactSums{zeros(len(dy)), zeros(len(x)), zeros(len(w))}
	add := func(s exactSums, at int, a, b float32) {
		p := float64(a) * float64(b)
		s.value[at] += p
		s.size[at] += max(p, -p)
	}
	naiveConv(s, func(ix, iw, iy int) {
		add(all[0], iy, x[ix], w[iw])
		add(all[1], ix, dy[iy], w[iw])
		add(all[2], iw, dy[iy], x[ix])
	})
	if exactConvs[s] == nil {
		exactConvs[s] = map[uint64][3]exactSums{}
	}
	exactConvs[s][seed] = all
	return all
}

func checkConv(t *testing.T, s ConvShape, seed uint64) {
	t.Helper()
	c, err := NewConv(s)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	r := newRand(seed)
	x, w, dy := normals(r, c.lenX), normals(r, c.lenW), normals(r, c.lenY)
	want := exactConv(s, seed, x, w, dy)
	wantY, wantX, wantW := want[0], want[1], want[2]
	if s.withDefaults().fitsWinograd() {
		// A tile's rounding errors are as large as its largest values give, and spread over all of it.
		for _, s := range want {
			largest := slices.Max(s.size)
			for i := range s.size {
				s.size[i] = largest
			}
		}
	}
	var first [3][]float32
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		y, dx, dw := normals(r, c.lenY), normals(r, c.lenX), normals(r, c.lenW)
		c.Forward(p, x, w, y, nil)
		c.GradInput(p, dy, w, dx)
		c.GradKernel(p, x, dy, dw)
		checkFinish(t, c, p, x, w, y)
		p.Close()
		if workers == 1 {
			first = [3][]float32{y, dx, dw}
			checkClose(t, "y", y, wantY.value, wantY.size, sumTolerance)
			checkClose(t, "dx", dx, wantX.value, wantX.size, sumTolerance)
			checkClose(t, "dw", dw, wantW.value, wantW.size, sumTolerance)
			continue
		}
		sameBits(t, "y with 1 and 3 workers", first[0], y)
		sameBits(t, "dx with 1 and 3 workers", first[1], dx)
		sameBits(t, "dw with 1 and 3 workers", first[2], dw)
	}
}

// checkFinish compares a finished result with y, the result without.
func checkFinish(t *testing.T, c *Conv, p *Pool, x, w, y []float32) {
	t.Helper()
	if !c.Finishes() {
		return
	}
	f := Finish{Bias: normals(newRand(3), c.s.Out), Limits: [2]float32{-0.5, 0.75}}
	got, want := normals(newRand(4), len(y)), make([]float32, len(y))
	c.ForwardFinished(p, x, w, nil, got, f)
	for i, v := range y {
		want[i] = min(max(v+f.Bias[i%c.s.Out], f.Limits[0]), f.Limits[1])
	}
	checkGuard(t, "finished y", got)
	sameBits(t, "y finished and as it was", got, want)
	got[0] = 0
	x = slices.Clone(x)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	c.ForwardFinished(p, x, w, nil, got, f)
	c.Forward(p, x, w, want, nil)
	for i := range got {
		if (got[i] != got[i]) != (want[i] != want[i]) {
			t.Fatalf("element %d is %g after the limits, %g before", i, got[i], want[i])
		}
	}
}

func TestConv(t *testing.T) {
	tests := map[string]ConvShape{
		"3x3":               {Batch: 2, Height: 8, Width: 8, In: 16, Out: 32, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
		"odd sizes":         {Batch: 3, Height: 9, Width: 7, In: 13, Out: 21, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
		"stride 2":          {Batch: 2, Height: 9, Width: 8, In: 8, Out: 40, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1},
		"stride 2, end pad": {Batch: 1, Height: 8, Width: 8, In: 8, Out: 17, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadBottom: 1, PadRight: 1},
		"strides differ":    {Batch: 1, Height: 11, Width: 14, In: 5, Out: 33, KernelH: 2, KernelW: 5, StrideH: 3, StrideW: 2, PadTop: 2, PadRight: 3},
		"dilated":           {Batch: 2, Height: 12, Width: 13, In: 6, Out: 9, KernelH: 3, KernelW: 2, DilationH: 2, DilationW: 3, StrideW: 2, PadTop: 2, PadBottom: 1},
		"negative padding":  {Batch: 2, Height: 12, Width: 13, In: 6, Out: 9, KernelH: 3, KernelW: 3, PadTop: -2, PadBottom: 1, PadLeft: 1, PadRight: -3},
		"big padding":       {Batch: 1, Height: 3, Width: 3, In: 4, Out: 4, KernelH: 3, KernelW: 3, PadTop: 5, PadBottom: 4, PadLeft: 3, PadRight: 6},
		"pointwise":         {Batch: 2, Height: 7, Width: 6, In: 24, Out: 50, KernelH: 1, KernelW: 1},
		"pointwise, stride": {Batch: 2, Height: 7, Width: 6, In: 24, Out: 50, KernelH: 1, KernelW: 1, StrideH: 2, StrideW: 2},
		"stem":              {Batch: 2, Height: 16, Width: 15, In: 3, Out: 32, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1},
		"patches":           {Batch: 2, Height: 16, Width: 16, In: 3, Out: 24, KernelH: 4, KernelW: 4, StrideH: 4, StrideW: 4},
		"gaps":              {Batch: 2, Height: 10, Width: 10, In: 3, Out: 4, KernelH: 2, KernelW: 2, StrideH: 3, StrideW: 3},
		"groups":            {Batch: 2, Height: 8, Width: 9, In: 12, Out: 18, KernelH: 3, KernelW: 3, Groups: 3, PadTop: 1, PadLeft: 1},
		"groups, pointwise": {Batch: 2, Height: 8, Width: 9, In: 12, Out: 18, KernelH: 1, KernelW: 1, Groups: 6},
		"depthwise":         {Batch: 2, Height: 12, Width: 13, In: 24, Out: 24, KernelH: 3, KernelW: 3, Groups: 24, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
		"depthwise 7":       {Batch: 1, Height: 14, Width: 15, In: 33, Out: 33, KernelH: 7, KernelW: 7, Groups: 33, PadTop: 3, PadBottom: 3, PadLeft: 3, PadRight: 3},
		"depthwise stride":  {Batch: 3, Height: 11, Width: 12, In: 7, Out: 7, KernelH: 5, KernelW: 3, StrideH: 2, StrideW: 2, Groups: 7, PadTop: 2, PadBottom: 2, PadRight: 1},
		"depthwise rows":    {Batch: 2, Height: 9, Width: 9, In: 32, Out: 32, KernelH: 3, KernelW: 3, Groups: 32, PadTop: 2, PadBottom: 2, PadLeft: 2, PadRight: 2},
		"depthwise dilated": {Batch: 1, Height: 11, Width: 12, In: 16, Out: 16, KernelH: 2, KernelW: 3, DilationH: 3, DilationW: 2, Groups: 16, PadTop: 2, PadBottom: -1, PadRight: 1},
		"depthwise, wide":   {Batch: 1, Height: 4, Width: 2, In: 18, Out: 18, KernelH: 5, KernelW: 5, Groups: 18, PadTop: 2, PadBottom: 2, PadLeft: 2, PadRight: 2},
		"multiplier":        {Batch: 2, Height: 6, Width: 7, In: 5, Out: 10, KernelH: 3, KernelW: 3, Groups: 5, PadTop: 1},
		"one channel":       {Batch: 2, Height: 6, Width: 7, In: 1, Out: 1, KernelH: 3, KernelW: 3, PadTop: 1},
		"nothing out":       {Batch: 2, Height: 2, Width: 2, In: 3, Out: 4, KernelH: 3, KernelW: 3},
		"nothing in":        {Batch: 0, Height: 8, Width: 8, In: 3, Out: 4, KernelH: 3, KernelW: 3},
		"only padding":      {Batch: 1, Height: 0, Width: 3, In: 3, Out: 4, KernelH: 1, KernelW: 1, PadTop: 2},
		"many rows":         {Batch: 9, Height: 16, Width: 16, In: 16, Out: 16, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
	}
	eachVariant(t, func(t *testing.T) {
		for name, s := range tests {
			t.Run(name, func(t *testing.T) { checkConv(t, s, 11) })
		}
	})
}

// winogradShapes have tiles that do not fit the picture, unequal padding, panels that are not full, sums in one part and
// in several.
var winogradShapes = map[string]ConvShape{
	"whole tiles":     {Batch: 4, Height: 16, Width: 16, In: 16, Out: 32, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
	"parts of tiles":  {Batch: 9, Height: 15, Width: 13, In: 48, Out: 16, KernelH: 3, KernelW: 3, PadTop: 2, PadBottom: 1, PadRight: 1},
	"without padding": {Batch: 7, Height: 18, Width: 14, In: 16, Out: 80, KernelH: 3, KernelW: 3},
	"wide padding":    {Batch: 5, Height: 14, Width: 15, In: 16, Out: 16, KernelH: 3, KernelW: 3, PadTop: 2, PadBottom: 2, PadLeft: 2, PadRight: 2},
	"many channels":   {Batch: 16, Height: 8, Width: 8, In: 96, Out: 64, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
	"small pictures":  {Batch: 70, Height: 5, Width: 4, In: 32, Out: 16, KernelH: 3, KernelW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},

	"stride 2":                  {Batch: 4, Height: 32, Width: 32, In: 64, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
	"stride 2, padding behind":  {Batch: 5, Height: 32, Width: 30, In: 64, Out: 80, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadBottom: 1, PadRight: 1},
	"stride 2, odd":             {Batch: 5, Height: 31, Width: 29, In: 80, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 2, PadBottom: 1, PadRight: 1},
	"stride 2, without padding": {Batch: 6, Height: 33, Width: 26, In: 64, Out: 80, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2},
	"stride 2, wide padding":    {Batch: 5, Height: 30, Width: 29, In: 64, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 2, PadBottom: 2, PadLeft: 2, PadRight: 1},
	"stride 2, rest unread":     {Batch: 4, Height: 33, Width: 41, In: 64, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadLeft: 1},
	"stride 2, many channels":   {Batch: 16, Height: 16, Width: 16, In: 96, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
	"stride 2, small pictures":  {Batch: 70, Height: 9, Width: 8, In: 64, Out: 64, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1},
}

func TestConvWinograd(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for name, s := range winogradShapes {
			if !s.withDefaults().fitsWinograd() {
				t.Fatalf("%s: %+v is not computed by tiles", name, s)
			}
			t.Run(name, func(t *testing.T) { checkConv(t, s, 5) })
		}
	})
	for name, change := range map[string]func(s *ConvShape){
		"Direct":         func(s *ConvShape) { s.Direct = true },
		"strides differ": func(s *ConvShape) { s.StrideW = 2 },
		"narrow stride":  func(s *ConvShape) { s.StrideH, s.StrideW = 2, 2 },
		"stride 3":       func(s *ConvShape) { s.StrideH, s.StrideW = 3, 3 },
		"dilation":       func(s *ConvShape) { s.DilationH = 2 },
		"groups":         func(s *ConvShape) { s.Groups = 2 },
		"15 channels":    func(s *ConvShape) { s.In = 15 },
		"4 tiles":        func(s *ConvShape) { s.Batch = 1; s.Height = 8; s.Width = 8 },
		"negative":       func(s *ConvShape) { s.PadTop = -1 },
		"one pixel each": func(s *ConvShape) { s.Batch = 500; s.Height = 1; s.Width = 1 },
	} {
		s := winogradShapes["whole tiles"].withDefaults()
		if change(&s); s.fitsWinograd() {
			t.Errorf("%s: %+v is computed by tiles", name, s)
		}
	}
}

// TestWinogradError holds the error of tiles to what the comment of winograd says, on numbers like those of a network:
// at most four times that of the direct sum, and at most 2e-6 of the size of the results.
func TestWinogradError(t *testing.T) {
	for _, stride := range []int{1, 2} {
		s := ConvShape{Batch: 4, Height: 16 * stride, Width: 16 * stride, In: 64, Out: 64, KernelH: 3, KernelW: 3, StrideH: stride, StrideW: stride, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1}
		if !s.withDefaults().fitsWinograd() {
			t.Fatalf("%+v is not computed by tiles", s)
		}
		exact := make([]float64, s.Batch*s.OutHeight()*s.OutWidth()*s.Out)
		back := make([]float64, s.Batch*s.Height*s.Width*s.In)
		r := newRand(1)
		x, w, dy := normals(r, len(back)), normals(r, 9*s.In*s.Out), normals(r, len(exact))
		for i := range x {
			x[i] = max(x[i], 0)
		}
		naiveConv(s, func(ix, iw, iy int) {
			exact[iy] += float64(x[ix]) * float64(w[iw])
			back[ix] += float64(dy[iy]) * float64(w[iw])
		})
		relative := func(direct bool) [2]float64 {
			s.Direct = direct
			c, err := NewConv(s)
			if err != nil {
				t.Fatal(err)
			}
			y, dx := make([]float32, len(exact)), make([]float32, len(back))
			c.Forward(nil, x, w, y, nil)
			c.GradInput(nil, dy, w, dx)
			return [2]float64{rootMeanSquare(y, exact), rootMeanSquare(dx, back)}
		}
		eachVariant(t, func(t *testing.T) {
			tiles, direct := relative(false), relative(true)
			for i, name := range []string{"y", "dx"} {
				t.Logf("stride %d, root mean square error of %s: tiles %.2g, direct %.2g", stride, name, tiles[i], direct[i])
				if tiles[i] > 2e-6 || tiles[i] > 4*direct[i] {
					t.Errorf("stride %d: the root mean square error of %s is %.2g of the result, %.2g of the direct sum", stride, name, tiles[i], direct[i])
				}
			}
		})
	}
}

// rootMeanSquare is the error of got, in parts of the size of want.
func rootMeanSquare(got []float32, want []float64) float64 {
	var wrong, size float64
	for i, v := range want {
		wrong += (float64(got[i]) - v) * (float64(got[i]) - v)
		size += v * v
	}
	return math.Sqrt(wrong / size)
}

// TestConvDepthwiseRows has the shapes that go by rows: widths with and without a rest, wide and uneven padding, several
// chunks of rows.
func TestConvDepthwiseRows(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(21)
		for i := range 60 {
			s := ConvShape{
				Batch: 1 + r.IntN(3), Height: 7 + r.IntN(14), Width: 7 + r.IntN(20), KernelH: 3 + 2*(i%3), In: 16 * (1 + r.IntN(3)),
				StrideH: 1 + i%2,
			}
			k := s.KernelH
			s.PadTop, s.PadBottom, s.PadLeft, s.PadRight = r.IntN(k+1), r.IntN(k), r.IntN(k+1), r.IntN(k)
			s.KernelW, s.StrideW, s.Out, s.Groups = k, s.StrideH, s.In, s.In
			if i < 4 {
				s.Height, s.Width, s.In, s.Out, s.Groups = 30, 70+i, 32, 32, 32
			}
			checkConv(t, s, uint64(i))
		}
	})
}

// TestConvRandom draws shapes of every kind.
func TestConvRandom(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(9)
		for i := range 60 {
			s := ConvShape{
				Batch: 1 + r.IntN(3), Height: 1 + r.IntN(14), Width: 1 + r.IntN(14), KernelH: 1 + r.IntN(4), KernelW: 1 + r.IntN(4),
				StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), DilationH: 1 + r.IntN(2), DilationW: 1 + r.IntN(2),
				PadTop: r.IntN(4) - 1, PadBottom: r.IntN(4) - 1, PadLeft: r.IntN(4) - 1, PadRight: r.IntN(4) - 1, Groups: 1 + r.IntN(3),
			}
			s.In, s.Out = s.Groups*(1+r.IntN(20)), s.Groups*(1+r.IntN(40))
			if i%4 == 0 {
				s.Groups = s.In
				s.Out = s.In
			}
			if s.Height+s.PadTop+s.PadBottom < 0 || s.Width+s.PadLeft+s.PadRight < 0 {
				continue
			}
			checkConv(t, s, uint64(i))
		}
	})
}

func TestConvThen(t *testing.T) {
	for name, s := range map[string]ConvShape{
		"implicit":  {Batch: 3, Height: 20, Width: 19, In: 8, Out: 16, KernelH: 3, KernelW: 3, StrideH: 2, StrideW: 2},
		"depthwise": {Batch: 3, Height: 20, Width: 19, In: 8, Out: 8, Groups: 8, KernelH: 3, KernelW: 3},
		"rows":      {Batch: 3, Height: 90, Width: 29, In: 16, Out: 16, Groups: 16, KernelH: 3, KernelW: 3},
		"pointwise": {Batch: 3, Height: 20, Width: 19, In: 8, Out: 70, KernelH: 1, KernelW: 1},
		"winograd":  winogradShapes["parts of tiles"],
		"stride 2":  winogradShapes["stride 2, odd"],
		"padding":   {Batch: 1, Height: 0, Width: 3, In: 3, Out: 4, KernelH: 1, KernelW: 1, PadTop: 2},
	} {
		c, err := NewConv(s)
		if err != nil {
			t.Fatal(err)
		}
		seen := make([]int, c.lenY)
		c.Forward(nil, make([]float32, c.lenX), make([]float32, c.lenW), make([]float32, c.lenY), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				seen[i]++
			}
		})
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("%s: element %d was reported %d times, want once", name, i, n)
			}
		}
	}
}

func TestConvRefuses(t *testing.T) {
	_, err := NewConv(ConvShape{Batch: -1, Height: 2, Width: 2, In: 3, Out: 4, KernelH: 3, StrideH: -2})
	for _, want := range []string{"Batch, Height, Width are -1, 2, 2", "KernelH, KernelW, In, Out are 3, 0, 3, 4", "StrideH"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	_, err = NewConv(ConvShape{Batch: 1, Height: 2, Width: 1 << 20, In: 300, Out: 4, KernelH: 1, KernelW: 1, Groups: 7, PadTop: -3})
	for _, want := range []string{"Groups is 7", "cuts off more", "want less than 536870911"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

func FuzzConv(f *testing.F) {
	f.Add([]byte{2, 8, 8, 3, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 14 {
			t.Skip()
		}
		at := func(i, most int) int { return int(b[i]) % most }
		s := ConvShape{
			Batch: at(0, 3), Height: at(1, 12), Width: at(2, 12), Groups: 1 + at(3, 3), KernelH: 1 + at(4, 5), KernelW: 1 + at(5, 5),
			StrideH: 1 + at(6, 3), StrideW: 1 + at(7, 3), DilationH: 1 + at(8, 3), DilationW: 1 + at(9, 3),
			PadTop: at(10, 6) - 2, PadBottom: at(11, 6) - 2, PadLeft: at(10, 5) - 2, PadRight: at(11, 5) - 2,
		}
		s.In, s.Out = s.Groups*(1+at(12, 20)), s.Groups*(1+at(13, 36))
		if b[3] > 128 {
			s.Groups, s.Out = s.In, s.In
		}
		if s.Height+s.PadTop+s.PadBottom < 0 || s.Width+s.PadLeft+s.PadRight < 0 {
			t.Skip()
		}
		eachVariant(t, func(t *testing.T) { checkConv(t, s, 1) })
	})
}
