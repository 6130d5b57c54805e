package imageset

import "encoding/binary"

// plane is a raster of bytes: h lines of w pixels with the given number of channels.
type plane struct {
	pix            []byte
	stride         int // bytes from one line to the next
	w, h, channels int
}

// mixed fills line with what becomes line y before it is shortened, from pixel first on. It uses lanes of s.
func (p plane) mixed(line []float32, first, y int, down taps, s *scratch) {
	lanes := room(&s.lanes, (len(line)+7)/8*4)
	clear(lanes)
	for j := down.from[y]; j < down.to[y]; j++ {
		from := j*p.stride + first*p.channels // only what is read is mixed
		mix(lanes, p.pix[from:from+len(line)], s.tail[:], down.fixed[down.at[y]+j-down.from[y]])
	}
	spread(line, lanes)
}

// mix adds k times each byte of line to lanes. A lane of 64 bits holds the sums of two bytes as the number
// 2³²·second + first, which stays exact when the first is negative. Lane 4i+m holds bytes 8i+m and 8i+m+4. Tail is
// room for 8 bytes.
func mix(lanes []uint64, line, tail []byte, k int32) {
	if k == 0 {
		return
	}
	const low = 0x000000ff_000000ff
	w := uint64(int64(k))
	for len(line) >= 8 && len(lanes) >= 4 {
		v := binary.LittleEndian.Uint64(line)
		lanes[0] += v & low * w
		lanes[1] += v >> 8 & low * w
		lanes[2] += v >> 16 & low * w
		lanes[3] += v >> 24 & low * w
		line, lanes = line[8:], lanes[4:]
	}
	if len(line) > 0 {
		clear(tail)
		copy(tail, line)
		mix(lanes, tail, nil, k)
	}
}

// spread turns the sums of mix into values in [0, 255].
func spread(line []float32, lanes []uint64) {
	const one = 1.0 / fixedOne
	for len(line) >= 8 && len(lanes) >= 4 {
		for m := range 4 {
			lane := int64(lanes[m])
			low := int32(lane)
			line[m], line[m+4] = float32(low)*one, float32(int32((lane-int64(low))>>32))*one
		}
		line, lanes = line[8:], lanes[4:]
	}
	if len(line) > 0 {
		var rest [8]float32
		spread(rest[:], lanes)
		copy(line, rest[:])
	}
}

// quad is a target pixel that comes of at most four source pixels, of which the first is at from.
type quad struct {
	from    int
	weights [4]float32
}

// quads are the taps for a line of the pixels that they read, or nil if one needs more than four or these are fewer.
func (t *taps) quads() []quad {
	n := t.reads()
	if n < 4 {
		return nil
	}
	quads := make([]quad, len(t.from))
	for i := range quads {
		weights := t.weights[t.at[i]:][:t.to[i]-t.from[i]]
		if len(weights) > 4 {
			return nil
		}
		from := t.from[i] - t.from[0]
		quads[i].from = min(from, n-4) // at the end the first weights are 0
		copy(quads[i].weights[from-quads[i].from:], weights)
	}
	return quads
}

// reads is how many pixels of a line are read.
func (t *taps) reads() int { return t.to[len(t.to)-1] - t.from[0] }

// shorten resamples a line of one channel that begins at from[0].
func (t *taps) shorten(out, line []float32) {
	if t.few != nil {
		shortenFew(out, line, t.few)
	} else {
		t.shorten1(out, line)
	}
}

// shortenBoth is shorten for two lines.
func (t *taps) shortenBoth(out, more, line, other []float32) {
	if t.few == nil {
		t.shorten1(out, line)
		t.shorten1(more, other)
		return
	}
	out, more = out[:len(t.few)], more[:len(t.few)]
	for i := range t.few {
		q := &t.few[i]
		p, o := (*[4]float32)(line[q.from:]), (*[4]float32)(other[q.from:])
		a, b, c, d := q.weights[0], q.weights[1], q.weights[2], q.weights[3]
		out[i] = a*p[0] + b*p[1] + (c*p[2] + d*p[3])
		more[i] = a*o[0] + b*o[1] + (c*o[2] + d*o[3])
	}
}

// shortenFew is shorten1 without a loop for each pixel.
func shortenFew(out, line []float32, quads []quad) {
	out = out[:len(quads)]
	for i := range quads {
		q := &quads[i]
		p := (*[4]float32)(line[q.from:])
		out[i] = q.weights[0]*p[0] + q.weights[1]*p[1] + (q.weights[2]*p[2] + q.weights[3]*p[3])
	}
}

// shorten1 resamples a line of one channel that begins at from[0].
func (t *taps) shorten1(out, line []float32) {
	first := t.from[0]
	at := 0
	for i, from := range t.from {
		p := line[from-first : t.to[i]-first]
		weights := t.weights[at:][:len(p)]
		at += len(p)
		var sum float32
		for j, k := range weights {
			sum += k * p[j]
		}
		out[i] = sum
	}
}

// shorten4 resamples a line of four channels to three in [0, 1].
func (t *taps) shorten4(out, line []float32) {
	for i := range t.few {
		q := &t.few[i]
		p := (*[16]float32)(line[4*q.from:])
		a, b, c, d := q.weights[0], q.weights[1], q.weights[2], q.weights[3]
		to := (*[3]float32)(out)
		to[0] = unit(a*p[0] + b*p[4] + (c*p[8] + d*p[12]))
		to[1] = unit(a*p[1] + b*p[5] + (c*p[9] + d*p[13]))
		to[2] = unit(a*p[2] + b*p[6] + (c*p[10] + d*p[14]))
		out = out[3:]
	}
	if t.few != nil {
		return
	}
	for i, from := range t.from {
		p := line[4*(from-t.from[0]) : 4*(t.to[i]-t.from[0])]
		var r, g, b float32
		for _, k := range t.weights[t.at[i]:][:len(p)/4] {
			r += k * p[0]
			g += k * p[1]
			b += k * p[2]
			p = p[4:]
		}
		out[3*i], out[3*i+1], out[3*i+2] = unit(r), unit(g), unit(b)
	}
}
