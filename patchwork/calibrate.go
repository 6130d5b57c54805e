package patchwork

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/calibrate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"go.yaml.in/yaml/v3"
)

// ErrNoCalibration means that the saved model has no calibration, or one that was made for another model or other classes.
var ErrNoCalibration = errors.New("patchwork: no calibration of this model")

// calibrationFile lies beside the model that it belongs to. A training replaces the whole folder, and so takes it away.
const calibrationFile = "calibration.yaml"

// savedCalibration is calibration.yaml.
type savedCalibration struct {
	Format      string `yaml:"format"`
	Version     int    `yaml:"version"`
	Model       string `yaml:"model_sha256"` // of the weights whose scores were calibrated
	Calibration `yaml:",inline"`
}

const (
	calibrationFormat  = "patchwork calibration"
	calibrationVersion = 1
)

// Calibrate is Calibration, and keeps the maps in models/default/calibration.yaml for Predict. They belong to the saved
// model: a training takes them away with it.
//
// Errors: those of Calibration; a project that cannot be written; a model that was trained anew meanwhile.
func (p *Project) Calibrate(ctx context.Context, o CalibrationOptions, progress Progress) (Calibration, error) {
	if err := checkWritable(p.dir); err != nil {
		return Calibration{}, err
	}
	dir := p.path("models", modelName)
	sum, err := classify.ReadSum(dir)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = p.Model()
	}
	if err != nil {
		return Calibration{}, err
	}
	c, err := p.Calibration(ctx, o, progress)
	if err != nil {
		return Calibration{}, err
	}
	text, err := yaml.Marshal(savedCalibration{calibrationFormat, calibrationVersion, sum, c})
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: %w", err)
	}
	if now, err := classify.ReadSum(dir); err != nil || now != sum {
		return Calibration{}, errors.Join(errors.New("patchwork: the model was trained anew while it was calibrated; calibrate once more"), err)
	}
	return c, atomicfile.Write(filepath.Join(dir, calibrationFile), text, 0o644, atomicfile.Durable)
}

// SavedCalibration reads what Calibrate has kept for the saved model.
//
// Errors: ErrNoModel; ErrNoCalibration; a file that is damaged or of a newer version.
func (p *Project) SavedCalibration() (Calibration, error) {
	dir := p.path("models", modelName)
	sum, err := classify.ReadSum(dir)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = p.Model()
	}
	if err != nil {
		return Calibration{}, err
	}
	again := fmt.Sprintf("p.Calibrate() in a cell, or `patchwork calibration %s --save`", typed(p.dir))
	file := filepath.Join(dir, calibrationFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Calibration{}, fmt.Errorf("%w, and a training takes an earlier one away: %s", ErrNoCalibration, again)
	}
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: %w", err)
	}
	var s savedCalibration
	err = yaml.Unmarshal(text, &s)
	switch {
	case err != nil || s.Format != calibrationFormat:
		return Calibration{}, errors.Join(fmt.Errorf("patchwork: %s is not a calibration; make a new one: %s", file, again), err)
	case s.Version > calibrationVersion:
		return Calibration{}, fmt.Errorf("patchwork: %s has version %d and this program reads up to %d; get a newer program, or make a new one: %s", file, s.Version, calibrationVersion, again)
	case s.Model != sum:
		return Calibration{}, fmt.Errorf("%w: that in %s is of other weights than the saved ones: %s", ErrNoCalibration, file, again)
	}
	return s.Calibration, nil
}

// mapsFor are the maps by class of t. A class that was renamed since has the map of its former name; each that the model knows
// and nobody has calibrated, or that was merged from several, asks for a new calibration.
func (c Calibration) mapsFor(t *labels.Table, learned [][]int) ([]calibrate.Map, error) {
	maps, found := make([]calibrate.Map, len(learned)), make([]int, len(learned))
	for _, class := range c.Classes {
		if now, ok := t.Resolve(class.Class); ok {
			at, _ := t.Class(now)
			maps[at] = class.Map
			found[at]++
		}
	}
	for at, columns := range learned {
		if len(columns) > 0 && found[at] != 1 {
			return nil, fmt.Errorf("%w: class %s has %d maps in it; the classes have changed since, calibrate once more", ErrNoCalibration, t.Classes()[at], found[at])
		}
	}
	return maps, nil
}
