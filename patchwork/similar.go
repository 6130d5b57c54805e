package patchwork

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// SimilarOptions says which images to look for.
type SimilarOptions struct {
	Images   []string      // what they are to look like, at least one: as Suggestion.Image names it, or a path that leads to the file
	N        int           // 0 means 16
	Filter   labels.Filter // which images are looked at; as in SuggestOptions
	Labelled bool          // with AnyStatus also those that are fully labelled

	Skip func(row int) bool // rows not to look at; nil means none
}

// LookAlikesOptions says what a page of look-alikes is chosen from.
type LookAlikesOptions struct {
	N        int           // 0 means 16
	Filter   labels.Filter // which images; as in SuggestOptions
	Labelled bool          // with AnyStatus also those that are fully labelled
	Seed     uint64        // added to the project's seed

	Skip func(row int) bool // rows not to show, such as those of the pages before; nil means none
}

// Similar finds the up to N images most like any of the given ones, the most alike first. The score is the cosine of their
// features, the highest where several are given, and the reason names the image: "looks like photos/7.jpg (cosine 0.93)". The
// given images are not in the result, nor are images without features. Given images without features are passed over if
// others have some.
//
// Errors: ErrNoFeatures before the first Embed, or where none of the images has any; an image that the project does not
// have; what Suggest says of a filter.
func (p *Project) Similar(ctx context.Context, o SimilarOptions) ([]Suggestion, error) {
	rows, err := p.rowsOf(o.Images)
	if err != nil {
		return nil, err
	}
	return p.withLooks(ctx, func(t *labels.Table, l *looks) ([]Suggestion, error) { return p.similar(ctx, t, l, rows, o) })
}

// LookAlikes chooses a page of up to N images that look alike, so that one can label them in one go: first a seed from
// where there are many alike, then the images most like it. Scores and reasons are as in Similar; the seed's score is 1. The
// same seed, journal and features give the same page. The result is empty when nothing is left.
//
// Errors: ErrNoFeatures before the first Embed, or where none of the images has any; what Suggest says of a filter.
func (p *Project) LookAlikes(ctx context.Context, o LookAlikesOptions) ([]Suggestion, error) {
	return p.withLooks(ctx, func(t *labels.Table, l *looks) ([]Suggestion, error) { return p.lookAlikes(ctx, t, l, o) })
}

// withLooks gives a search the labels and the features, which it opens for it.
func (p *Project) withLooks(ctx context.Context, search func(*labels.Table, *looks) ([]Suggestion, error)) ([]Suggestion, error) {
	t, err := p.Labels()
	if err != nil {
		return nil, err
	}
	var found []Suggestion
	err = p.lookOnce(ctx, func(l *looks) (err error) {
		found, err = search(t, l)
		return err
	})
	return found, err
}

// similar is Similar to rows, on labels and features at hand; o.Images is not read.
func (p *Project) similar(ctx context.Context, t *labels.Table, l *looks, rows []int, o SimilarOptions) ([]Suggestion, error) {
	if !slices.ContainsFunc(rows, l.vectors.Has) {
		return nil, p.withoutFeatures(l, rows)
	}
	return p.alike(t, l, SuggestOptions{Filter: o.Filter, Labelled: o.Labelled, Skip: o.Skip}, func(candidates []int) ([]explore.Match, error) {
		return l.vectors.Nearest(ctx, rows, candidates, or16(o.N))
	})
}

// lookAlikes is LookAlikes on labels and features at hand.
func (p *Project) lookAlikes(ctx context.Context, t *labels.Table, l *looks, o LookAlikesOptions) ([]Suggestion, error) {
	return p.alike(t, l, SuggestOptions{Filter: o.Filter, Labelled: o.Labelled, Skip: o.Skip}, func(candidates []int) ([]explore.Match, error) {
		return l.vectors.Cluster(ctx, candidates, or16(o.N), p.random("explore/lookalikes", o.Seed))
	})
}

// or16 is how many images a page has if nobody says.
func or16(n int) int {
	if n == 0 {
		return 16
	}
	return n
}

// alike searches among what o lets through and says of what is found why.
func (p *Project) alike(t *labels.Table, l *looks, o SuggestOptions, search func(candidates []int) ([]explore.Match, error)) ([]Suggestion, error) {
	if err := p.checkFilter(t, o.Filter); err != nil {
		return nil, err
	}
	candidates := p.candidates(t, o.Filter, o.Labelled, nil, o.Skip)
	matches, err := search(candidates)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	if len(candidates) > 0 && !slices.ContainsFunc(candidates, l.vectors.Has) {
		return nil, p.withoutFeatures(l, candidates)
	}
	out := make([]Suggestion, len(matches))
	for i, m := range matches {
		reason := fmt.Sprintf("looks like %s (cosine %.2f)", l.index.At(m.Like).ID, m.Cosine)
		if m.Row == m.Like {
			reason = "the image that the others look like"
		}
		out[i] = Suggestion{Row: m.Row, Image: l.index.At(m.Row).ID, Score: m.Cosine, Reason: reason}
	}
	return out, nil
}

// withoutFeatures says what to do about rows of which none has features of the image as it is now.
func (p *Project) withoutFeatures(l *looks, rows []int) error {
	if len(rows) == 1 && rows[0] >= 0 && rows[0] < l.index.Len() {
		if image := l.index.At(rows[0]); image.Problem != "" {
			return fmt.Errorf("patchwork: %s cannot be used (%s), so nothing can be compared with it; take another image", image.ID, image.Problem)
		}
		return fmt.Errorf("%w of %s as it is now; run p.Embed() in a cell or `patchwork embed %s`", ErrNoFeatures, l.index.At(rows[0]).ID, typed(p.dir))
	}
	return fmt.Errorf("%w of any of these %d images as they are now; run p.Embed() in a cell or `patchwork embed %s`", ErrNoFeatures, len(rows), typed(p.dir))
}

// rowsOf finds images by their path from the project folder, or by a path that leads to the file, from the working directory
// or from the root, however the project lists it.
func (p *Project) rowsOf(images []string) ([]int, error) {
	if len(images) == 0 {
		return nil, errors.New("patchwork: no image is named to look like; name one or more, or ask for look-alikes")
	}
	var rows []int
	for _, name := range images {
		row, ok := p.rowOf(name)
		if !ok {
			return nil, fmt.Errorf("patchwork: the project has no image %q; want its path from the project folder, as `patchwork suggest` prints it, "+
				"or the path of the file from here or from the root", name)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rowOf is rowsOf of one.
func (p *Project) rowOf(name string) (row int, ok bool) {
	index := p.Images()
	if row, ok = index.Row(name); ok {
		return row, true
	}
	file, err := filepath.Abs(name)
	if err != nil {
		return 0, false
	}
	if row, ok = index.Row(filepath.ToSlash(file)); ok {
		return row, true
	}
	for _, follow := range []func(string) (string, error){filepath.Abs, filepath.EvalSymlinks} {
		root, err := filepath.Abs(p.dir)
		if err != nil {
			return 0, false
		}
		if root, err = follow(root); err != nil {
			return 0, false
		}
		if file, err = follow(file); err != nil {
			return 0, false
		}
		if relative, err := filepath.Rel(root, file); err == nil {
			if row, ok = index.Row(filepath.ToSlash(relative)); ok {
				return row, true
			}
		}
	}
	return 0, false
}
