package patchwork

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

const (
	contextMost    = 200_000 // images up to which their neighbours are looked for
	contextUnasked = 30_000  // and up to which where nobody asks for it
	contextEnding  = ".context"
)

// surroundings are the images that have features, excluded ones too: in its context (classify.NeighbourContext) the vector of each is
// drawn towards those of its neighbours among them. An exclusion changes nothing here, so that it costs nothing in the middle of labelling.
//
//	features/ID.context    the vectors as keptRows
//	key                    SHA-256 of the version, the features, and of each image what it was computed from
type surroundings struct {
	store   *features.Store
	index   *imageset.Index
	file    string // of the features, without extension
	present []bool // by row
	some    int    // rows that are present
	key     [sha256.Size]byte
}

func (p *Project) surroundings(store *features.Store) *surroundings {
	s := &surroundings{store: store, index: p.Images(), file: p.path("features", store.Spec().ID)}
	s.present = make([]bool, s.index.Len())
	h := sha256.New()
	fmt.Fprintln(h, "context of neighbours, version 2", store.Spec().ID, store.Spec().Input, store.Dim(), s.index.Len())
	for row := range s.present {
		if s.present[row] = current(store, s.index, row); s.present[row] {
			s.some++
			io.WriteString(h, store.Hash(row))
		}
		io.WriteString(h, "\n")
	}
	h.Sum(s.key[:0])
	return s
}

// inContext is the vectors of images in their context.
type inContext struct {
	*surroundings
	rows *keptRows
}

// row is a vector in its context; nil for a row without. It may be called from several goroutines.
func (c *inContext) row(row int) []float32 {
	if row >= len(c.present) || !c.present[row] {
		return nil
	}
	return c.rows.row(row)
}

func (c *inContext) close() error { return c.rows.close() }

// kept is what the file holds; nil if that is of other images or features.
func (s *surroundings) kept() *inContext {
	if rows := openRows(s.file+contextEnding, s.key, len(s.present), s.store.Dim()); rows != nil {
		return &inContext{s, rows}
	}
	return nil
}

// neighbourhood is what the vectors are in their context, from the file where it has them, and else made and kept. The caller closes it.
//
// Errors: too many images; ctx is done.
func (s *surroundings) neighbourhood(ctx context.Context, progress Progress) (*inContext, error) {
	if c := s.kept(); c != nil {
		return c, nil
	}
	if s.some > contextMost {
		return nil, fmt.Errorf("patchwork: with context neighbours each of %d images is compared with every other, which takes %s, and again whenever images come; "+
			"want at most %d images. Train with context none", s.some, comparing(s.some, s.store.Dim()), contextMost)
	}
	l, err := newLooks(ctx, s.store, s.index, s.file, s.present)
	if err != nil {
		return nil, err
	}
	drawn, err := l.drawn(ctx, progress)
	if err != nil {
		return nil, err
	}
	n, dim := len(s.present), s.store.Dim()
	once, err := makeRows(ctx, s.file+contextEnding+"-once", s.key, n, dim, drawn.Once)
	if err != nil {
		return nil, err
	}
	defer func() {
		once.close()
		os.Remove(s.file + contextEnding + "-once")
	}()
	rows, err := makeRows(ctx, s.file+contextEnding, s.key, n, dim, func(dst []float32, row int) { drawn.Twice(dst, row, once.row) })
	if err != nil {
		return nil, err
	}
	return &inContext{s, rows}, nil
}

// contextNeighbours is how many of each image are looked for.
func (l *looks) contextNeighbours() int {
	some := 0
	for row := range l.index.Len() {
		if l.vectors.Has(row) {
			some++
		}
	}
	return explore.ContextNeighbours(some)
}

// drawn is the graph behind the context.
func (l *looks) drawn(ctx context.Context, progress Progress) (*explore.Context, error) {
	g, err := l.neighbours(ctx, explore.GraphOptions{K: l.contextNeighbours(), Progress: progress.step("finding neighbours")})
	if err != nil {
		return nil, err
	}
	return l.vectors.NewContext(ctx, g)
}

// unasked says why images have no context that nobody asked for, and how to ask.
func unasked(images, most int) string {
	return fmt.Sprintf("neighbours of %d images are looked for only where context is neighbours, %d are the most that auto takes", images, most)
}

// comparing says about how long it takes two cores to compare n vectors with each other, from what docs/explore.md measures.
func comparing(n, dim int) string {
	minutes := float64(n) * float64(n) * float64(dim) * 36 / (1e5 * 1e5 * 384) / 60
	return "about " + strconv.FormatFloat(max(1, minutes), 'f', 0, 64) + " minutes on two cores"
}

// modelContext is the context of the trained classifier, "" where there is none that reads vectors.
func (p *Project) modelContext() classify.Context {
	info, err := classify.ReadInfo(p.path("models", modelName))
	if err != nil || !ofVectors(info.Options) {
		return ""
	}
	return info.Options.Context
}

// renewContext puts the images in their context anew where the trained classifier reads them so, after their features have changed.
func (p *Project) renewContext(ctx context.Context, store *features.Store, progress Progress) error {
	info, err := classify.ReadInfo(p.path("models", modelName))
	if err != nil || !info.Options.InContext() || info.FeatureID != store.Spec().ID {
		return nil // whoever reads the model says what is wrong with it
	}
	s := p.surroundings(store)
	if s.some > contextMost {
		return nil // the features are there all the same; Train and Predict say what is wrong
	}
	c, err := s.neighbourhood(ctx, progress)
	if err != nil {
		return err
	}
	return c.close()
}
