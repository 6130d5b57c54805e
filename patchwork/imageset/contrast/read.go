package contrast

import (
	"image"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Read reads the image of row with a look, no larger than side pixels along its longer side (0: as large as it is), from
// all the numbers of the file: 16 bits stay 16 bits until the contrast is made.
//
// Bands of the look take the place of the reader's. Its norm is kept where it fits them: one for all, or those of the
// same bands. Of a reader's two bands the first is shown, of more than three the first three.
//
// Errors: those of imageset.Reader.ReadInto; the file has fewer bands; side is negative.
func Read(r *imageset.Reader, row int, l Look, side int) (image.Image, error) {
	if row < 0 || row >= r.Index.Len() {
		return nil, errorf("there is no image %d; there are %d", row, r.Index.Len())
	}
	if side < 0 {
		return nil, errorf("side is %d; want 0 or more", side)
	}
	of := r.Index.At(row)
	if of.Problem != "" {
		return nil, errorf("%s: %s", of.ID, of.Problem)
	}
	w, h := of.Width, of.Height
	if longer := max(w, h); side > 0 && longer > side {
		w, h = max(w*side/longer, 1), max(h*side/longer, 1)
	}
	wish := *r
	wish.Input = inputFor(r.Input, l.Bands)
	const channels = 3 // one band is read as three equal ones
	resize := imageset.Resize{Size: imageset.Size{W: w, H: h}}
	if err := wish.Check(resize); err != nil {
		return nil, err
	}
	pix := make([]float32, w*h*channels)
	if err := wish.ReadInto(pix, row, resize); err != nil {
		return nil, err
	}
	if err := l.Apply(pix, w, h, channels); err != nil {
		return nil, err
	}
	return Picture(pix, w, h, channels)
}

// inputFor is an input whose picture has three channels: with the bands of a look, or else the first of its own.
func inputFor(in imageset.Input, bands []int) imageset.Input {
	if len(bands) == 0 {
		switch n := len(in.Bands); {
		case n == 2:
			bands = in.Bands[:1]
		case n > 3:
			bands = in.Bands[:3]
		default:
			return in
		}
	}
	own := in.Bands
	if len(own) == 0 {
		own = []int{1, 2, 3}
	}
	out := imageset.Input{Bands: bands}
	low, fitsLow := chosen(in.Norm.Low, own, bands)
	high, fitsHigh := chosen(in.Norm.High, own, bands)
	if fitsLow && fitsHigh {
		out.Norm = imageset.Norm{Low: low, High: high}
	}
	return out
}

// chosen is the part of a norm's values, one for each of own, that belongs to bands; false where a band has none.
func chosen(values []float32, own, bands []int) ([]float32, bool) {
	if len(values) <= 1 {
		return values, true
	}
	out := make([]float32, len(bands))
	for i, b := range bands {
		at := slices.Index(own, b)
		if at < 0 || at >= len(values) {
			return nil, false
		}
		out[i] = values[at]
	}
	return out, true
}
