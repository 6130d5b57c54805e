package features

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// BackboneTap is the name of the one map that a backbone has.
const BackboneTap = "map"

const backboneBatch = 32 // images at a time

// IsBackbone says whether path is the folder of a network, as backbone.Save writes it, and no file. A folder without
// backbone.json is one too, so that whoever opens it is told what is missing.
func IsBackbone(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// OpenBackbone opens a network that backbone.Save wrote as an extractor, at the size of the images that it learned on: its
// map averaged over the image. Batch normalisation uses its running averages.
//
// Errors: those of backbone.Open and backbone.Load, among them fs.ErrNotExist and backbone.ErrDamaged.
func OpenBackbone(dir string) (Extractor, error) { return openBackbone(dir, nil) }

// BackboneTaps lists the maps of such a network: the one that is averaged.
//
// Errors: those of OpenBackbone.
func BackboneTaps(dir string) ([]Tap, error) {
	e, err := openBackbone(dir, &MapOptions{})
	if err != nil {
		return nil, err
	}
	defer e.exec.Finalize()
	return e.spec.Taps, nil
}

// OpenBackboneMaps opens such a network as an extractor of its map.
//
// Errors: those of OpenBackbone; a name that is no tap; one that comes twice.
func OpenBackboneMaps(dir string, o MapOptions) (Extractor, error) {
	if len(o.Taps) > 1 || len(o.Taps) == 1 && o.Taps[0] != BackboneTap {
		return nil, fmt.Errorf("features: %s has one map, %q, and %q were asked for; leave the names out", dir, BackboneTap, o.Taps)
	}
	return openBackbone(dir, &o)
}

// trained is an Extractor made of a folder.
type trained struct {
	spec     Spec
	exec     *model.Exec
	channels int // of an image
}

// openBackbone makes the extractor of vectors, or of maps if m is not nil.
func openBackbone(dir string, m *MapOptions) (*trained, error) {
	net, saved, err := backbone.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("features: %w; want an ONNX file, or the folder of a network that was trained here", err)
	}
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	store := model.NewStore()
	if _, err := backbone.Load(dir, store, "/"); err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	for v := range store.IterVariables() {
		v.SetTrainable(false)
	}
	o := saved.Options
	e := &trained{channels: len(o.Mean)}
	e.spec = Spec{
		Name: filepath.Base(filepath.Clean(dir)), Dim: net.Card().Channels, Width: saved.Width, Height: saved.Height, File: dir, FileHash: saved.Weights[:16],
		Preprocessing: fmt.Sprintf("channels in [0,1], (x-mean)/std with mean %v and std %v (part of the network, %s)", o.Mean, o.Std, saved.Name),
	}
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	e.exec, err = model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		y := net.Graph(scope, x)
		if m == nil {
			return backbone.Pooled(y) // [n, channels]
		}
		d := y.Shape().Dimensions
		e.spec.Taps = []Tap{{Name: BackboneTap, Operator: saved.Name, Height: d[1], Width: d[2], Channels: d[3]}}
		return graph.Reshape(y, d[0], -1) // [n, h·w·channels]
	})
	if err != nil {
		return nil, fmt.Errorf("features: %s: %w", dir, err)
	}
	err = compute.Try("features: "+dir, func() error { // what is wrong shows before any image is read
		x := tensors.FromShape(shapes.Make(dtypes.Float32, 1, saved.Height, saved.Width, e.channels))
		defer x.FinalizeAll()
		return e.exec.PreCompile(x)
	})
	if err != nil {
		return nil, err
	}
	kind, half := "", false
	if m != nil {
		kind, half = "-maps", m.Half
		e.spec.Dim, e.spec.Half = e.spec.Taps[0].Size(), half
	}
	id := sha256.Sum256(fmt.Appendf(nil, "backbone 1|%s|%s|%+v|%d×%d|%s|%v", saved.Name, saved.Weights, o, saved.Width, saved.Height, kind, half))
	e.spec.ID = slug(e.spec.Name) + kind + "-" + hex.EncodeToString(id[:4])
	return e, nil
}

// Spec describes the network as it is used.
func (e *trained) Spec() Spec { return e.spec }

// BatchSize is the number of images that fit best.
func (e *trained) BatchSize() int { return backboneBatch }

// Extract applies the network: in whole groups of BatchSize, then one by one.
func (e *trained) Extract(ctx context.Context, b imageset.Batch) ([]float32, error) {
	return inGroups(ctx, b, e.spec, e.channels, backboneBatch, false, func(pix []float32, n int) (out []float32, err error) {
		err = compute.Try("features: "+e.spec.Name, func() error {
			x := tensors.FromFlatDataAndDimensions(pix, n, e.spec.Height, e.spec.Width, e.channels)
			defer x.FinalizeAll()
			y, err := e.exec.Call1(x)
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

// errFolder explains that a folder is no ONNX file.
var errFolder = errors.New("it is a folder, and an ONNX file is wanted; what patchwork trained itself is used as it is, by `patchwork embed --extractor` and `patchwork maps extract --extractor`")
