package imageset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Input says which numbers of a file become the channels of a picture, and how they come to lie in [0, 1]. The zero
// value takes red, green and blue as they are.
type Input struct {
	// Bands are the bands of a file that become channels, in their order, counted from 1. One becomes three equal
	// channels. None means the first three of a file, or the first of one that has fewer.
	Bands []int `yaml:"bands,omitempty,flow"`
	Norm  Norm  `yaml:"norm,omitempty"`
}

// maxBands bounds the number of a band.
const maxBands = 1 << 16

// Check returns an error that names every wrong field, or nil.
func (in Input) Check() error {
	var errs []error
	for i, b := range in.Bands {
		if b < 1 || b > maxBands {
			errs = append(errs, fmt.Errorf("imageset.Input: bands[%d] is %d; want 1 for the first band of a file, to %d", i, b, maxBands))
		}
	}
	if err := in.Norm.check(); err != nil {
		errs = append(errs, fmt.Errorf("imageset.Input: %w", err))
	}
	for name, values := range map[string][]float32{"low": in.Norm.Low, "high": in.Norm.High} {
		if n := in.chosen(); len(values) > 1 && len(values) != n {
			errs = append(errs, fmt.Errorf("imageset.Input: norm.%s has %d values and %d bands are read; want one for all, or one for each", name, len(values), n))
		}
	}
	return errors.Join(errs...)
}

// Channels is the number of channels of every picture: the number of bands, but three for one band and for none named.
func (in Input) Channels() int {
	if n := len(in.Bands); n > 1 {
		return n
	}
	return 3
}

// chosen is the number of bands that are read of a file that has enough.
func (in Input) chosen() int {
	if len(in.Bands) == 0 {
		return 3
	}
	return len(in.Bands)
}

// plain says that pictures are red, green and blue as they are.
func (in Input) plain() bool { return len(in.Bands) == 0 && in.Norm.zero() }

// Key is a short name for what the input does to a picture, for files that hold results of it: equal keys, equal
// pictures. That of the zero value is "".
func (in Input) Key() string {
	if in.plain() {
		return ""
	}
	sum := sha256.Sum256(fmt.Append(nil, in.Bands, in.Norm.Low, in.Norm.High))
	return hex.EncodeToString(sum[:4])
}

// Norm scales what a file holds to [0, 1]: a value v becomes (v − Low) / (High − Low), and what lies beyond is cut off.
// Low and High have one value for all bands that are read, or one for each.
//
// The zero value is the full range of whole numbers of 8 and 16 bits without a sign. Other numbers have no such range:
// a picture of them is then stretched from the 1st to the 99th percentile of its own values, which is good to look at
// and no good for comparing pictures.
//
// In YAML it is one number c for Low = 0 and High = c, as 255 or 10000, or fields low and high, each a number or a list.
type Norm struct {
	Low  []float32 `yaml:"low,omitempty,flow" json:"low,omitempty"` // none means 0
	High []float32 `yaml:"high,omitempty,flow" json:"high,omitempty"`
	From string    `yaml:"from,omitempty" json:"from,omitempty"` // how it was found, for people
}

// Constant is the Norm that divides by c.
func Constant(c float32) Norm { return Norm{High: []float32{c}} }

func (n Norm) zero() bool { return len(n.Low) == 0 && len(n.High) == 0 }

// IsZero says whether the norm is left out of YAML.
func (n Norm) IsZero() bool { return n.zero() }

func (n Norm) check() error {
	if n.zero() {
		return nil
	}
	if len(n.High) == 0 {
		return errors.New("norm has low and no high; want both, or a number to divide by")
	}
	if a, b := len(n.Low), len(n.High); a > 1 && b > 1 && a != b {
		return fmt.Errorf("norm has %d values in low and %d in high; want as many", a, b)
	}
	for i := range max(len(n.Low), len(n.High)) {
		low, high := n.band(i)
		if !(low < high) || math.IsInf(float64(high)-float64(low), 0) {
			return fmt.Errorf("norm of band %d goes from %g to %g; want a low below a high", i+1, low, high)
		}
	}
	return nil
}

// band returns the range of the i-th band that is read.
func (n Norm) band(i int) (low, high float32) {
	of := func(values []float32) float32 {
		switch len(values) {
		case 0:
			return 0
		case 1:
			return values[0]
		}
		return values[i]
	}
	return of(n.Low), of(n.High)
}

// String is the norm in a line.
func (n Norm) String() string {
	if n.zero() {
		return "the full range of the files' numbers"
	}
	var b strings.Builder
	for i := range max(len(n.Low), len(n.High)) {
		if i > 0 {
			b.WriteString(", ")
		}
		low, high := n.band(i)
		fmt.Fprintf(&b, "%.4g to %.4g", low, high)
	}
	if n.From != "" {
		fmt.Fprintf(&b, " (%s)", n.From)
	}
	return b.String()
}

// numbers is a number or a list of them in YAML.
type numbers []float32

func (n *numbers) UnmarshalYAML(unmarshal func(any) error) error {
	var one float32
	if unmarshal(&one) == nil {
		*n = numbers{one}
		return nil
	}
	var list []float32
	if err := unmarshal(&list); err != nil {
		return errors.New("norm: low and high must be a number or a list of numbers, as [0, 0, 0]")
	}
	*n = list
	return nil
}

// UnmarshalYAML reads a number, or fields.
func (n *Norm) UnmarshalYAML(unmarshal func(any) error) error {
	var c float32
	if unmarshal(&c) == nil {
		*n = Constant(c)
		return nil
	}
	var fields map[string]any
	if err := unmarshal(&fields); err != nil {
		return errors.New("norm must be a number, as 255, or fields low and high")
	}
	for name := range fields {
		if name != "low" && name != "high" && name != "from" {
			return fmt.Errorf("norm has no field %q; want low, high and from", name)
		}
	}
	var f struct {
		Low, High numbers
		From      string
	}
	if err := unmarshal(&f); err != nil {
		return err
	}
	*n = Norm{Low: f.Low, High: f.High, From: f.From}
	return nil
}

// MarshalYAML writes what UnmarshalYAML reads.
func (n Norm) MarshalYAML() (any, error) {
	if len(n.Low) == 0 && len(n.High) == 1 && n.From == "" {
		return n.High[0], nil
	}
	type fields Norm
	return fields(n), nil
}
