package network

// Vector appends to dst what Graph makes of one map x [height, width, channels] of shape s, or of a vector: channels, or all numbers
// for Flatten and KeepMap. It is for those who have single images and no graph.
func (p Pooling) Vector(dst, x []float32, s Shape) []float32 {
	if p == Flatten || p == KeepMap || !s.IsMap() {
		return append(dst, x...)
	}
	at, c := len(dst), s.Channels
	dst = append(dst, x[:c]...)
	out := dst[at:]
	for ; len(x) > c; x = x[c:] {
		next := x[c : 2*c]
		if p == AveragePooling {
			for i, v := range next {
				out[i] += v
			}
			continue
		}
		for i, v := range next {
			out[i] = max(out[i], v)
		}
	}
	if p == AveragePooling {
		by := 1 / float32(s.Height*s.Width)
		for i := range out {
			out[i] *= by
		}
	}
	return dst
}

// Width is the length of what Vector appends.
func (p Pooling) Width(s Shape) int { return p.shape(s).Size() }
