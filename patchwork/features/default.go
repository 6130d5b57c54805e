package features

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// The constants of the embedded extractor. Whoever changes one, or a formula of texture.go, changes what the features
// mean and must count defaultVersion up, so that old features are not mixed with new ones.
const (
	defaultVersion = 1
	defaultSize    = 64 // pixels
	defaultFilters = 24 // before turning
	defaultSeed    = 20110411
	patchSide      = 4 // pixels
	defaultBatch   = 4 // images at a time; more leave the processor's cache
)

// Default returns the embedded extractor, which needs no download and no training.
//
// An image, stretched to 64×64 pixels, is described by blocks that are each brought to length one and weighted:
//
//	texture at 64 and at 32 pixels: responses of random filters on whitened patches (see filterBank), pooled over the
//	    image by how far they exceed 0.5, 1.5 and 3 standard deviations, as mean and spread over the eight rotations and
//	    reflections of a filter (texture.go)
//	edges at both sizes: how far slopes of brightness exceed five steepnesses, over eight directions (edges.go)
//	colours: histograms of brightness and of two opponent colours (colours.go)
//
// The blocks do not change when the image is turned by a quarter or mirrored, as it does not matter which way an aerial
// image lies.
//
// It is a start for the first labels and for telling textures apart, not a rival of a trained network: see OpenONNX.
func Default() (Extractor, error) { return sharedDefault() }

var sharedDefault = sync.OnceValues(func() (Extractor, error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	d := &embedded{bank: newFilterBank(patchSide, defaultFilters, defaultSeed)}
	err = compute.Try("features: the embedded extractor", func() (err error) {
		d.exec, err = graph.NewExec(backend, d.graph)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
})

// embedded is the extractor that Default returns.
type embedded struct {
	bank filterBank
	exec *graph.Exec
}

// Spec describes the extractor.
func (d *embedded) Spec() Spec {
	return Spec{
		ID:     defaultID(),
		Name:   "the embedded extractor",
		Dim:    defaultDim,
		Width:  defaultSize,
		Height: defaultSize,
		Preprocessing: fmt.Sprintf("RGB in [0,1]; random filters (%d of %d×%d pixels in 8 positions, seed %d), edges, colours",
			defaultFilters, patchSide, patchSide, defaultSeed),
	}
}

// defaultID holds a hash of all constants, so that nobody can change one and keep the name.
func defaultID() string {
	sum := sha256.Sum256(fmt.Append(nil, defaultSize, defaultFilters, defaultSeed, patchSide, bankCorrelation, bankColour, bankRegular,
		flat, textureSteps, edgeSteps, colourAxes, weightSpread, weightContrast, weightEdges, weightColours))
	return fmt.Sprintf("default-v%d-%x", defaultVersion, sum[:3])
}

// BatchSize is the number of images that fit best.
func (d *embedded) BatchSize() int { return defaultBatch }

// Extract describes the images of a batch.
func (d *embedded) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	return inGroups(ctx, b, d.Spec(), 3, defaultBatch, false, func(pix []float32, n int) (out []float32, err error) {
		err = compute.Try("features: the embedded extractor", func() error {
			x := tensors.FromFlatDataAndDimensions(pix, n, defaultSize, defaultSize, 3)
			defer x.FinalizeAll()
			y, err := d.exec.Call1(x)
			if err != nil {
				return err
			}
			defer y.FinalizeAll()
			out, err = tensors.CopyFlatData[float32](y)
			return err
		})
		return out, err
	})
}

// weight of each block in the whole. Texture counts most; the part of it that tells light on dark from dark on light
// counts little, or neighbours that differ only in that would be lost.
const (
	weightSpread   = 0.3
	weightContrast = 0.1
	weightEdges    = 0.2
	weightColours  = 0.3
)

// defaultDim is two sizes of texture, edges and colours.
const defaultDim = 2*4*len3*defaultFilters + 2*3*len5 + colourBins

const len3, len5 = len(textureSteps), len(edgeSteps)

// graph describes images.
func (d *embedded) graph(x *graph.Node) *graph.Node { // x: [n, 64, 64, 3] in [0, 1]
	n, half := x.Shape().Dim(0), defaultSize/2
	cells := graph.Reshape(x, n, half, 2, half, 2, 3)
	cells = graph.TransposeAllDims(cells, 0, 1, 3, 2, 4, 5)                  // [n, 32, 32, 2, 2, 3]
	small := graph.ReduceMean(graph.Reshape(cells, n, half, half, 4, 3), -2) // [n, 32, 32, 3]
	cells = graph.Reshape(cells, n, half, half, 12)

	blocks := d.texture(finePatches(cells), d.bank.matrix(fineOrder()))
	blocks = append(blocks, d.texture(coarsePatches(small), d.bank.matrix(coarseOrder()))...)
	blocks = append(blocks,
		weigh(weightEdges, rooted(graph.Concatenate([]*graph.Node{edges(x), edges(small)}, -1))),
		weigh(weightColours, colours(small)))
	return graph.Concatenate(blocks, -1) // [n, defaultDim]
}
