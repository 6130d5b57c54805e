package kernel

// Finish is what becomes of the sums of a convolution or product before they are written: a bias for every channel (column)
// is added, and the result is at least Limits[0] and at most Limits[1]. NaN stays. Without a bias, nothing becomes of them.
type Finish struct {
	Bias   []float32
	Limits [2]float32
}

// finisher is a direction that can finish its results itself.
type finisher interface {
	finishes() bool
	runFinished(p *Pool, x, w, packed, y []float32, f Finish)
}

// Finishes reports whether ForwardFinished can be called.
func (c *Conv) Finishes() bool {
	f, ok := c.forward.(finisher)
	return ok && c.lenX > 0 && c.lenY > 0 && f.finishes()
}

// ForwardFinished is ForwardPacked that writes what f makes of the result. f.Bias has a number for every channel.
func (c *Conv) ForwardFinished(p *Pool, x, w, packed, y []float32, f Finish) {
	x, w, y = x[:c.lenX], w[:c.lenW], y[:c.lenY]
	_ = f.Bias[c.s.Out-1]
	d := c.forward.(finisher)
	if n := c.PackedLen(); n > 0 && packed == nil {
		s := grab(n)
		defer s.release()
		packed = s.data
		c.Pack(p, w, packed)
	}
	d.runFinished(p, x, w, packed, y, f)
}
