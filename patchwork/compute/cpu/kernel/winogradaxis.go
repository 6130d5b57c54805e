package kernel

// winogradAxis is the method along one axis.
//
// A convolution of 3 taps with stride 2 is one of the even taps, 0 and 2, with the even pixels and one of tap 1 with the
// odd pixels, both of stride 1. For 4 outputs they take 5 and 4 products: 9 instead of 12, and 81 instead of 144 for both
// axes. With the points ±½, ±3/2 and infinity, the even pixels x and outputs y[i] = Σ x[i+k]·g[k] are transformed as with
// stride 1,
//
//	y = Aᵀ·(G·g ⊙ Bᵀ·x)
//
// and as one tap is two of which the second is zero, so are the odd pixels, without the product at infinity, which is
// zero then. So the products of even and odd pixels are summed before they are transformed back: 25 places of a tile
// instead of 81. What divides tap 1 at each point divides the odd pixels instead, so that its weights are the same at all
// four points, and 36 places of weights do.
//
// The gradient of the input is the reverse: the products of the transformed tiles of dy with even and odd taps are
// transformed back to even and odd pixels.
//
// Sources: Lavin and Gray, arXiv:1509.09308, for the tiles; the parts by even and odd are the polyphase decomposition of
// filter banks, Vaidyanathan 1990.
type winogradAxis struct {
	in, out, kernel winogradMap
	stepIn, stepOut int  // pixels from one tile to the next
	span            int  // input pixels that a tile reads
	reversed        bool // the last tap comes first
}

// winogradMap is a transform in one or two parts: with stride 2, that of even pixels or taps has the places 0 to 4, that
// of the odd ones 5 to 8.
type winogradMap struct {
	parts  []winogradPart
	places int
}

// winogradPart transforms some of the lines of a tile, or the rows of its weights, to the places from place on, or back.
type winogradPart struct {
	t           transform
	first, step int // lines: the first one, to the next one
	place       int
}

func (p *winogradPart) line(i int) int { return p.first + i*p.step }

func oneTransform(t transform, places int) winogradMap {
	return winogradMap{[]winogradPart{{t, 0, 1, 0}}, places}
}

const oddPlaces = 5 // the number of places of even pixels

// newWinogradAxis returns the axis of a convolution, or with turned that of the gradient of its input, and the zeros
// before its input.
func newWinogradAxis(stride, pad int, turned bool) (a winogradAxis, before int) {
	if stride == 1 {
		a = winogradAxis{in: oneTransform(inputTransform, 6), out: oneTransform(outputTransform, 6), kernel: oneTransform(kernelTransform, 6),
			stepIn: winogradTile, stepOut: winogradTile, span: winogradTile + 2, reversed: turned}
		if turned {
			return a, 2 - pad
		}
		return a, pad
	}
	a.kernel = winogradMap{[]winogradPart{{evenKernel, 0, 2, 0}, {sameTransform, 1, 1, oddPlaces}}, 6}
	if !turned {
		a.in, a.out = winogradMap{[]winogradPart{{evenInput, 0, 2, 0}, {oddInput, 1, 2, oddPlaces}}, 9}, oneTransform(evenOutput, 5)
		a.stepIn, a.stepOut, a.span = 2*winogradTile, winogradTile, 2*winogradTile+1
		return a, pad
	}
	// Counted from the padding, an even pixel s of dx is tap 2 times dy[s/2-1] and tap 0 times dy[s/2], an odd one tap 1
	// times dy[(s-1)/2]. A tile reads 5 of dy; its first odd pixel meets the first of them, and so the first even pixel
	// comes after it. Where the picture begins with an even pixel, the same goes from the end to the beginning.
	a.in = oneTransform(evenInput, 5)
	a.out = winogradMap{[]winogradPart{{evenOutput, 1, 2, 0}, {oddOutput, 0, 2, oddPlaces}}, 9}
	a.stepIn, a.stepOut, a.span = winogradTile, 2*winogradTile, winogradTile+1
	a.reversed = pad%2 == 1
	if !a.reversed {
		a.in.parts[0].first, a.in.parts[0].step = winogradTile, -1
		for i := range a.out.parts {
			p := &a.out.parts[i]
			p.first, p.step = 2*winogradTile-1-p.first, -2
		}
	}
	return a, 1 - (pad+1)/2
}

// widest is the largest number of places of a part of the input.
func (a *winogradAxis) widest() (n int) {
	for i := range a.in.parts {
		n = max(n, a.in.parts[i].t.outputs())
	}
	return n
}

// winogradProduct is a product of matrices, at these places.
type winogradProduct struct {
	in, weights, out int
	add              bool // to the product before it
}

// productsOf lists the products. Those at one place of out stand together.
func productsOf(down, along *winogradAxis) (all []winogradProduct) {
	for y := range down.out.places {
		for x := range along.out.places {
			add := false
			for _, q := range down.terms(y) {
				for _, p := range along.terms(x) {
					all = append(all, winogradProduct{in: q[0]*along.in.places + p[0], weights: q[1]*along.kernel.places + p[1],
						out: y*along.out.places + x, add: add})
					add = true
				}
			}
		}
	}
	return all
}

// terms lists the places of input and weights whose products are summed at a place of the output.
func (a *winogradAxis) terms(place int) [][2]int {
	switch {
	case a.in.places == a.out.places:
		return [][2]int{{place, place}}
	case a.in.places < a.out.places && place >= oddPlaces:
		return [][2]int{{place - oddPlaces, oddPlaces}}
	case a.in.places > a.out.places && place+oddPlaces < a.in.places:
		return [][2]int{{place, place}, {place + oddPlaces, oddPlaces}}
	}
	return [][2]int{{place, place}}
}
