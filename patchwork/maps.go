package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// MapSettings is what project.yaml says of the feature maps in use.
type MapSettings struct {
	Extractor string   `yaml:"extractor,omitempty"` // path of an ONNX file or of a network's folder; "" is the project's extractor
	Network   *Network `yaml:"network,omitempty"`   // what is known about that file
	Taps      string   `yaml:"taps,omitempty"`      // which maps, as FeatureMapOptions.Taps
	Float32   bool     `yaml:"float32,omitempty"`   // kept as float32
	ID        string   `yaml:"id"`                  // of the files; ExtractMaps and ImportMaps fill it
}

// FeatureMapOptions says which maps ExtractMaps keeps.
type FeatureMapOptions struct {
	// Extractor is the path of an ONNX file or of a trained network's folder; "" means the one of the last call, at first the project's.
	Extractor string
	// ONNX is for an ONNX file that the table of known models lacks; see EmbedOptions.ONNX.
	ONNX features.ONNXOptions
	// Taps are names and numbers separated by commas, as "block_5_add,-1", or a regular expression on names; see
	// network.Multiscale.Choose. Project.Taps lists what there is. "" means those of the last call, at first the last map alone.
	Taps    string
	Float32 bool // keep float32 in place of float16, which takes half of the disk and rounds to three digits
	Batch   int  // images at a time; 0 means 8

	Planned func(FeatureMapPlan) // told what will be written before the first image is computed; may be nil
}

// FeatureMapPlan is what an extraction of maps will write.
type FeatureMapPlan struct {
	Taps   []features.Tap `json:"taps"`
	Images int            `json:"images"` // that have no maps yet
	Bytes  int64          `json:"bytes"`  // for all images
	Kind   string         `json:"kind"`   // float16 or float32
}

// String is what a person wants to know before it starts.
func (p FeatureMapPlan) String() string {
	var words []string
	for _, t := range p.Taps {
		words = append(words, t.String())
	}
	return fmt.Sprintf("maps %s as %s; all images take %s on disk, %d are missing", strings.Join(words, ", "), p.Kind, features.BytesText(p.Bytes), p.Images)
}

// FeatureMapReport says what ExtractMaps or ImportMaps did.
type FeatureMapReport struct {
	Scan imageset.ScanReport `json:"scan,omitzero"` // ImportMaps looks for no images
	Plan FeatureMapPlan      `json:"plan"`
	Run  features.RunReport  `json:"run"`
	Spec features.Spec       `json:"extractor"`
}

// String says in a few lines what was done.
func (r FeatureMapReport) String() string {
	text := EmbedReport{Scan: r.Scan, Run: r.Run, Spec: r.Spec}.String()
	return strings.Replace(text, fmt.Sprintf(": %d numbers for each image;", r.Spec.Dim), fmt.Sprintf(": %d maps for each image;", len(r.Spec.Taps)), 1)
}

// Taps lists the maps inside of a network that ExtractMaps can keep.
//
// Errors: the extractor is the embedded one, which has no maps; those of features.Taps and features.BackboneTaps.
func (p *Project) Taps(o FeatureMapOptions) ([]features.Tap, error) {
	file, onnx, _, err := p.mapNetwork(o)
	if err != nil {
		return nil, err
	}
	return listTaps(p.fromHere(file), onnx)
}

// ExtractMaps computes feature maps of all images that lack them, for classifiers that read maps in place of vectors
// (classify.Options.Trunk). It goes on where an earlier call stopped, however that ended. What it was told is kept in
// project.yaml, so that a later call without options does the same for new images.
//
// Errors: those of Taps; taps that do not exist; too little room on the disk; maps that another process is writing.
func (p *Project) ExtractMaps(ctx context.Context, o FeatureMapOptions, progress Progress) (FeatureMapReport, error) {
	var report FeatureMapReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	file, onnx, keep, err := p.mapNetwork(o)
	if err != nil {
		return report, err
	}
	choice := features.MapOptions{Half: !keep.Float32}
	if keep.Taps != "" {
		if choice.Taps, err = chooseTaps(p.fromHere(file), onnx, keep.Taps); err != nil {
			return report, err
		}
	}
	ex, err := openMaps(p.fromHere(file), onnx, choice)
	if err != nil {
		return report, err
	}
	report.Spec = ex.Spec()
	if !p.isWriter() {
		if report.Scan, err = p.Rescan(ctx, progress); err != nil {
			return report, err
		}
	}
	report.Plan = p.planMaps(report.Spec)
	if o.Planned != nil {
		o.Planned(report.Plan)
	}
	store, run, err := features.Run(ctx, ex, p.Reader(), features.RunOptions{
		Dir: p.path("features"), Batch: o.Batch, Resize: p.Settings().Input.resize(), Progress: progress.step("computing maps"),
	})
	report.Run = run
	if err != nil {
		return report, err
	}
	defer store.Close()
	keep.ID = store.Spec().ID
	return report, p.useMaps(keep)
}

// chooseTaps are the names of the maps that a text chooses.
func chooseTaps(file string, onnx features.ONNXOptions, text string) (names []string, err error) {
	all, err := listTaps(file, onnx)
	if err != nil {
		return nil, err
	}
	known := make([]string, len(all))
	for i, t := range all {
		known[i] = t.Name
	}
	taps, err := network.Multiscale{Taps: text}.Choose(known)
	for _, at := range taps {
		names = append(names, known[at])
	}
	return names, err
}

// planMaps says what is going to be written.
func (p *Project) planMaps(spec features.Spec) FeatureMapPlan {
	plan := FeatureMapPlan{Taps: spec.Taps, Kind: "float32"}
	if spec.Half {
		plan.Kind = "float16"
	}
	usable := len(firstUsable(p.Images(), p.Images().Len()))
	plan.Bytes, plan.Images = spec.DiskSize(usable), usable
	if key := features.InputKey(p.Settings().Input.read(), p.Settings().Input.resize()); key != "" {
		spec.ID += "-" + key
	}
	if old, err := features.Open(p.path("features"), spec.ID); err == nil {
		plan.Images -= len(old.Rows())
		old.Close()
	}
	return plan
}

// mapNetwork is the file that maps are read from, what is known about it, and what of o and of the last call is to be kept.
func (p *Project) mapNetwork(o FeatureMapOptions) (file string, onnx features.ONNXOptions, keep MapSettings, err error) {
	s := p.Settings()
	if s.Maps != nil {
		keep = *s.Maps
	}
	known := keep.Network
	file = keep.Extractor
	if o.Extractor != "" {
		if file, err = extractorPath(p.dir, o.Extractor); err != nil {
			return "", onnx, keep, err
		}
		known = nil
	}
	if file == "" {
		file, known = s.Extractor, s.Network
	}
	if file == "" || file == "default" {
		return "", onnx, keep, fmt.Errorf("patchwork: maps are read from a network, and the extractor is the embedded one; name a file, "+
			"as with `patchwork maps extract %s --extractor network.onnx`", typed(p.dir))
	}
	onnx = o.ONNX
	if networkOf(onnx) == nil {
		onnx = known.options()
	}
	onnx.Batch, onnx.Name = o.Batch, o.ONNX.Name
	keep.Extractor, keep.Network = file, networkOf(onnx)
	if o.Taps != "" {
		keep.Taps, keep.Float32 = o.Taps, false
	}
	keep.Float32 = keep.Float32 || o.Float32
	return file, onnx, keep, nil
}

// fromHere is a path of project.yaml as this process can open it.
func (p *Project) fromHere(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return p.path(filepath.FromSlash(file))
}

// ImportMaps takes maps that another program computed, an npy file [images, height, width, channels] for each tap. o.Dir and o.Progress
// are not read.
//
// Errors: those of features.ImportMaps.
func (p *Project) ImportMaps(ctx context.Context, files []string, o features.ImportOptions, progress Progress) (FeatureMapReport, error) {
	var report FeatureMapReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	o.Dir, o.Progress = p.path("features"), progress.step("importing maps")
	store, run, err := features.ImportMaps(ctx, files, p.Images(), o)
	report.Run = run
	if err != nil {
		return report, err
	}
	defer store.Close()
	report.Spec = store.Spec()
	report.Plan = p.planMaps(report.Spec)
	return report, p.useMaps(MapSettings{ID: report.Spec.ID})
}

// useMaps writes to project.yaml which maps are current.
func (p *Project) useMaps(m MapSettings) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := readSettings(p.dir) // another process may have changed other fields
	if err != nil {
		return err
	}
	p.settings.Maps, s.Maps = &m, &m
	return s.write(p.dir)
}

// Maps opens the current feature maps. The caller closes them.
//
// Errors: ErrNoMaps before the first ExtractMaps or ImportMaps, and when their files are gone or the settings under input have
// changed.
func (p *Project) Maps() (*features.Store, error) {
	s, err := readSettings(p.dir)
	if err != nil {
		return nil, err
	}
	again := fmt.Sprintf("run p.ExtractMaps() in a cell or `patchwork maps extract %s`", typed(p.dir))
	if s.Maps == nil || s.Maps.ID == "" {
		return nil, fmt.Errorf("%w: %s", ErrNoMaps, again)
	}
	store, err := features.Open(p.path("features"), s.Maps.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the files of %s are gone from the features folder; %s", ErrNoMaps, s.Maps.ID, again)
	}
	if err != nil {
		return nil, err
	}
	if now := features.InputKey(s.Input.read(), s.Input.resize()); store.Spec().Width > 0 && store.Spec().Input != now { // 0: from a file
		store.Close()
		return nil, fmt.Errorf("%w of images as the settings under input read them; %s", ErrNoMaps, again)
	}
	return store, nil
}
