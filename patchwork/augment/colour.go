package augment

// The weights of grey are those of ITU-R BT.601, as torchvision and Pillow take them.
const greyR, greyG, greyB = 0.2989, 0.587, 0.114

func clip(x float32) float32 { return min(max(x, 0), 1) }

func clipAll(v []float32) {
	for i, x := range v {
		v[i] = clip(x)
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
	for p := im.Pix; len(p) >= 3; p = p[3:] {
		r, g, b := p[0], p[1], p[2]
		grey := (greyR*r + greyG*g + greyB*b) * (1 - f)
		p[0], p[1], p[2] = clip(r*f+grey), clip(g*f+grey), clip(b*f+grey)
	}
}

// shiftHue turns the hue by shift turns of the HSV circle. Pictures without three channels stay.
//
// With V the largest value, D the range and h in [0,6): channel n is V − D·clip(min(k, 4−k)), k = (n+h) mod 6, n = 5
// for red, 3 for green, 1 for blue.
func shiftHue(im *Image, shift float32) {
	if im.C != 3 {
		return
	}
	turn := 6*shift + 12
	for p := im.Pix; len(p) >= 3; p = p[3:] {
		r, g, b := p[0], p[1], p[2]
		v, low := max(r, g, b), min(r, g, b)
		d := v - low
		if d == 0 {
			continue
		}
		num, base := r-g, float32(4)
		if v == g {
			num, base = b-r, 2
		}
		if v == r {
			num, base = g-b, 0
		}
		h := num/d + base + turn
		p[0], p[1], p[2] = v-d*wave(h+5), v-d*wave(h+3), v-d*wave(h+1)
	}
}

func wave(k float32) float32 {
	k -= 6 * float32(int32(k*(1./6)))
	return clip(min(k, 4-k))
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
