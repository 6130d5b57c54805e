package main

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// query is the neighbours of a scene of each of three classes, by the embedded extractor.
func query(s samples) (image.Image, error) {
	return onScenes(s, func(ctx context.Context, p *patchwork.Project) (patchwork.Figure, error) {
		r, err := p.Query(ctx, patchwork.QueryOptions{Classes: []string{"forest", "water", "building"}, K: 6})
		return r.Figure, err
	})
}

// extremes is the scenes at the ends of the first directions of the embedded extractor.
func extremes(s samples) (image.Image, error) {
	return onScenes(s, func(ctx context.Context, p *patchwork.Project) (patchwork.Figure, error) {
		r, err := p.Extremes(ctx, patchwork.ExtremesOptions{Directions: 3, N: 3})
		return r.Figure, err
	})
}

// onScenes makes a figure with a project of all scenes, 60 of which have labels.
func onScenes(s samples, figure func(ctx context.Context, p *patchwork.Project) (patchwork.Figure, error)) (m image.Image, err error) {
	dir, err := os.MkdirTemp("", "figures-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	p, _, err := patchwork.Init(ctx, filepath.Join(dir, "p"), patchwork.InitOptions{Images: []string{s.dir}}, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if _, err := p.ImportLabels(ctx, filepath.Join(s.dir, "..", "first60.csv"), labels.ImportOptions{AddClasses: true}); err != nil {
		return nil, err
	}
	if _, err := p.Embed(ctx, patchwork.EmbedOptions{}, nil); err != nil {
		return nil, err
	}
	f, err := figure(ctx, p)
	if err != nil {
		return nil, err
	}
	return f.Draw(false)
}
