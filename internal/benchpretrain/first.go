package main

import (
	"errors"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// firstWeights saves a network that has learned nothing.
func firstWeights(dir, name string) error {
	network, err := backbone.New(name, backbone.Options{})
	if err != nil {
		return err
	}
	b, err := compute.Backend()
	if err != nil {
		return err
	}
	store := model.NewStore()
	defer store.Finalize()
	store.SetParam("/"+model.ParamInitialSeed, int64(0))
	if err := errors.Join(backbone.Make(network, store, "/network"), store.InitializeVariables(b, nil)); err != nil {
		return err
	}
	return backbone.Save(dir, store, "/network", backbone.Saved{Name: name, Width: side, Height: side, About: "first weights"})
}
