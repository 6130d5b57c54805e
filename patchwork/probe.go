package patchwork

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// ProbeOptions says how features are measured. The zero value is a good default.
type ProbeOptions struct {
	Tests []string // of FeatureTests, or "all"; nil means all but rotation
	Third bool     // test on every third row, as the original does; else on a third of each class, drawn by Seed
	Seed  uint64   // added to the project's seed
}

// ProbeReport says how good features are, whatever classifier reads them. What was not measured is nil.
type ProbeReport struct {
	Features   string                 `json:"features,omitempty"`   // their id; "" for those of a network in training
	Images     int                    `json:"images"`               // looked at: at most 2,000, evenly from all
	Rank       *float64               `json:"rank,omitempty"`       // effective rank, at most the numbers of an image
	Uniformity *float64               `json:"uniformity,omitempty"` // lower is better
	Alignment  *float64               `json:"alignment,omitempty"`  // of two views of an image, of 500 at most; lower is better
	Linear     *represent.ProbeResult `json:"linear,omitempty"`
	Neighbours *float64               `json:"neighbours,omitempty"` // accuracy of the 5 nearest, each image left out once
	Clusters   *float64               `json:"clusters,omitempty"`   // NMI of as many clusters as there are classes, with these
	Rotation   *represent.ProbeResult `json:"rotation,omitempty"`   // of four quarter turns
	Notes      []string               `json:"notes,omitempty"`
}

// String is a line for each figure.
func (r ProbeReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %d images", r.Features, r.Images)
	for _, f := range r.figures() {
		fmt.Fprintf(&b, "\n%v", f)
		for name, p := range map[string]*represent.ProbeResult{"linear": r.Linear, "rotation": r.Rotation} {
			if f.name == name {
				fmt.Fprintf(&b, " on %d of %d kinds, learned from %d", p.Test, p.Kinds, p.Train)
			}
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nnote: %s", n)
	}
	return b.String()
}

// Probe measures the features in use by themselves: how much of their space they use, how evenly they lie, how much alike they are for two views of an image, and,
// by the labelled images that have one class each, how well a plain linear classifier, the nearest neighbours and clusters tell the classes; see package represent.
// Excluded images take no part, of equal files one does. Alignment and rotation compute features of other pictures with the project's extractor. To compare
// extractors, Embed with each and Probe.
//
// Errors: ErrNoFeatures; an unknown test; no image has features.
func (p *Project) Probe(ctx context.Context, o ProbeOptions, progress Progress) (ProbeReport, error) {
	tests, err := chosenTests(o.Tests)
	if err != nil {
		return ProbeReport{}, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return ProbeReport{}, err
	}
	store, err := p.Features()
	if err != nil {
		return ProbeReport{}, err
	}
	defer store.Close()
	index := p.Images()
	rows := once(index, func(r int) bool { return !t.Excluded(r) && current(store, index, r) })
	kinds := make([]int, len(rows))
	for i, r := range rows {
		kinds[i] = onlyClass(t, r)
	}
	o.Seed += p.Settings().Seed
	e, blind := p.eyes(store, o.Seed, progress)
	return probe(ctx, store, rows, kinds, e, blind, tests, o)
}

// probe measures features of rows of a store, whose classes are kinds, -1 where none or several are known.
func probe(ctx context.Context, store *features.Store, rows, kinds []int, e eyes, blind string, tests []featureTest, o ProbeOptions) (ProbeReport, error) {
	if len(rows) == 0 {
		return ProbeReport{}, fmt.Errorf("patchwork: %w of any image", ErrNoFeatures)
	}
	at, err := sightOf(kinds, lookedAt, o.Seed)
	if err != nil {
		return ProbeReport{}, err
	}
	if o.Third && at.test != nil {
		at.test = represent.ThirdIsTest(len(at.kinds))
	}
	s := &subject{sight: at, seed: o.Seed, blind: blind}
	looked := pickRows(rows, at.at)
	for _, row := range looked {
		s.x = append(s.x, slices.Clone(store.Row(row)))
	}
	s.views = func(ctx context.Context, places []int) (a, b [][]float32, err error) {
		return e.views(ctx, pickRows(looked, places))
	}
	s.turns = func(ctx context.Context, places, quarters []int) ([][]float32, error) {
		return e.turns(ctx, pickRows(looked, places), quarters)
	}
	r, err := s.measure(ctx, tests)
	r.Features = store.Spec().ID
	return r, err
}

// Probe measures what a network makes of images, without a project: an ONNX file, the folder of a network that was trained here, or "default". Images are folders, globs,
// lists and archives as InitOptions.Images, of which it looks at 2,000, evenly from all, cropped to squares as the function Pretrain does. Where they lie in folders of
// several names, these are the classes.
//
// Errors: no image; a network that cannot be used; an unknown test.
func Probe(ctx context.Context, network string, images []string, o ProbeOptions, progress Progress) (ProbeReport, error) {
	tests, err := chosenTests(o.Tests)
	if err != nil {
		return ProbeReport{}, err
	}
	reader, err := readerOf(ctx, images, progress)
	if err != nil {
		return ProbeReport{}, err
	}
	var report ProbeReport
	err = throughNetwork(ctx, network, reader, lookedAt, progress, func(store *features.Store, rows, kinds []int, e eyes) (err error) {
		e.seed = o.Seed
		report, err = probe(ctx, store, rows, kinds, e, "", tests, o)
		return err
	})
	return report, err
}

// readerOf finds images, without a project.
func readerOf(ctx context.Context, images []string, progress Progress) (*imageset.Reader, error) {
	var sources []imageset.Source
	for _, path := range images {
		sources = append(sources, imageset.Source{Path: path})
	}
	index, _, err := imageset.Scan(ctx, imageset.ScanOptions{Sources: sources, Progress: progress.step("reading images")})
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	root, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	return &imageset.Reader{Root: root, Index: index}, nil
}

// throughNetwork computes features of at most so many images, in a folder that goes when do returns.
func throughNetwork(ctx context.Context, network string, all *imageset.Reader, most int, progress Progress, do func(store *features.Store, rows, kinds []int, e eyes) error) error {
	ex, err := features.Default()
	if network != "" && network != "default" {
		ex, err = openVectors(network, features.ONNXOptions{})
	}
	if err != nil {
		return err
	}
	var some []imageset.Image
	for _, row := range evenly(once(all.Index, all.Index.Usable), most) {
		some = append(some, all.Index.At(row))
	}
	index, err := imageset.NewIndex(some)
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	dir, err := os.MkdirTemp("", "patchwork-probe-*")
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	defer os.RemoveAll(dir)
	reader := &imageset.Reader{Root: all.Root, Index: index}
	resize := imageset.Resize{Mode: imageset.Crop}
	store, _, err := features.Run(ctx, ex, reader, features.RunOptions{Dir: dir, Resize: resize, Progress: progress.step("computing features")})
	if err != nil {
		return err
	}
	rows := once(index, store.Has)
	kinds, _ := folderKinds(index, rows)
	err = do(store, rows, kinds, eyes{ex, reader, resize, 0, progress})
	return errors.Join(err, store.Close())
}
