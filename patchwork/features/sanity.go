package features

import (
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

const (
	sanityK     = 5
	sanityRows  = 1000 // compared at most: reading more would take seconds and change the figures by a percent
	sanityLeast = 2*sanityK + 2
	sanitySide  = 16 // pixels of the raw picture that features must beat
)

// Sanity compares features with raw pixels by what their nearest neighbours know of the labels.
type Sanity struct {
	Extractor string `json:"extractor"`
	Features  KNN    `json:"features"`
	Pixels    KNN    `json:"pixels"` // of the images shrunk to 16×16 pixels, RGB
	Grey      KNN    `json:"grey"`   // the same in grey
}

// Better says whether the features beat the raw pixels, in colour and in grey.
func (s *Sanity) Better() bool {
	return s.Features.Accuracy > max(s.Pixels.Accuracy, s.Grey.Accuracy)
}

// String is one line for people; a second one warns if the features are no better than pixels, unless nothing could be.
func (s *Sanity) String() string {
	what := "leave-one-out 5-NN accuracy"
	if !s.Features.Single {
		what = "leave-one-out 5-NN balanced agreement (chance is 0.5)"
	}
	line := fmt.Sprintf("%s on %d labelled images: %.3f with %s; raw 16×16 pixels %.3f in colour, %.3f in grey",
		what, s.Features.Rows, s.Features.Accuracy, s.Extractor, s.Pixels.Accuracy, s.Grey.Accuracy)
	if !s.Better() && s.Features.Accuracy < 1 {
		line += "\nwarning: these features tell the classes apart no better than raw pixels; check the preprocessing " +
			"(channel order, mean, std) or use another network"
	}
	return line
}

// CheckSanity compares the features of a store with raw pixels where labels exist. Of more than 1,000 rows a random
// 1,000 are used, the same ones each time. labels gives -1 unknown, 0 absent or 1 present; a row in which nothing is
// known takes no part.
//
// The result is nil, without an error, while fewer than 12 rows are labelled or no class is both present and absent,
// because no comparison makes sense then.
func CheckSanity(ctx context.Context, s *Store, r *imageset.Reader, classes int, labels func(row, class int) int8) (*Sanity, error) {
	rows := sanityChoice(s, r.Index, classes, labels)
	if rows == nil {
		return nil, nil
	}
	colour, grey := map[int][]float32{}, map[int][]float32{}
	const n = sanitySide * sanitySide
	for b, err := range r.Batches(ctx, rows, image.Pt(sanitySide, sanitySide), 64, nil) {
		if err != nil {
			return nil, fmt.Errorf("features: comparing with raw pixels: %w", err)
		}
		for i, row := range b.Rows {
			pix := b.Pix[i*3*n : (i+1)*3*n]
			g := make([]float32, n)
			for p := range g {
				g[p] = (pix[3*p] + pix[3*p+1] + pix[3*p+2]) / 3
			}
			colour[row], grey[row] = pix, g
		}
	}
	rows = slices.DeleteFunc(rows, func(row int) bool { return colour[row] == nil }) // vanished meanwhile
	if len(rows) < sanityLeast {
		return nil, nil
	}
	out := &Sanity{Extractor: s.Spec().Name}
	for _, part := range []struct {
		to *KNN
		x  func(row int) []float32
	}{
		{&out.Features, s.Row},
		{&out.Pixels, func(row int) []float32 { return colour[row] }},
		{&out.Grey, func(row int) []float32 { return grey[row] }},
	} {
		var err error
		if *part.to, err = LeaveOneOutKNN(ctx, part.x, rows, labels, classes, sanityK); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sanityChoice picks the rows to compare, in order; nil if there are too few.
func sanityChoice(s *Store, ix *imageset.Index, classes int, labels func(row, class int) int8) []int {
	var rows []int
	present, absent := make([]int, classes), make([]int, classes)
	for _, row := range s.Rows() {
		if row >= ix.Len() || !ix.Usable(row) {
			continue
		}
		known := false
		for c := range classes {
			switch labels(row, c) {
			case 1:
				present[c]++
				known = true
			case 0:
				absent[c]++
				known = true
			}
		}
		if known {
			rows = append(rows, row)
		}
	}
	useful := false
	for c := range classes {
		useful = useful || present[c] > 1 && absent[c] > 1
	}
	if len(rows) < sanityLeast || !useful {
		return nil
	}
	if len(rows) > sanityRows {
		rng := rand.New(rand.NewPCG(1, 0x73616e697479))
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		rows = rows[:sanityRows]
		slices.Sort(rows)
	}
	return rows
}
