package augment

import "math"

// The weights of grey are those of ITU-R BT.601, as torchvision and Pillow take them.
const greyR, greyG, greyB = 0.2989, 0.587, 0.114

// clip brings x into [0,1]. As whole numbers, the bits of floats from 0 rise as they do, and those of negative ones have
// the sign set: one branch, which pictures rarely take, finds both ends. NaN becomes 0 or 1.
func clip(x float32) float32 {
	b := math.Float32bits(x)
	if b > 0x3f800000 {
		b = uint32(int32(^b)>>31) & 0x3f800000
	}
	return math.Float32frombits(b)
}

// clipTo writes the clipped values of v to out, which may be v.
func clipTo(out, v []float32) {
	out = out[:len(v)]
	for i, x := range v {
		out[i] = clip(x)
	}
}

// brighten multiplies by f and clips.
func brighten(v []float32, f float32) {
	for i, x := range v {
		v[i] = clip(x * f)
	}
}

// contrast moves every channel about its own mean m: (x−m)·f+m, clipped.
func contrast(im *Image, f float32) {
	if im.C == 3 {
		contrast3(im, f)
		return
	}
	for c := range im.C {
		var sum float64
		for i := c; i < len(im.Pix); i += im.C {
			sum += float64(im.Pix[i])
		}
		shift := float32(sum/float64(im.H*im.W)) * (1 - f)
		for i := c; i < len(im.Pix); i += im.C {
			im.Pix[i] = clip(im.Pix[i]*f + shift)
		}
	}
}

// contrast3 is contrast of three channels at once. Sums of a row are float32, which loses less than a display shows.
func contrast3(im *Image, f float32) {
	var sum [3]float64
	for y := range im.H {
		var r, g, b float32
		p := im.Pix[y*im.W*3 : (y+1)*im.W*3]
		for i := 2; i < len(p); i += 3 {
			r, g, b = r+p[i-2], g+p[i-1], b+p[i]
		}
		sum[0], sum[1], sum[2] = sum[0]+float64(r), sum[1]+float64(g), sum[2]+float64(b)
	}
	k := (1 - float64(f)) / float64(im.H*im.W)
	r, g, b := float32(sum[0]*k), float32(sum[1]*k), float32(sum[2]*k)
	p := im.Pix
	for i := 2; i < len(p); i += 3 {
		p[i-2], p[i-1], p[i] = clip(p[i-2]*f+r), clip(p[i-1]*f+g), clip(p[i]*f+b)
	}
}

// contrastGrey moves all channels about the mean of grey, as torchvision's adjust_contrast does.
func contrastGrey(im *Image, f float32) {
	var sum float64
	if im.C == 3 {
		for p := im.Pix; len(p) >= 3; p = p[3:] {
			sum += float64(greyR*p[0] + greyG*p[1] + greyB*p[2])
		}
	} else {
		for _, x := range im.Pix {
			sum += float64(x) / float64(im.C)
		}
	}
	shift := float32(sum/float64(im.H*im.W)) * (1 - f)
	for i, x := range im.Pix {
		im.Pix[i] = clip(x*f + shift)
	}
}

// saturate blends with grey: x·f + grey·(1−f), clipped. Pictures without three channels stay.
func saturate(im *Image, f float32) {
	if im.C != 3 {
		return
	}
	p := im.Pix
	for i := 2; i < len(p); i += 3 {
		r, g, b := p[i-2], p[i-1], p[i]
		grey := (greyR*r + greyG*g + greyB*b) * (1 - f)
		p[i-2], p[i-1], p[i] = clip(r*f+grey), clip(g*f+grey), clip(b*f+grey)
	}
}

// shiftHue turns the hue by shift turns of the HSV circle. Pictures without three channels stay.
//
// With V the largest value, D the range and h in [0,6): channel n is V − D·clip(min(k, 4−k)), k = (n+h) mod 6, n = 5
// for red, 3 for green, 1 for blue. Values are clipped first, so that they compare by their bits, which needs no
// branch.
func shiftHue(im *Image, shift float32) {
	if im.C != 3 {
		return
	}
	p := im.Pix
	for i := 2; i < len(p); i += 3 {
		r, g, b := clip(p[i-2]), clip(p[i-1]), clip(p[i])
		rb, gb, bb := math.Float32bits(r), math.Float32bits(g), math.Float32bits(b)
		top := max(rb, gb, bb)
		v := math.Float32frombits(top)
		d := v - math.Float32frombits(min(rb, gb, bb))
		num, base := math.Float32bits(r-g), uint32(fourSixths)
		if gb == top {
			num = math.Float32bits(b - r)
		}
		if gb == top {
			base = twoSixths
		}
		if rb == top {
			num = math.Float32bits(g - b)
		}
		if rb == top {
			base = 0
		}
		// The range of grey is 0, and so is num: what is added changes no other range.
		h := math.Float32frombits(num)/(6*d+1e-30) + math.Float32frombits(base) + shift
		p[i-2], p[i-1], p[i] = v-d*wave(h+1./2), v-d*wave(h+1./6), v-d*wave(h-1./6)
	}
}

// The bits of 4/6 and 2/6.
const fourSixths, twoSixths = 0x3f2aaaab, 0x3eaaaaab

// wave is clip(2 − 6·|u − nearest whole number|): clip(min(k, 4−k)) for k = 6u+2 modulo 6. |u| must be small.
func wave(u float32) float32 {
	const whole = 3 << 22 // From here to the next power of two, floats are whole numbers.
	near := float32(u+whole) - whole
	return clip(2 - 6*math.Float32frombits(math.Float32bits(u-near)&^(1<<31)))
}

// brightnessDelta multiplies by U(max(1−δ,0), 1+δ).
func brightnessDelta(s *scratch, d float64) {
	brighten(s.im.Pix, float32(s.uniform(max(1-d, 0), 1+d)))
}

// contrastDelta draws the factor of contrast from U(max(1−δ,0), 1+δ).
func contrastDelta(s *scratch, d float64) { contrast(s.im, float32(s.uniform(max(1-d, 0), 1+d))) }

// saturationDelta draws the factor of saturation from U(max(1−δ,0), 1+δ).
func saturationDelta(s *scratch, d float64) { saturate(s.im, float32(s.uniform(max(1-d, 0), 1+d))) }

// hueDelta turns the hue by U(−δ,δ).
func hueDelta(s *scratch, d float64) { shiftHue(s.im, float32(s.uniform(-d, d))) }
