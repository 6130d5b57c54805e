package patchwork

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// modelName is the folder below models/ of the classifier that the loop trains.
const modelName = "default"

// featureRow gives a row's features; nil where it has none, where the image cannot be used, and where they are of what
// the image was before it changed.
func featureRow(s *features.Store, index *imageset.Index) func(row int) []float32 {
	return func(row int) []float32 {
		if !current(s, index, row) {
			return nil
		}
		return s.Row(row)
	}
}

// current says whether a row has features of what its image is now.
func current(s *features.Store, index *imageset.Index, row int) bool {
	if row >= index.Len() || !s.Has(row) {
		return false
	}
	image := index.At(row)
	return image.Problem == "" && image.Hash == s.Hash(row)
}

// Model opens the trained classifier.
//
// Errors: ErrNoModel before the first Train.
func (p *Project) Model() (*classify.Model, error) {
	m, err := classify.Load(p.path("models", modelName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: label a few images, then p.Train() in a cell, Train in the studio, or `patchwork train %s`", ErrNoModel, typed(p.dir))
	}
	return m, err
}

// History is the learning curve of the saved classifier, nil if there is none.
func (p *Project) History() []classify.Point {
	info, err := classify.ReadInfo(p.path("models", modelName))
	if err != nil {
		return nil
	}
	return info.History
}
