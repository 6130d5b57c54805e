package quality

import "slices"

const (
	burntOut = 230 // of 255, the 5th percentile of grey values from which on an image is burnt out
	drowned  = 25  // the 99th percentile up to which it is drowned in the dark

	atEnd = 5 // grey values from the end of the range that are cut off there
)

// Burnt says by the 5th and the 99th percentile of an image's grey values, 0 to 255, that nearly all of it is at one end of them, as in one
// that was exposed too long or too short. Then features see another image than that which it was made of, and only what is left of the
// picture tells that it was.
func Burnt(low, high float64) bool { return low >= burntOut || high <= drowned }

// tones gives one of two pictures the tones of the other, value by value in their order, if that is burnt out or drowned; of two that are,
// that which is so less. Otherwise they are as they were.
//
// Source: histogram specification, Gonzalez and Woods 1977, Digital Image Processing, 4.2.3.
func tones(a, b *Picture) (*Picture, *Picture) {
	light, dark := a.burnt() == +1 || b.burnt() == +1, a.burnt() == -1 || b.burnt() == -1
	if light == dark { // neither, or nothing in common
		return a, b
	}
	if a.ends(light) > b.ends(light) {
		return a, b.toned(a)
	}
	return a.toned(b), b
}

// full is the largest size.
func (p *Picture) full() []float32 { return p[len(p)-1] }

// burnt is 1 for a picture that is burnt out, -1 for one that is drowned, else 0.
func (p *Picture) burnt() int {
	dark, light := 0, 0
	for _, v := range p.full() {
		if v*255 < burntOut {
			dark++
		}
		if v*255 > drowned {
			light++
		}
	}
	switch n := Side * Side; {
	case dark <= n*5/100:
		return 1
	case light <= n/100:
		return -1
	}
	return 0
}

// ends is how many pixels are at the light end, or the dark one.
func (p *Picture) ends(light bool) (n int) {
	for _, v := range p.full() {
		if light && v*255 >= 255-atEnd || !light && v*255 <= atEnd {
			n++
		}
	}
	return n
}

// toned is a picture with the tones of another: the k-th darkest pixel has what the k-th darkest of the other has, those of one tone the mean
// of theirs.
func (p *Picture) toned(other *Picture) *Picture {
	from, to := p.full(), slices.Sorted(slices.Values(other.full()))
	order := make([]int, len(from))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return int(from[i]*255+0.5) - int(from[j]*255+0.5) })
	out := make([]float32, len(from))
	for at := 0; at < len(order); {
		end := at
		sum := float32(0)
		for end < len(order) && from[order[end]] == from[order[at]] {
			sum += to[end]
			end++
		}
		for _, i := range order[at:end] {
			out[i] = sum / float32(end-at)
		}
		at = end
	}
	return pyramid(out)
}
