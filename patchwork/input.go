package patchwork

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Input says how an image file becomes the numbers that an extractor is given. The zero value is a good default.
type Input struct {
	Bands  []int           `yaml:"bands,omitempty,flow"` // imageset.Input says what they and the norm are
	Norm   imageset.Norm   `yaml:"norm,omitempty"`       // EstimateNorm finds one
	Mode   imageset.Mode   `yaml:"mode,omitempty"`       // stretch, fit or crop, to the extractor's size; imageset.Resize
	Filter imageset.Filter `yaml:"filter,omitempty"`     // bilinear or bicubic
	Fill   []float32       `yaml:"fill,omitempty,flow"`  // the ground of fit
	Limits imageset.Limits `yaml:",inline"`              // what one file may cost
}

// read is what of a file is read.
func (in Input) read() imageset.Input { return imageset.Input{Bands: in.Bands, Norm: in.Norm} }

// resize is how a picture comes to a size.
func (in Input) resize() imageset.Resize {
	return imageset.Resize{Mode: in.Mode, Filter: in.Filter, Fill: in.Fill}
}

// check returns an error that names every wrong field, or nil.
func (in Input) check() error {
	resize := in.resize()
	resize.Size = imageset.Size{W: 1, H: 1}
	err := errors.Join(in.read().Check(), resize.Check(), in.Limits.Check())
	if n := in.read().Channels(); err == nil && len(in.Fill) > 1 && len(in.Fill) != n {
		err = fmt.Errorf("input.fill has %d values and pictures have %d channels; want one for all, or one for each", len(in.Fill), n)
	}
	return err
}

// merge takes the fields of o that are not zero.
func (in *Input) merge(o Input) error {
	to, from := reflect.ValueOf(in).Elem(), reflect.ValueOf(o)
	for i := range from.NumField() {
		if f := from.Field(i); !f.IsZero() {
			to.Field(i).Set(f)
		}
	}
	if err := in.check(); err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	return nil
}

// NormReport says what EstimateNorm found.
type NormReport struct {
	Norm   imageset.Norm `json:"norm"`
	Before imageset.Norm `json:"before"`
	Broken []Problem     `json:"broken,omitempty"` // images that could not be read now, though the scan could
}

// EstimateNorm finds the range of the numbers that the images hold, from one percentile of each band to another, and keeps
// it in project.yaml, so that every later step scales by it. Thumbnails, features and scores of checks that were made with
// another norm are not used any more; they are made again when they are needed.
//
// Errors: o is wrong; no image can be read; project.yaml cannot be written. Then the norm stays as it was.
func (p *Project) EstimateNorm(ctx context.Context, o imageset.NormOptions, progress Progress) (NormReport, error) {
	var report NormReport
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	reader := p.Reader()
	index := reader.Index
	var rows []int
	for row := range index.Len() {
		if index.Usable(row) {
			rows = append(rows, row)
		}
	}
	o.Progress = progress.step("looking at the range of the images")
	o.Broken = func(row int, err error) {
		report.Broken = append(report.Broken, Problem{index.At(row).ID, err.Error()})
	}
	norm, err := reader.EstimateNorm(ctx, rows, o)
	if err != nil {
		return report, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := readSettings(p.dir) // another process may have changed other fields
	if err != nil {
		return report, err
	}
	report.Norm, report.Before = norm, s.Input.Norm
	s.Input.Norm = norm
	if err := s.Input.check(); err != nil {
		return report, fmt.Errorf("patchwork: %w", err)
	}
	if err := s.write(p.dir); err != nil {
		return report, err
	}
	p.settings.Input = s.Input
	return report, nil
}

// String says what was found and what follows.
func (r NormReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "norm: %v\nbefore: %v", r.Norm, r.Before)
	if reflect.DeepEqual(r.Norm.Low, r.Before.Low) && reflect.DeepEqual(r.Norm.High, r.Before.High) {
		b.WriteString("; nothing changes")
	} else {
		b.WriteString("; features have to be computed anew")
	}
	for _, p := range r.Broken {
		fmt.Fprintf(&b, "\nnot read: %s", p.Reason)
	}
	return b.String()
}
