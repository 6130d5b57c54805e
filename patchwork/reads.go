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
	store  *features.Store
	taps   []classify.Tap          // nil for vectors
	row    func(row int) []float32 // nil for a row without; valid until the next call
	around *inContext              // nil for features as they are
}

// reads opens what a classifier with these options reads, and makes the context of images where that is not there. The caller closes it.
//
// Errors: ErrNoFeatures, or ErrNoMaps; too many images for a context; ctx is done.
func (p *Project) reads(ctx context.Context, o classify.Options, progress Progress) (reading, error) {
	r, err := p.readsAsTheyAre(o)
	if err != nil || !o.InContext() {
		return r, err
	}
	around, err := p.surroundings(r.store).neighbourhood(ctx, progress)
	if err != nil {
		return reading{}, errors.Join(err, r.store.Close())
	}
	r.around, r.row = around, around.row
	return r, nil
}

// readsNow is reads of what is there: ok is false where the context of images would have to be made.
func (p *Project) readsNow(o classify.Options) (r reading, ok bool, err error) {
	r, err = p.readsAsTheyAre(o)
	if err != nil || !o.InContext() {
		return r, err == nil, err
	}
	if r.around = p.surroundings(r.store).kept(); r.around == nil {
		return reading{}, false, r.store.Close()
	}
	r.row = r.around.row
	return r, true, nil
}

// readsAsTheyAre is reads without context.
func (p *Project) readsAsTheyAre(o classify.Options) (reading, error) {
	if err := o.CheckContext(); err != nil { // before anybody makes maps for it
		return reading{}, err
	}
	if ofVectors(o) {
		store, err := p.Features()
		if err != nil {
			return reading{}, err
		}
		return reading{store: store, row: featureRow(store, p.Images())}, nil
	}
	store, err := p.Maps()
	if err != nil {
		return reading{}, err
	}
	return reading{store: store, taps: tapsOf(store.Spec()), row: mapRow(store, p.Images())}, nil
}

func (r reading) close() error {
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

// data is what a classifier is given, without a table.
func (r reading) data() classify.Data {
	return classify.Data{Dim: r.store.Dim(), Taps: r.taps, Features: r.row, FeatureID: r.store.Spec().ID}
}

// ofVectors says whether a classifier with these options reads vectors, and not maps.
func ofVectors(o classify.Options) bool { return o.Trunk == "" || o.Trunk == classify.VectorTrunk }
