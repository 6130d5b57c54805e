package patchwork

import (
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// reading is what a classifier reads of the images: vectors, or maps where its trunk wants maps.
type reading struct {
	store *features.Store
	taps  []classify.Tap          // nil for vectors
	row   func(row int) []float32 // nil for a row without; valid until the next call
}

// reads opens what a classifier with these options reads. The caller closes the store.
//
// Errors: ErrNoFeatures, or ErrNoMaps.
func (p *Project) reads(o classify.Options) (reading, error) {
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
	return reading{store, tapsOf(store.Spec()), mapRow(store, p.Images())}, nil
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
