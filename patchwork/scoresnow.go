package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// scoredImages are by row the hashes of the images whose features s holds, "" where it has none of what an image is now. They are
// kept beside the scores and say later which of these are of another image.
func scoredImages(index *imageset.Index, s *features.Store) []string {
	of := make([]string, index.Len())
	for row := range of {
		if current(s, index, row) {
			of[row] = s.Hash(row)
		}
	}
	return of
}

// outdated are the rows whose scores are not of the image as it is now. of are the hashes of the scored images; nil, of a model
// that an older program saved, says that the images are the same, though more may have come.
func outdated(index *imageset.Index, rows int, of []string) (list []int) {
	for row := range index.Len() {
		if row < rows && of == nil {
			continue
		}
		hash := ""
		if image := index.At(row); image.Problem == "" {
			hash = image.Hash
		}
		if row >= rows || of[row] != hash {
			list = append(list, row)
		}
	}
	return list
}

// renew scores the images that came or changed since the training, by the model that gave the other scores, and takes the
// scores away of those that have no features of what they are now, or none that the model reads.
func (p *Project) renew(s *Scores, info classify.Info, of []string) error {
	index := p.Images()
	if of != nil && len(of) != s.Rows {
		return fmt.Errorf("patchwork: the model has scores of %d images and names %d; train again to write them anew", s.Rows, len(of))
	}
	rows := outdated(index, s.Rows, of)
	if len(rows) == 0 {
		return nil
	}
	nan, width := float32(math.NaN()), len(s.Classes)
	grown := max(0, index.Len()-s.Rows) * width
	s.p, s.Rows = append(s.p, slices.Repeat([]float32{nan}, grown)...), max(s.Rows, index.Len())
	if s.spread != nil {
		s.spread = append(s.spread, slices.Repeat([]float32{nan}, grown)...)
	}
	found, err := p.predictRows(info, rows)
	if err != nil {
		return err
	}
	for i, row := range rows {
		for c := range width {
			s.p[row*width+c] = nan
			if found != nil {
				s.p[row*width+c] = found.Scores[i*width+c]
			}
			if s.spread != nil {
				s.spread[row*width+c] = nan
				if found != nil {
					s.spread[row*width+c] = found.Deviations[i*width+c]
				}
			}
		}
	}
	s.renewed = len(rows)
	return nil
}

// predictRows is what the saved model says of rows, NaN for those without features; nil where the features in use are none that
// it reads, or are not yet in their context, which Embed, Train and Predict put them in.
func (p *Project) predictRows(info classify.Info, rows []int) (*classify.Prediction, error) {
	r, ok, err := p.readsNow(info.Options)
	if errors.Is(err, ErrNoFeatures) || errors.Is(err, ErrNoMaps) || err == nil && !ok {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.close()
	index := p.Images()
	if r.store.Spec().ID != info.FeatureID || !slices.ContainsFunc(rows, func(row int) bool { return current(r.store, index, row) }) {
		return nil, nil
	}
	m, err := p.Model()
	if err != nil {
		return nil, err
	}
	if !m.Info().Trained.Equal(info.Trained) { // by another process, since info was read
		return nil, errors.New("patchwork: another model was saved while scores were read; read them again")
	}
	row := r.of(info.Options)
	found, err := m.Predict(context.Background(), len(rows), func(i int) []float32 { return row(rows[i]) })
	return &found, err
}
