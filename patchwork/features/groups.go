package features

import (
	"context"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// inGroups hands the images of a batch to call in groups of size and the rest one by one, so that only two graphs are
// ever compiled. If fixed, the last group is filled up with black images instead.
func inGroups(ctx context.Context, b imageset.Batch, s Spec, channels, size int, fixed bool, call func(pix []float32, n int) ([]float32, error)) ([]float32, error) {
	if err := checkBatch(b, s, channels); err != nil {
		return nil, err
	}
	out := make([]float32, 0, b.N*s.Dim)
	each := s.Width * s.Height * channels
	for at := 0; at < b.N; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, pix := size, []float32(nil)
		switch left := b.N - at; {
		case left >= n:
			pix = b.Pix[at*each : (at+n)*each]
		case fixed:
			pix = append(slices.Clone(b.Pix[at*each:]), make([]float32, (n-left)*each)...)
		default:
			n, pix = 1, b.Pix[at*each:(at+1)*each]
		}
		y, err := call(pix, n)
		if err != nil {
			return nil, err
		}
		out = append(out, y[:min(n, b.N-at)*s.Dim]...)
		at += n
	}
	return out, nil
}
