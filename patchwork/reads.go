package patchwork

import (
	"context"
	"errors"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// reading is what a classifier reads of the images: vectors, as they are or in their context, or maps where its trunk wants maps.
type reading struct {
	store *features.Store
	taps  []classify.Tap          // nil for vectors
	own   func(row int) []float32 // without context; nil for a row without; valid until the next call

	surroundings func() *surroundings // nil for maps
	around       *inContext           // once it was asked for
	progress     Progress             // of making it
}

// reads opens what a classifier with these options reads, and makes the context of images where they ask for it and it is not there. The caller closes it.
//
// Errors: ErrNoFeatures, or ErrNoMaps; too many images for a context; ctx is done.
func (p *Project) reads(ctx context.Context, o classify.Options, progress Progress) (*reading, error) {
	r, err := p.readsAsTheyAre(o)
	if err != nil {
		return nil, err
	}
	r.progress = progress
	if err := r.wants(ctx, o); err != nil {
		return nil, errors.Join(err, r.store.Close())
	}
	return r, nil
}

// wants makes the context if the options ask for it.
func (r *reading) wants(ctx context.Context, o classify.Options) error {
	if err := o.CheckContext(); err != nil || !o.InContext() {
		return err
	}
	return r.draw(ctx, r.surroundings())
}

// draw makes the context, once.
func (r *reading) draw(ctx context.Context, s *surroundings) (err error) {
	if r.around == nil {
		r.around, err = s.neighbourhood(ctx, r.progress)
	}
	return err
}

// drawn is a classify.Around of up to so many images.
func (r *reading) drawn(most int) classify.Around {
	return func(ctx context.Context) (row func(row int) []float32, why string, err error) {
		if r.around == nil {
			s := r.surroundings()
			if s.some > most {
				return nil, unasked(s.some, most), nil
			}
			if err := r.draw(ctx, s); err != nil {
				return nil, "", err
			}
		}
		return r.around.row, "", nil
	}
}

// of is what a model with these options reads of a row. One in context has been trained or opened with r.
func (r *reading) of(o classify.Options) func(row int) []float32 {
	if o.InContext() {
		return r.around.row
	}
	return r.own
}

// readsNow is reads of what is there: ok is false where the context of images would have to be made.
func (p *Project) readsNow(o classify.Options) (r *reading, ok bool, err error) {
	r, err = p.readsAsTheyAre(o)
	if err != nil || !o.InContext() {
		return r, err == nil, err
	}
	if r.around = r.surroundings().kept(); r.around == nil {
		return nil, false, r.store.Close()
	}
	return r, true, nil
}

// readsAsTheyAre is reads without context.
func (p *Project) readsAsTheyAre(o classify.Options) (*reading, error) {
	if err := o.CheckContext(); err != nil { // before anybody makes maps for it
		return nil, err
	}
	if ofVectors(o) {
		store, err := p.Features()
		if err != nil {
			return nil, err
		}
		return &reading{store: store, own: featureRow(store, p.Images()), surroundings: func() *surroundings { return p.surroundings(store) }}, nil
	}
	store, err := p.Maps()
	if err != nil {
		return nil, err
	}
	return &reading{store: store, taps: tapsOf(store.Spec()), own: mapRow(store, p.Images())}, nil
}

func (r *reading) close() error {
	if r.around == nil {
		return r.store.Close()
	}
	return errors.Join(r.around.close(), r.store.Close())
}

// tapsOf are the maps of a store as the classifier knows them.
func tapsOf(s features.Spec) (taps []classify.Tap) {
	for _, t := range s.Taps {
		taps = append(taps, classify.Tap{Name: t.Name, Shape: network.Shape{Height: t.Height, Width: t.Width, Channels: t.Channels}})
	}
	return taps
}

// mapRow is featureRow for maps, which are copied to the same memory at each call.
func mapRow(s *features.Store, index *imageset.Index) func(row int) []float32 {
	scratch := make([]float32, s.Dim())
	return func(row int) []float32 {
		if !current(s, index, row) {
			return nil
		}
		return s.ReadRow(row, scratch)
	}
}

// data is what a classifier with these options is given, without a table.
func (r *reading) data(o classify.Options) classify.Data {
	d := classify.Data{Dim: r.store.Dim(), Taps: r.taps, Features: r.of(o), FeatureID: r.store.Spec().ID}
	if r.surroundings != nil {
		d.Around = r.drawn(contextUnasked)
	}
	return d
}

// ofVectors says whether a classifier with these options reads vectors, and not maps.
func ofVectors(o classify.Options) bool { return o.Trunk == "" || o.Trunk == classify.VectorTrunk }
