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

// The constants of the embedded extractor. Whoever changes one, or a formula of its blocks, changes what the features
// mean and must count defaultVersion up, so that old features are not mixed with new ones.
const (
	defaultVersion = 2
	defaultSize    = 128 // pixels
	defaultFilters = 24  // before turning
	defaultSeed    = 20110411
	patchSide      = 4 // pixels
	defaultBatch   = 4 // images at a time; more leave the processor's cache
	greySizes      = 5 // of the waves on brightness: 128 to 8 pixels
	colourSizes    = 4 // of those on colours: 64 to 8 pixels
)

// Default returns the embedded extractor, which needs no download and no training.
//
// An image, stretched to 128×128 pixels, is described by blocks:
//
//	waves on brightness: how strong they are in eight directions and at five sizes, how that changes over the image, and
//	    how the changes change (scattering.go)
//	waves on two opponent colours, at four sizes from 64 pixels: the first two of these three
//	texture at 32 pixels: responses of random filters on whitened patches (see filterBank), pooled over the image by how
//	    far they exceed 0.5, 1.5 and 3 standard deviations, as mean and spread over the eight rotations and reflections of
//	    a filter (texture.go)
//	colours: histograms of brightness and of two opponent colours (colours.go)
//
// Each number is measured against its mean and spread over scenes of the project's own generator (reference.go), and each
// block has its weight. Nothing changes when the image is turned by a quarter or mirrored, as it does not matter which way
// an aerial image lies.
//
// It is a start for the first labels and for telling textures apart, not a rival of a trained network: see OpenONNX.
func Default() (Extractor, error) { return sharedDefault() }

var sharedDefault = sync.OnceValues(func() (Extractor, error) {
	r, err := loadReference()
	if err != nil {
		return nil, err
	}
	d, err := newEmbedded(r.against)
	if err != nil {
		return nil, err
	}
	return d, nil
})

// newEmbedded compiles the extractor; finish makes the features of the numbers of all blocks.
func newEmbedded(finish func(raw *graph.Node) *graph.Node) (*embedded, error) {
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	d := &embedded{bank: newFilterBank(patchSide, defaultFilters, defaultSeed)}
	err = compute.Try("features: the embedded extractor", func() (err error) {
		d.exec, err = graph.NewExec(backend, func(x *graph.Node) *graph.Node { return finish(d.graph(x)) })
		return err
	})
	return d, err
}

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
		Preprocessing: fmt.Sprintf("RGB in [0,1]; wavelet scattering, random filters (%d of %d×%d pixels in 8 positions, seed %d), colours",
			defaultFilters, patchSide, patchSide, defaultSeed),
	}
}

// defaultID holds a hash of all constants, so that nobody can change one and keep the name.
func defaultID() string {
	all := fmt.Append(nil, defaultSize, defaultFilters, defaultSeed, patchSide, bankCorrelation, bankColour, bankRegular, flat, textureSteps,
		colourAxes, weightSpread, weightContrast, defaultBlocks, greySizes, colourSizes, directions, waveletSide, waveletWidth, waveletSlant,
		waveletPeriod, weak, weakChange, farOff)
	sum := sha256.Sum256(append(all, referenceFile...))
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

// defaultBlocks are what the numbers are, in their order, and how much each block weighs in the whole. Waves are each
// brought to a standard deviation of one, texture and colours as they are.
var defaultBlocks = [...]struct {
	name    string
	numbers int
	weight  float64
	whole   bool // one scale for the whole block
}{
	{"waves", 3 * greySizes, 0.13, false},
	{"changes of waves", 10 * pairs(greySizes), 0.3, false},
	{"changes of changes", 20 * triples(greySizes), 0.25, false},
	{"waves of colours", 2 * 3 * colourSizes, 0.12, false},
	{"changes of waves of colours", 2 * 10 * pairs(colourSizes), 0.12, false},
	{"texture", 4 * len3 * defaultFilters, 0.375, true},
	{"colours", colourBins, 0.2, true},
}

func pairs(n int) int   { return n * (n - 1) / 2 }
func triples(n int) int { return n * (n - 1) * (n - 2) / 6 }

const (
	len3       = len(textureSteps)
	defaultDim = 3*greySizes + 10*greySizes*(greySizes-1)/2 + 20*greySizes*(greySizes-1)*(greySizes-2)/6 +
		2*(3*colourSizes+10*colourSizes*(colourSizes-1)/2) + 4*len3*defaultFilters + colourBins
)

// graph computes the numbers of all blocks.
func (d *embedded) graph(x *graph.Node) *graph.Node { // x: [n, 128, 128, 3] in [0, 1]
	n := x.Shape().Dim(0)
	middle := halved(x)     // [n, 64, 64, 3]
	small := halved(middle) // [n, 32, 32, 3]

	grey := graph.ReduceAndKeep(x, graph.ReduceMean, -1)
	waves, changes, further := scattered(grey, greySizes, true)

	opponents := graph.Const(x.Graph(), [][]float32{{0.5, 0.25}, {-0.5, 0.25}, {0, -0.5}}) // red − green, yellow − blue
	colour := graph.MatMul(graph.Reshape(middle, -1, 3), opponents)
	colour = graph.TransposeAllDims(graph.Reshape(colour, n, defaultSize/2, defaultSize/2, 2), 0, 3, 1, 2)
	colourWaves, colourChanges, _ := scattered(graph.Reshape(colour, 2*n, defaultSize/2, defaultSize/2, 1), colourSizes, false)

	blocks := []*graph.Node{waves, changes, further, graph.Reshape(colourWaves, n, -1), graph.Reshape(colourChanges, n, -1)}
	blocks = append(blocks, d.texture(patches(small), d.bank.matrix())...)
	return graph.Concatenate(append(blocks, colours(small)), -1) // [n, defaultDim]
}

// halved takes the mean of 2×2 pixels: [n, h, w, c] to [n, h/2, w/2, c].
func halved(x *graph.Node) *graph.Node {
	n, h, w, c := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2), x.Shape().Dim(3)
	return graph.ReduceMean(graph.Reshape(x, n, h/2, 2, w/2, 2, c), 2, 4)
}
