package kernel

// pointwise says whether s is a matrix product of its pixels.
func (s ConvShape) pointwise() bool {
	return s.KernelH == 1 && s.KernelW == 1 && s.StrideH == 1 && s.StrideW == 1 && s.Groups == 1 &&
		s.PadTop == 0 && s.PadBottom == 0 && s.PadLeft == 0 && s.PadRight == 0
}

// pointwise plans the convolution as y = x·w, dx = dy·wᵀ and dw = xᵀ·dy.
func (c *Conv) pointwise() error {
	s := c.s
	pixels := s.Batch * s.Height * s.Width
	forward, err := NewGemm(GemmShape{M: pixels, K: s.In, N: s.Out, ARow: s.In, ACol: 1, BRow: s.Out, BCol: 1, CRow: s.Out})
	if err != nil {
		return err
	}
	back, err := NewGemm(GemmShape{M: pixels, K: s.Out, N: s.In, ARow: s.Out, ACol: 1, BRow: 1, BCol: s.Out, CRow: s.In})
	if err != nil {
		return err
	}
	grad, err := NewGemm(GemmShape{M: s.In, K: pixels, N: s.Out, ARow: 1, ACol: s.In, BRow: s.Out, BCol: 1, CRow: s.Out})
	if err != nil {
		return err
	}
	c.forward, c.back, c.grad = pixelGemm{forward}, pixelGemm{back}, weightGemm{grad}
	return nil
}

type pixelGemm struct{ *Gemm }

func (g pixelGemm) packedLen() int { return g.PackedLen() }

func (g pixelGemm) pack(p *Pool, w, packed []float32) { g.Pack(p, w, packed) }

func (g pixelGemm) run(p *Pool, x, w, packed, y []float32, then func(lo, hi int)) {
	g.RunPacked(p, x, w, packed, y, then)
}

func (g pixelGemm) finishes() bool { return g.Finishes() }

func (g pixelGemm) runFinished(p *Pool, x, w, packed, y []float32, f Finish) {
	g.RunFinished(p, x, w, packed, y, f)
}

type weightGemm struct{ *Gemm }

func (g weightGemm) run(p *Pool, x, dy, dw []float32) { g.Run(p, x, dy, dw) }
