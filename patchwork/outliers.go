package patchwork

import (
	"context"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
)

// Outliers finds the n images most unlike all others: broken ones, other motifs, or the rare ones that one looks for. The
// score is the mean of 1 - cosine to the 10 most alike. Excluded images are neither found nor compared.
//
// Errors: ErrNoFeatures; n below 1; ctx is done.
func (p *Project) Outliers(ctx context.Context, n int, progress Progress) ([]Suggestion, error) {
	if n < 1 {
		return nil, fmt.Errorf("patchwork: asked for %d outliers; want 1 or more", n)
	}
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	var list []quality.Outlier
	err = p.lookOnce(ctx, func(l *looks) error {
		g, _, err := l.graphOf(ctx, 0, func(row int) bool { return !t.Excluded(row) }, progress.step("finding neighbours"))
		if err == nil {
			list = quality.Outliers(g)
		}
		return err
	})
	list = slices.DeleteFunc(list, func(o quality.Outlier) bool { return t.Excluded(o.Row) }) // the first of copies
	out := make([]Suggestion, 0, min(n, len(list)))
	for _, o := range list[:min(n, len(list))] {
		out = append(out, Suggestion{Row: o.Row, Image: p.Images().At(o.Row).ID, Score: o.Distance,
			Reason: fmt.Sprintf("unlike others: %.3f from the 10 most like it", o.Distance)})
	}
	return out, err
}
